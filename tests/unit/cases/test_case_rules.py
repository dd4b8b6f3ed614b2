"""The laws of the engine without a database: random histories keep the invariants."""

import copy
from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from liangxi.core.calendar.shapes import WorkCalendar, local
from liangxi.core.cases.rules import clocks, deciding, evolving, numbers
from liangxi.core.cases.rules.deciding import COMMANDS
from liangxi.core.cases.rules.deciding.command import Command
from liangxi.core.cases.rules.plan import compile_plan
from liangxi.core.cases.rules.state import Clock, Event, State, dump, load
from liangxi.core.cases.wording import DEEDS, SENTENCES
from liangxi.kit.errors import HouseError, InvalidError
from liangxi.kit.time import CITY

CALENDAR = WorkCalendar(years=frozenset(range(2026, 2031)), days={})
START = datetime(2026, 11, 23, 1, tzinfo=UTC)
ORGS = {"window": "/1/w/", "a": "/1/a/", "b": "/1/b/"}


def item(key: str, after: tuple[str, ...] = (), result: str | None = None) -> dict[str, object]:
    return {"key": key, "title": {"zh": key, "en": key}, "org": "a", "after": list(after), "result": result,
            "statutory": {"days": 20}, "promised": {"days": 5}}  # fmt: skip


def definition(on_deny: str = "collect", **more: object) -> dict[str, object]:
    return {"id": "p", "version": "1", "title": {"zh": "事", "en": "Thing"}, "accept": {"org": "window"},
            "hand_out": {"org": "window"}, "on_deny": on_deny, "yellow": 0.6,
            "items": [item("one", result="licence"), item("two", ("one",)),
                      item("three") | {"signs": {"rule": "all", "orgs": ["a", "b"]}, "materials": ["p"]},
                      item("four", ("two", "three")) | {"promised": {"hours": 3}}]} | more  # fmt: skip


def opened(on_deny: str = "collect") -> tuple[evolving.Frame, State]:
    plan = compile_plan(definition(on_deny), ORGS)
    data = {"items": ["one", "two", "three", "four"], "subject": "", "person": "p", "firm": None, "name": "n",
            "account": "1", "check": "X", "form": {"f": 1},
            "materials": [["m", "upload", "f"], ["p", "commitment", ""], ["g", "later", ""]]}  # fmt: skip
    event = Event("C", "opened", data)
    state = evolving.opened_state(plan, event, START)
    frame = evolving.Frame(plan, CALENDAR, START)
    evolving.evolve(frame, state, event)
    return frame, state


WHY = {"reason": "r"}
BODIES = {
    "refuse": WHY,
    "supplement": {"fields": {"f": "why"}, "materials": {"m": "why"}, "note": "n"},
    "answer_supplement": {"form": {"f": 2}, "materials": [{"key": "m", "how": "upload", "ref": "g"}]},
    "fill_gap": {"materials": [{"key": "g", "how": "upload", "ref": "h"}]},
    "issue": {"certificate": "L-1"},
    "charge": {"amount": 5, "what": "w", "ground": "law"},
    "transfer": {"to": {"org": "b", "path": "/1/b/"}, **WHY},
    "delegate": {"to": {"account": "u2", "name": "N"}, **WHY},
    "return": WHY,
    "add_approver": {"to": {"org": "b", "account": "u3", "name": "M"}, **WHY},
    "suspend": {"kind": "hearing", "days": 7, **WHY},
    "resume": {"finding": "f"},
    "ask_extension": WHY,
    "terminate": WHY,
    "revoke": WHY,
    "reopen": WHY,
    "copy": {"to": [{"account": "u4", "name": "R"}]},
    "note": {"text": "t", "to": [{"account": "u4", "name": "R"}]},
    "flag": {"trigger": "overrun"},
}
ACCOUNTS = ("u1", "u2", "u3", "u4", "")
ENDED = {"approved", "denied", "cancelled", "terminated", "revoked", "refused", "withdrawn"}


