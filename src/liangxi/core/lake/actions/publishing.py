"""A version: its files are durable before the ledger names them, and the ledger names all of them at once."""

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from django.db import transaction

from liangxi.core.audit import face as audit
from liangxi.core.lake import disk, leases, queries
from liangxi.core.lake.errors import DamagedError
from liangxi.core.lake.leases import Lease
from liangxi.core.lake.models import DataFile, Version
from liangxi.core.lake.shapes import ChangeBatch as BatchShape
from liangxi.core.lake.shapes import Version as VersionShape
from liangxi.core.lake.staging import Quarantine
from liangxi.kit import time
from liangxi.kit.actor import Actor
from liangxi.kit.errors import ConflictError

Recorded = Callable[[VersionShape | BatchShape], None] | None


@dataclass(frozen=True, slots=True)
class Written:
    """A durable file that is not part of anything yet."""

    path: Path
    bucket: int
    rows: int
    bytes: int
    sha256: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """What a new version changes: whole files in, whole files out."""

    kind: str
    source: str
    added: Sequence[Written]
    buckets: frozenset[int] | None = None  # whose files of the version before go out; None: of all buckets
    batch: int | None = None  # the last change batch that it holds; None: as before
    after: int | None = None  # the version that it was made from, which must still be the newest
    is_origin: bool = False  # its rows come from outside: what was corrected before is of the past
    bad: Quarantine = field(default_factory=lambda: Quarantine("", 0))


def kept(path: Path, bucket: int, rows: int) -> Written:
    """Make a written file durable."""
    size, digest = disk.force(path)
    return Written(path, bucket, rows, size, digest)


def publish(by: Actor, lease: Lease, draft: Draft, recorded: Recorded = None) -> VersionShape:
    """Make a draft the newest version, for every reader and every engine at once; `recorded` joins the transaction."""
    with transaction.atomic():
        leases.check(lease)
        head = queries.head_of(lease.table)
        _make_sure(draft, head.number if head else 0)
        number = (head.number if head else 0) + 1
        batch = (head.batch if head else 0) if draft.batch is None else draft.batch
        removed = _take_out(lease.table, number, draft.buckets) if head else []
        _put_in(lease.table, number, draft.added)
        version = _row(by, lease.table, draft, number, batch)
        version.origin = batch if draft.is_origin else (head.origin if head else 0)
        version.published_at = instant(head.published_at if head else None)
        version.snapshot = _announce(lease.table, draft, removed, version)
        version.save()
        detail = {"version": number, "kind": draft.kind, "rows": version.rows, "source": draft.source}
        audit.record(by=by, action="lake.publish", object=f"lake:{lease.table}", detail=detail)
        shape = queries.version_shape(version)
        if recorded:
            recorded(shape)
    return shape


def _make_sure(draft: Draft, newest: int) -> None:
    """Nobody published what this draft does not know of, and its files are there."""
    if draft.after is not None and draft.after != newest:
        raise ConflictError("lake.moved", "The table was loaded meanwhile. Nothing was changed.")
    for one in draft.added:
        if not one.path.is_file() or one.path.stat().st_size != one.bytes:
            raise DamagedError("lake.damaged", "A file of the lake is missing. Tell the operators.")


def instant(before: datetime | None) -> datetime:
    """Now; never before what was published last, should the clock have been put back."""
    now = time.now()
    return max(now, before) if before else now


def _take_out(table: str, number: int, buckets: frozenset[int] | None) -> list[Path]:
    rows = DataFile.objects.filter(table_id=table, removed=None)
    if buckets is not None:
        rows = rows.filter(bucket__in=buckets)
    paths = [disk.root() / path for path in rows.values_list("path", flat=True)]
    rows.update(removed=number)
    return paths


def _put_in(table: str, number: int, added: Sequence[Written]) -> None:
    DataFile.objects.bulk_create(
        DataFile(
            table_id=table,
            path=str(one.path.relative_to(disk.root())),
            bucket=one.bucket,
            rows=one.rows,
            bytes=one.bytes,
            sha256=one.sha256,
            added=number,
        )
        for one in added
    )


def _row(by: Actor, table: str, draft: Draft, number: int, batch: int) -> Version:
    files = queries.visible(table, number).order_by("sha256").values_list("rows", "bytes", "sha256")
    return Version(
        table_id=table,
        number=number,
        kind=draft.kind,
        rows=sum(rows for rows, _, _ in files),
        bytes=sum(size for _, size, _ in files),
        sha256=hashlib.sha256("".join(digest for _, _, digest in files).encode()).hexdigest(),
        batch=batch,
        bad_rows=draft.bad.rows,
        quarantine=draft.bad.path,
        source=draft.source,
        account=by.account,
    )


def _announce(table: str, draft: Draft, removed: list[Path], version: Version) -> int | None:
    from liangxi.core.lake import iceberg

    added = [iceberg.Added(path=one.path, bucket=one.bucket) for one in draft.added]
    said = {"liangxi.version": str(version.number), "liangxi.batch": str(version.batch)}
    return iceberg.commit(table, added, removed, said)
