"""The door of the calendar: working days from the published years, never guessed."""

from collections.abc import Iterable
from datetime import date, datetime

from liangxi.core.calendar import actions, queries
from liangxi.core.calendar.shapes import DayRow, Due, WorkCalendar
from liangxi.kit.actor import Actor


def calendar() -> WorkCalendar:
    """The loaded calendar as a value; kept by the process until another version is loaded."""
    return queries.calendar()


def is_working_day(*, on: date) -> bool:
    """True when offices work on the day; InvalidError `calendar.year` beyond the loaded years."""
    return calendar().is_working_day(on)


def add_working_days(*, start: date, days: int) -> Due:
    """The end of a period of working days after `start`; provisional and without a date beyond the loaded years."""
    return calendar().add_working_days(start, days)


def working_days_between(*, start: date, end: date) -> int:
    """Working days after `start` up to and including `end`; negative backwards. InvalidError `calendar.year`."""
    return calendar().working_days_between(start, end)


def add_working_hours(*, start: datetime, hours: float) -> datetime | None:
    """The instant after so many office hours; None beyond the loaded years."""
    return calendar().add_working_hours(start, hours)


def load(*, by: Actor, year: int, days: Iterable[DayRow]) -> int:
    """Load the exceptional days of a year (those of its notice, which may lie in the year before); their number.

    Needs `calendar.manage`.
    """
    return actions.load(by, year, days)
