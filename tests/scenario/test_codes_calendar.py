"""Dated code lists and the calendar of the profile, through their doors."""

import csv
from datetime import date
from pathlib import Path

import pytest

from liangxi.core.calendar import face as calendar
from liangxi.core.calendar.shapes import DayRow
from liangxi.core.codes import face as codes
from liangxi.core.codes.shapes import Code
from liangxi.kit.actor import Actor, system
from liangxi.kit.errors import ForbiddenError, InvalidError, NotFoundError

HOUSE = system("test")
PROFILE = Path(__file__).parents[2] / "cities/wuxi"
NOBODY = Actor(kind="staff", account="1", name="n")


def test_a_code_holds_on_its_days(db):
    streets = [
        Code(code="104", title={"zh": "旧街道", "en": "Old"}, valid_to=date(2022, 1, 1)),
        Code(code="104", title={"zh": "新街道"}, valid_from=date(2022, 1, 1)),
        Code(code="101", title={"zh": "常在"}),
    ]
    assert codes.load(by=HOUSE, list_id="street", title={"zh": "街道", "en": "Streets"}, entries=streets) == 3
    assert [c.title["zh"] for c in codes.entries(list_id="street", on=date(2021, 12, 31))] == ["旧街道", "常在"]
    assert codes.code(list_id="street", code="104", on=date(2022, 1, 1)).title == {"zh": "新街道", "en": "新街道"}
    codes.load(by=HOUSE, list_id="street", title={"zh": "街道", "en": "Streets"}, entries=streets[2:])
    with pytest.raises(NotFoundError):
        codes.code(list_id="street", code="104")


def test_bad_code_lists_are_refused_whole(db):
    twice = [
        Code(code="1", title={"zh": "a"}, valid_to=date(2024, 1, 2)),
        Code(code="1", title={"zh": "b"}, valid_from=date(2024, 1, 1)),
    ]
    with pytest.raises(InvalidError) as error:
        codes.load(by=HOUSE, list_id="x", title={"zh": "x", "en": "x"}, entries=twice)
    assert set(error.value.fields) == {"1"}
    with pytest.raises(NotFoundError):
        codes.entries(list_id="x")
    with pytest.raises(ForbiddenError):
        codes.load(by=NOBODY, list_id="x", title={"zh": "x", "en": "x"}, entries=[])


@pytest.fixture
def published(db):
    with (PROFILE / "calendar.csv").open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    for year in (2023, 2024, 2025, 2026):
        days = [
            DayRow(date.fromisoformat(r["date"]), r["name"], r["kind"], r["notice"])
            for r in rows
            if r["date"].startswith(str(year))
        ]
        calendar.load(by=HOUSE, year=year, days=days)


@pytest.mark.parametrize(("year", "days"), [(2023, 249), (2024, 251), (2025, 248), (2026, 248)])
def test_the_loaded_years_have_their_published_number_of_working_days(published, year, days):
    """The counts agree day by day with an independent calendar (chinesecalendar)."""
    before = date(year, 1, 1)  # a holiday in every year
    assert calendar.working_days_between(start=before, end=date(year, 12, 31)) == days


def test_a_new_notice_is_seen_at_once(published):
    assert calendar.add_working_days(start=date(2026, 12, 30), days=5).provisional
    assert not calendar.is_working_day(on=date(2026, 10, 1))
    calendar.load(by=HOUSE, year=2027, days=[DayRow(date(2027, 1, 1), "元旦", "off")])
    assert calendar.add_working_days(start=date(2026, 12, 30), days=2).date == date(2027, 1, 4)
    with pytest.raises(InvalidError) as error:
        calendar.load(by=HOUSE, year=2027, days=[DayRow(date(2024, 1, 1), "元旦", "off")])
    assert set(error.value.fields) == {"2024-01-01"}
    with pytest.raises(ForbiddenError):
        calendar.load(by=NOBODY, year=2027, days=[])
