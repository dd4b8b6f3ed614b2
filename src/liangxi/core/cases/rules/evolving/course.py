"""Events that bend the course of a case, and those beside it."""

from collections.abc import Callable, Mapping

from liangxi.core.cases.rules.evolving.frame import (
    Frame,
    ask_seats,
    close_tasks,
    conclude,
    end_all,
    open_task,
    redraw,
    run_on,
    stop,
)
from liangxi.core.cases.rules.evolving.window import EVENTS as WINDOW
from liangxi.core.cases.rules.plan import OFFICE_DAY
from liangxi.core.cases.rules.state import Event, Extension, Flag, Node, Procedure, State

SUPERVISION_DAYS = 10  # design: within how many working days supervision answers


def _suspended(frame: Frame, state: State, node: Node, event: Event) -> None:
    close_tasks(frame, state, node)
    data = event.data
    node.state, node.special = "special", Procedure(data["kind"], data["reason"], data["days"], frame.at)
    stop(frame, state, node)
    open_task(frame, state, node, "resume", "case.decide", days=data["days"])


def _resumed(frame: Frame, state: State, node: Node, event: Event) -> None:
    close_tasks(frame, state, node)
    node.state, node.special = "reviewing", None
    run_on(frame, state, node)
    ask_seats(frame, state, node)


def _extension_asked(frame: Frame, state: State, node: Node, event: Event) -> None:
    """An item's longer limit is for the head of the organ, the whole case's for the government (许可法第四十二条)."""
    data, org = event.data, node.org if node is not state.root else government(frame, state)
    node.extension = Extension(data["days"], data["reason"], data["by"])
    open_task(frame, state, node, "extension", "case.lead", org=org)


def _extended(frame: Frame, state: State, node: Node, event: Event) -> None:
    close_tasks(frame, state, node, "extension")
    node.extension, node.is_extended = None, True
    for one in (node, state.root) if node is not state.root else (node,):
        one.clock.promised += event.data["days"]
        one.clock.statutory += event.data["days"]
        if one.clock.hours:
            one.clock.hours += event.data["days"] * OFFICE_DAY
    redraw(frame, state)


def _extension_denied(frame: Frame, state: State, node: Node, event: Event) -> None:
    close_tasks(frame, state, node, "extension")
    node.extension = None


def _terminated(frame: Frame, state: State, node: Node, event: Event) -> None:
    if node is state.root:
        end_all(frame, state, "terminated")
    else:
        conclude(frame, state, node)
        node.state = node.outcome = "terminated"
        node.closed_at = frame.at
        run_on(frame, state, node)
    node.reason, node.reason_code = event.data["reason"], event.data["reason_code"]


def _corrected(frame: Frame, state: State, node: Node, event: Event) -> None:
    state.form.update(event.data["fields"])


def _revoked(frame: Frame, state: State, node: Node, event: Event) -> None:
    conclude(frame, state, node)
    node.state = node.outcome = "revoked"
    node.closed_at = node.closed_at or frame.at
    node.reason, node.reason_code = event.data["reason"], event.data["reason_code"]
    root = state.root
    if root.closed_at is None and root.outcome is not None:
        granted = any(item.outcome == "approved" for item in state.items)
        root.state = root.outcome = "approved" if granted else "denied"


def _reopened(frame: Frame, state: State, node: Node, event: Event) -> None:
    root = state.root
    if node is root:
        _reopen_refused(frame, state, node, event)
        return
    if root.outcome is not None:
        conclude(frame, state, root)
        root.state, root.outcome, root.closed_at = "accepted", None, None
    for one in state.items:
        if one.no in event.data["revived"]:
            one.state, one.outcome, one.closed_at = "accepted", None, None
    node.outcome, node.closed_at, node.certificate, node.is_extended = None, None, None, False
    node.reason = node.reason_code = ""
    WINDOW["started"](frame, state, node, event)


def _reopen_refused(frame: Frame, state: State, root: Node, event: Event) -> None:
    for one in (root, *state.items):
        one.state, one.outcome, one.closed_at = "submitted", None, None
    root.reason = root.reason_code = ""
    WINDOW["opened"](frame, state, root, event)


def _commitment_checked(frame: Frame, state: State, node: Node, event: Event) -> None:
    close_tasks(frame, state, node, "post_check")


def _copied(frame: Frame, state: State, node: Node, event: Event) -> None:
    for one in event.data["to"]:
        if any(t.kind == "read" and t.assignee == one["account"] for t in state.open_tasks(node.no)):
            continue
        open_task(frame, state, node, "read", "case.read", assignee=one["account"], assignee_name=one["name"])


def _read(frame: Frame, state: State, node: Node, event: Event) -> None:
    for task in state.open_tasks(node.no):
        if task.kind == "read" and task.assignee == event.data["account"]:
            task.done_at = frame.at


def _urged(frame: Frame, state: State, node: Node, event: Event) -> None:
    """Urging the whole case is seen at every matter that is still open."""
    open_items = [item for item in state.items if item.closed_at is None] if node is state.root else []
    for one in (node, *open_items):
        one.urged, one.urged_at = one.urged + 1, frame.at


def _flagged(frame: Frame, state: State, node: Node, event: Event) -> None:
    data, n = event.data, len(state.flags) + 1
    state.flags.append(Flag(n, node.no, data["trigger"], data["detail"], frame.at))
    org = government(frame, state)
    open_task(frame, state, node, "supervise", "case.supervise", days=SUPERVISION_DAYS, org=org, seat=n)


def _supervised(frame: Frame, state: State, node: Node, event: Event) -> None:
    data = event.data
    flag = next(flag for flag in state.flags if flag.n == data["flag"])
    flag.finding, flag.text = data["finding"], data["text"]
    close_tasks(frame, state, node, "supervise", seat=flag.n)


def government(frame: Frame, state: State) -> str:
    """The code of the government above the window: the head of its path."""
    path = frame.plan.paths[frame.plan.accept_org]
    return path.strip("/").split("/")[0]


EVENTS: Mapping[str, Callable[[Frame, State, Node, Event], None]] = {
    "suspended": _suspended,
    "resumed": _resumed,
    "extension_asked": _extension_asked,
    "extended": _extended,
    "extension_denied": _extension_denied,
    "terminated": _terminated,
    "corrected": _corrected,
    "revoked": _revoked,
    "reopened": _reopened,
    "commitment_checked": _commitment_checked,
    "copied": _copied,
    "noted": _copied,
    "read": _read,
    "urged": _urged,
    "flagged": _flagged,
    "supervised": _supervised,
}
