"""The lists: inbox, my cases, cases of a scope, lights. Keyset pages on indexes made for them."""

import json
from collections.abc import Sequence
from datetime import date, datetime, timedelta
from typing import Any

from liangxi.core.cases.queries import masked, rows, task_light
from liangxi.core.cases.rules import clocks
from liangxi.core.cases.rules.plan import MOST_ITEMS
from liangxi.core.cases.shapes import CasePage, CaseRow, InboxPage, InboxRow, LightCounts
from liangxi.core.people import face as people
from liangxi.kit import time
from liangxi.kit.actor import Actor
from liangxi.kit.errors import InvalidError

PERMISSIONS = (
    "case.accept",
    "case.decide",
    "case.handout",
    "case.lead",
    "case.supervise",
    "data.review",
    "data.grant",
    "data.correct",
)  # those of the plans of systems too
KINDS = ("accept", "decide", "hand_out", "resume", "extension", "post_check", "supervise", "read")
_LIGHTS = {
    "red": "red_at < %(now)s",
    "yellow": "yellow_at < %(now)s AND red_at >= %(now)s",
    "green": "yellow_at >= %(now)s",
}
_PAGE = """
SELECT t.root, t.n, t.kind, t.case_no, t.org, t.opened_at, t.due, t.yellow_at, t.red_at,
       c.title::text, c.item, c.applicant_name, c.applicant_firm, c.state, c.version, r.title::text,
       t.assignee, t.assignee_name, c.urged
FROM (SELECT * FROM ({tasks}) AS open ORDER BY red_at, root, n LIMIT %(limit)s) AS t
JOIN cases_case c ON c.no = t.case_no JOIN cases_case r ON r.no = t.root
ORDER BY t.red_at, t.root, t.n
"""
_MAY = """unnest(%(permissions)s::text[], %(firsts)s::text[], %(lasts)s::text[]) AS may (permission, first, last)"""
_AT_EACH_PLACE = f"""
SELECT own.* FROM (
  SELECT DISTINCT l.permission, l.org_path FROM {_MAY}
  JOIN cases_tally l ON l.permission = may.permission AND l.org_path >= may.first AND l.org_path < may.last
) AS place CROSS JOIN LATERAL (
  SELECT * FROM cases_task WHERE permission = place.permission AND org_path = place.org_path AND holder IS NULL
  {{narrowed}} ORDER BY red_at, root, n LIMIT %(limit)s
) AS own
UNION SELECT * FROM cases_task WHERE assignee = %(account)s AND holder IS NULL {{narrowed}}
"""  # noqa: S608 own parts
_OWN = "SELECT * FROM cases_task WHERE assignee = %(account)s AND holder IS NULL {narrowed}"
_IS_IN_SCOPE = f"""EXISTS (
  SELECT 1 FROM {_MAY} WHERE may.permission = one.permission AND org_path >= may.first AND org_path < may.last)
"""  # noqa: S608 own parts
_COUNTED = f"""
SELECT yellow_at, red_at, tasks FROM cases_tally AS one WHERE {_IS_IN_SCOPE}
UNION ALL SELECT yellow_at, red_at, 1 FROM cases_task AS one
WHERE assignee = %(account)s AND holder IS NULL AND NOT {_IS_IN_SCOPE}
"""  # noqa: S608 own parts
_OWN_COUNTED = "SELECT yellow_at, red_at, 1 AS tasks FROM cases_task WHERE assignee = %(account)s AND holder IS NULL"
_ROOTS = """ AND no IN (
  WITH RECURSIVE here AS (
    SELECT (SELECT min(org_path) FROM cases_case WHERE org_path >= first AND org_path < last) AS path, last
    FROM unnest(%(paths)s::text[], %(ends)s::text[]) AS range (first, last)
  UNION ALL
    SELECT (SELECT min(org_path) FROM cases_case WHERE org_path > here.path AND org_path < here.last), last
    FROM here WHERE here.path IS NOT NULL
  )
  SELECT t.root FROM here CROSS JOIN LATERAL (
    SELECT root FROM cases_case WHERE org_path = here.path{newest}
  ) AS t WHERE here.path IS NOT NULL{named})"""
_MINE = "SELECT {columns} FROM cases_case WHERE {where} ORDER BY no DESC LIMIT %(limit)s"
_COLUMNS = """no, title::text, state, version, org, applicant_name, applicant_firm, subject, opened_at, closed_at, due,
    yellow_at, red_at, paused"""


