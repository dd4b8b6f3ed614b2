"""电子监察: what in the events of a command somebody looks into. The case goes on meanwhile."""

from collections.abc import Iterator

from liangxi.core.cases.rules.plan import Plan
from liangxi.core.cases.rules.state import Event, Node, State

TRIGGERS = ("no-ground", "overrun", "unlisted-fee", "already-held", "repeated-supplement")
_HELD = ("elicence", "data", "result")


def flags(plan: Plan, state: State, node: Node, events: list[Event]) -> list[Event]:
    """One event `flagged` for each thing in `events` that supervision looks into."""
    found = (flag for event in events for flag in _triggers(plan, state, node, event))
    return [Event(node.no, "flagged", {"trigger": trigger, "detail": detail}) for trigger, detail in found]


def _triggers(plan: Plan, state: State, node: Node, event: Event) -> Iterator[tuple[str, str]]:
    data = event.data
    negative = event.kind in ("refused", "terminated") or (event.kind == "decided" and data["outcome"] == "deny")
    if negative and not data["reason_code"]:
        yield "no-ground", data["reason"]
    if event.kind == "charged" and data["amount"] > plan.item(node.item).fee:
        yield "unlisted-fee", f"{data['what']} {data['amount']}"
    if event.kind == "supplement_requested":
        held = [m.key for m in state.materials if m.key in data["materials"] and m.how in _HELD]
        if held:
            yield "already-held", ", ".join(held)
        if node.asked:
            yield "repeated-supplement", data["note"]
