"""The one inbox: every open task of my posts, the most urgent first."""

from dataclasses import asdict
from typing import Any

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_safe

from liangxi.core.cases import face as engine
from liangxi.core.people import face as people
from liangxi.portals.access import HouseRequest, live_url, staff
from liangxi.portals.workbench.signing import DESK

LIGHTS = ("red", "yellow", "green")
SHOWN = 50


@staff(*DESK)
@require_safe
def inbox(request: HouseRequest) -> HttpResponse:
    """The tasks, narrowed by light, number or name; the list renews itself when something happens to it."""
    by = request.actor
    query, light = request.GET.get("q", "").strip()[:100], request.GET.get("light", "")
    page = engine.inbox(
        by=by, light=light if light in LIGHTS else None, query=query, after=request.GET.get("after"), limit=SHOWN
    )
    context: dict[str, Any] = {
        "page": page,
        "query": query,
        "light": light,
        "counts": asdict(page.counts),
        "total": page.counts.total,
        "names": {one.code: one.name for one in people.organisations()},
        "posts": people.posts_of(account=by.account),
        "live": live_url(*(f"inbox:{post.organisation.code}" for post in people.posts_of(account=by.account)[:20])),
    }
    fragment = request.headers.get("HX-Target") == "tasks"
    return render(request, "workbench/tasks.html" if fragment else "workbench/inbox.html", context)


@staff(*DESK)
@require_safe
def go_on(request: HouseRequest) -> HttpResponse:
    """The most urgent task, or the empty inbox."""
    rows = engine.inbox(by=request.actor, limit=1).rows
    return redirect("workbench:case", no=rows[0].case_no) if rows else redirect("workbench:inbox")
