"""What the lake does by itself: compaction, retention, the sweep, and the proof of its files."""

import contextlib
from collections import Counter
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Literal

from django.db import connection, transaction
from django.db.models import Q

from liangxi.core.audit import face as audit
from liangxi.core.lake import disk, duck, leases, queries, staging
from liangxi.core.lake.actions.publishing import Draft, Written, kept, publish
from liangxi.core.lake.actions.writing import LONG, ROW_GROUP
from liangxi.core.lake.errors import BusyError
from liangxi.core.lake.models import ChangeBatch, DataFile, Table, Version
from liangxi.core.lake.rules import merging, wording
from liangxi.core.lake.shapes import Fault, State, Swept, Told
from liangxi.core.lake.shapes import Version as VersionShape
from liangxi.kit import time
from liangxi.kit.actor import Actor
from liangxi.kit.errors import ConflictError

GRACE = timedelta(days=1)  # that a file is left alone which no version names (any more): readers may still be at it
_LOCKS = 0x4C414B  # the first key of our advisory locks on compactions
MOST_FILES = 8  # of a bucket; more are written together


def compact(by: Actor, table: str, told: Told) -> VersionShape | None:
    """Write the buckets again that changes wait for or that lie in too many files; None when there are none.

    Corrections may come meanwhile: they wait for the next time. A load that comes meanwhile makes this work void.
    """
    row = queries.table(table)
    now = queries.place(row, None, None)
    files: list[Path] = []
    with disk.answering(), _alone(table), duck.working() as duckdb:
        try:
            added, buckets = _merged(duckdb, queries.state(table, now), files, told)
            if not buckets:
                return None
            draft = Draft(
                kind="compaction",
                source=f"batches to {now.batch}",
                added=added,
                buckets=frozenset(buckets),
                batch=now.batch,
                after=now.version,
            )
            with leases.hold(table, patience=LONG) as lease:
                return publish(by, lease, draft)
        except BaseException:
            disk.forget(files)
            raise


