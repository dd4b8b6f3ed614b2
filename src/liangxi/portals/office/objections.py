"""异议校核: residents say that a register is wrong; the stewards of its owner check it and answer, once."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_safe

from liangxi.core.people import face as people
from liangxi.kit.errors import ConflictError, InvalidError
from liangxi.portals.access import HouseRequest, staff
from liangxi.portals.office.purposes import purpose_of
from liangxi.portals.words import in_words, sentence
from liangxi.systems.data import face as data


@staff("data.correct")
@require_safe
def listed(request: HouseRequest) -> HttpResponse:
    """Objections to the registers of one's department; no value is shown here."""
    is_open = request.GET.get("state") != "answered"
    page = data.disputes(by=request.actor, is_open=is_open, after=request.GET.get("after"))
    return render(request, "office/objections.html", {"page": page, "is_open": is_open, "names": _names()})


@staff("data.correct")
@sensitive_post_parameters("purpose", "answer")
@require_http_methods(["GET", "HEAD", "POST"])
def one(request: HouseRequest, objection: UUID) -> HttpResponse:
    """One objection: its values are opened with a purpose, its answer goes to the person."""
    if request.method == "POST" and "outcome" in request.POST:
        return _answer(request, str(objection))
    if request.method != "POST":
        return _page(request, str(objection), "", {})
    purpose, errors = purpose_of(request.POST)
    return _page(request, str(objection), purpose, errors)


def _answer(request: HouseRequest, objection: str) -> HttpResponse:
    try:
        data.answer_dispute(
            by=request.actor,
            id=objection,
            outcome=request.POST["outcome"],
            answer=request.POST.get("answer", ""),
        )
    except InvalidError as refused:
        purpose, _ = purpose_of(request.POST)
        return _page(request, objection, purpose, in_words(refused))
    except ConflictError as refused:
        messages.error(request, sentence(refused))
    else:
        messages.success(request, gettext("Answered. The person has a message."))
    return redirect("office:objection", objection=objection)


def _page(request: HouseRequest, objection: str, purpose: str, errors: dict[str, str]) -> HttpResponse:
    found = data.disputed(by=request.actor.with_purpose(purpose), id=objection)
    context: dict[str, Any] = {
        "found": found,
        "one": found.dispute,
        "purpose": purpose,
        "errors": errors,
        "asked": request.POST,
        "names": _names(),
    }
    response = render(request, "office/objection.html", context, status=422 if errors else 200)
    response["Cache-Control"] = "private, no-store"
    return response


def _names() -> dict[str, Any]:
    return {one.code: one.name for one in people.organisations()}
