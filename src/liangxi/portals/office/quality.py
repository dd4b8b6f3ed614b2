"""质量: scores by resource and department, the course of each, what its values are like, tickets of failing rules."""

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext
from django.views.decorators.http import require_POST, require_safe

from liangxi.kit.errors import HouseError
from liangxi.portals.access import HouseRequest, staff
from liangxi.portals.office import quality_wording as words
from liangxi.portals.office.catalogue import names
from liangxi.portals.words import sentence
from liangxi.systems.data import face as data
from liangxi.systems.data.shapes.quality import Measurement

WATCH, ALARM = 0.1, 0.25


@staff()
@require_safe
def board(request: HouseRequest) -> HttpResponse:
    """All resources that were measured, the worst first, the mean by department, the open tickets."""
    page = data.quality(by=request.actor, org=request.GET.get("org", "")[:60])
    scores = [one.score for one in page.resources]
    context = {
        "page": page,
        "rows": [{"one": one, "cells": _cells(one)} for one in page.resources],
        "mean": sum(scores) / len(scores) if scores else None,
        "alarms": sum(len(one.alarms) for one in page.resources),
        "names": names(),
        "dimensions": words.dimensions(),
        "org": request.GET.get("org", ""),
    }
    return render(request, "office/data/quality.html", context)


def _cells(one: Measurement) -> list[tuple[str, float | None]]:
    return [(name, one.dimensions.get(code)) for code, name in words.dimensions().items()]


@staff()
@require_safe
def resource(request: HouseRequest, resource: str) -> HttpResponse:
    """One resource: dimensions, rules, the course of its score, the profile of each field."""
    by = request.actor
    seen = data.resource(by=by, id=resource)
    past = data.measurements(by=by, resource=resource)
    newest = past[0] if past else None
    titles = {field.name: field.title for field in seen.definition.fields}
    context = {
        "seen": seen,
        "newest": newest,
        "cells": _cells(newest) if newest else (),
        "points": [one.score for one in reversed(past)],
        "past": past,
        "results": sorted(newest.results, key=lambda one: one.score) if newest else (),
        "profile": [_shown(one, titles, newest.rows) for one in newest.profile] if newest else (),
        "alarms": [(words.alarm(one), titles.get(one["field"])) for one in newest.alarms] if newest else (),
        "findings": data.findings(by=by, resource=resource),
        "dimensions": words.dimensions(),
    }
    return render(request, "office/data/resource_quality.html", context)


def _shown(one: Any, titles: Any, rows: int) -> dict[str, Any]:
    tone = "" if one.drift is None else "azalea" if one.drift >= ALARM else "amber" if one.drift >= WATCH else "camphor"
    share = 100 * one.nulls / rows if rows else 0.0
    return {
        "one": one,
        "title": titles.get(one.field, {"zh": one.field, "en": one.field}),
        "tone": tone,
        "share": share,
    }


@staff("data.correct")
@require_POST
def answer(request: HouseRequest, finding: str) -> HttpResponse:
    """The provider's word on a ticket."""
    sent = request.POST
    try:
        data.answer_finding(
            by=request.actor, id=str(finding), outcome=sent.get("outcome", ""), answer=sent.get("answer", "")
        )
        messages.success(request, gettext("Answered."))
    except HouseError as refused:
        messages.error(request, sentence(refused))
    return redirect("office:resource_quality", resource=sent.get("resource", ""))
