"""The city on the wall. Open to everybody: it shows where the city is, and nobody's matters."""

from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext
from django.views.decorators.http import require_safe

from liangxi.core.places import face as places
from liangxi.kit import time
from liangxi.portals.access import VisitorRequest, public


@public
@require_safe
def city(request: VisitorRequest) -> HttpResponse:
    """Map, list of districts, and how many divisions the city has, each number with its definition."""
    levels = (
        ("county", gettext("Districts and cities"), gettext("County-level divisions in the statutory list")),
        ("town", gettext("Towns and subdistricts"), gettext("Township-level divisions, without statistical zones")),
        ("village", gettext("Communities and villages"), gettext("Village-level divisions in the statistical list")),
    )
    numbers = [
        {"label": label, "definition": definition, "value": f"{len(places.divisions(level=level)):,}"}
        for level, label, definition in levels
    ]
    return render(request, "screen/city.html", {"numbers": numbers, "today": time.today()})