class Histories(RuleBasedStateMachine):
    """Any command at any time by anybody: what holds of every case always holds, and a refusal changes nothing."""

    on_deny = "collect"

    def __init__(self) -> None:
        super().__init__()
        self.frame, self.state = opened(self.on_deny)
        self.log: list[tuple[datetime, Event]] = []

    def body(self, node, action: str, deny: bool) -> dict[str, object]:
        if action in ("decide", "answer_extension"):
            return {"outcome": "deny" if deny else "approve", **WHY}
        if action == "post_check":
            return {"outcome": "broken" if deny else "kept", **WHY}
        if action == "correct":
            return {"fields": {"f": len(self.log) + 10}, **WHY}
        if action == "remove_approver":
            return {"seat": max((seat.n for seat in node.seats), default=1)}
        if action == "answer_supervision":
            open_ = [flag.n for flag in self.state.flags if flag.case_no == node.no and not flag.finding]
            return {"flag": open_[0] if open_ else 0, "finding": "explained", "text": "t"}
        return BODIES.get(action, {})

    @rule(
        action=st.sampled_from(sorted(COMMANDS)),
        place=st.integers(0, 4),
        deny=st.sampled_from([False, False, True]),
        hours=st.integers(0, 100),
        account=st.sampled_from(ACCOUNTS),
    )
    def command(self, action: str, place: int, deny: bool, hours: int, account: str) -> None:
        node = (self.state.root, *self.state.items)[place]
        at = self.frame.at + timedelta(hours=hours)
        self.frame = evolving.Frame(self.frame.plan, CALENDAR, at)
        seats = tuple(seat.n for seat in node.seats)
        said = Command(node.no, action, at, self.body(node, action, deny), account, account, seats)
        before = dump(self.state)
        try:
            happened = deciding.decide(self.frame.plan, self.state, said)
        except HouseError:
            happened = []
        else:
            assert deciding.is_possible(self.state, node, action)
        assert dump(self.state) == before  # to decide changes nothing
        for event in happened:
            evolving.evolve(self.frame, self.state, event)
            self.log.append((at, event))
            if event.kind == "started":
                self.nothing_begins_before_what_it_waits_for(event.case_no)

    @rule(hours=st.integers(1, 30))
    def the_usual_next_step(self, hours: int) -> None:
        """Most of the time what is asked for is done, so that histories reach their ends."""
        task = next((t for t in self.state.tasks if t.done_at is None and t.kind not in ("read", "supervise")), None)
        action = {"resume": "resume", "extension": "answer_extension", "gap": "fill_gap", "post_check": "post_check",
                  "supplement": "answer_supplement"}  # fmt: skip
        if task is not None:
            nodes = [self.state.root.no, *(node.no for node in self.state.items)]
            self.command(action.get(task.kind, task.kind), nodes.index(task.case_no), False, hours, "u1")
        for place, node in enumerate(self.state.items, 1):
            if deciding.is_possible(self.state, node, "issue"):
                self.command("issue", place, False, 0, "")

    def nothing_begins_before_what_it_waits_for(self, no: str) -> None:
        node = self.state.node(no)
        assert node is not None
        for key in node.after:
            before = self.state.item(key)
            assert before and before.outcome == "approved" and before.closed_at

    @precondition(lambda self: self.state.root.closed_at is None)
    @rule()
    def somebody_can_always_go_on(self) -> None:
        """No history ends in a case that waits for nobody (certificates come by themselves)."""
        waiting_for_certificate = any(deciding.is_possible(self.state, i, "issue") for i in self.state.items)
        assert waiting_for_certificate or any(
            task.done_at is None and task.kind not in ("read", "supervise", "post_check") for task in self.state.tasks
        )

    @invariant()
    def the_rows_are_the_fold_of_the_events(self) -> None:
        frame, state = opened(self.on_deny)
        for at, event in self.log:
            evolving.evolve(evolving.Frame(frame.plan, CALENDAR, at), state, event)
        assert dump(state) == dump(self.state)
        assert dump(load(*dump(self.state))) == dump(self.state)

    @invariant()
    def tasks_fit_the_states(self) -> None:
        state = self.state
        for node in (state.root, *state.items):
            kinds = [task.kind for task in state.open_tasks(node.no)]
            waiting = {seat.n for seat in node.seats if seat.outcome is None} if node.state == "reviewing" else set()
            assert {task.seat for task in state.open_tasks(node.no) if task.kind == "decide"} == waiting
            assert (node.state == "reviewing") == bool(waiting)
            assert kinds.count("decide") == len(waiting)
            assert kinds.count("supplement") == (node.supplement is not None)
            assert kinds.count("resume") == (node.special is not None) == (node.state == "special")
            assert kinds.count("extension") == (node.extension is not None)
            assert kinds.count("accept") == (node.state == "submitted" and node is state.root)

    @invariant()
    def results_come_together(self) -> None:
        root = self.state.root
        ended = all(item.closed_at is not None for item in self.state.items)
        assert ended == (root.outcome is not None)
        assert all((item.outcome in ENDED) == (item.outcome is not None) for item in self.state.items)
        granted = any(item.outcome == "approved" for item in self.state.items)
        if root.outcome in ("approved", "denied") and root.closed_at is None:
            assert root.outcome == ("approved" if granted else "denied")

    @invariant()
    def nothing_is_granted_while_a_material_is_to_follow(self) -> None:
        if self.state.gap:
            assert not any(item.outcome == "approved" for item in self.state.items)

    @invariant()
    def clocks_stand_only_for_the_applicant_and_for_special_procedures(self) -> None:
        if self.state.root.closed_at is None and self.state.root.clock.started:
            for item in self.state.items:
                if item.closed_at is None:
                    assert item.clock.is_stopped == (item.supplement is not None or item.special is not None)
            standing = any(item.clock.is_stopped for item in self.state.items if item.closed_at is None)
            assert self.state.root.clock.is_stopped == standing

    @invariant()
    def every_event_has_its_words(self) -> None:
        for _, event in self.log:
            assert event.kind in DEEDS
            assert (event.data.get("outcome") if event.kind == "decided" else event.kind) in SENTENCES


