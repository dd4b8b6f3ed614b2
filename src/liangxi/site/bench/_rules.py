"""Rules without a database: due days of clocks with stops, the checker over all packages of the city."""

import time
from datetime import datetime, timedelta

from django.conf import settings

from liangxi.core.calendar.shapes import WorkCalendar
from liangxi.kit.time import CITY
from liangxi.site.bench._figures import Figure
from liangxi.systems.onething import face as onething

_BEGIN = datetime(2026, 1, 5, 10, tzinfo=CITY)


def speeds(number: int) -> list[Figure]:
    """Due days a second, each of 20 working days with two stops; seconds of the checker."""
    calendar = WorkCalendar(frozenset({2026, 2027}), {})
    hour = timedelta(hours=1)
    stops = [(_BEGIN + 30 * hour, _BEGIN + 60 * hour), (_BEGIN + 200 * hour, _BEGIN + 230 * hour)]
    begun = time.process_time()
    for n in range(number):
        calendar.due(_BEGIN + n % 1000 * hour, 20, stops)
    spent = time.process_time() - begun
    root = settings.CONFIG.city_root
    begun = time.process_time()
    faults, found = onething.check_profile(root=root), onething.summaries(root=root)
    checked = time.process_time() - begun
    assert not faults, "the packages of the city have faults"
    situations = sum(one.situations for one in found)
    return [
        Figure(name="due days of 20 working days with two stops", value=number / spent, unit="1/s"),
        Figure(name=f"checker, {len(found)} packages, {situations:,} situations", value=checked, unit="s"),
    ]
