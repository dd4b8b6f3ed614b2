"""Data sets of other catalogues: found, and shown with where they stand and under which terms."""

from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from liangxi.portals.access import VisitorRequest, public
from liangxi.systems.federation import face as federation

PAGE = 20


@public
@require_safe
def listed(request: VisitorRequest) -> HttpResponse:
    """What other catalogues list, by words and catalogue."""
    asked = {name: request.GET.get(name, "").strip()[:80] for name in ("q", "source", "after")}
    after = asked["after"]
    offset = int(after) if after.isascii() and after.isdecimal() and len(after) < 7 else 0
    rows, total = federation.harvested(query=asked["q"], source=asked["source"], offset=offset, limit=PAGE)
    more = str(offset + PAGE) if offset + PAGE < total else None
    context = {"rows": rows, "total": total, "asked": asked, "sources": federation.harvested_by_source(), "next": more}
    return render(request, "opendata/harvested.html", context)


@public
@require_safe
def one(request: VisitorRequest, found: UUID) -> HttpResponse:
    """One data set with its files, licence and origin."""
    return render(request, "opendata/harvested_set.html", {"found": federation.harvested_set(id=str(found))})
