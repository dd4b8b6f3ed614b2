"""The calendar, read once a version."""

from functools import lru_cache

from django.db import connection

from liangxi.core.calendar.models import CalendarDay, CalendarYear
from liangxi.core.calendar.rules import WorkCalendar

_VERSION = "SELECT coalesce(max(version), 0) FROM calendar_calendaryear"


def calendar() -> WorkCalendar:
    """The calendar of the newest version; one short statement a call, the days are kept."""
    with connection.cursor() as cursor:
        cursor.execute(_VERSION)
        return _of_version(cursor.fetchone()[0])


@lru_cache(maxsize=4)
def _of_version(version: int) -> WorkCalendar:
    years = frozenset(CalendarYear.objects.values_list("year", flat=True))
    days = {day.date: day.kind == "work" for day in CalendarDay.objects.all()}
    return WorkCalendar(years, days, version)
