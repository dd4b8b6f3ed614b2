"""Inbox and lists among the open cases of a large city."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from django.conf import settings
from django.db import connection

from liangxi.core.cases import face as cases
from liangxi.core.cases.shapes import PlanRef
from liangxi.site.bench import _town
from liangxi.site.bench._figures import CpuClock, Figure, percentile

OFFICES = 100  # every office has the hundredth part of the open tasks
ROUNDS = 40
_CASES = """
INSERT INTO cases_case (no, root, item, plan_id, title, subject, state, version, org, org_path, applicant_person,
                        applicant_name, opened_at, due, statutory_due, yellow_at, red_at, paused, check_code)
SELECT '99' || n, '99' || n, '', c.plan_id, c.title, c.subject, 'reviewing', 2, 'office' || n %% %(offices)s,
       '/320200/office' || n %% %(offices)s || '/', 'person-' || n, c.applicant_name || n,
       now() - n * interval '1 second', day + interval '2 days', day + interval '12 days', day,
       day + interval '12 days', false, ''
FROM generate_series(1, %(number)s) AS n, (SELECT * FROM cases_case WHERE no = %(like)s) AS c,
  LATERAL (SELECT date_trunc('day', now()) + (n %% 31 - 13) * interval '1 day' - interval '1 microsecond' AS day) AS d
"""
_TASKS = """
INSERT INTO cases_task (root, n, case_no, kind, permission, org, org_path, opened_at, due, yellow_at, red_at)
SELECT no, 1, no, 'decide', 'case.decide', org, org_path, opened_at, due, yellow_at, red_at
FROM cases_case WHERE no LIKE '99%%'
"""
_TALLY = """
INSERT INTO cases_tally (permission, org, org_path, yellow_at, red_at, tasks, folded)
SELECT permission, org, org_path, yellow_at, red_at, count(*), true FROM cases_task WHERE root LIKE '99%%'
GROUP BY 1, 2, 3, 4, 5
"""


def pages(plan: PlanRef, number: int) -> list[Figure]:
    """`number` open cases with an open task each, whose clocks end with their days: pages of an inbox, other lists."""
    like = _town.submit(plan, 9_000_000)
    with connection.cursor() as cursor:
        cursor.execute(_CASES, {"number": number, "offices": OFFICES, "like": like})
        cursor.execute(_TASKS, {})
        cursor.execute(_TALLY, {})
        cursor.execute("VACUUM (ANALYZE) cases_case, cases_task, cases_tally")
    by = _town.staff("office7", "case.decide")
    second = cases.inbox(by=by).next
    views: dict[str, Callable[[], object]] = {
        "first page": lambda: cases.inbox(by=by),
        "yellow ones": lambda: cases.inbox(by=by, light="yellow"),
        "by number": lambda: cases.inbox(by=by, query=f"99{number // 2}"),
        "by name": lambda: cases.inbox(by=by, query="示例居民"),
        "next page": lambda: cases.inbox(by=by, after=second),
    }
    whole = _town.staff("", "case.read")
    others: dict[str, Callable[[], object]] = {
        "a department's cases": lambda: cases.find_cases(by=by, org="office7"),
        "my cases": lambda: cases.my_cases(by=_town.resident(number // 3)),
        "lights of a department": lambda: cases.lights(by=by),
        "lights of the city": lambda: cases.lights(by=whole),
    }
    named = {f"inbox at {number:,} open cases, {name}": view for name, view in views.items()}
    named |= {f"  {name}": view for name, view in others.items()}
    return [figure for name, view in named.items() for figure in _spent(name, view)]


def _spent(name: str, view: Callable[[], object]) -> list[Figure]:
    """Milliseconds in the database that 95 of 100 calls of `view` do not exceed; processor time of a call there."""
    clock, found = CpuClock(settings.CONFIG.database_directory), []
    view()
    before = clock.server()
    for _ in range(ROUNDS):
        with _timed() as spent:
            view()
        found.append(sum(spent) * 1000)
    cpu = (clock.server() - before) * 1000 / ROUNDS
    return [
        Figure(name=f"{name}, p95", value=percentile(found, 0.95), unit="ms"),
        Figure(name="    processor time of it", value=cpu, unit="ms"),
    ]


@contextmanager
def _timed() -> Iterator[list[float]]:
    """Seconds of each statement, from sending it to its answer."""
    spent: list[float] = []

    def watch(execute: Callable[..., Any], *arguments: Any) -> Any:
        begun = time.perf_counter()
        try:
            return execute(*arguments)
        finally:
            spent.append(time.perf_counter() - begun)

    with connection.execute_wrapper(watch):
        yield spent
