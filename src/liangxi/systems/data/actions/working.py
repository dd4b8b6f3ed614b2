"""A run in hand: its progress for those who watch, and whether it is to stop."""

import time as clock
from typing import Any

from django.db import transaction

from liangxi.core.events import face as events
from liangxi.core.lake.errors import FencedError
from liangxi.kit.errors import HouseError
from liangxi.systems.data.models import Run
from liangxi.systems.data.queries import connectors as queries

PAUSE = 0.5  # seconds between signs of progress


class Cancelled(Exception):  # noqa: N818 it is no error
    """Somebody stopped the run."""


class RefusedError(HouseError):
    """The rows are not good enough to be published."""


class Work:
    """A claimed run with what it needs."""

    def __init__(self, run: Run) -> None:
        self.run = run
        self.made = queries.definition_of(run.source)
        self._told = 0.0

    def tell(self, phase: str, done: int, total: int) -> None:
        """Show progress, twice a second at most; raises Cancelled or FencedError."""
        now = clock.monotonic()
        if phase == self.run.phase and now - self._told < PAUSE:
            return
        self._told = now
        self.keep(phase=phase, done=done, total=total)

    def keep(self, **changes: Any) -> None:
        """Write to the run's row while it is ours."""
        for name, value in changes.items():
            setattr(self.run, name, value)
        with transaction.atomic():
            self.locked()
            Run.objects.filter(pk=self.run.pk).update(**changes)
            events.push(topics=[f"run:{self.run.pk}"], data={})

    def locked(self) -> Run:
        """The row, locked until the end of the transaction, if it is still ours and not to be stopped."""
        row = Run.objects.select_for_update().filter(pk=self.run.pk, token=self.run.token, state="running").first()
        if row is None:
            raise FencedError("data.run.fenced", "Another process took over this delivery. Nothing was changed.")
        if row.is_stopping:
            raise Cancelled
        return row
