"""Harvest: which other catalogues the open portal lists, when they were read, and what was wrong with their records."""

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from liangxi.kit.errors import HouseError
from liangxi.portals.access import HouseRequest, staff
from liangxi.portals.words import in_words, sentence
from liangxi.systems.federation import face as federation
from liangxi.systems.federation.shapes import HarvestRun, HarvestSource

FIELDS = ("id", "title", "kind", "url", "every")


@staff("data.review")
@require_safe
def board(request: HouseRequest) -> HttpResponse:
    """The catalogues that are read, each with its last run."""
    listed = [_shown(one) for one in federation.harvest_sources(by=request.actor)]
    failing = sum(one["last"] is not None and one["last"]["run"].state == "failed" for one in listed)
    return render(request, "office/federation/harvest.html", {"sources": listed, "failing": failing})


def _shown(one: HarvestSource) -> dict[str, Any]:
    return {"source": one, "last": _told(one.runs[0]) if one.runs else None}


def _told(run: HarvestRun) -> dict[str, Any]:
    """A run with its words."""
    error = HouseError("federation.harvest", run.error, run.error_params)
    return {
        "run": run,
        "error": sentence(error) if run.error else "",
        "faults": [(id, gettext(why)) for id, why in run.faults],
    }


@staff("data.review")
@require_http_methods(["GET", "HEAD", "POST"])
def edit(request: HouseRequest, source: str = "") -> HttpResponse:
    """The form of a source, and its runs with their reports."""
    by, errors = request.actor, dict[str, str]()
    seen = federation.harvest_source(by=by, id=source) if source else None
    values: dict[str, Any] = {name: getattr(seen, name) for name in FIELDS} if seen else {"kind": "ckan", "every": 24}
    if request.method == "POST":
        values = {name: request.POST.get(name, "") for name in FIELDS} | ({"id": source} if source else {})
        try:
            id = federation.save_harvest(by=by, said=values)
        except HouseError as refused:
            errors = in_words(refused)
        else:
            messages.success(request, gettext("The source is kept."))
            return redirect("office:harvest_source", source=id)
    context = {
        "seen": seen,
        "values": values,
        "errors": errors,
        "runs": [_told(one) for one in seen.runs] if seen else (),
    }
    return render(request, "office/federation/harvest_source.html", context, status=422 if errors else 200)


@staff("data.review")
@require_POST
def act(request: HouseRequest, source: str) -> HttpResponse:
    """Read a source now, pause it or go on with it."""
    by, deed = request.actor, request.POST.get("deed", "")
    if deed == "start":
        federation.start_harvest(by=by, id=source)
        messages.success(request, gettext("Asked for. It is read within a minute."))
    else:
        federation.pause_harvest(by=by, id=source, is_active=deed == "resume")
    return redirect("office:harvest_source", source=source)
