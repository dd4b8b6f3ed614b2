"""Commands beside the course: words, copies, urging, and what supervision asks and answers."""

from datetime import timedelta

from liangxi.core.cases.rules.deciding.command import Command, Rule, bad, people, text
from liangxi.core.cases.rules.plan import Plan
from liangxi.core.cases.rules.state import Event, Node, State
from liangxi.kit.errors import ConflictError

FINDINGS = ("in-order", "explained", "corrected", "violation")
MOST_FILES = 10


def _copy(plan: Plan, state: State, node: Node, command: Command) -> list[Event]:
    """抄送: others are to read it; nobody waits for them."""
    to = people(command.body, "to", required=True)
    return [Event(node.no, "copied", {"to": to, "text": text(command.body, "text"), "by": command.name})]


def _read(plan: Plan, state: State, node: Node, command: Command) -> list[Event]:
    if not any(t.kind == "read" and t.assignee == command.account for t in state.open_tasks(node.no)):
        raise ConflictError("cases.read", "Nothing waits here for you to read.")
    return [Event(node.no, "read", {"account": command.account})]


def _urge(plan: Plan, state: State, node: Node, command: Command) -> list[Event]:
    """催办: those who hold it up see it first; once a day."""
    if node.urged_at is not None and command.at - node.urged_at < timedelta(days=1):
        raise ConflictError("cases.urge.again", "It was urged within a day; those who work on it see that.")
    return [Event(node.no, "urged", {"text": text(command.body, "text")})]


def _note(plan: Plan, state: State, node: Node, command: Command) -> list[Event]:
    """A note among staff, with files; who is mentioned finds it in the inbox."""
    files = command.body.get("files") or []
    if not isinstance(files, list) or len(files) > MOST_FILES:
        raise bad("files", "At most ten files.")
    kept = [{"id": str(one["id"]), "name": str(one["name"])} for one in files if isinstance(one, dict)]
    said = text(command.body, "text", required=not kept)
    return [Event(node.no, "noted", {"text": said, "to": people(command.body, "to"), "files": kept})]


def _flag(plan: Plan, state: State, node: Node, command: Command) -> list[Event]:
    data = {"trigger": text(command.body, "trigger", required=True), "detail": text(command.body, "detail")}
    return [Event(node.no, "flagged", data)]


def _answer_supervision(plan: Plan, state: State, node: Node, command: Command) -> list[Event]:
    n, finding = command.body.get("flag"), command.body.get("finding")
    if not any(flag.n == n and not flag.finding for flag in state.flags if flag.case_no == node.no):
        raise bad("flag", "There is no such open question.")
    if finding not in FINDINGS:
        raise bad("finding", "Choose a finding.")
    data = {"flag": n, "finding": finding, "text": text(command.body, "text", required=True)}
    return [Event(node.no, "supervised", data)]


def _has_open_flag(state: State, node: Node) -> bool:
    return any(not flag.finding for flag in state.flags if flag.case_no == node.no)


def _waits_for_staff(state: State, node: Node) -> bool:
    kinds = ("accept", "decide", "hand_out", "resume")
    tasks = state.tasks if node is state.root else state.open_tasks(node.no)
    return any(task.kind in kinds and task.done_at is None for task in tasks)


COMMANDS = {
    "copy": Rule(_copy, lambda s, n: True, "reader"),
    "read": Rule(_read, lambda s, n: any(t.kind == "read" for t in s.open_tasks(n.no)), "reader"),
    "urge": Rule(_urge, _waits_for_staff, "either"),
    "note": Rule(_note, lambda s, n: True, "reader"),
    "flag": Rule(_flag, lambda s, n: True, "system"),
    "answer_supervision": Rule(_answer_supervision, _has_open_flag, "case.supervise"),
}
