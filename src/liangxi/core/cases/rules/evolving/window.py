"""Events at the window and by the applicant."""

from collections.abc import Callable, Mapping

from liangxi.core.cases.rules.evolving.frame import Frame, ask_seats, close_tasks, end_all, open_task, run_on, stop
from liangxi.core.cases.rules.state import Event, Material, Node, Seat, State, Supplement

HAND_OUT_DAYS = 10  # 行政许可法第四十四条: delivered within ten days


def _opened(frame: Frame, state: State, node: Node, event: Event) -> None:
    _ask_window(frame, state, node)


def _ask_window(frame: Frame, state: State, node: Node) -> None:
    open_task(frame, state, node, "accept", "case.accept", days=frame.plan.accept_days)


def _accepted(frame: Frame, state: State, node: Node, event: Event) -> None:
    close_tasks(frame, state, node)
    for one in (node, *state.items):
        one.state = "accepted"
    node.clock.started, node.deemed = frame.at, event.data.get("deemed", False)
    frame.draw(node.clock)
    if "gap" in event.data:
        open_task(frame, state, node, "gap", "", holder=state.person, days=event.data["days"])


def _started(frame: Frame, state: State, node: Node, event: Event) -> None:
    node.state, item = "reviewing", frame.plan.item(node.item)
    node.clock.started, node.clock.stops = frame.at, []
    node.seats = [Seat(n, org) for n, org in enumerate(item.signs or (node.org,), 1)]
    frame.draw(node.clock)
    ask_seats(frame, state, node)


def _refused(frame: Frame, state: State, node: Node, event: Event) -> None:
    end_all(frame, state, "refused")
    node.reason, node.reason_code = event.data["reason"], event.data["reason_code"]


def _supplement_requested(frame: Frame, state: State, node: Node, event: Event) -> None:
    close_tasks(frame, state, node)
    data = event.data
    node.state, node.asked = "correction", node.asked + 1
    node.supplement = Supplement(data["fields"], data["materials"], data["note"], frame.at)
    stop(frame, state, node)
    open_task(frame, state, node, "supplement", "", holder=state.person, days=data.get("days", 0))


def _supplement_answered(frame: Frame, state: State, node: Node, event: Event) -> None:
    close_tasks(frame, state, node)
    node.supplement = None
    state.form.update(event.data["form"])
    _take(state, event)
    if node is state.root:
        node.state = "submitted"
        _ask_window(frame, state, node)
        return
    node.state = "reviewing"
    run_on(frame, state, node)
    ask_seats(frame, state, node)


def _gap_filled(frame: Frame, state: State, node: Node, event: Event) -> None:
    _take(state, event)
    if not state.gap:
        close_tasks(frame, state, node, "gap")


def _take(state: State, event: Event) -> None:
    given = {one["key"]: Material(one["key"], one["how"], one.get("ref", "")) for one in event.data["materials"]}
    state.materials = [given.get(material.key, material) for material in state.materials]


def _ready(frame: Frame, state: State, node: Node, event: Event) -> None:
    close_tasks(frame, state, node)
    node.state = node.outcome = event.data["outcome"]
    org = frame.plan.hand_out_org
    open_task(frame, state, node, "hand_out", "case.handout", days=HAND_OUT_DAYS, org=org)


def _handed_out(frame: Frame, state: State, node: Node, event: Event) -> None:
    close_tasks(frame, state, node)
    node.closed_at = frame.at
    if node.outcome == "approved":
        node.state = "issued"


def _withdrawn(frame: Frame, state: State, node: Node, event: Event) -> None:
    end_all(frame, state, "withdrawn")
    node.reason = event.data["reason"]


def _rated(frame: Frame, state: State, node: Node, event: Event) -> None:
    state.stars = event.data["stars"]


def _noticed(frame: Frame, state: State, node: Node, event: Event) -> None:
    """The history alone keeps it."""


EVENTS: Mapping[str, Callable[[Frame, State, Node, Event], None]] = {
    "opened": _opened,
    "accepted": _accepted,
    "started": _started,
    "refused": _refused,
    "supplement_requested": _supplement_requested,
    "supplement_answered": _supplement_answered,
    "gap_filled": _gap_filled,
    "ready": _ready,
    "handed_out": _handed_out,
    "withdrawn": _withdrawn,
    "charged": _noticed,
    "rated": _rated,
}
