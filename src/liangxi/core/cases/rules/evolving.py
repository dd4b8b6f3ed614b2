"""`evolve(state, event)`: what an event makes of a state. It never refuses; `decide` has done that."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime

from liangxi.core.calendar.shapes import WorkCalendar
from liangxi.core.cases.rules import clocks
from liangxi.core.cases.rules.plan import Plan, longest_chain
from liangxi.core.cases.rules.state import FAR, Clock, Event, Material, Node, State, Supplement, Task


@dataclass(frozen=True, slots=True)
class Frame:
    """What does not change while events are folded: the plan, the calendar, the instant."""

    plan: Plan
    calendar: WorkCalendar
    at: datetime


def evolve(frame: Frame, state: State, event: Event) -> None:
    """Fold one event into `state`."""
    node = state.node(event.case_no)
    assert node is not None
    _EVENTS[event.kind](frame, state, node, event)
    node.version += 1
    state.seq += 1


def undrawn(state: State) -> State:
    """The state without the instants that are drawn from the calendar: what events alone determine."""
    for node in (state.root, *state.items):
        clock = node.clock
        clock.due = clock.statutory_due = clock.yellow_at = clock.red_at = None
        clock.provisional = False
    for task in state.tasks:
        task.due, task.yellow_at, task.red_at = None, FAR, FAR
    return state


FORM_CHANGES = ("opened", "supplement_answered")
"""The events that change the form."""

_SPREADING = ("opened", "accepted", "refused", "withdrawn")


def touched(state: State, events: list[Event]) -> list[Node]:
    """The nodes whose rows the events may have changed; the root carries the snapshot and is always among them."""
    if any(event.kind in _SPREADING for event in events):
        return [state.root, *state.items]
    named = {event.case_no for event in events}
    return [state.root, *(item for item in state.items if item.no in named)]


def opened_state(plan: Plan, opened: Event, at: datetime) -> State:
    """The state that the first event of a case is folded into."""
    data = opened.data
    root, items = _first_nodes(plan, data["items"], opened.case_no, at)
    return State(
        root=root,
        plan=plan.hash,
        subject=data["subject"],
        person=data["person"],
        firm=data["firm"],
        name=data["name"],
        account=data["account"],
        check=data["check"],
        materials=[Material(*material) for material in data["materials"]],
        form=dict(data["form"]),
        items=items,
    )


def _first_nodes(plan: Plan, chosen: list[str], no: str, at: datetime) -> tuple[Node, list[Node]]:
    items = [item for item in plan.items if item.key in set(chosen)]
    days = {item.key: item.promised for item in plan.items}
    law = {item.key: item.statutory for item in plan.items}
    root = Node(
        no=no,
        item="",
        title=dict(plan.title),
        org=plan.accept_org,
        clock=Clock(promised=longest_chain(plan, days), statutory=longest_chain(plan, law)),
        opened_at=at,
    )
    nodes = [
        Node(
            no=f"{no}-{n}",
            item=item.key,
            title=dict(item.title),
            org=item.org,
            clock=Clock(promised=item.promised, statutory=item.statutory),
            opened_at=at,
            result=item.result,
            after=[key for key in item.after if key in set(chosen)],
        )
        for n, item in enumerate(items, 1)
    ]
    return root, nodes


def _opened(frame: Frame, state: State, node: Node, event: Event) -> None:
    _open_accept(frame, state, node)


def _open_accept(frame: Frame, state: State, node: Node) -> None:
    clock = clocks.accept_by(frame.at, frame.calendar)
    _open(frame, state, node, "accept", "case.accept", clock=clock)


def _accepted(frame: Frame, state: State, node: Node, event: Event) -> None:
    _done(frame, state, node)
    for one in (node, *state.items):
        one.state = "accepted"
    node.clock.started = frame.at
    clocks.draw(node.clock, frame.calendar, frame.plan.yellow)


def _started(frame: Frame, state: State, node: Node, event: Event) -> None:
    node.state = "reviewing"
    node.clock.started = frame.at
    clocks.draw(node.clock, frame.calendar, frame.plan.yellow)
    _open(frame, state, node, "decide", "case.decide", clock=node.clock)


def _refused(frame: Frame, state: State, node: Node, event: Event) -> None:
    _end_all(frame, state, "refused")
    node.reason, node.reason_code = event.data["reason"], event.data["reason_code"]


def _supplement_requested(frame: Frame, state: State, node: Node, event: Event) -> None:
    _done(frame, state, node)
    node.state = "correction"
    node.supplement = Supplement(event.data["fields"], event.data["materials"], event.data["note"], frame.at)
    for one in (state.root, node) if node is not state.root else (node,):
        if one.clock.started is not None and not one.clock.is_stopped:
            one.clock.stops = [*one.clock.stops, (frame.at, None)]
            clocks.draw(one.clock, frame.calendar, frame.plan.yellow)
    _open(frame, state, node, "supplement", "", holder=state.person)


def _supplement_answered(frame: Frame, state: State, node: Node, event: Event) -> None:
    _done(frame, state, node)
    node.supplement = None
    state.form.update(event.data["form"])
    given = {one["key"]: Material(one["key"], one["how"], one.get("ref", "")) for one in event.data["materials"]}
    state.materials = [given.get(material.key, material) for material in state.materials]
    if node is state.root:
        node.state = "submitted"
        _open_accept(frame, state, node)
        return
    node.state = "reviewing"
    _run_on(frame, node)
    _run_root_on(frame, state)
    _open(frame, state, node, "decide", "case.decide", clock=node.clock)


def _decided(frame: Frame, state: State, node: Node, event: Event) -> None:
    _done(frame, state, node)
    granted = event.data["outcome"] == "approve"
    node.state = node.outcome = "approved" if granted else "denied"
    node.reason, node.reason_code = event.data["reason"], event.data["reason_code"]
    if not granted or not node.result:
        node.closed_at = frame.at


def _issued(frame: Frame, state: State, node: Node, event: Event) -> None:
    node.state, node.certificate, node.closed_at = "issued", event.data["certificate"], frame.at


def _cancelled(frame: Frame, state: State, node: Node, event: Event) -> None:
    _done(frame, state, node)
    node.state, node.outcome, node.closed_at = "terminated", "cancelled", frame.at
    node.supplement = None
    _run_root_on(frame, state)


def _ready(frame: Frame, state: State, node: Node, event: Event) -> None:
    node.state = node.outcome = event.data["outcome"]
    task_clock = Clock(promised=10, statutory=10, started=frame.at)  # 行政许可法第四十四条: delivered within ten days
    clocks.draw(task_clock, frame.calendar, frame.plan.yellow)
    _open(frame, state, node, "hand_out", "case.handout", clock=task_clock, org=frame.plan.hand_out_org)


def _handed_out(frame: Frame, state: State, node: Node, event: Event) -> None:
    _done(frame, state, node)
    node.closed_at = frame.at
    if node.outcome == "approved":
        node.state = "issued"


def _withdrawn(frame: Frame, state: State, node: Node, event: Event) -> None:
    _end_all(frame, state, "withdrawn")
    node.reason = event.data["reason"]


def _rated(frame: Frame, state: State, node: Node, event: Event) -> None:
    state.stars = event.data["stars"]


def _run_on(frame: Frame, node: Node) -> None:
    """End the open stop of a clock and draw it anew."""
    clock = node.clock
    if clock.is_stopped:
        clock.stops = [*clock.stops[:-1], (clock.stops[-1][0], frame.at)]
        clocks.draw(clock, frame.calendar, frame.plan.yellow)


def _run_root_on(frame: Frame, state: State) -> None:
    """The whole case's clock runs again when no item waits for the applicant any more."""
    if all(item.supplement is None for item in state.items):
        _run_on(frame, state.root)


