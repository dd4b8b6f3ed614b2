"""Commands of the departments: who sits at an item, who signs, what comes of it.

An item has seats. 会签 is the rule `all`, 或签 `any`, 票签 `votes` with a number. A seat passes from hand to hand
(转办), is lent (委派) and comes back (退回, 拿回); further seats are added (加签) and removed (减签).
"""

import msgspec

from liangxi.core.cases.rules.deciding.chain import after_denial, after_grant, ready
from liangxi.core.cases.rules.deciding.command import Command, Rule, bad, reason, text
from liangxi.core.cases.rules.plan import Plan, PlanItem
from liangxi.core.cases.rules.state import Event, Node, Seat, State
from liangxi.kit.errors import ConflictError, ForbiddenError

OUTCOMES = ("approve", "deny")
MOST_SEATS = 12


def _decide(plan: Plan, state: State, node: Node, command: Command) -> list[Event]:
    outcome = command.body.get("outcome")
    if outcome not in OUTCOMES:
        raise bad("outcome", "Approve or deny.")
    if outcome == "approve" and state.gap:
        raise ConflictError("cases.gap", "A material is still to follow: %(materials)s. Nothing can be granted before.",
                            {"materials": ", ".join(state.gap)})  # fmt: skip
    item = plan.item(node.item)
    said = {"outcome": outcome, **reason(command.body, required=outcome == "deny" or item.is_granted_with_reason)}
    if outcome == "deny" and item.is_denied_with_ground:
        said["ground"] = text(command.body, "ground", required=True)
    seat = _seat(node, command)
    if seat.is_lent:
        raise ForbiddenError("cases.seat.lent", "You were asked for an opinion: give it back with your words.")
    others = [one for one in node.seats if one is not seat]
    whole = _verdict(item, [*others, msgspec.structs.replace(seat, outcome=outcome)])
    signed = Event(node.no, "signed", {"seat": seat.n, "name": command.name, "account": command.account, **said})
    if whole is None:
        return [signed]
    events = [signed] if len(node.seats) > 1 else []
    return events + _outcome(plan, state, node, said | {"outcome": whole})


def _outcome(plan: Plan, state: State, node: Node, data: dict[str, object]) -> list[Event]:
    events = [Event(node.no, "decided", data)]
    if data["outcome"] == "deny":
        events += after_denial(plan, state, node)
    elif not node.result:
        events += after_grant(state, node)
    return events + ready(state, events)


def _deem_decided(plan: Plan, state: State, node: Node, command: Command) -> list[Event]:
    """Where the law says so, silence until the end of the limit grants."""
    return _outcome(plan, state, node, {"outcome": "approve", "reason": "", "reason_code": "", "deemed": True})


def _verdict(item: PlanItem, seats: list[Seat]) -> str | None:
    """What these seats together say; None while others must speak. Added seats must all agree."""
    added = [seat.outcome for seat in seats if seat.added_by]
    own = _by_rule(item, [seat.outcome for seat in seats if not seat.added_by])
    if own == "deny" or "deny" in added:
        return "deny"
    return "approve" if own == "approve" and all(added) else None


def _by_rule(item: PlanItem, votes: list[str | None]) -> str | None:
    if item.rule == "votes":
        return _votes(votes, item.votes)
    return _all(votes) if item.rule == "all" else _any(votes)


def _any(votes: list[str | None]) -> str | None:
    return next((vote for vote in votes if vote), None)


def _all(votes: list[str | None]) -> str | None:
    return "deny" if "deny" in votes else "approve" if all(votes) else None


def _votes(votes: list[str | None], needed: int) -> str | None:
    """Granted by `needed` voices; denied as soon as so many can no longer come together."""
    for_it, open_ = votes.count("approve"), votes.count(None)
    return "approve" if for_it >= needed else "deny" if for_it + open_ < needed else None


def _issue(plan: Plan, state: State, node: Node, command: Command) -> list[Event]:
    certificate = text(command.body, "certificate", required=True)
    events = [Event(node.no, "issued", {"certificate": certificate}), *after_grant(state, node)]
    return events + ready(state, events)


def _transfer(plan: Plan, state: State, node: Node, command: Command) -> list[Event]:
    """To a colleague, to oneself (a sick colleague's work), or to another department that is competent."""
    to, seat = command.body.get("to"), _seat(node, command, any_hand=True)
    if not isinstance(to, dict) or not (to.get("account") or to.get("org")):
        raise bad("to", "Choose whom it goes to.")
    if to.get("account", "") == seat.account and to.get("org", seat.org) == seat.org:
        raise bad("to", "It lies there already.")
    why = text(command.body, "reason", required=to.get("account", "") != command.account)
    return [Event(node.no, "transferred", _passed(seat, command, to, why))]


def _delegate(plan: Plan, state: State, node: Node, command: Command) -> list[Event]:
    to, seat = command.body.get("to"), _seat(node, command)
    if not isinstance(to, dict) or not to.get("account") or to["account"] == command.account:
        raise bad("to", "Choose a colleague.")
    if seat.is_lent:
        raise ForbiddenError("cases.seat.lent", "You were asked for an opinion: give it back with your words.")
    return [Event(node.no, "delegated", _passed(seat, command, to, text(command.body, "reason", required=True)))]