@contextlib.contextmanager
def _alone(table: str) -> Iterator[None]:
    """One compaction of a table at a time; the work would be thrown away otherwise."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_lock(%s, hashtext(%s))", [_LOCKS, table])
        if cursor.fetchone() != (True,):
            raise BusyError("lake.busy", leases.BUSY, {"table": table})
    try:
        yield
    finally:
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_unlock(%s, hashtext(%s))", [_LOCKS, table])


def _merged(duckdb: duck.Connection, state: State, files: list[Path], told: Told) -> tuple[list[Written], list[int]]:
    buckets = sorted(_touched(duckdb, state) | _scattered(state.spec.name))
    added: list[Written] = []
    for done, bucket in enumerate(buckets):
        told("merge", done, len(buckets))
        files.append(path := disk.fresh(state.spec.name, "data"))
        added += _rewritten(duckdb, state, bucket, path)
    told("merge", len(buckets), len(buckets))
    return added, buckets


def _touched(duckdb: duck.Connection, state: State) -> set[int]:
    if not state.late:
        return set()
    sql = f"SELECT DISTINCT _bucket FROM {wording.files(state.late)}"
    return {bucket for (bucket,) in duckdb.execute(sql).fetchall()}


def _scattered(table: str) -> set[int]:
    counts = Counter(DataFile.objects.filter(table_id=table, removed=None).values_list("bucket", flat=True))
    return {bucket for bucket, count in counts.items() if count > MOST_FILES}


def _rewritten(duckdb: duck.Connection, state: State, bucket: int, path: Path) -> Iterator[Written]:
    from liangxi.core.lake import iceberg

    of_bucket = queries.state(state.spec.name, state.cursor, [bucket])
    rows = merging.relation(of_bucket, bucket=bucket, with_day=True)
    sql = f"SELECT * FROM ({rows}) ORDER BY {wording.names(state.spec.key)}"
    count = staging.written(duckdb, sql, path, iceberg.field_ids(state.spec), ROW_GROUP)
    if count:
        yield kept(path, bucket, count)
    else:
        disk.forget([path])


def compact_due(by: Actor) -> int:
    """Compact the tables that have changes waiting; how many. One that is being written is left for the next time."""
    done = 0
    for row in Table.objects.order_by("name"):
        head = queries.head_of(row.name)
        if head and (row.batch > head.batch or _scattered(row.name)):
            try:
                done += compact(by, row.name, _quiet) is not None
            except ConflictError:
                continue
    return done


def _quiet(phase: str, done: int, total: int) -> None:
    """Nobody listens."""


def retain(by: Actor, table: str, newest: int, younger: timedelta) -> int:
    """Keep the `newest` versions (at least one) and those younger than `younger`; how many others were dropped.

    Their files go with the sweep after the grace, unless a kept version needs them.
    """
    queries.table(table)
    with leases.hold(table) as lease, transaction.atomic():
        leases.check(lease)
        rows = Version.objects.filter(table_id=table, dropped_at=None).order_by("-number")
        now = time.now()
        gone = [row.number for row in rows[max(1, newest) :] if row.published_at <= now - younger]
        Version.objects.filter(table_id=table, number__in=gone).update(dropped_at=now)
        if gone:
            audit.record(by=by, action="lake.drop", object=f"lake:{table}", detail={"versions": gone})
    return len(gone)


def sweep(grace: timedelta) -> Swept:
    """Remove files that no kept version and no batch names and that are older than `grace`, and what crashes left."""
    total = Swept(files=0, bytes=0)
    for row in Table.objects.order_by("name"):
        try:
            with leases.hold(row.name, patience=0.0) as lease:
                total = _plus(total, _sweep_table(row.name, lease, grace))
        except BusyError:
            continue
    return _plus(total, _removed(disk.root() / "spill", set(), timedelta(days=1)))


def _plus(one: Swept, other: Swept) -> Swept:
    return Swept(files=one.files + other.files, bytes=one.bytes + other.bytes)


def _sweep_table(table: str, lease: leases.Lease, grace: timedelta) -> Swept:
    from liangxi.core.lake import iceberg

    with transaction.atomic():
        leases.check(lease)
        dropped = Version.objects.filter(table_id=table, dropped_at__lt=time.now() - grace)
        iceberg.expire(table, [one for one in dropped.values_list("snapshot", flat=True) if one])
        _forget_files(table, grace)
    root = disk.root()
    named = DataFile.objects.filter(table_id=table).values_list("path", flat=True)
    kept_files = {
        root / path for path in (*named, *ChangeBatch.objects.filter(table_id=table).values_list("path", flat=True))
    }
    for rows in (Version.objects, ChangeBatch.objects):
        kept_files |= {root / path for path in rows.filter(table_id=table).values_list("quarantine", flat=True) if path}
    kept_files |= iceberg.metadata_in_use(table) | iceberg.metadata_in_use(iceberg.changes_of(table))
    return _removed(root / table, kept_files, grace)


def _forget_files(table: str, grace: timedelta) -> None:
    """Take the rows of files out of the ledger that no kept version holds."""
    held = list(
        Version.objects.filter(table_id=table)
        .filter(Q(dropped_at=None) | Q(dropped_at__gte=time.now() - grace))
        .values_list("number", flat=True)
    )
    for row in DataFile.objects.filter(table_id=table).exclude(removed=None):
        if not any(row.added <= number < (row.removed or 0) for number in held):
            row.delete()


def _removed(folder: Path, keep: set[Path], grace: timedelta) -> Swept:
    files = size = 0
    for path, age, bytes_ in disk.below(folder):
        if path not in keep and age >= grace.total_seconds():
            disk.forget([path])
            files, size = files + 1, size + bytes_
    return Swept(files=files, bytes=size)


def verify(table: str) -> tuple[Fault, ...]:
    """Prove every file of every kept version and batch by its hash, and that Iceberg names the newest ones."""
    from liangxi.core.lake import iceberg

    queries.table(table)
    files = DataFile.objects.filter(table_id=table)
    batches = ChangeBatch.objects.filter(table_id=table)
    with transaction.atomic():
        ledger = {*files.filter(removed=None).values_list("path", flat=True), *batches.values_list("path", flat=True)}
        published = iceberg.files_of(table) | iceberg.files_of(iceberg.changes_of(table))
    theirs = {str(path.relative_to(disk.root())) for path in published}
    found = [Fault(table=table, path=path, what="unpublished") for path in sorted(ledger ^ theirs)]
    for path, digest in [*files.values_list("path", "sha256"), *batches.values_list("path", "sha256")]:
        if what := _fault_of(disk.root() / path, digest):
            found.append(Fault(table=table, path=path, what=what))
    return tuple(found)


def _fault_of(path: Path, digest: str) -> Literal["missing", "changed", "unreadable"] | None:
    try:
        return None if disk.sha256(path) == digest else "changed"
    except FileNotFoundError:
        return "missing"
    except OSError:
        return "unreadable"
