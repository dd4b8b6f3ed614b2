"""Reads of harvest sources and of what they list."""

from collections.abc import Mapping
from uuid import UUID

from django.db.models import Count, Q

from liangxi.kit.errors import NotFoundError
from liangxi.systems.federation import models
from liangxi.systems.federation.shapes import (
    HarvestedFile,
    HarvestedSet,
    HarvestRecord,
    HarvestRun,
    HarvestSource,
)

_RUNS = 20
_RUN = ("state", "seen", "added", "changed", "gone", "bad", "error", "error_params", "asked_at", "ended_at")
_RECORD = ("identifier", "title", "summary", "publisher", "licence", "licence_url", "landing", "provenance", "modified")


def sources() -> tuple[HarvestSource, ...]:
    """Every source, with its last run."""
    return tuple(source(row, 1) for row in models.HarvestSource.objects.order_by("pk"))


def source(row: models.HarvestSource, runs: int = _RUNS) -> HarvestSource:
    """A source with its last runs."""
    return HarvestSource(
        id=row.pk,
        title=row.title,
        kind=row.kind,  # type: ignore[arg-type]
        url=row.url,
        every=row.every,
        is_active=row.is_active,
        next_at=row.next_at,
        sets=row.sets.filter(gone_at=None).count(),
        runs=tuple(run(one) for one in row.runs.order_by("-asked_at", "-pk")[:runs]),
    )


def run(row: models.HarvestRun) -> HarvestRun:
    """One run."""
    faults = tuple((id, why) for id, why in row.faults)
    return HarvestRun(id=str(row.pk), faults=faults, **{name: getattr(row, name) for name in _RUN})


def harvested(query: str, source: str, offset: int, limit: int) -> tuple[tuple[HarvestedSet, ...], int]:
    """Data sets that are still listed, newest first, and how many there are."""
    where = Q(gone_at=None)
    for word in query.split()[:8]:
        where &= Q(title__icontains=word) | Q(summary__icontains=word) | Q(publisher__icontains=word)
    if source:
        where &= Q(source=source)
    rows = models.HarvestedSet.objects.filter(where).select_related("source")
    return tuple(one(row) for row in rows.order_by("-changed_at", "-pk")[offset : offset + limit]), rows.count()


def counted() -> Mapping[str, tuple[str, int]]:
    """Sources with their titles and how many data sets each lists."""
    rows = models.HarvestSource.objects.annotate(n=Count("sets", filter=Q(sets__gone_at=None))).filter(n__gt=0)
    return {row.pk: (row.title, row.n) for row in rows.order_by("pk")}


def by_id(id: str) -> HarvestedSet:
    """One data set, also when it is gone at its source."""
    try:
        row = models.HarvestedSet.objects.select_related("source").filter(pk=UUID(id)).first()
    except ValueError:
        row = None
    if row is None:
        raise NotFoundError("federation.harvested.unknown", "There is no such data set.")
    return one(row)


def one(row: models.HarvestedSet) -> HarvestedSet:
    """A data set as others see it."""
    files = tuple(HarvestedFile(**said) for said in row.files)
    record = HarvestRecord(files=files, tags=tuple(row.tags), **{name: getattr(row, name) for name in _RECORD})
    return HarvestedSet(
        id=str(row.pk), source=row.source.pk, source_title=row.source.title, record=record,
        first_seen=row.first_seen, changed_at=row.changed_at, gone_at=row.gone_at,
    )  # fmt: skip
