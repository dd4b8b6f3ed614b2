"""Finding a thing: by one's own words, by occasion, by department, by how many others do it."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from itertools import islice

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from liangxi.core.cases import face as cases
from liangxi.core.cases.shapes import CaseRow
from liangxi.core.forms import face as forms
from liangxi.core.people import face as people
from liangxi.portals.access import VisitorRequest, public
from liangxi.portals.fragments import wanted_part
from liangxi.systems.onething import face as onething
from liangxi.systems.onething.shapes import Draft
from liangxi.systems.onething.shapes.cards import POPULAR_DAYS, PackageCard

SHORTCUTS = 6  # the most used packages on the home page
RUNNING = 3  # the visitor's own matters there
SUGGESTED = 6  # things offered while one types, or when nothing was found
WAYS = ("occasion", "department", "popular")  # how a list may be laid out


@dataclass(slots=True)
class Group:
    """Packages under one heading; `audience` where all are for the same."""

    id: str
    title: str
    audience: str = ""
    cards: list[PackageCard] = field(default_factory=list)


@public
@require_safe
def home(request: VisitorRequest) -> HttpResponse:
    """A question, my running matters, the most used packages, and the ways to all the others."""
    running: tuple[CaseRow, ...] = ()
    drafts: tuple[Draft, ...] = ()
    if request.actor is not None:
        running = tuple(c for c in cases.my_cases(by=request.actor) if c.closed_at is None)[:RUNNING]
        drafts = onething.drafts(by=request.actor)[:RUNNING]
    found = onething.packages()
    occasions = _by_occasion(found)
    context = {
        "query": "",
        "packages": found[:SHORTCUTS],
        "total": len(found),
        "months": POPULAR_DAYS // 30,
        "for_persons": [group for group in occasions if group.audience == "person"],
        "for_firms": [group for group in occasions if group.audience == "firm"],
        "departments": _by_department(found),
        "running": running,
        "drafts": drafts,
    }
    return render(request, "citizen/home.html", context)


@public
@require_safe
def things(request: VisitorRequest) -> HttpResponse:
    """The packages by words, audience, occasion and department; fragments while one types."""
    query = request.GET.get("q", "").strip()[:80]
    if wanted_part(request) == "suggestions":
        offered = onething.packages(query=query)[:SUGGESTED] if query else ()
        return render(request, "citizen/suggestions.html", {"packages": offered, "query": query})
    audience, category, org = (request.GET.get(name, "") for name in ("for", "category", "org"))
    everything = onething.packages()
    found = onething.packages(audience=audience or None, category=category or None, org=org or None, query=query)
    way = request.GET.get("by", "")
    way = way if way in WAYS else WAYS[0]
    context = {
        "packages": found,
        "groups": [] if query else _grouped(found, way),
        "query": query,
        "audience": audience,
        "category": category,
        "org": org,
        "way": way,
        "months": POPULAR_DAYS // 30,
        "near": () if found else _near(query),
        "categories": _by_occasion(everything),
        "departments": _taking_part(everything),
    }
    template = "citizen/things_list.html" if wanted_part(request) == "found" else "citizen/things.html"
    return render(request, template, context)


def _grouped(cards: Iterable[PackageCard], way: str) -> list[Group]:
    """The packages under headings; none when the most used stand first."""
    return [] if way == "popular" else _by_department(cards) if way == "department" else _by_occasion(cards)


def _by_occasion(cards: Iterable[PackageCard]) -> list[Group]:
    """The packages by the occasion of life or business, those for residents first, then in the order of use."""
    groups: dict[str, Group] = {}
    for card in cards:
        title = forms.say(card.category_title)
        groups.setdefault(card.category, Group(card.category, title, card.audience)).cards.append(card)
    return sorted(groups.values(), key=lambda group: group.audience == "firm")


def _by_department(cards: Iterable[PackageCard]) -> list[Group]:
    """The packages under the department that leads each, the one with the most first."""
    names = _names()
    groups: dict[str, Group] = {}
    for card in cards:
        groups.setdefault(card.lead, Group(card.lead, names.get(card.lead, card.lead))).cards.append(card)
    return sorted(groups.values(), key=lambda group: -len(group.cards))


def _taking_part(cards: Iterable[PackageCard]) -> list[tuple[str, str]]:
    """Every department that has a part in a package, as (code, name), in the order of the tree."""
    wanted = {org for card in cards for org in card.orgs}
    return [(code, name) for code, name in _names().items() if code in wanted]


def _names() -> dict[str, str]:
    return {one.code: forms.say(one.name) for one in people.organisations()}


def _near(query: str) -> tuple[PackageCard, ...]:
    """What comes close where nothing holds every word: things that hold two neighbouring signs or a word of it."""
    words = query.split()
    parts = [word[i : i + 2] for word in words for i in range(max(1, len(word) - 1))] if not query.isascii() else words
    met: dict[str, PackageCard] = {}
    for part in islice(dict.fromkeys(parts), 12):
        met |= {card.id: card for card in onething.packages(query=part) if card.id not in met}
    return tuple(met.values())[:SUGGESTED]
