"""The laws of the engine without a database: random histories keep the invariants."""

import copy
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from liangxi.core.calendar.shapes import WorkCalendar, local
from liangxi.core.cases.rules import clocks, deciding, evolving, numbers
from liangxi.core.cases.rules.plan import compile_plan
from liangxi.core.cases.rules.rights import ACTIONS
from liangxi.core.cases.rules.state import Clock, Event, State, dump, load
from liangxi.kit.errors import ConflictError, InvalidError

CALENDAR = WorkCalendar(years=frozenset(range(2026, 2031)), days={})
START = datetime(2026, 11, 23, 1, tzinfo=UTC)
ORGS = {"window": "/1/w/", "a": "/1/a/", "b": "/1/b/"}


def item(key: str, after: tuple[str, ...] = (), result: str | None = None) -> dict[str, object]:
    return {"key": key, "title": {"zh": key, "en": key}, "org": "a", "after": list(after), "result": result,
            "statutory": {"days": 20}, "promised": {"days": 5}}  # fmt: skip


def definition(on_deny: str = "collect", **more: object) -> dict[str, object]:
    return {"id": "p", "version": "1", "title": {"zh": "事", "en": "Thing"}, "accept": {"org": "window"},
            "hand_out": {"org": "window"}, "on_deny": on_deny, "yellow": 0.6,
            "items": [item("one", result="licence"), item("two", ("one",)), item("three"),
                      item("four", ("two", "three"))]} | more  # fmt: skip


def opened(on_deny: str = "collect") -> tuple[evolving.Frame, State]:
    plan = compile_plan(definition(on_deny), ORGS)
    data = {"items": ["one", "two", "three", "four"], "subject": "", "person": "p", "firm": None, "name": "n",
            "account": "1", "check": "X", "materials": [["m", "upload", "f"]], "form": {"f": 1}}  # fmt: skip
    event = Event("C", "opened", data)
    state = evolving.opened_state(plan, event, START)
    frame = evolving.Frame(plan, CALENDAR, START)
    evolving.evolve(frame, state, event)
    return frame, state


BODIES = {
    "refuse": {"reason": "r"},
    "supplement": {"fields": {"f": "why"}, "materials": {"m": "why"}, "note": "n"},
    "answer_supplement": {"form": {"f": 2}, "materials": [{"key": "m", "how": "upload", "ref": "g"}]},
    "issue": {"certificate": "L-1"},
}


class Histories(RuleBasedStateMachine):
    """Any command at any time: what is possible never fails, and what holds of every case always holds."""

    on_deny = "collect"

    def __init__(self) -> None:
        super().__init__()
        self.frame, self.state = opened(self.on_deny)
        self.log: list[tuple[datetime, Event]] = []

    @rule(
        action=st.sampled_from(ACTIONS),
        place=st.integers(0, 4),
        deny=st.booleans(),
        hours=st.integers(0, 100),
    )
    def command(self, action: str, place: int, deny: bool, hours: int) -> None:
        node = (self.state.root, *self.state.items)[place]
        at = self.frame.at + timedelta(hours=hours)
        self.frame = evolving.Frame(self.frame.plan, CALENDAR, at)
        body = BODIES.get(
            action, {"outcome": "deny" if deny else "approve", "reason": "r"} if action == "decide" else {}
        )
        before = dump(self.state)
        try:
            happened = deciding.decide(self.frame.plan, self.state, deciding.Command(node.no, action, at, body))
        except ConflictError:
            assert not deciding.is_possible(self.state, node, action)
            happened = []
        assert dump(self.state) == before  # to decide changes nothing
        for event in happened:
            evolving.evolve(self.frame, self.state, event)
            self.log.append((at, event))

    @precondition(lambda self: self.state.root.closed_at is None)
    @rule()
    def somebody_can_always_go_on(self) -> None:
        """No history ends in a case that waits for nobody (certificates come by themselves)."""
        waiting_for_certificate = any(deciding.is_possible(self.state, i, "issue") for i in self.state.items)
        assert waiting_for_certificate or any(task.done_at is None for task in self.state.tasks)

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
            assert len(kinds) <= 1
            assert (kinds == ["decide"]) == (node.state == "reviewing")
            assert (kinds == ["supplement"]) == (node.supplement is not None)
            assert (kinds == ["accept"]) == (node.state == "submitted" and node is state.root)

    @invariant()
    def results_come_together(self) -> None:
        root = self.state.root
        ended = all(item.closed_at is not None for item in self.state.items)
        assert ended == (root.outcome is not None)
        granted = any(item.outcome == "approved" for item in self.state.items)
        if root.outcome in ("approved", "denied"):
            assert root.outcome == ("approved" if granted else "denied" if root.state != "refused" else "refused")

    @invariant()
    def nothing_begins_before_what_it_waits_for(self) -> None:
        for node in self.state.items:
            if node.clock.started is not None:
                assert all(
                    (before := self.state.item(key)) and before.outcome in ("approved", "withdrawn")
                    for key in node.after
                )

    @invariant()
    def clocks_stand_only_while_the_applicant_is_asked(self) -> None:
        if self.state.root.closed_at is None:
            asked = any(item.supplement is not None for item in self.state.items)
            assert self.state.root.clock.is_stopped == asked


class StoppingHistories(Histories):
    on_deny = "stop"


for machine in (Histories, StoppingHistories):
    machine.TestCase.settings = settings(
        max_examples=60, stateful_step_count=25, deadline=None, suppress_health_check=list(HealthCheck)
    )
TestCollecting = Histories.TestCase
TestStopping = StoppingHistories.TestCase


@given(
    st.integers(0, 30),
    st.lists(st.tuples(st.integers(0, 400), st.integers(0, 200)), max_size=4),
    st.sets(st.integers(0, 80), max_size=10),
)
@settings(max_examples=200, deadline=None)
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
        deciding.decide(frame.plan, state, deciding.Command("C", action, START, body))
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
        deciding.decide(frame.plan, state, deciding.Command("C", "answer_supplement", START, body))
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