def inbox(
    by: Actor, narrow: tuple[str | None, str | None], *, mine: bool, query: str, after: str | None, limit: int
) -> InboxPage:
    """The open tasks of the actor's posts and those that lie with him, the most urgent first.

    They are narrowed by light and kind; `mine` leaves out what lies with nobody or with a colleague.
    """
    light, kind = narrow
    if light is not None and light not in _LIGHTS:
        raise InvalidError("cases.light", "Choose green, yellow or red.", fields={"light": "green, yellow or red"})
    if kind is not None and kind not in KINDS:
        why = "Choose a kind of task: %(kinds)s."
        raise InvalidError("cases.kind", why, {"kinds": ", ".join(KINDS)}, fields={"kind": "unknown"})
    params = _scope(by) | {"now": time.now(), "limit": max(1, min(limit, 200)) + 1, "account": by.account}
    narrowed = f" AND {_LIGHTS[light]}" if light else ""
    if kind:
        narrowed, params = narrowed + " AND kind = %(kind)s", params | {"kind": kind}
    if query.strip():
        condition, searched = _searched(query.strip())
        narrowed, params = narrowed + condition, params | searched
    if after:
        narrowed, params = narrowed + " AND (red_at, root, n) > (%(red)s, %(root)s, %(n)s)", params | _after(after)
    tasks = (_OWN if mine else _AT_EACH_PLACE).format(narrowed=narrowed)
    counts = _counts(_OWN_COUNTED if mine else _COUNTED, params)
    found = rows(_PAGE.format(tasks=tasks), params)
    page = found[: params["limit"] - 1]
    more = page[-1] if len(found) > len(page) else None
    return InboxPage(
        rows=tuple(_inbox_row(row, params["now"]) for row in page),
        counts=counts,
        next=f"{more[8].isoformat()}|{more[0]}|{more[1]}" if more else None,
    )


def _scope(by: Actor) -> dict[str, Any]:
    """The tasks that the actor may do: permissions and the ranges of their organisations."""
    may = [(permission, path) for permission in PERMISSIONS for path in by.paths(permission)]
    return {
        "permissions": [permission for permission, _ in may],
        "firsts": [path for _, path in may],
        "lasts": [_after_path(path) for _, path in may],
    }


def _searched(query: str) -> tuple[str, dict[str, Any]]:
    """The condition for a number's beginning or a name's part."""
    if query[0].isdigit():
        root = _escaped(query.partition("-")[0]) + "%"
        return " AND root LIKE %(whole)s AND case_no LIKE %(no)s", {"whole": root, "no": _escaped(query) + "%"}
    named = "SELECT 1 FROM cases_case c WHERE c.no = case_no AND c.applicant_name LIKE %(name)s"
    return f" AND EXISTS ({named})", {"name": "%" + _escaped(query) + "%"}


def _after_path(path: str) -> str:
    """The first text behind everything that begins with `path` (which ends with a slash)."""
    return path[:-1] + chr(ord("/") + 1)


def _counts(counted: str, params: dict[str, Any]) -> LightCounts:
    """Sums of counters, which tasks that lie with the actor outside his scope are added to."""
    sums = ", ".join(f"coalesce(sum(tasks) FILTER (WHERE {_LIGHTS[name]}), 0)" for name in ("green", "yellow", "red"))
    return LightCounts(*rows(f"SELECT {sums} FROM ({counted}) AS every", params)[0])  # noqa: S608 own parts


def _after(after: str) -> dict[str, Any]:
    try:
        red, root, n = after.split("|")
        if not 0 <= int(n) < 2**31:  # what the column holds
            raise ValueError(n)
        return {"red": datetime.fromisoformat(red), "root": root, "n": int(n)}
    except ValueError as error:
        raise InvalidError("cases.after", "This is not the end of a page.", fields={"after": "unknown"}) from error


def _inbox_row(row: Sequence[Any], now: datetime) -> InboxRow:
    root, n, kind, case_no, org, opened, due, yellow, red, title, item, name, firm, state, version, whole = row[:16]
    assignee, assignee_name, urged = row[16:]
    return InboxRow(
        task=f"{root}:{n}",
        kind=kind,
        case_no=case_no,
        title=json.loads(title) if item else json.loads(whole),
        item=item,
        applicant_masked=masked(name, firm),
        org=org,
        opened_at=opened,
        due=due,
        light=task_light(now, yellow, red),
        state=state,
        version=version,
        assignee=assignee,
        assignee_name=assignee_name,
        urged=urged,
    )


