"""Clocks against counting by hand: days, office hours, stops, special procedures, extensions."""

from datetime import UTC, date, datetime, timedelta

from hypothesis import given, settings
from hypothesis import strategies as st
from tests.unit.cases.test_case_rules import CALENDAR, ORGS, START, WHY, definition, item

from liangxi.core.calendar.shapes import WorkCalendar, local
from liangxi.core.cases.rules import clocks, deciding, evolving
from liangxi.core.cases.rules.deciding.command import Command
from liangxi.core.cases.rules.plan import compile_plan
from liangxi.core.cases.rules.state import Clock, Event
from liangxi.kit.errors import HouseError
from liangxi.kit.time import CITY


@given(
    st.integers(0, 30),
    st.lists(st.tuples(st.integers(0, 400), st.integers(0, 200)), max_size=4),
    st.sets(st.integers(0, 80), max_size=10),
)
@settings(max_examples=1000, deadline=None)
def test_a_clock_agrees_with_counting_days_by_hand(days, gaps, off) -> None:
    calendar = WorkCalendar(CALENDAR.years, {local(START) + timedelta(days=n): False for n in off})
    stops, at = [], START
    for wait, length in gaps:
        begin = at + timedelta(hours=wait)
        at = begin + timedelta(hours=length)
        stops.append((begin, at))
    clock = Clock(promised=days, statutory=days + 5, started=START, stops=stops)
    clocks.draw(clock, calendar, 0.6)
    assert clock.due and clock.statutory_due and clock.yellow_at
    still = {local(b) + timedelta(days=n) for b, e in stops for n in range((local(e) - local(b)).days + 1)}
    day, counted = local(START), 0
    while counted < days:
        day += timedelta(days=1)
        counted += calendar.is_working_day(day) and day not in still
    assert local(clock.due) == day
    assert clock.yellow_at <= clock.due <= clock.statutory_due == clock.red_at


@given(
    st.integers(1, 60),
    st.lists(st.tuples(st.integers(0, 40), st.integers(0, 60)), max_size=3),
    st.sets(st.integers(0, 14), max_size=10),
)
@settings(max_examples=200, deadline=None)
def test_a_promise_in_office_hours_agrees_with_counting_half_hours(halves, gaps, off) -> None:
    calendar = WorkCalendar(CALENDAR.years, {local(START) + timedelta(days=n): False for n in off})
    half, stops, at = timedelta(minutes=30), [], START
    for wait, length in gaps:
        begin = at + wait * half
        at = begin + length * half
        stops.append((begin, at))
    clock = Clock(promised=5, statutory=20, hours=halves / 2, started=START, stops=stops)
    clocks.draw(clock, calendar, 0.6)
    now, counted = START, 0
    while counted < halves:
        hour = now.astimezone(CITY).hour
        is_open = calendar.is_working_day(local(now)) and (9 <= hour < 12 or 13 <= hour < 17)
        counted += is_open and not any(begin <= now < end for begin, end in stops)
        now += half
    assert clock.due == now


class Book:
    """What a clerk with a paper calendar would write down of one clock: days granted, days and half hours lost."""

    def __init__(self, days: int, halves: int = 0) -> None:
        self.days, self.halves, self.extended, self.stops = days, halves, 0, []

    def due(self, calendar: WorkCalendar, days: int) -> date:
        still = {local(b) + timedelta(days=n) for b, e in self.stops for n in range((local(e) - local(b)).days + 1)}
        day = local(START)
        for _ in range(days + self.extended):
            day += timedelta(days=1)
            while not calendar.is_working_day(day) or day in still:
                day += timedelta(days=1)
        return day

    def due_hours(self, calendar: WorkCalendar) -> datetime:
        now, counted, half = START, 0, timedelta(minutes=30)
        while counted < self.halves + self.extended * 14:  # seven office hours a day
            hour = now.astimezone(CITY).hour
            is_open = calendar.is_working_day(local(now)) and (9 <= hour < 12 or 13 <= hour < 17)
            counted += is_open and not any(begin <= now < end for begin, end in self.stops)
            now += half
        return now


