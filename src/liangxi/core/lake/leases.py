"""One committer per table: a lease in the ledger, by the clock of the database.

The lease has a token that grows with each holder. A commit locks the row and compares the token; so a holder that was
paused beyond its lease cannot commit any more, whatever it believes.
"""

import contextlib
import os
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass

import structlog
from django.db import connection
from django.utils.translation import gettext_noop

from liangxi.core.lake.errors import BusyError, FencedError

SECONDS = 60  # that a lease holds without a sign of life
PATIENCE = 20.0  # seconds that a writer waits for another
_PAUSE = 0.1
BUSY = gettext_noop("Another process writes the table %(table)s. Try again in a minute.")
_log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Lease:
    """The right to commit to a table."""

    table: str
    token: int


@contextlib.contextmanager
def hold(table: str, *, patience: float = PATIENCE) -> Iterator[Lease]:
    """The lease of a table for the time of the block. BusyError `lake.busy` when another keeps it."""
    lease = _acquire(table, time.monotonic() + patience)
    ended = threading.Event()
    heart = threading.Thread(target=_beat, args=(lease, ended), name=f"lease of {table}", daemon=True)
    heart.start()
    try:
        yield lease
    finally:
        ended.set()
        heart.join()
        with contextlib.suppress(Exception), connection.cursor() as cursor:  # else it ends by itself
            cursor.execute(
                "UPDATE lake_table SET leased_until = clock_timestamp(), holder = '' WHERE name = %s AND token = %s",
                [lease.table, lease.token],
            )


def check(lease: Lease) -> None:
    """Within the transaction of a commit: make sure that nobody else has taken the table over, and that nobody can
    before the end of the transaction. FencedError `lake.fenced`."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT token FROM lake_table WHERE name = %s FOR UPDATE", [lease.table])
        found = cursor.fetchone()
    if found is None or found[0] != lease.token:
        raise FencedError(
            "lake.fenced",
            "Another process took over the table %(table)s while this one was held up. Nothing was changed.",
            {"table": lease.table},
        )


def _acquire(table: str, deadline: float) -> Lease:
    while True:
        with connection.cursor() as cursor:
            cursor.execute(
                "UPDATE lake_table SET token = token + 1, holder = %s, "
                "leased_until = clock_timestamp() + make_interval(secs => %s) "
                "WHERE name = %s AND (leased_until IS NULL OR leased_until <= clock_timestamp()) RETURNING token",
                [f"{os.uname().nodename}:{os.getpid()}", SECONDS, table],
            )
            found = cursor.fetchone()
        if found:
            return Lease(table, found[0])
        if time.monotonic() >= deadline:
            raise BusyError(
                "lake.busy",
                BUSY,
                {"table": table},
            )
        time.sleep(_PAUSE)


def _beat(lease: Lease, ended: threading.Event) -> None:
    """Keep the lease from ending while its holder lives."""
    try:
        while not ended.wait(SECONDS / 3):
            with connection.cursor() as cursor:
                cursor.execute(
                    "UPDATE lake_table SET leased_until = clock_timestamp() + make_interval(secs => %s) "
                    "WHERE name = %s AND token = %s",
                    [SECONDS, lease.table, lease.token],
                )
    except Exception:  # noqa: BLE001 the commit decides, and it asks the ledger
        _log.warning("lake.lease.unheard", table=lease.table)
    finally:
        if threading.current_thread() is not threading.main_thread():
            connection.close()