def my_cases(by: Actor) -> tuple[CaseRow, ...]:
    """The cases of the applicant for whom `by` speaks, newest first (100); those that wait for him are marked."""
    if by.person is None or not by.may("case.own"):
        return ()
    mine = "applicant_firm = %(firm)s" if by.firm else "applicant_person = %(person)s AND applicant_firm IS NULL"
    params: dict[str, Any] = {"person": by.person, "firm": by.firm, "limit": 100}
    matters = by.matters("case.own")
    if matters is not None:
        mine += " AND plan_id IN (SELECT hash FROM cases_plan WHERE plan_id = ANY(%(matters)s))"
        params["matters"] = sorted(matters)
    found = rows(_MINE.format(columns=_COLUMNS, where=f"item = '' AND {mine}"), params)
    sql = "SELECT root FROM cases_task WHERE holder IS NOT NULL AND root = ANY(%s)"
    waiting = {root for (root,) in rows(sql, [[row[0] for row in found]])}
    now = time.now()
    return tuple(_case_row(row, now, is_own=True, waits=row[0] in waiting) for row in found)


def find_cases(by: Actor, query: str, state: str, org: str, after: str | None, limit: int) -> CasePage:
    """Whole cases of the scope of `case.read`, newest first."""
    by.require("case.read")
    limit = max(1, min(limit, 200))
    scope, params = _roots_of(by, org, after, limit if not (query.strip() or state) else None)
    where = f"item = ''{scope}"
    for value, sql, name in ((state, "state = %(state)s", "state"), (after, "no < %(after)s", "after")):
        if value:
            where += f" AND {sql}"
            params[name] = value
    if query.strip():
        where += " AND (no LIKE %(no)s OR applicant_name = %(name)s)"
        params |= {"no": _escaped(query.strip()) + "%", "name": query.strip()}
    found = rows(_MINE.format(columns=_COLUMNS, where=where), params | {"limit": limit + 1})
    page, now = found[:limit], time.now()
    return CasePage(
        rows=tuple(_case_row(row, now, is_own=False, waits=False) for row in page),
        next=page[-1][0] if len(found) > limit else None,
    )


def _roots_of(by: Actor, org: str, after: str | None, limit: int | None) -> tuple[str, dict[str, Any]]:
    """The condition that a whole case has a part in the scope of `case.read` (and at `org`), and its parameters.

    With a limit only so many of each organisation are looked at, the newest first, along the index made for it.
    """
    scope = by.paths("case.read")
    if not org and "/" in scope:
        return "", {}
    newest = ""
    if limit is not None:
        newest = " AND no < %(after)s" if after else ""
        newest += " ORDER BY no DESC LIMIT %(newest)s"
    params = {"paths": list(scope), "ends": [_after_path(path) for path in scope], "org": f"%/{_escaped(org)}/"}
    named = " AND path LIKE %(org)s" if org else ""
    return _ROOTS.format(newest=newest, named=named), params | {"newest": ((limit or 0) + 1) * MOST_ITEMS}


def _case_row(row: Sequence[Any], now: datetime, *, is_own: bool, waits: bool) -> CaseRow:
    no, title, state, version, org, name, firm, subject, opened, closed, due, yellow, red, paused = row
    return CaseRow(
        no=no,
        title=json.loads(title),
        state=state,
        version=version,
        org=org,
        applicant=name if is_own else masked(name, firm),
        subject=subject,
        opened_at=opened,
        closed_at=closed,
        due=due,
        light=clocks.light(now, yellow, red, stopped=paused, ended=closed is not None),  # type: ignore[arg-type]
        waiting_for_me=waits,
    )


def lights(by: Actor) -> dict[str, LightCounts]:
    """Open items of the scope of `case.read` by the organisation that works on them, from the counters."""
    scope, params = people.scope_sql(by=by, permission="case.read", column="org_path")
    sql = (
        "SELECT org, coalesce(sum(tasks) FILTER (WHERE yellow_at >= %s), 0),"  # noqa: S608 own parts
        " coalesce(sum(tasks) FILTER (WHERE yellow_at < %s AND red_at >= %s), 0),"
        " coalesce(sum(tasks) FILTER (WHERE red_at < %s), 0)"
        f" FROM cases_tally WHERE {scope} GROUP BY org HAVING sum(tasks) > 0 ORDER BY org"
    )
    now = time.now()
    return {org: LightCounts(*counts) for org, *counts in rows(sql, [now, now, now, now, *params])}


def opened_by_day(by: Actor, days: int) -> dict[date, int]:
    """Counts by day; the number of a case begins with its day, so that the primary key serves."""
    by.require("case.read")
    scope, params = people.scope_sql(by=by, permission="case.read", column="org_path")
    sql = (
        "SELECT left(no, 8)::date, count(*) FROM cases_case"  # noqa: S608 own parts
        f" WHERE item = '' AND no >= %s AND no IN (SELECT root FROM cases_case WHERE no >= %s AND {scope}) GROUP BY 1"
    )
    first = f"{time.today() - timedelta(days=days - 1):%Y%m%d}"
    return dict(rows(sql, [first, first, *params]))


def _escaped(text: str) -> str:
    return text.replace("\\", "\\\\").replace("%", r"\%").replace("_", r"\_")
