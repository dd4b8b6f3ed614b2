"""Working days and hours. Pure: the exceptional days come from the notices of the State Council's office."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from liangxi.kit.errors import InvalidError

SHANGHAI = ZoneInfo("Asia/Shanghai")
OFFICE_HOURS = ((time(9), time(12)), (time(13), time(17)))
"""The hours of the windows (design: a city's profile says its own); seven a day."""

Stop = tuple[datetime, datetime | None]
_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Due:
    """A day that a period ends on. `provisional`: it reaches into a year whose notice is not out; then `date` is None.

    Beyond the loaded years nothing is guessed.
    """

    date: date | None
    provisional: bool = False


@dataclass(frozen=True, slots=True)
class WorkCalendar:
    """The loaded years and their exceptional days: `days` maps a date to True (works) or False (off)."""

    years: frozenset[int]
    days: Mapping[date, bool]
    version: int = 0

    def is_working_day(self, on: date) -> bool:
        """True when offices work on the day; InvalidError `calendar.year` beyond the loaded years."""
        if on.year not in self.years:
            raise InvalidError(
                "calendar.year", "The working days of %(year)s are not published yet.", {"year": on.year}
            )
        return self.days.get(on, on.weekday() < 5)

    def add_working_days(self, start: date, days: int) -> Due:
        """The day on which a period of `days` working days ends; the first day does not count (民法典第二百零一条).

        A period of 0 days ends on the first working day from `start`.
        """
        day, left = start, days
        try:
            if days == 0:
                while not self.is_working_day(day):
                    day += _DAY
            while left > 0:
                day += _DAY
                left -= self.is_working_day(day)
        except InvalidError:
            return Due(None, provisional=True)
        return Due(day)

    def working_days_between(self, start: date, end: date) -> int:
        """Working days after `start` up to and including `end`; negative when `end` comes first."""
        if end < start:
            return -self.working_days_between(end, start)
        return sum(self.is_working_day(start + n * _DAY) for n in range(1, (end - start).days + 1))

    def due(self, start: datetime, days: int, stops: Sequence[Stop] = ()) -> Due:
        """The day on which a clock of working days ends that starts at `start` and stands still in `stops`.

        A working day on which the clock stood at any time is not counted (the law deducts whole days). A stop that
        is still open makes the end unknown.
        """
        if any(end is None for _, end in stops):
            return Due(None)
        still = {day for begin, end in stops if end is not None for day in _days(begin, end)}
        day, left = local(start), days
        try:
            while left > 0:
                day += _DAY
                left -= self.is_working_day(day) and day not in still
        except InvalidError:
            return Due(None, provisional=True)
        return Due(day)

    def add_working_hours(self, start: datetime, hours: float) -> datetime | None:
        """The instant at which `hours` of office time have passed; None when it lies beyond the loaded years."""
        return self.due_hours(start, hours)

    def due_hours(self, start: datetime, hours: float, stops: Sequence[Stop] = ()) -> datetime | None:
        """The same for a clock that stands still in `stops`, to the minute; None while a stop is open."""
        if any(end is None for _, end in stops):
            return None
        left, day = timedelta(hours=hours), local(start)
        try:
            while True:
                for begin, end in self._running(day, start, stops):
                    if left <= end - begin:
                        return begin + left
                    left -= end - begin
                day += _DAY
        except InvalidError:
            return None

    def _running(self, day: date, start: datetime, stops: Sequence[Stop]) -> Sequence[tuple[datetime, datetime]]:
        """The office hours of a day from `start` on, without the stops."""
        spans = [(max(begin, start), end) for begin, end in self._office(day) if end > start]
        for off, on in stops:
            if on is not None:
                parts = [((begin, min(end, off)), (max(begin, on), end)) for begin, end in spans]
                spans = [span for pair in parts for span in pair if span[0] < span[1]]
        return spans

    def _office(self, day: date) -> Sequence[tuple[datetime, datetime]]:
        if not self.is_working_day(day):
            return ()
        return [(datetime.combine(day, a, SHANGHAI), datetime.combine(day, b, SHANGHAI)) for a, b in OFFICE_HOURS]


def local(moment: datetime) -> date:
    """The day of an instant in the city."""
    return moment.astimezone(SHANGHAI).date()


def end_of(day: date) -> datetime:
    """The end of a day in the city: the last microsecond, as an instant."""
    return datetime.combine(day, time.max, SHANGHAI)


def _days(begin: datetime, end: datetime) -> Sequence[date]:
    first, last = local(begin), local(end)
    return [first + n * _DAY for n in range((last - first).days + 1)]
