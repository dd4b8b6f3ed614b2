"""The laws of the engine without a database: random histories keep the invariants."""

import copy
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from liangxi.core.calendar.shapes import WorkCalendar
from liangxi.core.cases.rules import deciding, evolving, numbers
from liangxi.core.cases.rules.deciding import COMMANDS
from liangxi.core.cases.rules.deciding.command import Command
from liangxi.core.cases.rules.plan import compile_plan
from liangxi.core.cases.rules.state import Event, State, dump, load
from liangxi.core.cases.wording import DEEDS, SENTENCES
from liangxi.kit.errors import HouseError, InvalidError

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