def _end_all(frame: Frame, state: State, outcome: str) -> None:
    for one in (state.root, *state.items):
        one.state = one.outcome = outcome
        one.closed_at, one.supplement = frame.at, None
    for task in state.tasks:
        task.done_at = task.done_at or frame.at


def _open(frame: Frame, state: State, node: Node, kind: str, permission: str, **more: object) -> None:
    clock = more.get("clock")
    due, yellow, red = clocks.task_times(clock) if isinstance(clock, Clock) else (None, FAR, FAR)
    holder, org = more.get("holder"), more.get("org", node.org)
    state.tasks.append(
        Task(
            n=len(state.tasks) + 1,
            case_no=node.no,
            kind=kind,
            permission=permission,
            org=str(org),
            opened_at=frame.at,
            holder=str(holder) if holder else None,
            due=due,
            yellow_at=yellow,
            red_at=red,
        )
    )


def _done(frame: Frame, state: State, node: Node) -> None:
    for task in state.open_tasks(node.no):
        task.done_at = frame.at


_EVENTS: Mapping[str, Callable[[Frame, State, Node, Event], None]] = {
    "opened": _opened,
    "accepted": _accepted,
    "started": _started,
    "refused": _refused,
    "supplement_requested": _supplement_requested,
    "supplement_answered": _supplement_answered,
    "decided": _decided,
    "issued": _issued,
    "cancelled": _cancelled,
    "ready": _ready,
    "handed_out": _handed_out,
    "withdrawn": _withdrawn,
    "rated": _rated,
}
