"""Reviews of the service (好差评): of a case, of a visit by the code of its slip, and what everybody may read."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from liangxi.core.cases import face as engine
from liangxi.core.people import face as people
from liangxi.kit.errors import ConflictError, InvalidError, NotFoundError
from liangxi.portals.access import HouseRequest, VisitorRequest, public, resident
from liangxi.portals.citizen.acting import under_its_hat
from liangxi.portals.words import in_words, sentence
from liangxi.systems.reviews import face as reviews

page = require_http_methods(["GET", "HEAD", "POST"])


@resident
@page
@under_its_hat
def rate(request: HouseRequest, no: str) -> HttpResponse:
    """The five legal levels, once for each case (一事一评); afterwards what became of it."""
    view = engine.case(by=request.actor, no=no)
    errors: dict[str, str] = {}
    if request.method == "POST":
        try:
            given = reviews.rate_case(
                by=request.actor,
                case=no,
                org=request.POST.get("org", ""),
                is_named=request.POST.get("named", "yes") == "yes",
                **_said(request),
            )
        except (InvalidError, ConflictError) as refused:
            errors = in_words(refused)
        else:
            _thank(request, given.stars)
            return redirect("citizen:rate" if given.stars <= 2 else "citizen:case", no=no)
    context = {
        "case": view,
        "review": reviews.own_review(by=request.actor, case=no),
        "channel": "online",
        "departments": [people.organisation(code=code) for code in reviews.departments_of(case=view)],
        "errors": errors,
        "typed": request.POST,
        "ticked": request.POST.getlist("tags"),
    }
    return render(request, "citizen/rate.html", context, status=422 if errors else 200)


def _said(request: HttpRequest) -> dict[str, Any]:
    stars = request.POST.get("stars", "")
    return {
        "stars": int(stars) if stars in {"1", "2", "3", "4", "5"} else 0,
        "text": request.POST.get("text", "").strip(),
        "tags": request.POST.getlist("tags"),
    }


def _thank(request: HttpRequest, stars: int) -> None:
    if stars <= 2:
        messages.success(request, gettext("Thank you. The department must answer you within 15 working days."))
    else:
        messages.success(request, gettext("Thank you for your rating."))


@resident
@require_POST
def settle(request: HouseRequest, no: str) -> HttpResponse:
    """Whether the answer to my bad review settles it."""
    found = reviews.own_review(by=request.actor, case=no)
    if found is None:
        raise NotFoundError("reviews.unknown", "There is no such review.")
    _settle(request, found.id, "")
    return redirect("citizen:rate", no=no)


def _settle(request: HouseRequest | VisitorRequest, review: str, code: str) -> None:
    try:
        reviews.settle(
            by=request.actor,
            review=review,
            code=code,
            is_settled=request.POST.get("settled") == "yes",
            note=request.POST.get("note", ""),
        )
        messages.success(request, gettext("Thank you. Supervision reads what you say."))
    except ConflictError as refused:
        messages.error(request, sentence(refused))


@public
@page
def ask(request: VisitorRequest) -> HttpResponse:
    """The code on the slip of a visit."""
    error, code = "", request.POST.get("code", "").strip()[:20]
    if request.method == "POST":
        try:
            return redirect("citizen:visit", code=reviews.visit(code=code).code)
        except NotFoundError as unknown:
            error = sentence(unknown)
    return render(request, "citizen/visit_code.html", {"code": code, "error": error}, status=404 if error else 200)


@public
@page
def visit(request: VisitorRequest, code: str) -> HttpResponse:
    """One visit, reviewed once (一次一评) by whoever holds its slip; afterwards what became of it."""
    found = reviews.visit(code=code)
    errors: dict[str, str] = {}
    if request.method == "POST":
        if "settled" in request.POST:
            review = reviews.visit_review(code=code)
            _settle(request, review.id if review else "", code)
            return redirect("citizen:visit", code=code)
        try:
            said = _said(request)
            is_named = request.POST.get("named") == "yes"
            reviews.review_visit(
                by=request.actor, code=code, is_named=is_named, phone=request.POST.get("phone", ""), **said
            )
        except (InvalidError, ConflictError) as refused:
            errors = in_words(refused)
        else:
            _thank(request, said["stars"])
            return redirect("citizen:visit", code=code)
    context = {
        "visit": found,
        "review": reviews.visit_review(code=code),
        "channel": "window",
        "organisation": people.organisation(code=found.org),
        "errors": errors,
        "typed": request.POST,
        "ticked": request.POST.getlist("tags"),
    }
    return render(request, "citizen/visit.html", context, status=422 if errors else 200)


@public
@require_safe
def published(request: VisitorRequest) -> HttpResponse:
    """Reviews with their replies, and the rule by which they are published."""
    organisations = {one.code: one for one in people.organisations()}
    org = request.GET.get("org", "")
    found = reviews.published(org=org if org in organisations else "")
    context = {
        "reviews": found,
        "organisations": organisations,
        "listed": sorted({one.org for one in reviews.published(limit=200)}),
        "org": org,
    }
    return render(request, "citizen/reviews.html", context)
