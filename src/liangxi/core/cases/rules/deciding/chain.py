"""What the end of one item means for the others, and when the whole case is ready for the one hand-out."""

from liangxi.core.cases.rules.plan import Plan
from liangxi.core.cases.rules.state import Event, Node, State

GRANTED = "approved"


def after_grant(state: State, granted: Node) -> list[Event]:
    """The items that waited for this one alone begin now."""
    return [
        Event(item.no, "started")
        for item in state.items
        if granted.item in item.after and item.state == "accepted" and not waits(state, item, but=granted.item)
    ]


def after_denial(plan: Plan, state: State, lost: Node) -> list[Event]:
    """Items that can never begin end now; with `on_deny: stop` all that are still open end."""
    gone = {lost.item}
    events: list[Event] = []
    changed = True
    while changed:
        changed = False
        for item in state.items:
            is_open = item.outcome is None and item.item not in gone
            begins = item.clock.started is None and gone & set(item.after)
            if is_open and (plan.on_deny == "stop" or begins):
                gone.add(item.item)
                events.append(Event(item.no, "cancelled", {"because": lost.item, "title": dict(lost.title)}))
                changed = True
    return events


def ready(state: State, events: list[Event]) -> list[Event]:
    """The root is ready for the one hand-out when these events end the last open item."""
    outcomes = {item.no: outcome_of(item) for item in state.items}
    for event in events:
        outcomes |= _ended_by(state, event)
    if state.root.outcome is not None or any(outcome is None for outcome in outcomes.values()):
        return []
    return [Event(state.root.no, "ready", {"outcome": GRANTED if GRANTED in outcomes.values() else "denied"})]


def _ended_by(state: State, event: Event) -> dict[str, str | None]:
    if event.kind == "decided":
        result = next(item.result for item in state.items if item.no == event.case_no)
        granted = event.data["outcome"] == "approve"
        return {event.case_no: "denied" if not granted else None if result else GRANTED}
    ended = {"issued": GRANTED, "cancelled": "cancelled", "terminated": "terminated", "revoked": "revoked"}
    return {event.case_no: ended[event.kind]} if event.kind in ended else {}


def outcome_of(item: Node) -> str | None:
    """How an item has ended; None while it is open or its certificate is still to come."""
    return item.outcome if item.closed_at is not None else None


def waits(state: State, item: Node, *, but: str = "") -> bool:
    """True while an item that `item` comes after is not granted with its result."""
    waiting = [state.item(key) for key in item.after if key != but]
    return any(other is not None and outcome_of(other) != GRANTED for other in waiting)
