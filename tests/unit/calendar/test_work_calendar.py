"""Working days by the published notices of 2024 and 2025 (examples) and as laws (hypothesis)."""

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from liangxi.core.calendar.shapes import WorkCalendar, local
from liangxi.kit.errors import InvalidError
from liangxi.kit.time import CITY

OFF = [date(2025, 1, 1), *(date(2025, 1, 28) + timedelta(n) for n in range(8)),
       *(date(2025, 10, 1) + timedelta(n) for n in range(8))]  # fmt: skip
WORK = [date(2025, 1, 26), date(2025, 2, 8), date(2025, 9, 28), date(2025, 10, 11)]
CALENDAR = WorkCalendar(frozenset({2025}), {**dict.fromkeys(OFF, False), **dict.fromkeys(WORK, True)})
DAYS = st.dates(date(2025, 1, 1), date(2025, 11, 1))


def at(month: int, day: int, hour: int = 10, minute: int = 0) -> datetime:
    return datetime(2025, month, day, hour, minute, tzinfo=CITY)


@pytest.mark.parametrize(
    ("start", "days", "end"),
    [
        (date(2025, 9, 26), 5, date(2025, 10, 10)),  # Sunday 28 Sept works, eight days of the National Day do not
        (date(2025, 9, 30), 1, date(2025, 10, 9)),
        (date(2025, 1, 24), 1, date(2025, 1, 26)),  # a make-up Sunday before the Spring Festival
        (date(2025, 10, 4), 0, date(2025, 10, 9)),
        (date(2025, 10, 9), 0, date(2025, 10, 9)),
    ],
)
def test_periods_around_the_holidays(start, days, end):
    due = CALENDAR.add_working_days(start, days)
    assert due.date == end and not due.provisional


def test_beyond_the_published_years_nothing_is_guessed():
    due = CALENDAR.add_working_days(date(2025, 12, 29), 5)
    assert due.date is None and due.provisional
    assert CALENDAR.due(at(12, 29), 5).provisional
    assert CALENDAR.add_working_hours(at(12, 31, 16), 8) is None
    with pytest.raises(InvalidError) as error:
        CALENDAR.is_working_day(date(2026, 1, 5))
    assert error.value.code == "calendar.year" and error.value.params == {"year": 2026}


def test_the_clock_stands_while_the_applicant_corrects():
    assert CALENDAR.due(at(9, 22), 5).date == date(2025, 9, 28)
    stopped = CALENDAR.due(at(9, 22), 5, [(at(9, 23), at(9, 25))])
    assert stopped.date == date(2025, 10, 9)  # 23, 24, 25 are not counted
    assert CALENDAR.due(at(9, 22), 5, [(at(9, 23), None)]).date is None
    assert not CALENDAR.due(at(9, 22), 5, [(at(9, 23), None)]).provisional


def test_overlapping_stops_are_counted_once():
    once = CALENDAR.due(at(6, 2), 10, [(at(6, 3), at(6, 5))])
    assert CALENDAR.due(at(6, 2), 10, [(at(6, 3), at(6, 4)), (at(6, 4), at(6, 5)), (at(6, 3), at(6, 5))]) == once


def test_office_hours_pass_over_lunch_night_and_weekend():
    assert CALENDAR.add_working_hours(at(6, 6, 11), 2) == at(6, 6, 14)
    assert CALENDAR.add_working_hours(at(6, 6, 16), 3) == at(6, 9, 11)  # Friday to Monday
    assert CALENDAR.add_working_hours(at(6, 7, 3), 0.5) == at(6, 9, 9, 30)


def test_the_day_is_that_of_the_city():
    assert local(datetime(2025, 6, 5, 16, 30, tzinfo=UTC)) == date(2025, 6, 6)


@given(DAYS, st.integers(1, 20))
def test_adding_and_counting_agree(start, days):
    due = CALENDAR.add_working_days(start, days).date
    assert due and CALENDAR.is_working_day(due)
    assert CALENDAR.working_days_between(start, due) == days
    assert CALENDAR.working_days_between(due, start) == -days


@given(DAYS, st.integers(1, 10), st.integers(0, 20), st.integers(0, 10))
def test_a_stop_never_brings_the_end_forward(start, days, begin, length):
    opened = datetime(start.year, start.month, start.day, 10, tzinfo=CITY)
    stop = (opened + timedelta(days=begin), opened + timedelta(days=begin + length))
    plain, held = CALENDAR.due(opened, days).date, CALENDAR.due(opened, days, [stop]).date
    assert plain and held and held >= plain
