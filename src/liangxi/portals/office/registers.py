"""The register of persons: searched with a purpose, shown masked, opened for a reason that is written down."""

from typing import Any
from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods

from liangxi.core.people import face as people
from liangxi.kit.errors import InvalidError
from liangxi.portals.access import HouseRequest, staff
from liangxi.portals.office.purposes import purpose_of
from liangxi.portals.words import in_words


@staff("person.read")
@sensitive_post_parameters("query")
@require_http_methods(["GET", "HEAD", "POST"])
def people_found(request: HouseRequest) -> HttpResponse:
    """Search by number, telephone or name; by POST, so that no address or log holds what was looked for."""
    context: dict[str, Any] = {"asked": {}, "errors": {}}
    if request.method == "POST":
        context["asked"] = {name: request.POST.get(name, "").strip() for name in ("query", "purpose")}
        purpose, context["errors"] = purpose_of(request.POST)
        if not context["errors"]:
            try:
                by = request.actor.with_purpose(purpose)
                context["found"] = people.find_people(by=by, query=context["asked"]["query"])
            except InvalidError as refused:
                context["errors"] = in_words(refused)
    return render(request, "office/people.html", context, status=422 if context["errors"] else 200)


@staff("person.read")
@require_http_methods(["GET", "HEAD", "POST"])
def person(request: HouseRequest, person: UUID) -> HttpResponse:
    """One person: masked at first; with a purpose the whole record and the household, in scope."""
    by = request.actor
    errors: dict[str, str] = {}
    if request.method == "POST":
        purpose, errors = purpose_of(request.POST)
        by = by if errors else by.with_purpose(purpose)
    found = people.person(by=by, id=str(person))
    context: dict[str, Any] = {"person": found, "errors": errors, "purpose": by.purpose, "asked": request.POST}
    if not found.is_masked:
        context["household"] = people.household_of(by=by, person=found.id)
    elif by.purpose:
        context["outside"] = True
    return render(request, "office/person.html", context, status=422 if errors else 200)
