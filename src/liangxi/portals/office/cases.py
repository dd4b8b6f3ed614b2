"""Cases in the scope of the reader: found, and one with its whole history."""

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_safe

from liangxi.core.cases import face as engine
from liangxi.core.cases.shapes import CasePage
from liangxi.core.people import face as people
from liangxi.kit.errors import InvalidError
from liangxi.portals.access import HouseRequest, staff
from liangxi.portals.words import in_words, states


@staff("case.read")
@require_safe
def found(request: HouseRequest) -> HttpResponse:
    """A page of cases by number, applicant, state and department."""
    asked = {name: request.GET.get(name, "").strip() for name in ("query", "state", "org")}
    errors: dict[str, str] = {}
    page = CasePage(rows=(), next=None)
    try:
        page = engine.find_cases(
            by=request.actor,
            query=asked["query"],
            state=asked["state"],
            org=asked["org"],
            after=request.GET.get("after") or None,
        )
    except InvalidError as refused:
        errors = in_words(refused)
    organisations = people.organisations()
    context = {
        "page": page,
        "asked": asked,
        "errors": errors,
        "states": states(),
        "organisations": [one for one in organisations if one.kind != "community"],
        "names": {one.code: one.name for one in organisations},
    }
    return render(request, "office/cases.html", context, status=422 if errors else 200)


@staff("case.read")
@require_safe
def one(request: HouseRequest, no: str) -> HttpResponse:
    """A case: its matters, materials and history. The form stays closed: who administers does not read it."""
    view = engine.case(by=request.actor, no=no)
    if view.parent_no:
        return redirect("office:case", no=view.parent_no)
    context = {
        "case": view,
        "applicant": view.applicant.name if view.applicant.firm else people.mask_name(view.applicant.name),
        "names": {one.code: one.name for one in people.organisations()},
        "titles": {item.item: item.title for item in view.items} | {item.no: item.title for item in view.items},
    }
    return render(request, "office/case.html", context)
