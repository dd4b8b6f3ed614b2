"""The first page: what is late and where, what came in, what waits for a decision."""

from datetime import timedelta
from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from liangxi.core.audit import face as audit
from liangxi.core.cases import face as cases
from liangxi.core.cases.shapes import LightCounts
from liangxi.core.events import face as events
from liangxi.core.people import face as people
from liangxi.core.webhooks import face as webhooks
from liangxi.kit import time
from liangxi.kit.actor import Actor
from liangxi.portals.access import HouseRequest, staff
from liangxi.systems.data import face as data
from liangxi.systems.onething import face as onething

DAYS = 14
HOME = ("people.manage", "role.manage", "audit.read", "onething.read", "events.manage", "data.correct", "data.review")


@staff(*HOME)
@require_safe
def home(request: HouseRequest) -> HttpResponse:
    """The blocks that the reader's posts open."""
    by = request.actor
    context: dict[str, Any] = {"today": time.today()}
    if by.may("case.read"):
        context |= _cases(by)
    if by.may("events.manage"):
        context["dead"] = len(events.dead_letters(by=by))
        context["silent"] = len(webhooks.closed_subscriptions(by=by, everybody=True))
    if by.may("onething.read"):
        context["versions"] = [row for row in onething.versions(by=by) if row.is_current]
    if by.may("data.correct"):
        context["objections"] = data.disputes(by=by, limit=1).open
    if by.may("data.grant"):
        context["asked_data"] = len(data.requests_to_answer(by=by))
    if by.may("data.review"):
        context["to_review"] = len(data.needs_to_check(by=by)) + len(data.resources_to_review(by=by))
    if by.may("audit.read"):
        context["records"], context["checkpoint"] = audit.head(by=by)
    return render(request, "office/home.html", context)


def _cases(by: Actor) -> dict[str, Any]:
    lights = cases.lights(by=by)
    names = {one.code: one.name for one in people.organisations()}
    departments = sorted(
        ({"code": code, "name": names.get(code, {"zh": code, "en": code}), "lights": n} for code, n in lights.items()),
        key=lambda row: (-row["lights"].red, -row["lights"].yellow, -row["lights"].total),  # type: ignore[attr-defined]
    )
    counted = cases.opened_by_day(by=by, days=DAYS)
    days = [time.today() - timedelta(days=back) for back in range(DAYS - 1, -1, -1)]
    whole = LightCounts(*(sum(getattr(n, name) for n in lights.values()) for name in ("green", "yellow", "red")))
    return {
        "departments": departments,
        "whole": whole,
        "opened": [counted.get(day, 0) for day in days],
        "opened_today": counted.get(time.today(), 0),
    }
