"""Clocks as data: when a promise ends, when the law does, when a light changes."""

from collections.abc import Sequence
from datetime import datetime
from math import floor

from liangxi.core.calendar.shapes import WorkCalendar, end_of
from liangxi.core.cases.rules.state import FAR, Clock

ACCEPT_DAYS = 5  # 行政许可法第三十二条: tell what is missing at once or within five days, else it counts as accepted

Stops = Sequence[tuple[datetime, datetime | None]]


def draw(clock: Clock, calendar: WorkCalendar, yellow: float) -> None:
    """Compute the four instants of a running clock; a stopped clock and unknown years have none.

    Whole days count: a promise of two days at 0.6 turns yellow after the first.
    """
    if clock.started is None:
        return
    clock.due, promised_unknown = _end(clock.started, clock.promised, clock.stops, calendar)
    clock.statutory_due, law_unknown = _end(clock.started, clock.statutory, clock.stops, calendar)
    clock.yellow_at, _ = _end(clock.started, floor(clock.promised * yellow), clock.stops, calendar)
    clock.red_at = clock.statutory_due
    clock.provisional = promised_unknown or law_unknown


def _end(started: datetime, days: int, stops: Stops, calendar: WorkCalendar) -> tuple[datetime | None, bool]:
    found = calendar.due(started, days, stops)
    return (end_of(found.date) if found.date else None), found.provisional


def accept_by(submitted: datetime, calendar: WorkCalendar) -> Clock:
    """The clock of the window: five working days by law, which are also the promise."""
    clock = Clock(promised=ACCEPT_DAYS, statutory=ACCEPT_DAYS, started=submitted)
    draw(clock, calendar, 0.6)
    return clock


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


def task_times(clock: Clock) -> tuple[datetime | None, datetime, datetime]:
    """Due, yellow and red of a task that runs with a clock."""
    return clock.due, clock.yellow_at or FAR, clock.red_at or FAR
