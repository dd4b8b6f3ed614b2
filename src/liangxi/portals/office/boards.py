"""Boards of things: one kind on one page, with what each says now, how old that is, and the alarms that stand."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_safe

from liangxi.kit import time
from liangxi.portals.access import HouseRequest, staff
from liangxi.portals.office import sensing_wording as wording
from liangxi.systems.sensing import face as sensing
from liangxi.systems.sensing.shapes import Alarm, Observation, Profile, Thing

MOST = 200  # things on a board
_GRAVITY = ("critical", "high", "medium", "low")
_TONES = {"critical": "red", "high": "red", "medium": "yellow", "low": "yellow"}


@staff("thing.read")
@require_safe
def first(request: HouseRequest) -> HttpResponse:
    """The first board that has something to show."""
    kinds = sensing.profiles_of_things(by=request.actor)
    if kinds:
        return redirect("office:board", profile=kinds[0].code)
    return render(request, "office/sensing/board.html", {"kinds": ()})


@staff("thing.read")
@require_safe
def board(request: HouseRequest, profile: str) -> HttpResponse:
    """Things of a kind; the page asks for itself anew every few seconds and says of when it is."""
    by = request.actor
    kinds = sensing.profiles_of_things(by=by)
    chosen = next((one for one in kinds if one.code == profile), None)
    if chosen is None:
        raise Http404
    page = sensing.things(by=by, profile=profile, limit=MOST)
    latest = sensing.latest(by=by, things=page.rows)
    standing = _gravest(sensing.alarms(by=by, limit=500).rows)
    now = time.now()
    tiles = [_tile(chosen, one, latest.get(one.code, {}), standing.get(one.code), now) for one in page.rows]
    context = {
        "kinds": kinds,
        "chosen": chosen,
        "tiles": tiles,
        "total": page.total,
        "alarmed": sum(tile["alarm"] is not None for tile in tiles),
        "silent": sum(tile["is_stale"] for tile in tiles),
        "now": now,
    }
    return render(request, "office/sensing/board.html", context)


def _gravest(rows: tuple[Alarm, ...]) -> dict[str, Alarm]:
    """The gravest alarm whose condition holds, by thing."""
    active = [one for one in rows if one.is_active and one.state not in ("shelved", "suppressed")]
    return {one.thing: one for one in sorted(active, key=lambda one: _GRAVITY.index(one.severity), reverse=True)}


def _tile(
    kind: Profile, thing: Thing, said: Mapping[str, Observation], alarm: Alarm | None, now: datetime
) -> dict[str, Any]:
    heard = max((one.time for one in said.values()), default=None)
    silence = timedelta(seconds=kind.offline_after)
    is_stale = heard is None or (kind.offline_after > 0 and now - heard > silence)
    told = [(one.title, wording.value(one, said[name].result)) for name, one in kind.properties.items() if name in said]
    return {
        "thing": thing,
        "main": told[0] if told else None,
        "others": told[1:],
        "heard": heard,
        "is_stale": is_stale,
        "alarm": alarm,
        "tone": _TONES[alarm.severity] if alarm else "",
    }
