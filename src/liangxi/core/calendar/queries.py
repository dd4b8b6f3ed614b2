"""The calendar, read once a version."""

from functools import lru_cache
from time import monotonic

from django.db import connection

from liangxi.core.calendar.models import CalendarDay, CalendarYear
from liangxi.core.calendar.rules import WorkCalendar

_VERSION = "SELECT coalesce(max(version), 0) FROM calendar_calendaryear"
_SECOND = 1.0


def calendar() -> WorkCalendar:
    """The calendar of the newest version; a load by another process is seen within a second, the own one at once."""
    return _of_version(_version(int(monotonic() / _SECOND)))


def forget() -> None:
    """Let the next call look for a new version."""
    _version.cache_clear()


@lru_cache(maxsize=1)
def _version(_second: int) -> int:
    with connection.cursor() as cursor:
        cursor.execute(_VERSION)
        return int(cursor.fetchone()[0])


@lru_cache(maxsize=4)
def _of_version(version: int) -> WorkCalendar:
    years = frozenset(CalendarYear.objects.values_list("year", flat=True))
    days = {day.date: day.kind == "work" for day in CalendarDay.objects.all()}
    return WorkCalendar(years, days, version)
