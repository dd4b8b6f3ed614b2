"""开放: a department asks, sees what the privacy gate found; the bureau decides, reads stories, answers requests."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.utils.translation import gettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from liangxi.kit.errors import HouseError, InvalidError, NotFoundError
from liangxi.portals.access import HouseRequest, staff
from liangxi.portals.office import data_wording as words
from liangxi.portals.office.catalogue import names
from liangxi.portals.words import in_words, sentence
from liangxi.systems.data import face as data
from liangxi.systems.data.face import opendata, opening
from liangxi.systems.data.shapes.opening import Opening


@staff("data.manage", "data.review")
@require_safe
def listed(request: HouseRequest) -> HttpResponse:
    """Openings in one's scope; for the bureau also stories to read and requests to answer."""
    by = request.actor
    found = opening.openings(by=by)
    own = {card.id: card for card in data.own_resources(by=by)} if by.may("data.manage") else {}
    asked = {one.resource for one in found}
    is_bureau = by.may("data.review")
    context = {
        "waiting": [one for one in found if one.wanted is not None],
        "openings": [one for one in found if one.wanted is None],
        "possible": [card for id, card in own.items() if id not in asked and card.state == "published"
                     and card.opening != "not-open"],
        "stories": opening.stories_to_read(by=by) if is_bureau else (),
        "requests": opendata.open_requests(is_open=True) if is_bureau else (),
        "is_bureau": is_bureau,
        "names": names(),
    }  # fmt: skip
    return render(request, "office/data/openings.html", context)


@staff("data.manage", "data.review")
@require_http_methods(["GET", "HEAD", "POST"])
def one(request: HouseRequest, resource: str) -> HttpResponse:
    """One opening: what is asked for, what the gate found, the bureau's decision, the versions."""
    by, sent = request.actor, request.POST
    errors: dict[str, str] = {}
    if request.method == "POST":
        deed = sent.get("deed", "")
        try:
            if deed == "ask":
                opening.ask_opening(by=by, resource=resource, terms=_terms(sent), licence=sent.get("licence", ""))
                said = gettext("Asked for. The data bureau decides.")
            elif deed == "withdraw":
                opening.withdraw_opening(by=by, resource=resource, reason=sent.get("reason", ""))
                said = gettext("Closed. Nobody reads it any more.")
            else:
                opening.decide_opening(by=by, resource=resource, outcome=deed, note=sent.get("note", ""))
                is_open = deed == "open"
                said = gettext("It is open to everybody now.") if is_open else gettext("Returned with your note.")
            messages.success(request, said)
            return redirect("office:data_opening", resource=resource)
        except InvalidError as refused:
            errors = in_words(refused)
        except HouseError as refused:
            messages.error(request, sentence(refused))
            return redirect("office:data_opening", resource=resource)
    return render(request, "office/data/opening.html", _context(request, resource, errors),
                  status=422 if errors else 200)  # fmt: skip


def _context(request: HouseRequest, resource: str, errors: dict[str, str]) -> dict[str, Any]:
    by = request.actor
    seen = data.resource(by=by, id=resource)
    found = _standing(request, resource)
    may_ask = by.may("data.manage") and seen.card.org in {card.org for card in data.own_resources(by=by)}
    terms = (found.wanted or found.terms if found else None) or {}
    if errors and request.POST.get("deed") == "ask":
        terms = _terms(request.POST)
    report = [
        (row, words.checks().get(row.check, row.check), words.looked_for().get(row.kind, row.kind))
        for row in (found.report if found else ())
    ]
    return {
        "seen": seen,
        "card": seen.card,
        "found": found,
        "report": report,
        "failed": [one for one in report if not one[0].passed],
        "passed": all(row.passed for row in found.report) if found else False,
        "versions": opening.open_versions(by=by, resource=resource) if found else (),
        "licences": opening.licences(),
        "may_ask": may_ask,
        "fields": [
            {"field": field, "chosen": field.name in (terms.get("columns") or ()),
             "quasi": field.name in (terms.get("quasi") or ()), "counts": field.name in (terms.get("counts") or ()),
             "mask": _mask_code((terms.get("masks") or {}).get(field.name))}
            for field in seen.definition.fields
        ],
        "masks": words.masks(),
        "group": terms.get("group", 5),
        "rows": terms.get("rows"),
        "errors": errors,
        "sent": request.POST,
        "names": names(),
    }  # fmt: skip


def _standing(request: HouseRequest, resource: str) -> Opening | None:
    try:
        return opening.opening(by=request.actor, resource=resource)
    except NotFoundError:
        return None


def _mask_code(mask: Any) -> str:
    return next((code for code, (_, said) in words.masks().items() if said == mask), "") if mask else ""


def _terms(sent: QueryDict) -> dict[str, Any]:
    known, columns = words.masks(), sent.getlist("columns")
    masks = {name: known.get(sent.get(f"mask.{name}", ""), ("", None))[1] for name in columns}
    column, value = sent.get("row_column", ""), sent.get("row_value", "").strip()
    group = sent.get("group", "").strip()
    return {
        "columns": columns,
        "masks": {name: mask for name, mask in masks.items() if mask},
        "rows": {"column": column, "op": "eq", "value": value} if column else None,
        "quasi": sent.getlist("quasi"),
        "counts": sent.getlist("counts"),
        "group": int(group) if group.isascii() and group.isdecimal() and len(group) < 5 else 0,
    }


@staff("data.review")
@require_POST
def read_story(request: HouseRequest, story: UUID) -> HttpResponse:
    """Show a story, or refuse it with a reason."""
    sent = request.POST
    try:
        opening.moderate_story(
            by=request.actor, id=str(story), outcome=sent.get("deed", ""), reason=sent.get("reason", "")
        )
        messages.success(request, gettext("Done and written down."))
    except HouseError as refused:
        messages.error(request, _first(refused))
    return redirect("office:data_openings")


@staff("data.review")
@require_POST
def answer(request: HouseRequest, wish: UUID) -> HttpResponse:
    """Answer a request for open data, once."""
    sent = request.POST
    try:
        opening.answer_open_request(
            by=request.actor, id=str(wish), outcome=sent.get("deed", ""), answer=sent.get("answer", "")
        )
        messages.success(request, gettext("Answered. The person has a message."))
    except HouseError as refused:
        messages.error(request, _first(refused))
    return redirect("office:data_openings")


def _first(refused: HouseError) -> str:
    return next(iter(in_words(refused).values()))
