"""Snapshot and events in and out of the database: one lock, one read, few writes a command."""

import json
from collections.abc import Iterable
from datetime import datetime
from typing import Any

import msgspec
from django.db import connection

from liangxi.core.cases.models import Plan as PlanRow
from liangxi.core.cases.rules import state as states
from liangxi.core.cases.rules.plan import Plan, compile_plan
from liangxi.core.cases.rules.state import Event, Node, State, Task

_plans: dict[str, Plan] = {}

_LOCK = """
SELECT snapshot FROM cases_case WHERE no = (SELECT root FROM cases_case WHERE no = %s) FOR NO KEY UPDATE
"""
_ANSWER = "SELECT digest, answer::text FROM cases_event WHERE key = %s"
_EVENTS = """
INSERT INTO cases_event (root, seq, case_no, at, kind, actor, data, key, digest, answer)
SELECT %(root)s, e.seq, e.case_no, %(at)s, e.kind, %(actor)s, e.data,
       CASE WHEN e.seq = %(first)s THEN %(key)s END, CASE WHEN e.seq = %(first)s THEN %(digest)s END,
       CASE WHEN e.seq = %(first)s THEN %(answer)s::jsonb END
FROM jsonb_to_recordset(%(events)s::jsonb) AS e (seq int, case_no text, kind text, data jsonb)
"""
_CASE_COLUMNS = (
    "no", "root", "item", "plan_id", "title", "subject", "state", "version", "org", "org_path", "applicant_person",
    "applicant_firm", "applicant_name", "opened_at", "closed_at", "due", "statutory_due", "yellow_at", "red_at",
    "paused", "outcome", "stars", "check_code", "snapshot",
)  # fmt: skip
_CASE_TYPES = (
    "text", "text", "text", "text", "jsonb", "text", "text", "int", "text", "text", "text", "text", "text",
    "timestamptz", "timestamptz", "timestamptz", "timestamptz", "timestamptz", "timestamptz", "bool", "text",
    "smallint", "text", "text",
)  # fmt: skip
_CHANGING = (
    "state", "version", "closed_at", "due", "statutory_due", "yellow_at", "red_at", "paused", "outcome", "stars",
    "snapshot",
)  # fmt: skip
_RECORDS = ", ".join(f"{name} {kind}" for name, kind in zip(_CASE_COLUMNS, _CASE_TYPES, strict=True))
_CASES = f"""
INSERT INTO cases_case AS t ({", ".join(_CASE_COLUMNS)})
SELECT {", ".join(_CASE_COLUMNS)} FROM jsonb_to_recordset(%s::jsonb) AS r ({_RECORDS})
ON CONFLICT (no) DO UPDATE SET {", ".join(f"{name} = EXCLUDED.{name}" for name in _CHANGING)}
"""  # noqa: S608 only our own column names are formatted in
_TASK_COLUMNS = (
    "root", "n", "case_no", "kind", "permission", "org", "org_path", "holder", "opened_at", "due", "yellow_at",
    "red_at", "done_at",
)  # fmt: skip
_TASKS = f"""
INSERT INTO cases_task AS t ({", ".join(_TASK_COLUMNS)})
SELECT {", ".join(_TASK_COLUMNS)} FROM jsonb_to_recordset(%s::jsonb) AS r (root text, n int, case_no text, kind text,
  permission text, org text, org_path text, holder text, opened_at timestamptz, due timestamptz, yellow_at timestamptz,
  red_at timestamptz, done_at timestamptz)
ON CONFLICT (root, n) DO UPDATE SET done_at = EXCLUDED.done_at
"""  # noqa: S608 only our own column names are formatted in
_NUMBER = "SELECT nextval('cases_number')"
_encode = msgspec.json.Encoder().encode


def plan(hash: str) -> Plan:
    """The plan of a hash; plans never change, so each is read once a process. KeyError when there is none."""
    found = _plans.get(hash)
    if found is None:
        row = PlanRow.objects.filter(pk=hash).first()
        if row is None:
            raise KeyError(hash)
        found = _plans[hash] = compile_plan(row.definition, row.paths)
    return found


