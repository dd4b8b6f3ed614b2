"""Loading a year's notice."""

from collections.abc import Iterable

from django.db import connection, transaction

from liangxi.core.calendar import queries
from liangxi.core.calendar.models import CalendarDay, CalendarYear
from liangxi.core.calendar.shapes import DayRow
from liangxi.kit.actor import Actor
from liangxi.kit.errors import InvalidError


def load(by: Actor, year: int, days: Iterable[DayRow]) -> int:
    """Replace the days of a year's notice and number the calendar anew."""
    by.require("calendar.manage")
    listed = list(days)
    for day in listed:
        if day.date.year not in (year - 1, year):
            why = "This day belongs to another year's notice."
            raise InvalidError("calendar.day", "%(day)s: %(why)s", {"day": day.date.isoformat(), "why": why},
                               fields={day.date.isoformat(): why})  # fmt: skip
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SELECT nextval('calendar_version')")
        version = cursor.fetchone()[0]
        found, _ = CalendarYear.objects.update_or_create(pk=year, defaults={"version": version})
        found.days.all().delete()
        CalendarDay.objects.bulk_create(
            CalendarDay(date=day.date, year=found, name=day.name, kind=day.kind, notice=day.notice) for day in listed
        )
    queries.forget()
    return len(listed)
