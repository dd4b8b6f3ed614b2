"""Clocks as data: when a promise ends, when the law does, when a light changes."""

from collections.abc import Sequence
from datetime import datetime
from math import floor

from liangxi.core.calendar.shapes import WorkCalendar, end_of
from liangxi.core.cases.rules.state import Clock

Stops = Sequence[tuple[datetime, datetime | None]]


def draw(clock: Clock, calendar: WorkCalendar, yellow: float) -> None:
    """Compute the four instants of a running clock; a stopped clock and unknown years have none.

    Whole days count: a promise of two days at 0.6 turns yellow after the first. A promise in office hours ends, and
    turns yellow, on the minute.
    """
    if clock.started is None:
        return
    clock.statutory_due, law_unknown = _end(clock.started, clock.statutory, clock.stops, calendar)
    if clock.hours:
        clock.due = calendar.due_hours(clock.started, clock.hours, clock.stops)
        clock.yellow_at = calendar.due_hours(clock.started, clock.hours * yellow, clock.stops)
        promised_unknown = clock.due is None and not clock.is_stopped
    else:
        clock.due, promised_unknown = _end(clock.started, clock.promised, clock.stops, calendar)
        clock.yellow_at, _ = _end(clock.started, floor(clock.promised * yellow), clock.stops, calendar)
    clock.red_at = clock.statutory_due
    clock.provisional = promised_unknown or law_unknown


def _end(started: datetime, days: int, stops: Stops, calendar: WorkCalendar) -> tuple[datetime | None, bool]:
    found = calendar.due(started, days, stops)
    return (end_of(found.date) if found.date else None), found.provisional


def light(now: datetime, yellow_at: datetime | None, red_at: datetime | None, *, stopped: bool, ended: bool) -> str:
    """green, yellow (close to or past the promise), red (past the law), paused, or none."""
    if ended:
        return "none"
    if stopped:
        return "paused"
    if red_at is None and yellow_at is None:
        return "none"
    if red_at is not None and now > red_at:
        return "red"
    return "yellow" if yellow_at is not None and now > yellow_at else "green"