class Desk:
    """A case of two items side by side, and a book for each of its clocks. +10 for an item, +15 for the whole case."""

    def __init__(self, calendar: WorkCalendar) -> None:
        self.calendar, self.at = calendar, START
        self.plan = compile_plan(definition(items=[item("one"), item("two") | {"promised": {"hours": 3}}]), ORGS)
        data = {"items": ["one", "two"], "subject": "", "person": "p", "firm": None, "name": "n", "account": "1",
                "check": "X", "form": {}, "materials": []}  # fmt: skip
        event = Event("C", "opened", data)
        self.state = evolving.opened_state(self.plan, event, START)
        evolving.evolve(evolving.Frame(self.plan, calendar, START), self.state, event)
        assert self.happens("accept", "C")
        self.books = {"C": Book(5), "C-1": Book(5), "C-2": Book(1, 6)}
        self.since, self.asked = dict[str, datetime](), dict[str, int]()

    def happens(self, action: str, no: str, **body: object) -> bool:
        seats = tuple(seat.n for seat in self.state.node(no).seats)
        try:
            happened = deciding.decide(self.plan, self.state, Command(no, action, self.at, body, "u", "u", seats))
        except HouseError:
            return False
        for event in happened:
            evolving.evolve(evolving.Frame(self.plan, self.calendar, self.at), self.state, event)
        return True

    def suspend(self, no: str, days: int) -> None:
        if self.happens("suspend", no, kind="hearing", days=days, **WHY):
            self.since |= {no: self.at, "C": self.since.get("C", self.at)}

    def resume(self, no: str, days: int) -> None:
        if self.happens("resume", no, finding="f"):
            self.books[no].stops.append((self.since.pop(no), self.at))
            if set(self.since) == {"C"}:
                self.books["C"].stops.append((self.since.pop("C"), self.at))

    def ask(self, no: str, days: int) -> None:
        if self.happens("ask_extension", no, days=days, **WHY):
            assert days <= (15 if no == "C" else 10)
            self.asked[no] = days

    def approve(self, no: str, days: int) -> None:
        if self.happens("answer_extension", no, outcome="approve"):
            for one in {no, "C"}:
                self.books[one].extended += self.asked[no]

    def deny(self, no: str, days: int) -> None:
        self.happens("answer_extension", no, outcome="deny", **WHY)


@given(
    st.lists(
        st.tuples(
            st.integers(0, 60),
            st.sampled_from([Desk.suspend, Desk.resume, Desk.ask, Desk.approve, Desk.deny]),
            st.sampled_from(["C", "C-1", "C-2"]),
            st.integers(1, 15),
        ),
        max_size=12,
    ),
    st.sets(st.integers(0, 120), max_size=15),
)
@settings(max_examples=500, deadline=None)
def test_clocks_of_extended_and_suspended_cases_agree_with_counting_by_hand(deeds, off) -> None:
    desk = Desk(WorkCalendar(CALENDAR.years, {local(START) + timedelta(days=n): False for n in off}))
    for halves, deed, no, days in deeds:
        desk.at += halves * timedelta(minutes=30)
        deed(desk, no, days)
    for no in sorted(set(desk.since) - {"C"}):
        assert desk.state.node(no).clock.due is None
        desk.resume(no, 0)
    for no, book in desk.books.items():
        clock = desk.state.node(no).clock
        promised = book.due_hours(desk.calendar) if book.halves else book.due(desk.calendar, book.days)
        assert (clock.due if book.halves else local(clock.due)) == promised, no
        assert local(clock.statutory_due) == book.due(desk.calendar, 20) == local(clock.red_at), no
        assert clock.yellow_at <= clock.due


def test_a_stopped_clock_knows_no_end() -> None:
    clock = Clock(promised=5, statutory=20, started=START, stops=[(START, None)])
    clocks.draw(clock, CALENDAR, 0.6)
    assert clock.due is None and clock.red_at is None and clock.is_stopped


def test_years_that_are_not_published_make_the_end_provisional() -> None:
    clock = Clock(promised=5, statutory=20, started=datetime(2030, 12, 20, tzinfo=UTC))
    clocks.draw(clock, CALENDAR, 0.6)
    assert clock.due and clock.statutory_due is None and clock.provisional
