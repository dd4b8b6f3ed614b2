"""Snapshot and events in and out of the database: a command costs one read and one write, two trips in all.

Nothing is locked between them. The write (the function `cases_write` of migration 0004, whose statements are planned
once a connection) takes effect only when the case is still what was read; it is a transaction of its own, or a part of
the caller's.
"""

from dataclasses import dataclass
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

_READ = """
SELECT c.snapshot, CASE WHEN %s THEN c.form END, e.digest, e.answer
FROM cases_case c LEFT JOIN cases_event e ON e.key = %s WHERE c.no = %s AND c.snapshot IS NOT NULL
"""
_HOLD = "SELECT 1 FROM cases_case WHERE no = %s FOR NO KEY UPDATE"
_NUMBER = """
SELECT e.digest, e.answer, CASE WHEN e.key IS NULL THEN nextval('cases_number') END
FROM (SELECT %s::text AS key) asked LEFT JOIN cases_event e ON e.key = asked.key
"""
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


def next_number(key: str) -> tuple[int, Answer | None]:
    """The next number of a case, or the standing answer to the key (the number is then 0)."""
    digest, answer, number = _one(_NUMBER, [key])
    return number or 0, _answer(digest, answer)


def hold(no: str) -> None:
    """Lock the case that `no` is or belongs to until the transaction ends; what is read after it stays as it is."""
    _one(_HOLD, [root_of(no)])


def read(no: str, key: str = "", *, with_form: bool = True) -> tuple[State, Answer | None] | None:
    """The state of the case that `no` is the root or an item of, and the standing answer to `key`.

    Most commands do not need the form, which may be long; without it `form` is empty.
    """
    row = _one(_READ, [with_form, key, root_of(no)])
    if row is None:
        return None
    return states.load(row[0], row[1] or "{}"), _answer(row[2], row[3])


def known(no: str) -> tuple[Plan, State]:
    """The plan and the state of a case that is there; KeyError."""
    found = read(no)
    if found is None:
        raise KeyError(no)
    return plan(found[0].plan), found[0]


def _answer(digest: str | None, answer: str | None) -> Answer | None:
    return (digest, msgspec.json.decode(answer)) if digest is not None and answer is not None else None


@dataclass(frozen=True, slots=True, kw_only=True)
class Deed:
    """What is kept of a command beside what it changed.

    `actor` is who gave it, by name; `key` its key and the digest of what it asked, `answer` what it got; `post` what
    others hear (`events.post`), `trace` the record of it (`audit.written`).
    """

    actor: str
    key: tuple[str, str]
    answer: dict[str, Any]
    post: dict[str, Any]
    trace: dict[str, str]


def append(frame: evolving.Frame, after: State, events: list[Event], deed: Deed | None = None) -> bool:
    """Write events and what they changed; False when somebody else has written since `after` was read.

    A key that came meanwhile breaks the unique index `cases_event_key`. Without a deed the rows are drawn anew.
    """
    redrawn = not events or any(one.kind == "extended" for one in events)
    nodes = evolving.touched(after, events) if events else [after.root, *after.items]
    fresh = [task for task in after.tasks if task.done_at is None and (redrawn or task.opened_at == frame.at)]
    before = after.seq - len(events)
    said = {
        "root": after.root.no,
        "at": frame.at,
        "before": before,
        "events": events,
        "cases": [_case_row(frame, after, node, is_new=before == 0) for node in nodes],
        "tasks": [_task_row(frame, after, task) for task in fresh],
        "settled": [task.n for task in after.tasks if task.done_at == frame.at or (redrawn and task.done_at is None)],
    }
    if deed is not None:
        said |= {"actor": deed.actor, "key": deed.key[0], "digest": deed.key[1],
                 "answer": _encode(deed.answer).decode(), "post": deed.post, "trace": deed.trace}  # fmt: skip
    changes_form = any(event.kind in evolving.FORM_CHANGES for event in events)
    snapshot, form = states.dump(after)
    return bool(_one(_WRITE, [_encode(said).decode(), snapshot, form if changes_form else None])[0])


def _case_row(frame: evolving.Frame, state: State, node: Node, *, is_new: bool) -> dict[str, Any]:
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
        "calendar": frame.calendar.version if is_root and node.closed_at is None else None,
        "seq": state.seq if is_root else 0,
    }
    if not is_new:
        return changing
    return changing | {
        "item": node.item,
        "plan_id": state.plan,
        "title": node.title,
        "subject": state.subject,
        "applicant_person": state.person,
        "applicant_firm": state.firm or state.org or None,  # what stands here is shown in full
        "applicant_name": state.name,
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
