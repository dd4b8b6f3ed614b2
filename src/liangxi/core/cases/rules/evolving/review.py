"""Events of the departments: seats, signatures, decisions."""

from collections.abc import Callable, Mapping
from typing import Any

from liangxi.core.cases.rules.evolving.frame import Frame, close_tasks, conclude, open_task, run_on
from liangxi.core.cases.rules.state import Event, Hand, Node, Seat, State

POST_CHECK_DAYS = 30  # design: within how many working days a commitment is looked into (a city's rule says its own)


def _signed(frame: Frame, state: State, node: Node, event: Event) -> None:
    seat = node.seat(event.data["seat"])
    seat.outcome, seat.reason = event.data["outcome"], event.data["reason"]
    seat.account, seat.name = event.data["account"], event.data["name"]
    close_tasks(frame, state, node, "decide", seat=seat.n)


def _decided(frame: Frame, state: State, node: Node, event: Event) -> None:
    conclude(frame, state, node)
    granted = event.data["outcome"] == "approve"
    node.state = node.outcome = "approved" if granted else "denied"
    node.reason, node.reason_code = event.data["reason"], event.data["reason_code"]
    node.deemed = event.data.get("deemed", False)
    if not granted or not node.result:
        node.closed_at = frame.at
    promised = {material.key for material in state.materials if material.how == "commitment"}
    if granted and promised & set(frame.plan.item(node.item).materials):
        open_task(frame, state, node, "post_check", "case.decide", days=POST_CHECK_DAYS)


def _issued(frame: Frame, state: State, node: Node, event: Event) -> None:
    node.state, node.certificate, node.closed_at = "issued", event.data["certificate"], frame.at


def _cancelled(frame: Frame, state: State, node: Node, event: Event) -> None:
    conclude(frame, state, node)
    node.state, node.outcome, node.closed_at = "terminated", "cancelled", frame.at
    run_on(frame, state, node)


def _transferred(frame: Frame, state: State, node: Node, event: Event) -> None:
    """Another department that takes over a whole item answers for it from now on."""
    to = event.data["to"]
    if "org" in to and len(node.seats) == 1:
        node.org = to["org"]
    _pass_on(frame, state, node, event, "transfer")


def _pass_on(frame: Frame, state: State, node: Node, event: Event, how: str) -> None:
    data, seat = event.data, node.seat(event.data["seat"])
    to = data["to"]
    seat.trail = [*seat.trail, Hand(seat.org, how, data["by"], seat.account, seat.name)]
    seat.org, seat.account, seat.name = to.get("org", seat.org), to.get("account", ""), to.get("name", "")
    if "path" in to:
        state.paths[seat.org] = to["path"]
    _ask_again(frame, state, node, seat)


def _delegated(frame: Frame, state: State, node: Node, event: Event) -> None:
    _pass_on(frame, state, node, event, "delegate")


def _came_back(frame: Frame, state: State, node: Node, event: Event) -> None:
    seat = node.seat(event.data["seat"])
    *seat.trail, before = seat.trail
    if len(node.seats) == 1 and seat.org != before.org:
        node.org = before.org
    seat.org, seat.account, seat.name = before.org, before.account, before.name
    _ask_again(frame, state, node, seat)


def _approver_added(frame: Frame, state: State, node: Node, event: Event) -> None:
    to: dict[str, Any] = event.data["to"]
    n = max(seat.n for seat in node.seats) + 1
    seat = Seat(n, to["org"], to.get("account", ""), to.get("name", ""), added_by=event.data["by"])
    node.seats = [*node.seats, seat]
    if "path" in to:
        state.paths[to["org"]] = to["path"]
    open_task(frame, state, node, "decide", "case.decide", on=seat)


def _approver_removed(frame: Frame, state: State, node: Node, event: Event) -> None:
    close_tasks(frame, state, node, "decide", seat=event.data["seat"])
    node.seats = [seat for seat in node.seats if seat.n != event.data["seat"]]


def _ask_again(frame: Frame, state: State, node: Node, seat: Seat) -> None:
    close_tasks(frame, state, node, "decide", seat=seat.n)
    open_task(frame, state, node, "decide", "case.decide", on=seat)


EVENTS: Mapping[str, Callable[[Frame, State, Node, Event], None]] = {
    "signed": _signed,
    "decided": _decided,
    "issued": _issued,
    "cancelled": _cancelled,
    "transferred": _transferred,
    "delegated": _delegated,
    "returned": _came_back,
    "taken_back": _came_back,
    "approver_added": _approver_added,
    "approver_removed": _approver_removed,
}
