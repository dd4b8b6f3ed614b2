"""Who may do what to a case: role on an ancestor of the organisation, a seat, or being the applicant."""

from collections.abc import Callable, Mapping

from liangxi.core.cases.rules.deciding import COMMANDS, is_possible
from liangxi.core.cases.rules.plan import Plan
from liangxi.core.cases.rules.state import Node, State
from liangxi.kit.actor import Actor
from liangxi.kit.errors import ForbiddenError, NotFoundError

_AS_APPLICANT: Mapping[str, str] = {
    "withdraw": "case.withdraw",
    "answer_supplement": "case.submit",
    "fill_gap": "case.submit",
    "rate": "case.rate",
}
"""What somebody must be allowed to do for the applicant; every other command of his asks for `case.own` alone."""


def is_applicant(by: Actor, plan: Plan, state: State, action: str = "") -> bool:
    """True for who speaks for the applicant: whoever acts for the firm, or for the person, that applied, as far as
    his roles there reach; for an organisation's case whoever may apply for it."""
    if state.org:
        return by.kind == "staff" and by.may("case.apply", state.paths[state.org])
    if by.kind != "public" or by.person is None:
        return False
    is_his = by.firm == state.firm if state.firm else by.person == state.person
    return is_his and by.may(_AS_APPLICANT.get(action, "case.own"), matter=plan.id)


def path_of(plan: Plan, state: State, org: str) -> str:
    """The path of an organisation that the case gives work to."""
    if org in state.paths:
        return state.paths[org]
    return plan.paths.get(org, f"/{org}/")


def may_read(by: Actor, plan: Plan, state: State) -> bool:
    """The applicant, the house, whoever holds `case.read` over an organisation that the case gives work to, and
    whoever was given the case to read or to sign."""
    if by.kind == "system" or is_applicant(by, plan, state):
        return True
    orgs = {*plan.orgs, *(seat.org for item in state.items for seat in item.seats)}
    if any(by.may(plan.right("case.read"), path_of(plan, state, org)) for org in orgs):
        return True
    return by.kind == "staff" and any(task.assignee == by.account for task in state.tasks)


def seats_of(by: Actor, plan: Plan, state: State, node: Node) -> tuple[int, ...]:
    """The numbers of the seats of an item that the actor's posts may fill."""
    return tuple(
        seat.n
        for seat in node.seats
        if by.kind == "system"
        or by.may(plan.right("case.decide"), path_of(plan, state, seat.org))
        or (seat.account and seat.account == by.account)
    )


def may(by: Actor, plan: Plan, state: State, node: Node, action: str) -> bool:
    """True when the actor (whatever the state) may give the command on the node."""
    right = COMMANDS[action].right if action in COMMANDS else ""
    if by.kind == "system" or not right:
        return by.kind == "system"
    if right in ("applicant", "either") and is_applicant(by, plan, state, action):
        return True
    return _RIGHTS[right](by, plan, state, node) if right in _RIGHTS else _holds(by, plan, state, node, right)


def _holds(by: Actor, plan: Plan, state: State, node: Node, permission: str) -> bool:
    """The permission on the organisation that answers for the node; supervision and the head of a whole case sit
    above the window."""
    window = path_of(plan, state, plan.accept_org)
    city = f"/{window.strip('/').split('/')[0]}/"
    over_all = permission == "case.supervise" or (permission == "case.lead" and node is state.root)
    desk = {"case.accept": window, "case.handout": path_of(plan, state, plan.hand_out_org)}
    place = city if over_all else desk.get(permission) or path_of(plan, state, node.org)
    return by.may(plan.right(permission), place)


def _is_responsible(by: Actor, plan: Plan, state: State, node: Node) -> bool:
    """The window for the whole case, the department for its item."""
    if node is state.root:
        return by.may(plan.right("case.accept"), path_of(plan, state, plan.accept_org))
    is_decider = by.may(plan.right("case.decide"), path_of(plan, state, node.org))
    return is_decider or bool(seats_of(by, plan, state, node))


def _is_reader(by: Actor, plan: Plan, state: State, node: Node) -> bool:
    return by.kind == "staff" and may_read(by, plan, state)


_RIGHTS: Mapping[str, Callable[[Actor, Plan, State, Node], bool]] = {
    "applicant": lambda by, plan, state, node: False,
    "either": _is_reader,
    "seat": lambda by, plan, state, node: bool(seats_of(by, plan, state, node)),
    "responsible": _is_responsible,
    "reader": _is_reader,
    "system": lambda by, plan, state, node: False,
}


def require_right(by: Actor, plan: Plan, state: State, node: Node, action: str) -> None:
    """NotFoundError for who may not even read the case; ForbiddenError for who may read it but not do this."""
    if may(by, plan, state, node, action):
        return
    if not may_read(by, plan, state):
        raise NotFoundError("cases.case.unknown", "There is no case %(case)s.", {"case": node.no})
    if action in COMMANDS:
        raise ForbiddenError("cases.forbidden", "Your post does not allow this on this case.", {"action": action})


def actions_for(by: Actor, plan: Plan, state: State, node: Node) -> tuple[str, ...]:
    """The commands that the actor may give on the node now."""
    return tuple(a for a in COMMANDS if is_possible(state, node, a) and may(by, plan, state, node, a))
