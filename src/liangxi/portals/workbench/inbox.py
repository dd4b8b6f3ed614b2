"""The one inbox: every open task of my posts, the most urgent first; and how others fare."""

from typing import Any

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext
from django.utils.translation import gettext_noop as _n
from django.views.decorators.http import require_POST, require_safe

from liangxi.core.cases import face as engine
from liangxi.core.cases.shapes import BatchRow, CasePage, InboxPage, LightCounts
from liangxi.core.people import face as people
from liangxi.core.webhooks import face as webhooks
from liangxi.kit.actor import Actor
from liangxi.kit.errors import InvalidError
from liangxi.kit.ids import new_id
from liangxi.portals.access import HouseRequest, live_url, staff
from liangxi.portals.fragments import wanted_part
from liangxi.portals.words import in_words, states
from liangxi.portals.workbench.signing import DESK
from liangxi.portals.workbench.wording import task_kinds

LIGHTS = ("red", "yellow", "green")
SHOWN = 50
MOST_TOPICS = 20  # of one live ticket
NOBODY = InboxPage(rows=(), counts=LightCounts(), next=None)


def asked(request: HouseRequest, name: str) -> str:
    """A word of the address, trimmed, without what no database keeps."""
    return request.GET.get(name, "").strip()[:100]


@staff(*DESK)
@require_safe
def inbox(request: HouseRequest) -> HttpResponse:
    """The tasks, narrowed by light, kind, number or name; the list renews itself when something happens to it."""
    by, errors = request.actor, dict[str, str]()
    query, light, kind = asked(request, "q"), asked(request, "light"), asked(request, "kind")
    mine = asked(request, "mine") == "1"
    page, first = NOBODY, engine.inbox(by=by, limit=1)
    try:
        page = engine.inbox(
            by=by,
            light=light or None,
            kind=kind or None,
            mine=mine,
            query=query,
            after=asked(request, "after") or None,
            limit=SHOWN,
        )
    except InvalidError as refused:
        errors = in_words(refused)
    context: dict[str, Any] = {
        "page": page,
        "asked": {"q": query, "light": light, "kind": kind, "mine": mine},
        "is_narrowed": bool(query or light or kind or mine),
        "errors": errors,
        "counts": first.counts,
        "lights": [(name, getattr(first.counts, name)) for name in LIGHTS],
        "first": first.rows[0] if first.rows else None,
        "kinds": {code: word for code, word in task_kinds().items() if code == kind or _may_have(by, code)},
        "names": {one.code: one.name for one in people.organisations()},
        "live": live_url(*topics(by)),
        "batch": [kind for kind in ("accept", "decide") if _may_have(by, kind)],
        "batch_key": str(new_id()),
        "silent": webhooks.closed_subscriptions(by=by) if not wanted_part(request) else (),
    }
    template = "workbench/tasks.html" if wanted_part(request) == "tasks" else "workbench/inbox.html"
    return render(request, template, context, status=422 if errors else 200)


_BY_KIND = {
    "accept": "case.accept",
    "hand_out": "case.handout",
    "extension": "case.lead",
    "supervise": "case.supervise",
    "read": "case.read",
}


def _may_have(by: Actor, kind: str) -> bool:
    """True when a post gives tasks of this kind; what departments do needs the right to decide."""
    return bool(by.paths(_BY_KIND.get(kind, "case.decide")))


def topics(by: Actor) -> list[str]:
    """What the inbox of an actor listens to: the organisations of the posts that give him tasks."""
    paths = {path for permission in DESK[:3] for path in by.paths(permission)}
    codes = sorted({path.strip("/").rpartition("/")[2] for path in paths} - {""})
    return [f"inbox:{code}" for code in codes[:MOST_TOPICS]] or [f"inbox:{by.org or 'none'}"]


@staff(*DESK)
@require_POST
def batch(request: HouseRequest) -> HttpResponse:
    """Accept or approve what was ticked; what came of each case, since one refusal does not hold up the rest."""
    errors, rows = dict[str, str](), list[tuple[BatchRow, str]]()
    action, body = _MANY.get(request.POST.get("do", ""), ("", {}))
    try:
        if not action:
            raise InvalidError("workbench.deed", _n("Choose what to do."), fields={"do": _n("Choose what to do.")})
        found = engine.batch(by=request.actor, cases=request.POST.getlist("cases"), action=action,
                             key=request.POST.get("key", ""), body=body)  # fmt: skip
        rows = [(row, _why(row)) for row in found]
    except InvalidError as refused:
        errors = in_words(refused)
    done = sum(row.done for row, _ in rows)
    context = {"rows": rows, "errors": errors, "done": done, "refused": len(rows) - done}
    return render(request, "workbench/batch.html", context, status=422 if errors else 200)


def _why(row: BatchRow) -> str:
    """Why one case was refused; what is asked for case by case is written where the case stands."""
    why = gettext(row.message) % row.params if row.params else gettext(row.message)
    if row.lacks == "reason":
        return gettext("%(field)s: %(why)s Open the case and answer there.") % {"field": gettext("Reason"), "why": why}
    return why


_MANY: dict[str, tuple[str, dict[str, str]]] = {
    "accept": ("accept", {}),
    "approve": ("decide", {"outcome": "approve"}),
}


@staff(*DESK)
@require_safe
def go_on(request: HouseRequest) -> HttpResponse:
    """The most urgent task of another case than the one just seen, or the empty inbox."""
    rows = engine.inbox(by=request.actor, limit=20).rows
    seen = asked(request, "seen")
    for row in (*(r for r in rows if not r.task.startswith(f"{seen}:")), *rows):
        return redirect("workbench:case", no=row.case_no)
    return redirect("workbench:inbox")


@staff("case.read")
@require_safe
def lights(request: HouseRequest) -> HttpResponse:
    """Open tasks by department and light, where most is late first: what leaders ask for."""
    names = {one.code: one.name for one in people.organisations()}
    found = engine.lights(by=request.actor)
    rows = [
        {"org": org, "name": names.get(org, org), "counts": counts}
        for org, counts in sorted(found.items(), key=lambda one: (-one[1].red, -one[1].yellow, -one[1].total))
    ]
    whole = LightCounts(*(sum(getattr(one, name) for one in found.values()) for name in ("green", "yellow", "red")))
    live = live_url(*[f"inbox:{org}" for org in found][:MOST_TOPICS] or topics(request.actor))
    template = "workbench/lights_table.html" if wanted_part(request) == "lights" else "workbench/lights.html"
    return render(request, template, {"rows": rows, "whole": whole, "live": live})


@staff("case.read")
@require_safe
def found(request: HouseRequest) -> HttpResponse:
    """Cases that ended or lie with others, by the beginning of the number or by the applicant's full name."""
    query, state, errors = asked(request, "q"), asked(request, "state"), dict[str, str]()
    page = CasePage(rows=(), next=None)
    if state and state not in states():
        errors = {"state": gettext("Choose one of the states.")}
    else:
        page = engine.find_cases(by=request.actor, query=query, state=state, after=asked(request, "after") or None)
    context = {"page": page, "asked": {"q": query, "state": state}, "states": states(), "errors": errors,
               "names": {one.code: one.name for one in people.organisations()}}  # fmt: skip
    return render(request, "workbench/cases.html", context, status=422 if errors else 200)
