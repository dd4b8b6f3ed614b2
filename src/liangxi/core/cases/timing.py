"""What time does by itself: deemed acceptance and decision, overrun limits, gaps that stay, a new calendar."""

from collections.abc import Callable, Mapping
from typing import Any

import structlog
from django.db import connection, transaction

from liangxi.core.calendar import face as calendar
from liangxi.core.cases import actions, claims, store
from liangxi.core.cases.queries import rows
from liangxi.core.cases.rules import evolving
from liangxi.kit import actor, time
from liangxi.kit.errors import HouseError

log = structlog.get_logger()
HOUSE = actor.system("clock")

_OVER = """
SELECT t.case_no, t.root, t.n FROM cases_task t
WHERE t.kind = %(kind)s AND t.red_at < %(now)s AND NOT EXISTS (
  SELECT 1 FROM cases_event e WHERE e.root = t.root AND e.case_no = t.case_no AND e.at >= t.red_at
  AND e.kind = 'flagged' AND e.data->>'trigger' = 'overrun')
ORDER BY t.red_at LIMIT %(limit)s
"""
_STALE = """
SELECT no FROM cases_case WHERE calendar < %(version)s ORDER BY calendar, no LIMIT %(limit)s
"""
_FOLD = """
WITH gone AS (DELETE FROM cases_tally WHERE NOT folded OR tasks = 0 RETURNING *)
INSERT INTO cases_tally (permission, org, org_path, yellow_at, red_at, tasks, folded)
SELECT permission, org, org_path, yellow_at, red_at, sum(tasks), true FROM gone
GROUP BY 1, 2, 3, 4, 5 HAVING sum(tasks) <> 0
ON CONFLICT (org_path, org, permission, yellow_at, red_at) WHERE folded
DO UPDATE SET tasks = cases_tally.tasks + EXCLUDED.tasks
"""


def keep_time(limit: int) -> int:
    """Do what is due, at most `limit` of each kind; how many were done. Any number of workers may call it."""
    done = sum(_each(kind, deed, limit) for kind, deed in _DEEDS.items())
    _fold()
    return done + _redraw(limit) + claims.sweep()


def _fold() -> None:
    """Add the changes of the counters up: those of one organisation and the same instants become one row."""
    with connection.cursor() as cursor:
        cursor.execute(_FOLD)


def _each(kind: str, deed: Callable[[str, int], tuple[str, dict[str, Any]]], limit: int) -> int:
    done = 0
    for case, _root, n in rows(_OVER, {"kind": kind, "now": time.now(), "limit": limit}):
        action, body = deed(case, n)
        try:
            actions.command(HOUSE, case, action, f"clock:{action}:{case}:{n}", None, body)
            done += 1
        except HouseError as refused:  # somebody was faster, or the case has moved on
            log.info("cases.clock.refused", case=case, action=action, code=refused.code)
    return done


def _accept(case: str, n: int) -> tuple[str, dict[str, Any]]:
    """许可法第三十二条 accepts by silence; cases of other kinds wait, and supervision looks into it."""
    plan, _ = store.known(case)
    return ("deem_accepted", {}) if plan.is_accepted_by_silence else ("flag", {"trigger": "overrun", "detail": ""})


def _decide(case: str, n: int) -> tuple[str, dict[str, Any]]:
    """Silence grants where the law says so; everywhere else supervision looks into it."""
    plan, state = store.known(case)
    node = state.node(case)
    if node is not None and node.item and plan.item(node.item).is_granted_by_silence:
        return "deem_decided", {}
    return "flag", {"trigger": "overrun", "detail": ""}


def _gap(case: str, n: int) -> tuple[str, dict[str, Any]]:
    return "terminate", {"reason": "逾期未补交容缺材料", "reason_code": "not-supplemented"}


_DEEDS: Mapping[str, Callable[[str, int], tuple[str, dict[str, Any]]]] = {
    "accept": _accept,
    "decide": _decide,
    "gap": _gap,
}


def _redraw(limit: int) -> int:
    """Draw the clocks of open cases that were drawn with an older calendar."""
    known = calendar.calendar()
    stale = rows(_STALE, {"version": known.version, "limit": limit})
    for (no,) in stale:
        with transaction.atomic():
            store.hold(no)
            found = store.read(no)
            if found is not None and found[0].root.closed_at is None:
                state = found[0]
                frame = evolving.Frame(store.plan(state.plan), known, time.now())
                evolving.redraw(frame, state)
                store.append(frame, state, [])
    return len(stale)
