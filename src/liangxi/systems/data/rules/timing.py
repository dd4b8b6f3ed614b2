"""When a source is read next: `every 15m` (s, m, h, d), or a line of cron in official time of China."""

import re
from datetime import datetime, timedelta

from cronsim import CronSim, CronSimError

from liangxi.kit.time import CITY

LEAST = timedelta(seconds=10)
_EVERY = re.compile(r"every ([1-9][0-9]{0,4}) ?([smhd])")
_UNITS = {"s": "seconds", "m": "minutes", "h": "hours", "d": "days"}


def fault_of(schedule: str) -> str:
    """Why this is no schedule; empty when it is one."""
    if match := _EVERY.fullmatch(schedule):
        return "" if _step(match) >= LEAST else "A source is read every ten seconds at most."
    try:
        next(CronSim(schedule, datetime(2026, 1, 1, tzinfo=CITY)))
    except (CronSimError, StopIteration):
        return "Write `every 15m`, or five fields of cron such as `30 2 * * *`."
    return ""


def next_after(schedule: str, moment: datetime) -> datetime:
    """The first instant after `moment` that a schedule without fault names."""
    if match := _EVERY.fullmatch(schedule):
        return moment + _step(match)
    return next(CronSim(schedule, moment.astimezone(CITY)))


def _step(match: re.Match[str]) -> timedelta:
    return timedelta(**{_UNITS[match[2]]: int(match[1])})
