"""Commands that bend the course of a case: special procedures, longer limits, ends, corrections, second looks."""

from liangxi.core.cases.rules.deciding.chain import after_denial, ready
from liangxi.core.cases.rules.deciding.command import Command, Rule, bad, form, reason, text, whole_number
from liangxi.core.cases.rules.plan import Plan
from liangxi.core.cases.rules.state import Event, Node, State

PROCEDURES = ("hearing", "tender", "auction", "inspection", "testing", "quarantine", "appraisal", "expert-review")
"""许可法第四十五条: their time does not count, and the applicant is told in writing how long they take."""
EXTENSION, JOINT_EXTENSION = 10, 15  # 许可法第四十二条: by the head of the organ; by the government, when joint


def _suspend(plan: Plan, state: State, node: Node, command: Command) -> list[Event]:
    kind = command.body.get("kind")
    if kind not in PROCEDURES:
        raise bad("kind", "Choose the special procedure.")
    days = whole_number(command.body, "days", 1, 365)
    data = {"kind": kind, "days": days, "reason": text(command.body, "reason", required=True)}
    return [Event(node.no, "suspended", data)]


def _resume(plan: Plan, state: State, node: Node, command: Command) -> list[Event]:
    return [Event(node.no, "resumed", {"finding": text(command.body, "finding", required=True)})]


def _ask_extension(plan: Plan, state: State, node: Node, command: Command) -> list[Event]:
    most = JOINT_EXTENSION if node is state.root else EXTENSION
    days = whole_number(command.body, "days", 1, most, default=most)
    why = text(command.body, "reason", required=True)
    return [Event(node.no, "extension_asked", {"days": days, "reason": why, "by": command.account})]


def _answer_extension(plan: Plan, state: State, node: Node, command: Command) -> list[Event]:
    asked, outcome = node.extension, command.body.get("outcome")
    assert asked is not None
    if outcome not in ("approve", "deny"):
        raise bad("outcome", "Approve or deny.")
    if outcome == "deny":
        return [Event(node.no, "extension_denied", {"reason": text(command.body, "reason", required=True)})]
    return [Event(node.no, "extended", {"days": asked.days, "reason": asked.reason})]


def _terminate(plan: Plan, state: State, node: Node, command: Command) -> list[Event]:
    event = Event(node.no, "terminated", reason(command.body))
    if node is state.root:
        return [event]
    events = [event, *after_denial(plan, state, node)]
    return events + ready(state, events)


def _correct(plan: Plan, state: State, node: Node, command: Command) -> list[Event]:
    """更正 on the spot (许可法第三十二条第一款第三项): what was wrong, what is right, why; the applicant is told."""
    fields = form(command.body, "fields")
    if not fields:
        raise bad("fields", "Name what is to be corrected.")
    for key, value in fields.items():
        if key not in state.form:
            raise bad(f"fields.{key}", "The form has no such field.")
        if state.form[key] == value:
            raise bad(f"fields.{key}", "It says so already.")
    old = {key: state.form[key] for key in fields}
    why = text(command.body, "reason", required=True)
    return [Event(node.no, "corrected", {"fields": fields, "old": old, "reason": why})]


def _revoke(plan: Plan, state: State, node: Node, command: Command) -> list[Event]:
    """撤销 (许可法第六十九条): the grant falls, its certificate with it, and what could not begin without it ends."""
    events = [Event(node.no, "revoked", reason(command.body)), *after_denial(plan, state, node)]
    return events + ready(state, events)


def _reopen(plan: Plan, state: State, node: Node, command: Command) -> list[Event]:
    """A second look, as after a review by the higher authority: what ended with the item lives again."""
    data = {"reason": text(command.body, "reason", required=True)}
    if node is state.root:
        return [Event(node.no, "reopened", data)]
    revived = _revived(plan, state, node)
    begun = [item for item in revived if all((a := state.item(k)) and a.outcome == "approved" for k in item.after)]
    return [
        Event(node.no, "reopened", data | {"revived": [item.no for item in revived]}),
        *(Event(item.no, "started") for item in begun),
    ]


def _revived(plan: Plan, state: State, node: Node) -> list[Node]:
    """The items that ended only because of others, none of which is lost any more once `node` is open again."""
    lost = [i for i in state.items if i is not node and i.outcome in ("denied", "terminated", "revoked")]
    if plan.on_deny == "stop" and lost:
        return []
    gone = {item.item for item in lost}
    ended = [item for item in state.items if item.outcome == "cancelled"]
    for _ in ended:
        gone |= {item.item for item in ended if gone & set(item.after)}
    return [item for item in ended if item.item not in gone]


def _post_check(plan: Plan, state: State, node: Node, command: Command) -> list[Event]:
    """告知承诺: after the grant it is looked whether the commitment holds; a false one costs the grant."""
    outcome = command.body.get("outcome")
    if outcome not in ("kept", "broken"):
        raise bad("outcome", "Say whether the commitment was kept.")
    said = reason(command.body, required=outcome == "broken")
    events = [Event(node.no, "commitment_checked", {"outcome": outcome, **said})]
    return events + (_revoke(plan, state, node, command) if outcome == "broken" else [])


def _may_extend(state: State, node: Node) -> bool:
    runs = node.clock.started is not None and node.outcome is None
    return runs and not node.is_extended and node.extension is None


def _may_end(state: State, node: Node) -> bool:
    begun = node is state.root or state.root.clock.started is not None
    return begun and node.outcome is None and node.closed_at is None and node.state != "approved"


def _may_reopen(state: State, node: Node) -> bool:
    if node is state.root:
        return node.state == "refused"
    return node.outcome in ("denied", "terminated", "revoked") and state.root.state not in ("withdrawn", "terminated")


def _is_checked_later(state: State, node: Node) -> bool:
    return any(task.kind == "post_check" for task in state.open_tasks(node.no)) and node.outcome == "approved"


def _is_open(state: State, node: Node) -> bool:
    if node is state.root:
        return node.state in ("submitted", "accepted") and node.closed_at is None
    return node.state == "reviewing"


COMMANDS = {
    "suspend": Rule(_suspend, lambda s, n: n is not s.root and n.state == "reviewing", "responsible"),
    "resume": Rule(_resume, lambda s, n: n.special is not None, "responsible"),
    "ask_extension": Rule(_ask_extension, _may_extend, "responsible"),
    "answer_extension": Rule(_answer_extension, lambda s, n: n.extension is not None, "case.lead"),
    "terminate": Rule(_terminate, _may_end, "responsible"),
    "correct": Rule(_correct, _is_open, "responsible"),
    "revoke": Rule(_revoke, lambda s, n: n is not s.root and n.outcome == "approved", "case.lead"),
    "reopen": Rule(_reopen, _may_reopen, "case.lead"),
    "post_check": Rule(_post_check, _is_checked_later, "responsible"),
}
