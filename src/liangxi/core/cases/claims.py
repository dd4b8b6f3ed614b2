"""Soft claims: who else is reading a case. They bind nobody; the version of the case does."""

from datetime import timedelta

from django.db import connection

from liangxi.core.cases.queries import rows
from liangxi.core.cases.shapes import Claim
from liangxi.kit import time
from liangxi.kit.actor import Actor

LEASE = timedelta(minutes=2)

_CLAIM = """
INSERT INTO cases_claim (case_no, account, name, since, until) VALUES (%s, %s, %s, %s, %s)
ON CONFLICT (case_no, account) DO UPDATE SET until = EXCLUDED.until,
  since = CASE WHEN cases_claim.until < EXCLUDED.since THEN EXCLUDED.since ELSE cases_claim.since END
"""
_OTHERS = "SELECT name, since FROM cases_claim WHERE case_no = %s AND account <> %s AND until > %s ORDER BY since"


def claim(by: Actor, case: str) -> tuple[Claim, ...]:
    """Say that `by` reads the case for the next two minutes; who else does, the first first."""
    now = time.now()
    with connection.cursor() as cursor:
        cursor.execute(_CLAIM, [case, by.account, by.name, now, now + LEASE])
    return tuple(Claim(name=name, since=since) for name, since in rows(_OTHERS, [case, by.account, now]))


def release(by: Actor, case: str) -> None:
    """`by` reads something else now."""
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM cases_claim WHERE case_no = %s AND account = %s", [case, by.account])


def sweep() -> int:
    """Remove claims that have passed; how many."""
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM cases_claim WHERE until < %s", [time.now()])
        return int(cursor.rowcount)
