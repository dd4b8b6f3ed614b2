"""Finding a thing and learning what it takes: search, categories, the guide."""

from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import get_language
from django.views.decorators.http import require_safe

from liangxi.core.cases import face as cases
from liangxi.core.cases.shapes import CaseRow
from liangxi.core.people import face as people
from liangxi.kit.errors import InvalidError
from liangxi.portals.access import VisitorRequest, public
from liangxi.portals.fragments import wanted_part
from liangxi.systems.onething import face as onething
from liangxi.systems.onething.shapes import Draft, PackageCard

SHORTCUTS = 10  # the most used packages on the home page
RUNNING = 3  # the visitor's own matters there


@public
@require_safe
def home(request: VisitorRequest) -> HttpResponse:
    """A question, my running matters, the most used packages."""
    running: tuple[CaseRow, ...] = ()
    drafts: tuple[Draft, ...] = ()
    if request.actor is not None:
        running = tuple(c for c in cases.my_cases(by=request.actor) if c.closed_at is None)[:RUNNING]
        drafts = onething.drafts(by=request.actor)[:RUNNING]
    found = onething.packages()
    context = {"packages": found[:SHORTCUTS], "categories": _categories(found), "running": running, "drafts": drafts}
    return render(request, "citizen/home.html", context)


@public
@require_safe
def things(request: VisitorRequest) -> HttpResponse:
    """The packages by words, audience and category; a fragment when the search box asks while one types."""
    query = request.GET.get("q", "").strip()[:80]
    audience, category = request.GET.get("for", ""), request.GET.get("category", "")
    everything = onething.packages()
    found = onething.packages(audience=audience or None, category=category or None, query=query)
    context = {
        "packages": found,
        "query": query,
        "audience": audience,
        "category": category,
        "categories": _categories(everything),
    }
    template = "citizen/things_list.html" if wanted_part(request) == "found" else "citizen/things.html"
    return render(request, template, context)


@public
@require_safe
def thing(request: VisitorRequest, package: str) -> HttpResponse:
    """The guide: one question after the other, and at every moment what the answers lead to.

    The answers stand in the address, so that a situation can be sent to somebody or printed.
    """
    given = {key: value for key, value in request.GET.items() if key != "csrfmiddlewaretoken"}
    errors: dict[str, str] = {}
    try:
        guide = onething.guide(package=package, answers=given)
    except InvalidError as error:
        errors = dict(error.fields)
        sound = {key: value for key, value in given.items() if key not in errors}
        guide = onething.guide(package=package, answers=sound)
    departments = [people.organisation(code=code) for code in guide.departments]
    context = {"guide": guide, "errors": errors, "given": given, "departments": departments}
    template = "citizen/guide.html" if wanted_part(request) == "guide" else "citizen/thing.html"
    return render(request, template, context, status=422 if errors else 200)


def _categories(cards: tuple[PackageCard, ...]) -> list[dict[str, object]]:
    """The categories with the number of packages in each, in the order of use."""
    lang = "en" if (get_language() or "zh").startswith("en") else "zh"
    counted: dict[str, dict[str, object]] = {}
    for card in cards:
        row = counted.setdefault(
            card.category, {"id": card.category, "title": card.category_title[lang], "for": card.audience, "count": 0}
        )
        row["count"] = int(str(row["count"])) + 1
    return list(counted.values())
