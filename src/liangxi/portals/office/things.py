"""感知设备: the things of the organisations in one's charge: found, looked at, registered by table, keyed, moved on."""

import csv
import io
from datetime import timedelta
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from liangxi.core.people import face as people
from liangxi.kit import time
from liangxi.kit.errors import ConflictError, InvalidError
from liangxi.portals.access import HouseRequest, staff
from liangxi.portals.office import sensing_wording as wording
from liangxi.portals.words import in_words, sentence
from liangxi.systems.sensing import face as sensing
from liangxi.systems.sensing.shapes import COLUMNS, NEXT, Observation, Property, Span, Thing

LARGEST = 20 * 1024 * 1024  # bytes of a table


@staff("thing.read")
@require_safe
def listed(request: HouseRequest) -> HttpResponse:
    """Things whose code or title holds what was asked for, with what each said last."""
    query = request.GET.get("query", "").strip()
    page = sensing.things(by=request.actor, query=query, after=request.GET.get("after", ""), limit=50)
    latest = sensing.latest(by=request.actor, things=page.rows)
    kinds = {one.code: one.properties for one in sensing.profiles()}
    rows = [
        {
            "thing": one,
            "said": _said(kinds[one.profile], latest.get(one.code, {})),
            "at": _last(latest.get(one.code, {})),
        }
        for one in page.rows
    ]
    context = {"rows": rows, "page": page, "query": query, "names": _names(), "shown": len(rows)}
    return render(request, "office/sensing/things.html", context)


@staff("thing.read")
@require_safe
def one(request: HouseRequest, thing: str) -> HttpResponse:
    """One thing: what it says now and said in the last day, its alarms, its keys."""
    return _page(request, sensing.thing(by=request.actor, code=thing))


def _page(request: HouseRequest, found: Thing, secret: str = "") -> HttpResponse:
    by = request.actor
    kinds = next(one.properties for one in sensing.profiles() if one.code == found.profile)
    latest = sensing.latest(by=by, things=[found]).get(found.code, {})
    rows = [_row(request, found, kind, latest.get(kind.code)) for kind in kinds.values()]
    may_manage = by.may("thing.manage", found.org_path)
    context: dict[str, Any] = {
        "thing": found,
        "rows": rows,
        "alarms": sensing.alarms(by=by, thing=found.code).rows,
        "names": _names(),
        "secret": secret,
        "keys": sensing.credentials_of(by=by, code=found.code) if may_manage else None,
        "steps": sorted(NEXT[found.state]) if may_manage else (),
    }
    response = render(request, "office/sensing/thing.html", context)
    response["Cache-Control"] = "private, no-store"
    return response


def _row(request: HouseRequest, found: Thing, kind: Property, said: Observation | None) -> dict[str, Any]:
    """A property with its value, and for a number what it did in the last day."""
    spans: tuple[Span, ...] = ()
    if kind.type == "number" and said is not None:
        since, until = time.now() - timedelta(days=1), time.now() + timedelta(minutes=5)
        spans = sensing.spans(
            by=request.actor, code=found.code, property=kind.code, since=since, until=until, step=3600
        )
    return {
        "kind": kind,
        "text": wording.value(kind, said.result) if said else "",
        "at": said.time if said else None,
        "points": [one.mean for one in spans] if len(spans) > 1 else [],
        "low": min((one.low for one in spans), default=None),
        "high": max((one.high for one in spans), default=None),
    }


@staff("thing.manage")
@require_POST
def change(request: HouseRequest, thing: str) -> HttpResponse:
    """Move a thing along its life."""
    try:
        sensing.change_state(by=request.actor, code=thing, state=request.POST.get("state", ""))  # type: ignore[arg-type]
    except (ConflictError, InvalidError) as refused:
        messages.error(request, sentence(refused))
    else:
        messages.success(request, gettext("The state was changed."))
    return redirect("office:thing", thing=thing)


@staff("thing.manage")
@require_POST
def rotate(request: HouseRequest, thing: str) -> HttpResponse:
    """A fresh key, shown once on this page."""
    try:
        issued = sensing.rotate_key(by=request.actor, code=thing, is_at_once="at_once" in request.POST)
    except ConflictError as refused:
        messages.error(request, sentence(refused))
        return redirect("office:thing", thing=thing)
    return _page(request, sensing.thing(by=request.actor, code=thing), issued.secret)


@staff("thing.manage")
@require_POST
def revoke(request: HouseRequest, thing: str) -> HttpResponse:
    """End a key now."""
    sensing.revoke_key(by=request.actor, code=thing, credential=request.POST.get("key", ""))
    messages.success(request, gettext("The key was revoked."))
    return redirect("office:thing", thing=thing)


@staff("thing.manage")
@require_http_methods(["GET", "HEAD", "POST"])
def register(request: HouseRequest) -> HttpResponse:
    """Register the things of a table; the answer is the table of their keys, which is given once."""
    errors: dict[str, str] = {}
    if request.method == "POST":
        try:
            issued = sensing.register_table(by=request.actor, text=_table(request))
        except InvalidError as refused:
            errors = in_words(refused)
        else:
            return _keys([(one.thing, one.secret) for one in issued])
    context = {"errors": dict(list(errors.items())[:50]), "columns": COLUMNS, "profiles": sensing.profiles()}
    return render(request, "office/sensing/register.html", context, status=422 if errors else 200)


def _table(request: HouseRequest) -> str:
    sent = request.FILES.get("table")
    if sent is None or sent.size is None or sent.size > LARGEST:
        why = "Choose a table (CSV) of up to 20 MB."
        raise InvalidError("office.table", why, fields={"table": why})
    try:
        return str(sent.read(), "utf-8")
    except UnicodeDecodeError as error:
        why = "The table is not UTF-8."
        raise InvalidError("office.table", why, fields={"table": why}) from error


def _keys(rows: list[tuple[str, str]]) -> HttpResponse:
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow(("code", "key"))
    writer.writerows(rows)
    answer = HttpResponse("\ufeff" + text.getvalue(), content_type="text/csv; charset=utf-8")
    answer["Content-Disposition"] = 'attachment; filename="keys.csv"'
    answer["Cache-Control"] = "private, no-store"
    return answer


def _said(kinds: Any, latest: dict[str, Observation]) -> list[tuple[Property, str]]:
    return [(kinds[name], wording.value(kinds[name], said.result)) for name, said in latest.items() if name in kinds][
        :3
    ]


def _last(latest: dict[str, Observation]) -> Any:
    return max((one.time for one in latest.values()), default=None)


def _names() -> dict[str, Any]:
    return {one.code: one.name for one in people.organisations()}
