"""`evolve(state, event)`: what an event makes of a state. It never refuses; `decide` has done that."""

from datetime import datetime

from liangxi.core.cases.rules.evolving import course, review, window
from liangxi.core.cases.rules.evolving.frame import Frame, redraw
from liangxi.core.cases.rules.plan import Plan, longest_chain
from liangxi.core.cases.rules.state import FAR, Clock, Event, Material, Node, State

__all__ = ["FORM_CHANGES", "Frame", "evolve", "opened_state", "redraw", "touched", "undrawn"]

_EVENTS = {**window.EVENTS, **review.EVENTS, **course.EVENTS}
FORM_CHANGES = ("opened", "supplement_answered", "corrected")
"""The events that change the form."""
_SPREADING = ("opened", "accepted", "refused", "withdrawn", "terminated", "reopened", "urged")


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
        org=data.get("org", ""),
        paths={data["org"]: data["org_path"]} if data.get("org") else {},
    )


def _first_nodes(plan: Plan, chosen: list[str], no: str, at: datetime) -> tuple[Node, list[Node]]:
    items = [item for item in plan.items if item.key in set(chosen)]
    root = Node(
        no=no,
        item="",
        title=dict(plan.title),
        org=plan.accept_org,
        clock=Clock(
            promised=longest_chain(plan, {item.key: item.promised for item in plan.items}),
            statutory=longest_chain(plan, {item.key: item.statutory for item in plan.items}),
        ),
        opened_at=at,
    )
    nodes = [
        Node(
            no=f"{no}-{n}",
            item=item.key,
            title=dict(item.title),
            org=item.org,
            clock=Clock(promised=item.promised, statutory=item.statutory, hours=item.hours),
            opened_at=at,
            result=item.result,
            after=[key for key in item.after if key in set(chosen)],
        )
        for n, item in enumerate(items, 1)
    ]
    return root, nodes
