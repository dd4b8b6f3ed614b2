"""`liangxi worker`: everything that happens without a reader waiting for it. Any number may run."""

import signal
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass

import django
import psycopg
import structlog

from liangxi.kit import log
from liangxi.site import config as configuration
from liangxi.site import database, lifeline

LONGEST_PAUSE = 15.0  # seconds between tries while the database is away
_log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Job:
    """Work that is looked for every `every` seconds; `run` returns how much it did.

    What `follows` the outbox is looked for as well when something was announced, and again while it finds any.
    """

    name: str
    every: float
    run: Callable[[], int]
    follows: bool = False


class Worker:
    """Runs the jobs in turn, sleeping on PostgreSQL's LISTEN between them."""

    def __init__(self, database_url: str, jobs: tuple[Job, ...]) -> None:
        self._database_url = database_url
        self._jobs = jobs
        self._due = dict.fromkeys((job.name for job in jobs), 0.0)
        self._stopping = threading.Event()

    def stop(self) -> None:
        """Let the job in hand end, then return from `run`."""
        self._stopping.set()

    def run(self) -> None:
        """Work until `stop`; the loss of the database is waited out."""
        pause = 0.2
        while not self._stopping.is_set():
            try:
                with psycopg.connect(self._database_url, autocommit=True) as ear:
                    ear.execute("LISTEN liangxi_events")
                    pause = 0.2
                    self._work(ear)
            except (psycopg.OperationalError, django.db.OperationalError, django.db.InterfaceError) as error:
                _log.warning("worker.database.lost", error=str(error).strip(), pause=pause)
                django.db.connections.close_all()
                self._stopping.wait(pause)
                pause = min(LONGEST_PAUSE, pause * 2)

    def _work(self, ear: psycopg.Connection) -> None:
        while not self._stopping.is_set():
            if not sum(self._turn(job) for job in self._jobs):
                self._sleep(ear)

    def _turn(self, job: Job) -> int:
        """Run a job that is due; one that fails is logged and must not keep the others from their turn."""
        now = time.monotonic()
        if self._stopping.is_set() or now < self._due[job.name]:
            return 0
        self._due[job.name] = now + job.every
        try:
            done = job.run()
        except (psycopg.OperationalError, django.db.OperationalError, django.db.InterfaceError):
            raise
        except Exception:  # noqa: BLE001 whatever fails in one job must not end the others
            _log.exception("worker.job.failed", job=job.name)
            return 0
        if done:
            _log.debug("worker.job.done", job=job.name, done=done)
            if job.follows:
                self._due[job.name] = now
        return done

    def _sleep(self, ear: psycopg.Connection) -> None:
        rest = min(self._due.values()) - time.monotonic()
        for _ in ear.notifies(timeout=max(0.01, min(rest, 1.0)), stop_after=1):
            self._due |= {job.name: 0.0 for job in self._jobs if job.follows}


def work(*, supervised: bool = False, collecting: bool = False) -> int:
    """Run the worker of this home until SIGTERM or SIGINT; with `collecting` the one that takes in deliveries.

    Supervised, it also ends with its supervisor, and then stops the embedded database, which nobody watches any more.
    """
    config = configuration.read()
    log.configure("collector" if collecting else "worker", level=config.log_level)
    django.setup()
    from django.conf import settings

    from liangxi.site import jobs

    worker = Worker(settings.DATABASE_URL, jobs.COLLECTING if collecting else jobs.JOBS)
    for name in (signal.SIGTERM, signal.SIGINT):
        signal.signal(name, lambda number, frame: worker.stop())
    lost = threading.Event()
    if supervised:
        lifeline.watch(lost.set)
    worker.run()
    if lost.is_set():
        database.stop_unless_used(config)
    return 0
