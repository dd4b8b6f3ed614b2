"""Late corrections: appended as a batch, seen by the next reader."""

from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any

from django.db import transaction

from liangxi.core.audit import face as audit
from liangxi.core.lake import disk, duck, leases, queries, sources, staging
from liangxi.core.lake.actions.publishing import Written, instant, kept
from liangxi.core.lake.actions.writing import ROW_GROUP, first_of
from liangxi.core.lake.leases import Lease
from liangxi.core.lake.models import ChangeBatch, Table
from liangxi.core.lake.rules import wording
from liangxi.core.lake.shapes import ChangeBatch as BatchShape
from liangxi.core.lake.shapes import Intake, TableSpec
from liangxi.core.lake.sources import Source
from liangxi.core.lake.staging import Quarantine
from liangxi.kit.actor import Actor
from liangxi.kit.errors import InvalidError

Give = Callable[[duck.Connection], Source]


def correct_file(by: Actor, table: str, path: Path, source: str, intake: Intake) -> BatchShape:
    """The changes in a CSV or Parquet file."""
    spec = queries.spec(table)
    with disk.answering(), sources.prepared(path, None) as ready:
        wanted = staging.wanted(spec, intake)
        return _correct(by, spec, [ready], lambda c: sources.of_file(c, ready, wanted), source, intake)


def correct_stream(by: Actor, table: str, stream: Any, source: str, intake: Intake) -> BatchShape:
    """The changes of an Arrow stream."""
    spec = queries.spec(table)
    with disk.answering():
        return _correct(by, spec, [], lambda connection: sources.of_stream(connection, stream), source, intake)


def _correct(by: Actor, spec: TableSpec, paths: list[Path], give: Give, source: str, intake: Intake) -> BatchShape:
    path = disk.fresh(spec.name, "changes")
    with duck.working(sources=paths, buckets=first_of(spec)) as connection:
        try:
            found = give(connection)
            staging.stage(connection, spec, found, intake, now=_now(spec.name))
            staging.show_good(connection, spec)
            bad = staging.quarantine(connection, spec, found)
            if intake.gate:
                intake.gate(lambda sql: connection.execute(sql).fetchall())
            with leases.hold(spec.name) as lease:
                written, counts = _write(connection, spec, path, queries.table(spec.name).batch + 1)
                batch = _draft(by, lease, written, counts, bad, source)
                return _publish(by, lease, batch, written, intake)
        except BaseException:
            disk.forget([path])
            raise


def _now(table: str) -> datetime:
    """The instant of a batch, which is the day of changes that name none: not before that of the batch before."""
    last = ChangeBatch.objects.filter(table_id=table).order_by("-number").first()
    return instant(last.recorded_at if last else None)


def _write(connection: duck.Connection, spec: TableSpec, path: Path, number: int) -> tuple[Written, dict[str, int]]:
    from liangxi.core.lake import iceberg

    counts = dict(connection.execute("SELECT _op, count(*) FROM staged WHERE _bad IS NULL GROUP BY 1").fetchall())
    if not counts:
        raise InvalidError("lake.batch.empty", "There is no change among the rows that can be read.")
    fields = wording.names(field.name for field in spec.fields)
    sql = (
        f"SELECT {fields}, _valid_from, _op, {number}::BIGINT AS _batch, _line, _bucket FROM staged "
        "WHERE _bad IS NULL ORDER BY rowid"
    )
    rows = staging.written(connection, sql, path, iceberg.field_ids(spec, is_changes=True), ROW_GROUP)
    return kept(path, 0, rows), counts


def _draft(
    by: Actor, lease: Lease, written: Written, counts: dict[str, int], bad: Quarantine, source: str
) -> ChangeBatch:
    return ChangeBatch(
        table_id=lease.table,
        upserts=counts.get("upsert", 0),
        deletes=counts.get("delete", 0),
        bad_rows=bad.rows,
        quarantine=bad.path,
        path=str(written.path.relative_to(disk.root())),
        bytes=written.bytes,
        sha256=written.sha256,
        source=source,
        account=by.account,
    )


def _publish(by: Actor, lease: Lease, batch: ChangeBatch, written: Written, intake: Intake) -> BatchShape:
    from liangxi.core.lake import iceberg

    with transaction.atomic():
        leases.check(lease)
        row = Table.objects.get(name=lease.table)
        row.batch += 1
        row.save(update_fields=["batch"])
        added = [iceberg.Added(path=written.path, bucket=None)]
        batch.number, batch.recorded_at = row.batch, _now(row.name)
        batch.snapshot = iceberg.commit(iceberg.changes_of(row.name), added, [], {"liangxi.batch": str(row.batch)})
        batch.save()
        detail = {"batch": batch.number, "upserts": batch.upserts, "deletes": batch.deletes, "source": batch.source}
        audit.record(by=by, action="lake.correct", object=f"lake:{row.name}", detail=detail)
        shape = queries.batch_shape(batch)
        if intake.recorded:
            intake.recorded(shape)
    return shape