class StoppingHistories(Histories):
    on_deny = "stop"


for machine in (Histories, StoppingHistories):
    machine.TestCase.settings = settings(
        max_examples=40, stateful_step_count=30, deadline=None, suppress_health_check=list(HealthCheck)
    )
TestCollecting = Histories.TestCase
TestStopping = StoppingHistories.TestCase


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


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"items": []}, "items"),
        ({"items": [item("one", ("two",)), item("two", ("one",))]}, "items"),
        ({"items": [item("one", ("nobody",))]}, "items.one.after"),
        ({"items": [item("one") | {"promised": {"days": 21}}]}, "items.one.promised"),
        ({"on_deny": "shrug"}, "on_deny"),
        ({"yellow": 2}, "yellow"),
        ({"accept": {}}, "definition"),
    ],
)
def test_a_broken_plan_is_refused_with_the_part_that_is_wrong(change, field) -> None:
    with pytest.raises(InvalidError) as refused:
        compile_plan(definition() | change, ORGS)
    assert field in refused.value.fields


@pytest.mark.parametrize(
    ("action", "body", "field"),
    [
        ("supplement", {"note": "n"}, "fields"),
        ("supplement", {"fields": {"f": "x"}}, "note"),
        ("supplement", {"fields": {"ghost": "x"}, "note": "n"}, "fields.ghost"),
        ("supplement", {"materials": {"ghost": "x"}, "note": "n"}, "materials.ghost"),
        ("supplement", {"fields": ["f"], "note": "n"}, "fields"),
        ("refuse", {}, "reason"),
        ("refuse", {"reason": 7}, "reason"),
        ("refuse", {"reason": "x" * 2001}, "reason"),
    ],
)
def test_a_bad_body_names_the_field(action, body, field) -> None:
    frame, state = opened()
    with pytest.raises(InvalidError) as refused:
        deciding.decide(frame.plan, state, Command("C", action, START, body))
    assert field in refused.value.fields


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({}, "f"),
        ({"form": {"f": 2}}, "m"),
        ({"form": [1]}, "form"),
        ({"form": {"f": 2}, "materials": ["m"]}, "materials"),
        ({"form": {"f": 2}, "materials": [{"key": "m", "how": "magic"}]}, "materials"),
        ({"form": {"f": 2, "g": 1}, "materials": BODIES["answer_supplement"]["materials"]}, "g"),
    ],
)
def test_an_answer_gives_all_and_only_what_was_asked(body, field) -> None:
    frame, state = opened()
    evolving.evolve(frame, state, Event("C", "supplement_requested", BODIES["supplement"]))
    with pytest.raises(InvalidError) as refused:
        deciding.decide(frame.plan, state, Command("C", "answer_supplement", START, body))
    assert field in refused.value.fields


def test_the_form_apart_from_the_snapshot_is_the_same_state() -> None:
    _, state = opened()
    kept = copy.deepcopy(state)
    assert load(*dump(state)) == kept == state


@given(st.integers(0, 10**7), st.integers(0, 13), st.integers(1, 9))
def test_a_wrong_digit_of_a_case_number_is_noticed(running, place, slip) -> None:
    no = numbers.case_number(START, running)
    assert numbers.is_case_number(no)
    wrong = no[:place] + str((int(no[place]) + slip) % 10) + no[place + 1 :]
    assert not numbers.is_case_number(wrong)
