"""Reading the ledger of the lake."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.db.models import Q

from liangxi.core.lake import disk
from liangxi.core.lake.models import ChangeBatch, DataFile, Table, Version
from liangxi.core.lake.rules import declaring
from liangxi.core.lake.shapes import ChangeBatch as BatchShape
from liangxi.core.lake.shapes import Cursor, State, TableSpec
from liangxi.core.lake.shapes import Table as TableShape
from liangxi.core.lake.shapes import Version as VersionShape
from liangxi.kit.errors import InvalidError, NotFoundError


def table(name: str) -> Table:
    """The row of a table. NotFoundError `lake.table.unknown`."""
    found = Table.objects.filter(name=name).first()
    if found is None:
        raise NotFoundError("lake.table.unknown", "The lake has no table '%(table)s'.", {"table": name})
    return found


def spec(name: str) -> TableSpec:
    """The declaration of a table."""
    return declaring.from_json(table(name).spec)


def tables() -> tuple[TableShape, ...]:
    """All tables by name."""
    return tuple(shape(row) for row in Table.objects.order_by("name"))


def shape(row: Table) -> TableShape:
    """A table and how it stands."""
    head = head_of(row.name)
    return TableShape(
        spec=declaring.from_json(row.spec),
        version=head.number if head else 0,
        batch=row.batch,
        waiting=row.batch - (head.batch if head else 0),
    )


def head_of(name: str) -> Version | None:
    """The newest version."""
    return Version.objects.filter(table_id=name).order_by("-number").first()


def version_at(name: str, number: int) -> Version:
    """A version that is still kept. NotFoundError `lake.version.unknown`."""
    found = Version.objects.filter(table_id=name, number=number, dropped_at=None).first()
    if found is None:
        raise NotFoundError(
            "lake.version.unknown",
            "The table %(table)s has no version %(number)s, or it is not kept any more.",
            {"table": name, "number": number},
        )
    return found


def versions_of(name: str) -> tuple[VersionShape, ...]:
    """All versions, the newest first."""
    table(name)
    return tuple(version_shape(row) for row in Version.objects.filter(table_id=name).order_by("-number"))


def version_shape(row: Version) -> VersionShape:
    """The value of a row."""
    return VersionShape(
        table=row.table_id,
        number=row.number,
        kind=row.kind,  # type: ignore[arg-type]
        rows=row.rows,
        bytes=row.bytes,
        sha256=row.sha256,
        batch=row.batch,
        bad_rows=row.bad_rows,
        source=row.source,
        by=row.account,
        published_at=row.published_at,
        dropped=row.dropped_at is not None,
    )


def batch_shape(row: ChangeBatch) -> BatchShape:
    """The value of a row."""
    return BatchShape(
        table=row.table_id,
        number=row.number,
        upserts=row.upserts,
        deletes=row.deletes,
        bad_rows=row.bad_rows,
        bytes=row.bytes,
        source=row.source,
        by=row.account,
        recorded_at=row.recorded_at,
    )


def quarantine_of(name: str, version: int | None, batch: int | None) -> str:
    """Where the bad rows of a version or of a batch are, below the lake."""
    table(name)
    rows: Any = Version.objects if batch is None else ChangeBatch.objects
    found = rows.filter(table_id=name, number=version if batch is None else batch).first()
    if found is None:
        raise NotFoundError(
            "lake.version.unknown",
            "The table %(table)s has no version %(number)s, or it is not kept any more.",
            {"table": name, "number": version if batch is None else batch},
        )
    kept: str = found.quarantine
    return kept


def place(row: Table, version: int | None, as_of: datetime | None) -> Cursor:
    """Which version and which batches a reader means: the newest, one version as published, or an instant."""
    return _placed(row, version, as_of)[0]


def _placed(row: Table, version: int | None, as_of: datetime | None) -> tuple[Cursor, Version | None]:
    if version is not None and as_of is not None:
        raise InvalidError("lake.state", "Name a version or an instant, not both.", fields={"as_of": "not both"})
    if version is not None:
        named = version_at(row.name, version)
        return Cursor(version=version, batch=named.batch), named
    if as_of is None:
        head, batch = head_of(row.name), row.batch
    elif as_of.tzinfo is None:
        raise InvalidError("lake.state", "An instant needs its zone.", fields={"as_of": "needs its zone"})
    else:
        head = Version.objects.filter(table_id=row.name, published_at__lte=as_of).order_by("-number").first()
        last = ChangeBatch.objects.filter(table_id=row.name, recorded_at__lte=as_of).order_by("-number").first()
        batch = last.number if last else 0
    return Cursor(version=head.number if head else 0, batch=batch), head


def state(name: str, cursor: Cursor, buckets: Sequence[int] | None = None) -> State:
    """The files of a state, only those of `buckets` if given."""
    version = version_at(name, cursor.version) if cursor.version else None
    return _state(spec(name), cursor, version, buckets)


def state_at(row: Table, version: int | None, as_of: datetime | None, buckets: Sequence[int] | None = None) -> State:
    """The files of what a reader means; with as few questions to the ledger as can be, for lookups."""
    cursor, named = _placed(row, version, as_of)
    if named and named.dropped_at:
        version_at(row.name, named.number)
    return _state(declaring.from_json(row.spec), cursor, named, buckets)


def _state(spec: TableSpec, cursor: Cursor, version: Version | None, buckets: Sequence[int] | None) -> State:
    held, origin = (version.batch, version.origin) if version else (0, 0)
    files: list[str] = []
    if version:
        rows = visible(spec.name, cursor.version)
        rows = rows if buckets is None else rows.filter(bucket__in=buckets)
        files = list(rows.order_by("bucket", "added").values_list("path", flat=True))
    late: tuple[str, ...] = ()
    settled: tuple[str, ...] = ()
    if cursor.batch > held:
        late = batch_files(spec.name, held, cursor.batch)
        gone = ChangeBatch.objects.filter(table_id=spec.name, number__gt=origin, number__lte=held, deletes__gt=0)
        settled = _absolute(list(gone.values_list("path", flat=True))) if held > origin else ()
    return State(
        spec=spec,
        cursor=cursor,
        files=_absolute(files),
        late=late,
        settled=settled,
        buckets=tuple(buckets) if buckets is not None else None,
    )


def deletions_of(name: str, cursor: Cursor) -> tuple[str, ...]:
    """The batches since the last load that delete rows."""
    version = version_at(name, cursor.version) if cursor.version else None
    origin = version.origin if version else 0
    rows = ChangeBatch.objects.filter(table_id=name, number__gt=origin, number__lte=cursor.batch, deletes__gt=0)
    return _absolute(list(rows.values_list("path", flat=True)))


def batch_files(name: str, since: int, until: int) -> tuple[str, ...]:
    """The files of the batches after `since`, up to `until`."""
    rows = ChangeBatch.objects.filter(table_id=name, number__gt=since, number__lte=until).order_by("number")
    return _absolute(list(rows.values_list("path", flat=True)))


def is_straight(name: str, since: Cursor, until: Cursor) -> bool:
    """True when only batches lie between two states: nothing was loaded or added."""
    rows = Version.objects.filter(table_id=name, number__gt=since.version, number__lte=until.version)
    return not rows.exclude(kind="compaction").exists()


def visible(name: str, number: int) -> Any:
    """The rows of the files of a version."""
    return DataFile.objects.filter(table_id=name, added__lte=number).filter(Q(removed=None) | Q(removed__gt=number))


def _absolute(paths: list[str]) -> tuple[str, ...]:
    root = disk.root()
    return tuple(str(root / path) for path in paths)
