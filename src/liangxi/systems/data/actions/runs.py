"""Runs worked on: claimed under a lease, fetched, taken in, ended. A process that dies leaves a lease that runs out.

The rows become visible in one transaction with the run's end (`core.lake` lets us join its commit), which compares the
token of the lease: whoever was paused beyond his lease, or killed at any point, publishes nothing and doubles nothing.
"""

import contextlib
import threading
import time as clock
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import psycopg
import pymysql
import structlog
from django.db import connection, transaction

from liangxi.core.events import face as events
from liangxi.core.lake.errors import BusyError, FencedError, StorageError
from liangxi.kit import time
from liangxi.kit.errors import HouseError
from liangxi.systems.data.actions import fetching, sources, taking
from liangxi.systems.data.actions.working import Cancelled, RefusedError, Work
from liangxi.systems.data.models import Run

LEASE = 60  # seconds without a sign of life
MOST_TRIES = 5
PAUSES = (30, 120, 600, 3600)  # seconds before a fetch that failed is tried again
_log = structlog.get_logger()
_CLAIM = """
UPDATE data_run SET state = 'running', token = token + 1, tries = tries + 1,
  started_at = coalesce(started_at, %(now)s), leased_until = clock_timestamp() + make_interval(secs => %(lease)s)
WHERE id = (
  SELECT r.id FROM data_run r WHERE r.due_at <= %(now)s
  AND (r.state = 'waiting' OR (r.state = 'running' AND r.leased_until < clock_timestamp()))
  AND NOT EXISTS (SELECT 1 FROM data_run e WHERE e.source_id = r.source_id AND e.id <> r.id
    AND e.state = 'running' AND e.leased_until >= clock_timestamp())
  ORDER BY r.asked_at LIMIT 1 FOR UPDATE SKIP LOCKED)
RETURNING id
"""


def work(limit: int) -> int:
    """Work on the runs that are due, one after the other; how many were ended or put off. Called by workers."""
    for count in range(limit):
        run = _claim()
        if run is None:
            return count
        _work_on(run)
    return limit


def _claim() -> Run | None:
    with connection.cursor() as cursor:
        cursor.execute(_CLAIM, {"now": time.now(), "lease": LEASE})
        found = cursor.fetchone()
    return Run.objects.select_related("source__resource").get(pk=found[0]) if found else None


def _work_on(run: Run) -> None:
    with _lease(run):
        if run.tries > MOST_TRIES:
            why = HouseError("data.run.lost", "The work on this delivery broke off five times; tell the operators.")
            _end(run, "failed", why)
            return
        try:
            _run(Work(run))
        except Exception as error:  # noqa: BLE001 a fault ends this run, and no other
            _settle(run, error)


def _settle(run: Run, error: Exception) -> None:
    """What becomes of a run that did not come through."""
    match error:
        case Cancelled():
            _end(run, "cancelled", None)
        case FencedError():
            _log.warning("data.run.fenced", run=str(run.pk))
        case BusyError() | StorageError():
            _put_off(run, error, 60)
        case HouseError():
            _end(run, "refused" if isinstance(error, RefusedError) else "failed", error)
        case OSError() | psycopg.OperationalError() | pymysql.err.OperationalError():
            _fetch_failed(run, error)
        case psycopg.Error() | pymysql.Error():
            _end(run, "failed", HouseError("data.fetch.refused", "The source answers: %(why)s", _said(error)))
        case _:
            _log.error("data.run.broke", run=str(run.pk), exc_info=error)
            why = "This delivery could not be worked on; tell the operators."
            _end(run, "failed", HouseError("data.run.broke", why))


def _run(work: Work) -> None:
    """Fetch what is not there yet, then take it in; a folder with nothing new leaves no run behind."""
    if not work.run.path and not fetching.fetch(work):
        Run.objects.filter(pk=work.run.pk, token=work.run.token).delete()
        return
    taking.take_in(work)
    fetching.ask_for_more(work.run)


def _fetch_failed(run: Run, error: Exception) -> None:
    if isinstance(error, PermissionError):
        _end(
            run,
            "failed",
            HouseError("data.fetch.closed", "This address is not open to the house: %(why)s", _said(error)),
        )
        return
    why = HouseError("data.fetch.failed", "The source cannot be reached: %(why)s", _said(error))
    if run.tries > len(PAUSES):
        _end(run, "failed", why)
    else:
        _put_off(run, why, PAUSES[run.tries - 1])


def _said(error: Exception) -> dict[str, str]:
    return {"why": f"{type(error).__name__}: {error}".strip().splitlines()[0][:300]}


def _put_off(run: Run, why: HouseError, seconds: int) -> None:
    """Try again later; what was fetched is kept."""
    later = time.now() + timedelta(seconds=seconds)
    _close(run, state="waiting", due_at=later, phase="", **_words(why))


def _end(run: Run, state: str, why: HouseError | None) -> None:
    _close(run, state=state, ended_at=time.now(), **(_words(why) if why else {}))


def _words(why: HouseError) -> dict[str, Any]:
    return {"error_code": why.code, "error": why.message, "error_params": {k: str(v) for k, v in why.params.items()}}


def _close(run: Run, **changes: Any) -> None:
    """Write the end of our work, unless another took over."""
    with transaction.atomic():
        Run.objects.filter(pk=run.pk, token=run.token, state="running").update(leased_until=None, **changes)
        events.push(topics=sources.topics(run), data={})


@contextlib.contextmanager
def _lease(run: Run) -> Iterator[None]:
    """Keep the lease alive while we work."""
    ended = threading.Event()
    heart = threading.Thread(target=_beat, args=(run.pk, run.token, ended), name=f"run {run.pk}", daemon=True)
    heart.start()
    try:
        yield
    finally:
        ended.set()
        heart.join()


def _beat(run: Any, token: int, ended: threading.Event) -> None:
    begun = clock.monotonic()
    try:
        while not ended.wait(LEASE / 4):
            with connection.cursor() as cursor:
                cursor.execute(
                    "UPDATE data_run SET leased_until = clock_timestamp() + make_interval(secs => %s) "
                    "WHERE id = %s AND token = %s AND state = 'running'",
                    [LEASE, run, token],
                )
    except Exception:  # noqa: BLE001 the commit decides, and it asks the row
        _log.warning("data.run.unheard", run=str(run), after=round(clock.monotonic() - begun))
    finally:
        if threading.current_thread() is not threading.main_thread():
            connection.close()
