"""Who may do what to a case: role on an ancestor of the organisation, or being the applicant."""

from liangxi.core.cases.rules.deciding import is_possible
from liangxi.core.cases.rules.plan import Plan
from liangxi.core.cases.rules.state import Node, State
from liangxi.kit.actor import Actor
from liangxi.kit.errors import ForbiddenError, NotFoundError

ACTIONS = ("accept", "refuse", "supplement", "answer_supplement", "decide", "issue", "hand_out", "withdraw")
_APPLICANT = frozenset({"answer_supplement", "withdraw"})


def is_applicant(by: Actor, state: State) -> bool:
    """True for the person who applied; for a firm's case also when he acts for that firm."""
    return by.kind == "public" and by.person is not None and by.person == state.person


def may_read(by: Actor, plan: Plan, state: State) -> bool:
    """The applicant, the house, and whoever holds `case.read` over an organisation that the case gives work to."""
    return by.kind == "system" or is_applicant(by, state) or any(by.may("case.read", plan.paths[o]) for o in plan.orgs)


def may(by: Actor, plan: Plan, state: State, node: Node, action: str) -> bool:
    """True when the actor (whatever the state) may give the command on the node."""
    if by.kind == "system":
        return True
    if action in _APPLICANT:
        return is_applicant(by, state)
    permission, org = {
        "accept": ("case.accept", plan.accept_org),
        "refuse": ("case.accept", plan.accept_org),
        "supplement": ("case.accept", plan.accept_org) if node is state.root else ("case.decide", node.org),
        "decide": ("case.decide", node.org),
        "issue": ("case.decide", node.org),
        "hand_out": ("case.handout", plan.hand_out_org),
    }.get(action, ("", ""))
    return bool(org) and by.may(permission, plan.paths[org])


def require_right(by: Actor, plan: Plan, state: State, node: Node, action: str) -> None:
    """NotFoundError for who may not even read the case; ForbiddenError for who may read it but not do this."""
    if may(by, plan, state, node, action):
        return
    if not may_read(by, plan, state):
        raise NotFoundError("cases.case.unknown", "There is no case %(case)s.", {"case": node.no})
    raise ForbiddenError("cases.forbidden", "Your post does not allow this on this case.", {"action": action})


def actions_for(by: Actor, plan: Plan, state: State, node: Node) -> tuple[str, ...]:
    """The commands that the actor may give on the node now."""
    return tuple(a for a in ACTIONS if is_possible(state, node, a) and may(by, plan, state, node, a))
