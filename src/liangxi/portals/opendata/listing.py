"""Finding open data: words, facets, order; the terms of use; how programs read it."""

from collections.abc import Callable, Mapping
from typing import Any

from django.conf import settings
from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext
from django.views.decorators.http import require_safe

from liangxi.core.codes import face as codes
from liangxi.core.forms import face as forms
from liangxi.core.people import face as people
from liangxi.kit.errors import NotFoundError
from liangxi.portals.access import VisitorRequest, public
from liangxi.portals.fragments import wanted_part
from liangxi.portals.opendata import wording
from liangxi.systems.data.face import opendata, opening
from liangxi.systems.data.shapes.opening import Facet
from liangxi.systems.federation import face as federation

PAGE = 20
FACETS = ("org", "category", "kind", "cycle", "place")
_DEEPEST = 100_000


@public
@require_safe
def found(request: VisitorRequest) -> HttpResponse:
    """Open data sets by words and facets; a fragment while one types or chooses."""
    asked = {name: request.GET.get(name, "").strip()[:80] for name in ("q", "sort", *FACETS)}
    sort = asked["sort"] if asked["sort"] in wording.sorts() else ("" if asked["q"] else "newest")
    after = request.GET.get("after", "")
    offset = int(after) if after.isascii() and after.isdecimal() and len(after) < 7 else 0
    page = opendata.datasets(
        query=asked["q"], narrow={name: asked[name] for name in FACETS}, sort=sort, offset=offset, limit=PAGE
    )
    names = organisations()
    context = {
        "page": page,
        "asked": asked,
        "sort": sort,
        "is_narrowed": any(asked[name] for name in ("q", *FACETS)),
        "facets": _facets(page.facets, names),
        "names": names,
        "next": str(page.next) if page.next else None,
        "sorts": wording.sorts(),
        "elsewhere": federation.harvested_by_source().values(),
    }
    template = "opendata/found.html" if wanted_part(request) == "found" else "opendata/home.html"
    return render(request, template, context)


@public
@require_safe
def licences(request: VisitorRequest) -> HttpResponse:
    """The terms of use of the city."""
    return render(request, "opendata/licences.html", {"licences": opening.licences()})


@public
@require_safe
def developers(request: VisitorRequest) -> HttpResponse:
    """The ways in which programs read open data, each with an example that works."""
    first = next(iter(opendata.datasets(limit=1).rows), None)
    context = {"root": settings.CONFIG.public_url, "example": first.id if first else "air-quality"}
    return render(request, "opendata/developers.html", context)


def organisations() -> Mapping[str, Any]:
    """The names of organisations by code."""
    return {one.code: one.name for one in people.organisations()}


def category(code: str) -> str:
    """The name of a category of the city's list."""
    try:
        return forms.say(codes.code(list_id="data_category", code=code).title)
    except NotFoundError:
        return code


def _facets(
    facets: Mapping[str, tuple[Facet, ...]], names: Mapping[str, Any]
) -> list[tuple[str, str, str, list[tuple[str, str, int]]]]:
    """Each facet with its title, the word for all, and its values with words and counts."""
    say: Mapping[str, Callable[[str], str]] = {
        "org": lambda code: forms.say(names.get(code, {"zh": code, "en": code})),
        "category": category,
        "kind": lambda code: wording.kinds().get(code, code),
        "cycle": lambda code: wording.cycles().get(code, code),
        "place": lambda code: wording.places().get(code, code),
    }
    titles = {
        "org": (gettext("Provider"), gettext("Every provider")),
        "category": (gettext("Category"), gettext("Every category")),
        "kind": (gettext("Class"), gettext("Every class")),
        "cycle": (gettext("Update cycle"), gettext("Every cycle")),
        "place": (gettext("On the map"), gettext("With or without places")),
    }
    return [
        (name, *titles[name], [(one.value, say[name](one.value), one.count) for one in facets[name]]) for name in FACETS
    ]
