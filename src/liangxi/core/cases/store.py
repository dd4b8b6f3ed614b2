"""Snapshot and events in and out of the database: a command costs one read, which locks, and one write.

The write is a function in the database (migration 0002), so that its statements are planned once a connection.
"""

import contextlib
from collections.abc import Iterator
from datetime import datetime
from typing import Any

import msgspec
from django.db import connection

from liangxi.core.cases.models import Plan as PlanRow
from liangxi.core.cases.rules import evolving, rights
from liangxi.core.cases.rules import state as states
from liangxi.core.cases.rules.plan import Plan, compile_plan
from liangxi.core.cases.rules.state import Event, Node, State, Task

_plans: dict[str, Plan] = {}

_LOCK = """
SELECT c.snapshot, c.form, e.digest, e.answer FROM cases_case c LEFT JOIN cases_event e ON e.key = %s
WHERE c.no = %s AND c.snapshot IS NOT NULL FOR NO KEY UPDATE OF c
"""
_READ = "SELECT snapshot, form FROM cases_case WHERE no = %s AND snapshot IS NOT NULL"
_WRITE = "SELECT cases_write(%s::jsonb, %s, %s)"
_LAST = "SELECT actor, kind, at FROM cases_event WHERE root = %s AND case_no = %s ORDER BY seq DESC LIMIT 1"
_encode = msgspec.json.Encoder().encode

Answer = tuple[str, dict[str, Any]]
"""The digest of the command that came with a key, and the answer that it got."""


def plan(hash: str) -> Plan:
    """The plan of a hash; plans never change, so each is read once a process. KeyError when there is none."""
    found = _plans.get(hash)
    if found is None:
        row = PlanRow.objects.filter(pk=hash).first()
        if row is None:
            raise KeyError(hash)
        found = _plans[hash] = compile_plan(row.definition, row.paths)
    return found


def root_of(no: str) -> str:
    """The number of the whole case that a number is or belongs to."""
    return no.partition("-")[0]


def next_number() -> int:
    """The next number of a case; rolled back cases leave gaps."""
    return int(_one("SELECT nextval('cases_number')", [])[0])


def lock(no: str, key: str) -> tuple[State, Answer | None] | None:
    """The state of the case that `no` is the root or an item of, locked until the transaction ends.

    With it the standing answer to `key`. An answer that a rival wrote while this call waited for the lock may be
    missing: who is about to refuse asks `answer_of` once more, who is about to write meets the unique index.
    """
    row = _one(_LOCK, [key, root_of(no)])
    if row is None:
        return None
    return states.load(row[0], row[1]), (row[2], msgspec.json.decode(row[3])) if row[2] else None


def read(no: str) -> State | None:
    """The same without the lock."""
    row = _one(_READ, [root_of(no)])
    return states.load(row[0], row[1]) if row else None


def known(no: str) -> tuple[Plan, State]:
    """The plan and the state of a case that is there; KeyError."""
    state = read(no)
    if state is None:
        raise KeyError(no)
    return plan(state.plan), state


def answer_of(key: str) -> Answer | None:
    """The standing answer to a key."""
    row = _one("SELECT digest, answer FROM cases_event WHERE key = %s", [key])
    return (row[0], msgspec.json.decode(row[1])) if row else None


@contextlib.contextmanager
def one_trip() -> Iterator[None]:
    """Send the statements of the block, whose rows nobody waits for, in one go; what fails raises at its end."""
    connection.ensure_connection()
    with connection.wrap_database_errors, connection.connection.pipeline():
        yield


def append(
    after: State,
    events: list[Event],
    *,
    frame: evolving.Frame,
    actor: str = "",
    key: tuple[str, str] = ("", ""),
    answer: dict[str, Any] | None = None,
) -> None:
    """Write the events and what they changed, under the key of the command and the digest of what it asked.

    A key that came meanwhile breaks the unique index `cases_event_key`. Without events the rows are drawn anew.
    """
    first, redrawn = after.seq - len(events) + 1, not events or any(one.kind == "extended" for one in events)
    nodes = evolving.touched(after, events) if events else [after.root, *after.items]
    said = {
        "root": after.root.no,
        "at": frame.at,
        "actor": actor,
        "key": key[0],
        "digest": key[1],
        "answer": _encode(answer).decode(),
        "events": [
            {"seq": first + n, "case_no": one.case_no, "kind": one.kind, "data": one.data}
            for n, one in enumerate(events)
        ],
        "cases": [_case_row(frame, after, node) for node in nodes],
        "tasks": [
            _task_row(frame, after, task)
            for task in after.tasks
            if frame.at in (task.opened_at, task.done_at) or (redrawn and task.done_at is None)
        ],
    }
    snapshot, form = states.dump(after)
    changed_form = any(event.kind in evolving.FORM_CHANGES for event in events)
    with connection.cursor() as cursor:
        cursor.execute(_WRITE, [_encode(said).decode(), snapshot, form if changed_form else None])


def _case_row(frame: evolving.Frame, state: State, node: Node) -> dict[str, Any]:
    clock, is_root = node.clock, node is state.root
    changing = {
        "no": node.no,
        "state": node.state,
        "version": node.version,
        "closed_at": node.closed_at,
        "due": clock.due,
        "statutory_due": clock.statutory_due,
        "yellow_at": clock.yellow_at,
        "red_at": clock.red_at,
        "paused": clock.is_stopped,
        "outcome": node.outcome,
        "stars": state.stars if is_root else None,
        "org": node.org,
        "org_path": rights.path_of(frame.plan, state, node.org),
        "urged": node.urged,
        "calendar": frame.calendar.version if is_root else 0,
    }
    if state.seq > 1:
        return changing
    return changing | {
        "item": node.item,
        "plan_id": state.plan,
        "title": node.title,
        "subject": state.subject,
        "applicant_person": state.person,
        "applicant_firm": state.firm or state.org or None,  # what stands here is shown in full
        "applicant_name": state.name,
        "opened_at": node.opened_at,
        "check_code": state.check if is_root else "",
    }


def _task_row(frame: evolving.Frame, state: State, task: Task) -> dict[str, Any]:
    return {**msgspec.structs.asdict(task), "org_path": rights.path_of(frame.plan, state, task.org)}


def last_event(no: str) -> tuple[str, str, datetime]:
    """Who did what to a node last, and when."""
    who, kind, at = _one(_LAST, [root_of(no), no]) or _one(_LAST, [root_of(no), root_of(no)])
    return who, kind, at


def _one(sql: str, params: list[Any]) -> Any:
    with connection.cursor() as cursor:
        cursor.execute(sql, params)
        return cursor.fetchone()
