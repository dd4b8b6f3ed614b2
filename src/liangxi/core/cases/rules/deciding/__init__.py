"""`decide(state, command) -> events`: what a command means in a state, or why it is refused. It changes nothing."""

from collections.abc import Mapping

from liangxi.core.cases.rules.deciding import beside, course, review, supervision, window
from liangxi.core.cases.rules.deciding.command import Command, Rule
from liangxi.core.cases.rules.plan import Plan
from liangxi.core.cases.rules.state import Event, Node, State
from liangxi.kit.errors import ConflictError, InvalidError

COMMANDS: Mapping[str, Rule] = window.COMMANDS | review.COMMANDS | course.COMMANDS | beside.COMMANDS


def decide(plan: Plan, state: State, command: Command) -> list[Event]:
    """The events of a command. InvalidError names the field of a bad body; ConflictError `cases.state`: not now."""
    node = state.node(command.case_no)
    if node is None or command.action not in COMMANDS:
        raise InvalidError("cases.action", "There is no command %(action)s here.", {"action": command.action},
                           fields={"action": "There is no such command."})  # fmt: skip
    if not is_possible(state, node, command.action):
        raise ConflictError("cases.state", "The case is %(state)s; %(action)s is not possible now.",
                            {"state": node.state, "action": command.action, "case": node.no})  # fmt: skip
    events = COMMANDS[command.action].events(plan, state, node, command)
    return events + supervision.flags(plan, state, node, events)


def is_possible(state: State, node: Node, action: str) -> bool:
    """True when the state of the node (not the actor's right) allows the command."""
    rule = COMMANDS.get(action)
    return rule is not None and rule.possible(state, node)


def needs_form(action: str) -> bool:
    """True when the command looks at the form of the case or changes it."""
    return action in ("supplement", "answer_supplement", "correct")


_DONE_BY = {"refuse": "accept", "answer_supplement": "supplement", "deem_accepted": "accept", "deem_decided": "decide"}


def is_overtaken(state: State, node: Node, action: str) -> bool:
    """True when the command came too late: what it would do has been done or made void by somebody else."""
    if action == "withdraw":
        return True
    kind = _DONE_BY.get(action, action)
    if action == "supplement":
        kind = "accept" if node is state.root else "decide"
    return any(task.kind == kind and task.case_no == node.no for task in state.tasks)