def _passed(seat: Seat, command: Command, to: dict[str, str], why: str) -> dict[str, object]:
    kept = {name: to[name] for name in ("org", "path", "account", "name") if to.get(name)}
    return {"seat": seat.n, "to": kept, "by": command.account, "reason": why}


def _return(plan: Plan, state: State, node: Node, command: Command) -> list[Event]:
    """退回: back to the hand that it came from, with an opinion or the reason."""
    seat = _seat(node, command)
    if not seat.trail:
        raise ConflictError("cases.seat.own", "It was not passed on to you; there is nobody to give it back to.")
    return [Event(node.no, "returned", {"seat": seat.n, "reason": text(command.body, "reason", required=True)})]


def _take_back(plan: Plan, state: State, node: Node, command: Command) -> list[Event]:
    """拿回: whoever passed a seat on takes it back while it is not signed."""
    mine = [s for s in node.seats if s.outcome is None and s.trail and s.trail[-1].by == command.account]
    if not mine:
        raise ConflictError("cases.seat.gone", "You have passed on nothing here that still waits.")
    return [Event(node.no, "taken_back", {"seat": mine[0].n})]


def _add_approver(plan: Plan, state: State, node: Node, command: Command) -> list[Event]:
    to = command.body.get("to")
    _seat(node, command)
    if not isinstance(to, dict) or not (to.get("account") or to.get("org")):
        raise bad("to", "Choose who is to sign too.")
    if len(node.seats) >= MOST_SEATS:
        raise bad("to", "So many signatures are not asked for.")
    org, account = to.get("org", node.org), to.get("account", "")
    if any((seat.org, seat.account) == (org, account) for seat in node.seats):
        raise bad("to", "This seat is there already.")
    data = {
        "to": {"org": org, **{k: to[k] for k in ("path", "account", "name") if to.get(k)}},
        "by": command.account or "house",
    }
    return [Event(node.no, "approver_added", data | {"reason": text(command.body, "reason", required=True)})]


def _remove_approver(plan: Plan, state: State, node: Node, command: Command) -> list[Event]:
    """减签: only a seat that was added and has not signed; what is left may then be a decision."""
    wanted = command.body.get("seat")
    seat = next((s for s in node.seats if s.n == wanted and s.added_by and s.outcome is None), None)
    if seat is None:
        raise bad("seat", "This is no added seat that still waits.")
    if seat.added_by != command.account and command.account:
        raise ForbiddenError("cases.seat.added", "Whoever added this signature removes it.")
    events = [Event(node.no, "approver_removed", {"seat": seat.n, "reason": text(command.body, "reason")})]
    return events + _concluded(plan, state, node, without=seat.n)


def _concluded(plan: Plan, state: State, node: Node, without: int) -> list[Event]:
    """The decision, when the seats that are left have all said what the rule asks for."""
    if _verdict(plan.item(node.item), [seat for seat in node.seats if seat.n != without]) != "approve":
        return []
    said = next((seat.reason for seat in reversed(node.seats) if seat.outcome and seat.reason), "")
    return _outcome(plan, state, node, {"outcome": "approve", "reason": said, "reason_code": ""})


def _seat(node: Node, command: Command, *, any_hand: bool = False) -> Seat:
    """The seat that the command is for: the named one, or the first open one that the actor may fill.

    A seat that lies with somebody else is refused unless `any_hand`: then a colleague may take it over.
    """
    wanted = command.body.get("seat")
    free = [s for s in node.seats if s.n in command.seats and s.outcome is None and wanted in (None, s.n)]
    mine = [s for s in free if s.account in ("", command.account)] if command.account else free
    own_first = sorted(mine or (free if any_hand else []), key=lambda s: (s.account != command.account, s.n))
    if own_first:
        return own_first[0]
    if free:
        raise ForbiddenError("cases.seat.held", "It lies with %(name)s; take it over first.", {"name": free[0].name})
    raise ConflictError("cases.seat.signed", "Your office has signed already.")


def _in_review(state: State, node: Node) -> bool:
    return node is not state.root and node.state == "reviewing"


def _any_passed(state: State, node: Node) -> bool:
    return _in_review(state, node) and any(seat.trail and seat.outcome is None for seat in node.seats)


COMMANDS = {
    "decide": Rule(_decide, _in_review, "seat"),
    "deem_decided": Rule(_deem_decided, lambda s, n: _in_review(s, n) and not s.gap, "system"),
    "issue": Rule(
        _issue,
        lambda s, n: n is not s.root and n.state == "approved" and bool(n.result) and not n.certificate,
        "responsible",
    ),
    "transfer": Rule(_transfer, _in_review, "seat"),
    "delegate": Rule(_delegate, _in_review, "seat"),
    "return": Rule(_return, _any_passed, "seat"),
    "take_back": Rule(_take_back, _any_passed, "reader"),
    "add_approver": Rule(_add_approver, _in_review, "seat"),
    "remove_approver": Rule(
        _remove_approver, lambda s, n: _in_review(s, n) and any(x.added_by and not x.outcome for x in n.seats), "seat"
    ),
}
