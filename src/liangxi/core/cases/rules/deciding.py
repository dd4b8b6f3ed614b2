"""`decide(state, command) -> events`: what a command means in a state, or why it is refused. It changes nothing."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from liangxi.core.cases.rules.plan import Plan
from liangxi.core.cases.rules.state import Event, Node, State
from liangxi.kit.errors import ConflictError, InvalidError

NOTE_LENGTH = 2000
OUTCOMES = ("approve", "deny")
WAYS = ("elicence", "data", "commitment", "result", "upload")


@dataclass(frozen=True, slots=True)
class Command:
    """A command on the node `case_no` at an instant; `body` as each command says."""

    case_no: str
    action: str
    at: datetime
    body: Mapping[str, Any]


def decide(plan: Plan, state: State, command: Command) -> list[Event]:
    """The events of a command. InvalidError names the field of a bad body; ConflictError `cases.state`: not now."""
    node = state.node(command.case_no)
    if node is None or command.action not in _COMMANDS:
        raise InvalidError("cases.action", "There is no command %(action)s here.", {"action": command.action},
                           fields={"action": "There is no such command."})  # fmt: skip
    if not is_possible(state, node, command.action):
        raise ConflictError("cases.state", "The case is %(state)s; %(action)s is not possible now.",
                            {"state": node.state, "action": command.action, "case": node.no})  # fmt: skip
    return _COMMANDS[command.action](plan, state, node, command)


def is_possible(state: State, node: Node, action: str) -> bool:
    """True when the state of the node (not the actor's right) allows the command."""
    is_root = node is state.root
    decided = any(item.outcome for item in state.items)
    return {
        "accept": is_root and node.state == "submitted",
        "refuse": is_root and node.state == "submitted",
        "supplement": node.state == ("submitted" if is_root else "reviewing"),
        "answer_supplement": node.supplement is not None,
        "decide": not is_root and node.state == "reviewing",
        "issue": not is_root and node.state == "approved" and bool(node.result) and not node.certificate,
        "hand_out": is_root and node.state in ("approved", "denied") and node.closed_at is None,
        "withdraw": is_root and node.closed_at is None and not decided and node.state not in ("approved", "denied"),
    }.get(action, False)


def is_overtaken(state: State, node: Node, action: str) -> bool:
    """True when the command came too late: what it would do has been done or made void by somebody else."""
    if action == "withdraw":
        return True
    kinds = {"refuse": "accept", "answer_supplement": "supplement"}
    kind = kinds.get(action) or ("decide" if action == "supplement" and node is not state.root else action)
    kind = "accept" if action == "supplement" and node is state.root else kind
    return any(task.kind == kind and task.case_no == node.no for task in state.tasks)


def _accept(plan: Plan, state: State, node: Node, command: Command) -> list[Event]:
    started = [Event(item.no, "started") for item in state.items if not _waits(state, item)]
    return [Event(node.no, "accepted"), *started]


def _refuse(plan: Plan, state: State, node: Node, command: Command) -> list[Event]:
    reason = _text(command.body, "reason", required=True)
    return [Event(node.no, "refused", {"reason": reason, "reason_code": _text(command.body, "reason_code")})]


def _supplement(plan: Plan, state: State, node: Node, command: Command) -> list[Event]:
    fields, materials = _reasons(command.body, "fields"), _reasons(command.body, "materials")
    note = _text(command.body, "note", required=True)
    if not fields and not materials:
        raise _bad("fields", "Name at least one field or material to correct.")
    unknown = set(fields) - state.form.keys()
    if unknown:
        raise _bad(f"fields.{sorted(unknown)[0]}", "The form has no such field.")
    missing = set(materials) - {material.key for material in state.materials}
    if missing:
        raise _bad(f"materials.{sorted(missing)[0]}", "The case has no such material.")
    data = {"fields": fields, "materials": materials, "note": note, "org": node.org}
    return [Event(node.no, "supplement_requested", data)]


def _answer(plan: Plan, state: State, node: Node, command: Command) -> list[Event]:
    asked = node.supplement
    assert asked is not None
    form, given = _form(command.body), _materials(command.body)
    for key in asked.fields:
        if key not in form:
            raise _bad(key, "Answer what was asked for.")
    for key in asked.materials:
        if key not in given:
            raise _bad(key, "Add this material.")
    if extra := (set(form) - asked.fields.keys()) | (set(given) - asked.materials.keys()):
        raise _bad(sorted(extra)[0], "Only what was asked for can be corrected.")
    return [Event(node.no, "supplement_answered", {"form": dict(form), "materials": list(given.values())})]


def _decide(plan: Plan, state: State, node: Node, command: Command) -> list[Event]:
    outcome = command.body.get("outcome")
    if outcome not in OUTCOMES:
        raise _bad("outcome", "Approve or deny.")
    reason = _text(command.body, "reason", required=outcome == "deny")
    data = {"outcome": outcome, "reason": reason, "reason_code": _text(command.body, "reason_code")}
    events = [Event(node.no, "decided", data)]
    if outcome == "deny":
        events += _after_denial(plan, state, node)
    elif not node.result:
        events += _after_grant(state, node)
    return events + _ready(plan, state, events)


def _issue(plan: Plan, state: State, node: Node, command: Command) -> list[Event]:
    certificate = _text(command.body, "certificate", required=True)
    events = [Event(node.no, "issued", {"certificate": certificate}), *_after_grant(state, node)]
    return events + _ready(plan, state, events)


def _hand_out(plan: Plan, state: State, node: Node, command: Command) -> list[Event]:
    how = command.body.get("how", "window")
    if how not in ("window", "online", "post"):
        raise _bad("how", "Choose window, online or post.")
    who = {name: said for name in ("taker", "proof") if (said := _text(command.body, name))}
    return [Event(node.no, "handed_out", {"how": how, **who})]


def _withdraw(plan: Plan, state: State, node: Node, command: Command) -> list[Event]:
    return [Event(node.no, "withdrawn", {"reason": _text(command.body, "reason")})]


def _after_grant(state: State, granted: Node) -> list[Event]:
    """The items that waited for this one alone begin now."""
    return [
        Event(item.no, "started")
        for item in state.items
        if granted.item in item.after and item.state == "accepted" and not _waits(state, item, but=granted.item)
    ]


def _after_denial(plan: Plan, state: State, denied: Node) -> list[Event]:
    """Items that can never begin end now; with `on_deny: stop` all that are still open end."""
    lost = {denied.item}
    events: list[Event] = []
    changed = True
    while changed:
        changed = False
        for item in state.items:
            is_open = item.outcome is None and item.item not in lost
            if is_open and (plan.on_deny == "stop" or lost & set(item.after)):
                lost.add(item.item)
                events.append(Event(item.no, "cancelled", {"because": denied.item, "title": dict(denied.title)}))
                changed = True
    return events


def _ready(plan: Plan, state: State, events: list[Event]) -> list[Event]:
    """The root is ready for the one hand-out when these events end the last open item."""
    outcomes = {item.no: _outcome_of(item) for item in state.items}
    for event in events:
        if event.kind == "decided":
            granted = event.data["outcome"] == "approve"
            result = next(item.result for item in state.items if item.no == event.case_no)
            outcomes[event.case_no] = "denied" if not granted else None if result else "approved"
        elif event.kind == "issued":
            outcomes[event.case_no] = "approved"
        elif event.kind == "cancelled":
            outcomes[event.case_no] = "cancelled"
    if any(outcome is None for outcome in outcomes.values()):
        return []
    outcome = "approved" if "approved" in outcomes.values() else "denied"
    return [Event(state.root.no, "ready", {"outcome": outcome})]


def _outcome_of(item: Node) -> str | None:
    """How an item has ended; None while it is open or its certificate is still to come."""
    return item.outcome if item.closed_at is not None else None


def _waits(state: State, item: Node, *, but: str = "") -> bool:
    """True while an item that `item` comes after is not granted with its result."""
    waiting = [state.item(key) for key in item.after if key != but]
    return any(other is not None and _outcome_of(other) != "approved" for other in waiting)


def _text(body: Mapping[str, Any], field: str, *, required: bool = False) -> str:
    value = body.get(field, "")
    if not isinstance(value, str):
        raise _bad(field, "This must be text.")
    value = value.strip()
    if required and not value:
        raise _bad(field, "This must be filled in.")
    if len(value) > NOTE_LENGTH:
        raise _bad(field, "This is too long.")
    return value


def _reasons(body: Mapping[str, Any], field: str) -> dict[str, str]:
    value = body.get(field) or {}
    if not isinstance(value, Mapping) or not all(isinstance(v, str) for v in value.values()):
        raise _bad(field, "This must map keys to reasons.")
    return {str(key): reason.strip()[:NOTE_LENGTH] for key, reason in value.items()}


def _form(body: Mapping[str, Any]) -> dict[str, Any]:
    form = body.get("form") or {}
    if not isinstance(form, Mapping):
        raise _bad("form", "This must map fields to answers.")
    return {str(field): value for field, value in form.items()}


def _materials(body: Mapping[str, Any]) -> dict[str, dict[str, str]]:
    given = body.get("materials") or ()
    if not isinstance(given, list | tuple):
        raise _bad("materials", "This must be a list of materials.")
    found = {}
    for one in given:
        if not isinstance(one, Mapping) or not isinstance(one.get("key"), str) or one.get("how") not in WAYS:
            raise _bad("materials", "Each material has a key, a way and a reference.")
        found[one["key"]] = {"key": one["key"], "how": one["how"], "ref": str(one.get("ref", ""))}
    return found


def _bad(field: str, message: str) -> InvalidError:
    return InvalidError("cases.body", message, fields={field: message})


_COMMANDS: Mapping[str, Callable[[Plan, State, Node, Command], list[Event]]] = {
    "accept": _accept,
    "refuse": _refuse,
    "supplement": _supplement,
    "answer_supplement": _answer,
    "decide": _decide,
    "issue": _issue,
    "hand_out": _hand_out,
    "withdraw": _withdraw,
}
