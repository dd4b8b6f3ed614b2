"""The data catalogue: searched, one resource with its history, the base registers, the bureau's review."""

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext
from django.views.decorators.http import require_POST, require_safe

from liangxi.core.people import face as people
from liangxi.kit.errors import HouseError, InvalidError
from liangxi.portals.access import HouseRequest, staff
from liangxi.portals.office import data_wording as words
from liangxi.portals.words import in_words, sentence
from liangxi.systems.data import face as data
from liangxi.systems.data.shapes import Resource

FIELD = ("name", "title", "type", "grade", "is_key", "is_personal", "is_authoritative", "source")
NARROW = ("kind", "org", "sharing", "opening", "register", "origin")


def names() -> dict[str, Any]:
    """The names of organisations by code."""
    return {one.code: one.name for one in people.organisations()}


@staff()
@require_safe
def found(request: HouseRequest) -> HttpResponse:
    """The published catalogue, by words over names, summaries and fields, and by attributes."""
    asked = {name: request.GET.get(name, "").strip()[:200] for name in ("q", *NARROW)}
    page = data.resources(
        by=request.actor,
        query=asked["q"],
        kind=asked["kind"],
        org=asked["org"],
        sharing=asked["sharing"],
        opening=asked["opening"],
        register=asked["register"],
        origin=asked["origin"],
        after=request.GET.get("after"),
    )
    context = {
        "page": page,
        "asked": asked,
        "is_narrowed": any(asked.values()),
        "names": names(),
        "choices": (
            ("kind", gettext("Class"), words.kinds()),
            ("sharing", gettext("Sharing"), words.sharing()),
            ("opening", gettext("Opening"), words.opening()),
        ),
    }
    return render(request, "office/data/catalogue.html", context)


@staff()
@require_safe
def resource(request: HouseRequest, resource: str) -> HttpResponse:
    """One resource: core metadata, fields with their source, versions, what one may do with it."""
    return _resource(request, resource, {})


def _resource(request: HouseRequest, id: str, errors: dict[str, str]) -> HttpResponse:
    by, number = request.actor, request.GET.get("version", "")
    in_work = request.GET.get("work") == "1" or "work" in request.POST
    version = int(number) if number.isdecimal() and len(number) < 6 else None
    seen = data.resource(by=by, id=id, version=version, in_work=in_work)
    context = {
        "seen": seen,
        "made": seen.definition,
        **_lineage(seen),
        "card": seen.card,
        "history": data.history(by=by, id=id),
        "errors": errors,
        "asked": request.POST,
        "names": names(),
    }
    return render(request, "office/data/resource.html", context, status=422 if errors else 200)


def _lineage(seen: Resource) -> dict[str, Any]:
    """The fields with the resource that each copies, the relations, and the copies by resource, under their titles."""
    titles, own = seen.titles, {field.name: field.title for field in seen.definition.fields}
    fields = []
    for field in seen.definition.fields:
        source = field.source.partition(".")[0]
        fields.append({name: getattr(field, name) for name in FIELD} | {
            "source_resource": source, "source_title": titles.get(source, source)})  # fmt: skip
    copies: dict[str, list[Any]] = {}
    for name, other, _ in seen.mirrors:
        copies.setdefault(other, []).append(own.get(name, name))
    return {
        "fields": fields,
        "relations": [
            (one.kind, one.resource, titles.get(one.resource, one.resource)) for one in seen.definition.relations
        ],
        "related": [(one.kind, one.resource, titles.get(one.resource, one.resource)) for one in seen.related],
        "copies": [(id, titles.get(id, id), names) for id, names in copies.items()],
    }


@staff("data.manage", "data.review")
@require_POST
def act(request: HouseRequest, resource: str) -> HttpResponse:
    """Submit, drop, review or withdraw."""
    by, sent = request.actor, request.POST
    deed = sent.get("deed", "")
    try:
        if deed == "submit":
            data.submit_resource(by=by, id=resource)
            said = gettext("Submitted. The data bureau reviews it.")
        elif deed == "drop":
            data.drop_draft(by=by, id=resource)
            messages.success(request, gettext("The draft is gone."))
            return redirect("office:data_steward")
        elif deed == "withdraw":
            data.withdraw_resource(by=by, id=resource, reason=sent.get("reason", ""))
            said = gettext("Withdrawn from the catalogue.")
        else:
            data.review_resource(by=by, id=resource, outcome=deed, note=sent.get("note", ""))
            said = gettext("Published.") if deed == "publish" else gettext("Returned with your note.")
    except InvalidError as refused:
        return _resource(request, resource, {"__all__": sentence(refused)} | in_words(refused))
    except HouseError as refused:
        messages.error(request, sentence(refused))
    else:
        messages.success(request, said)
    return redirect("office:resource", resource=resource)


@staff()
@require_safe
def coverage(request: HouseRequest) -> HttpResponse:
    """The five base registers: which elements have an authoritative source, how young their data is."""
    rows = [
        {
            "one": one,
            "elements": [(one.titles[name], source) for name, source in one.covered.items()],
            "covered": sum(source is not None for source in one.covered.values()),
            "percent": round(one.share * 100),
        }
        for one in data.coverage(by=request.actor)
    ]
    return render(request, "office/data/coverage.html", {"rows": rows, "names": names()})


@staff("data.review")
@require_safe
def reviews(request: HouseRequest) -> HttpResponse:
    """What waits for the data bureau: resources, needs, refusals to mediate; and the grants of the city."""
    by = request.actor
    context = {
        "resources": data.resources_to_review(by=by),
        "needs": data.needs_to_check(by=by),
        "disputes": data.requests_to_mediate(by=by),
        "grants": data.grants_given(by=by)[:50],
        "names": names(),
    }
    return render(request, "office/data/reviews.html", context)
