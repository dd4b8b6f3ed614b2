"""The clock of the house: injectable, always aware, official time of China for people."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

CITY = ZoneInfo("Asia/Shanghai")


def _system_clock() -> datetime:
    return datetime.now(UTC)


_clock: Callable[[], datetime] = _system_clock


def now() -> datetime:
    """The present instant, aware, in UTC."""
    return _clock()


def today() -> date:
    """The present calendar day in the city."""
    return now().astimezone(CITY).date()


@contextmanager
def frozen(at: datetime) -> Iterator[None]:
    """Within the block `now()` answers `at` (aware); for tests and replays."""
    global _clock  # noqa: PLW0603 the clock is the one thing that a test must replace for everybody
    if at.tzinfo is None:
        raise ValueError("the clock needs an aware datetime")
    before, _clock = _clock, lambda: at
    try:
        yield
    finally:
        _clock = before