def next_number() -> int:
    """The next number of a case; rolled back cases leave gaps."""
    with connection.cursor() as cursor:
        cursor.execute(_NUMBER)
        return int(cursor.fetchone()[0])


def lock(no: str) -> State | None:
    """The state of the case that `no` is the root or an item of, locked until the transaction ends."""
    with connection.cursor() as cursor:
        cursor.execute(_LOCK, [no])
        row = cursor.fetchone()
    return states.load(row[0]) if row else None


def read(no: str) -> State | None:
    """The same without the lock."""
    with connection.cursor() as cursor:
        cursor.execute(_LOCK.removesuffix("FOR NO KEY UPDATE\n"), [no])
        row = cursor.fetchone()
    return states.load(row[0]) if row else None


def answer_of(key: str) -> tuple[str, dict[str, Any]] | None:
    """The digest of the command that came with a key, and the answer that it got."""
    with connection.cursor() as cursor:
        cursor.execute(_ANSWER, [key])
        row = cursor.fetchone()
    return (row[0], json.loads(row[1])) if row else None


def append(
    before: State | None, after: State, events: list[Event], *, at: datetime, actor: str, key: str,
    digest: str, answer: dict[str, Any]
) -> None:  # fmt: skip
    """Write the events and everything drawn from the new state; a key that came meanwhile breaks the unique index."""
    first = after.seq - len(events) + 1
    rows = [
        {"seq": first + n, "case_no": one.case_no, "kind": one.kind, "data": one.data} for n, one in enumerate(events)
    ]
    with connection.cursor() as cursor:
        cursor.execute(
            _EVENTS,
            {
                "root": after.root.no,
                "at": at,
                "actor": actor,
                "first": first,
                "key": key,
                "digest": digest,
                "answer": _encode(answer).decode(),
                "events": _encode(rows).decode(),
            },
        )
        compiled = plan(after.plan)
        cursor.execute(
            _CASES, [_encode([_case_row(compiled, after, node) for node in (after.root, *after.items)]).decode()]
        )
        tasks = [task for task in after.tasks if before is None or _is_new(before, task)]
        if tasks:
            cursor.execute(_TASKS, [_encode(list(_task_rows(compiled, after, tasks))).decode()])


def _is_new(before: State, task: Task) -> bool:
    return task.n > len(before.tasks) or before.tasks[task.n - 1].done_at != task.done_at


def _case_row(compiled: Plan, state: State, node: Node) -> dict[str, Any]:
    is_root = node is state.root
    clock = node.clock
    return {
        "no": node.no,
        "root": state.root.no,
        "item": node.item,
        "plan_id": state.plan,
        "title": node.title,
        "subject": state.subject,
        "state": node.state,
        "version": node.version,
        "org": node.org,
        "org_path": compiled.paths[node.org],
        "applicant_person": state.person,
        "applicant_firm": state.firm,
        "applicant_name": state.name,
        "opened_at": node.opened_at,
        "closed_at": node.closed_at,
        "due": clock.due,
        "statutory_due": clock.statutory_due,
        "yellow_at": clock.yellow_at,
        "red_at": clock.red_at,
        "paused": clock.is_stopped,
        "outcome": node.outcome,
        "stars": state.stars if is_root else None,
        "check_code": state.check if is_root else "",
        "snapshot": states.dump(state) if is_root else None,
    }


def _task_rows(compiled: Plan, state: State, tasks: list[Task]) -> Iterable[dict[str, Any]]:
    for task in tasks:
        row: dict[str, Any] = {name: getattr(task, name) for name in _TASK_COLUMNS if hasattr(task, name)}
        yield row | {"root": state.root.no, "org_path": compiled.paths[task.org]}


def last_event(no: str) -> tuple[str, str, datetime]:
    """Who did what to a node last, and when."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT actor, kind, at FROM cases_event WHERE root = (SELECT root FROM cases_case WHERE no = %s) "
            "AND case_no = %s ORDER BY seq DESC LIMIT 1",
            [no, no],
        )
        who, kind, at = cursor.fetchone()
        return who, kind, at
