"""Reads of the message log."""

from collections.abc import Mapping
from pathlib import Path

from django.conf import settings
from django.db.models import Q

from liangxi.kit.actor import Actor
from liangxi.systems.federation import models
from liangxi.systems.federation.shapes import Exchange


def listed(narrow: Mapping[str, str], after: str, limit: int) -> tuple[list[Exchange], str]:
    """Exchanges, the newest first, and the `after` of the next page (empty on the last)."""
    where = Q(**{name: value for name, value in narrow.items() if value})
    if after:
        where &= Q(pk__lt=after)
    rows = list(models.Exchange.objects.filter(where).order_by("-pk")[: limit + 1])
    return [exchange(one) for one in rows[:limit]], str(rows[limit - 1].pk) if len(rows) > limit else ""


def of_api(by: Actor, id: str, limit: int) -> tuple[Exchange, ...]:
    """The last exchanges of an API."""
    return tuple(exchange(one) for one in models.Exchange.objects.filter(api=id).order_by("-pk")[:limit])


def exchange(row: models.Exchange) -> Exchange:
    """A line of the log."""
    names = ("at", "ended_at", "request_id", "api", "service", "method", "client", "org", "user", "issue", "grant",
             "node", "purpose", "state", "status", "error", "request_hash", "request_bytes", "answer_hash",
             "answer_bytes", "kept_until")  # fmt: skip
    return Exchange(id=str(row.pk), **{name: getattr(row, name) for name in names})


def folder() -> Path:
    """Where whole messages are kept when the provider's policy says so."""
    place: Path = settings.CONFIG.home / "exchanges"
    return place


def file_of(id: str, side: str) -> Path:
    """The file of one side (`request`, `answer`) of an exchange: its head, an empty line, its body."""
    return folder() / id[:8] / f"{id}.{side}"
