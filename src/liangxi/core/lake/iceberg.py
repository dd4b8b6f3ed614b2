"""The tables as other engines see them: Iceberg, in the SQL catalogue of the same PostgreSQL (schema `lake`).

The catalogue speaks on the ledger's own connection and its commit is ours: the pointer to new metadata moves in the
transaction that writes the version, or not at all. Snapshots only append files or replace whole ones; delete files
are never written (`commit` proves it).
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast

import psycopg
import pyarrow.parquet as pq
from django.db import connection
from pyiceberg.catalog import MetastoreCatalog
from pyiceberg.catalog.sql import SqlCatalog
from pyiceberg.io.pyarrow import (
    compute_statistics_plan,
    data_file_statistics_from_parquet_metadata,
    parquet_path_to_id_mapping,
)
from pyiceberg.manifest import DataFile, DataFileContent, FileFormat
from pyiceberg.partitioning import PartitionField, PartitionSpec
from pyiceberg.schema import Schema
from pyiceberg.table import Table
from pyiceberg.table.sorting import SortField, SortOrder
from pyiceberg.transforms import BucketTransform, IdentityTransform
from pyiceberg.typedef import Record
from pyiceberg.types import IntegerType, LongType, NestedField, StringType, TimestampType
from sqlalchemy import create_engine
from sqlalchemy.engine.interfaces import DBAPIConnection
from sqlalchemy.pool import NullPool

from liangxi.core.lake import disk
from liangxi.core.lake.buckets import iceberg_type
from liangxi.core.lake.shapes import TableSpec

NAME = "liangxi"  # of the catalogue
NAMESPACE = "lake"
SCHEMA = "lake"  # of PostgreSQL
_BESIDE = 10_000  # the first id of columns that are not fields


@dataclass(frozen=True, slots=True, kw_only=True)
class Added:
    """A file to publish."""

    path: Path
    bucket: int | None  # none: a batch of changes


class _Catalogue(SqlCatalog):
    """The catalogue of pyiceberg on the connection of Django, whose transaction decides."""

    def __init__(self) -> None:
        MetastoreCatalog.__init__(self, NAME, warehouse=disk.root().as_uri())
        self.engine = create_engine(
            "postgresql+psycopg://",
            creator=_raw,
            poolclass=NullPool,
            use_native_hstore=False,
            execution_options={"schema_translate_map": {None: SCHEMA}},
        )
        self._schema_version = "v1"
        dialect = cast(Any, self.engine.dialect)
        dialect.do_commit = dialect.do_rollback = dialect.do_close = dialect.do_terminate = _leave


def _raw() -> DBAPIConnection:
    connection.ensure_connection()
    return cast(DBAPIConnection, _Shared(connection.connection))


def _leave(held: object) -> None:
    """The transaction and the connection are Django's."""


class _Shared:
    """Django's psycopg connection without its cursors' binding on the server, which SQLAlchemy does not expect."""

    def __init__(self, inner: psycopg.Connection[Any]) -> None:
        self._inner = inner

    def cursor(self, *arguments: Any, **options: Any) -> psycopg.Cursor[Any]:
        return psycopg.Cursor(self._inner)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._inner, name)


def create(spec: TableSpec) -> None:
    """Publish the empty table and the table of its changes."""
    catalogue = _Catalogue()
    catalogue.create_namespace_if_not_exists(NAMESPACE)
    schema = _schema(spec)
    order = SortOrder(*(SortField(schema.find_field(key).field_id, IdentityTransform()) for key in spec.key))
    first = schema.find_field(spec.key[0]).field_id
    parts = PartitionSpec(PartitionField(first, 1000, BucketTransform(spec.buckets), f"{spec.key[0]}_bucket"))
    properties = {"write.delete.mode": "copy-on-write", "comment": spec.description}
    place = (disk.root() / spec.name).as_uri()
    catalogue.create_table(
        (NAMESPACE, spec.name), schema, location=place, partition_spec=parts, sort_order=order, properties=properties
    )
    catalogue.create_table((NAMESPACE, changes_of(spec.name)), _schema(spec, is_changes=True), location=f"{place}/log")


def changes_of(table: str) -> str:
    """The name of the table of changes."""
    return f"{table}__changes"


def field_ids(spec: TableSpec, *, is_changes: bool = False) -> dict[str, int]:
    """The ids that the files carry for their columns."""
    return {field.name: field.field_id for field in _schema(spec, is_changes=is_changes).fields}


def _schema(spec: TableSpec, *, is_changes: bool = False) -> Schema:
    columns = [
        NestedField(n, f.name, iceberg_type(f), required=False, doc=f.description or None)
        for n, f in enumerate(spec.fields, 1)
    ]
    beside: list[tuple[str, Any]] = [("_valid_from", TimestampType())]
    if is_changes:
        beside += [("_op", StringType()), ("_batch", LongType()), ("_line", LongType()), ("_bucket", IntegerType())]
    columns += [NestedField(_BESIDE + n, name, kind, required=False) for n, (name, kind) in enumerate(beside)]
    return Schema(*columns)


def commit(table: str, added: Sequence[Added], removed: Iterable[Path], properties: dict[str, str]) -> int | None:
    """A new snapshot, in the caller's transaction; its id, or None when nothing was added or removed."""
    held = _Catalogue().load_table((NAMESPACE, table))
    gone = {path.as_uri() for path in removed}
    if not added and not gone:
        return _snapshot(held)
    known = _files(held) if gone else {}
    with held.transaction() as change:
        update = change.update_snapshot(snapshot_properties=properties)
        with update.overwrite() if gone else update.fast_append() as snapshot:
            for uri in gone:
                snapshot.delete_data_file(known[uri])
            for one in added:
                snapshot.append_data_file(_data_file(held, one))
    head = held.current_snapshot()
    assert head is not None
    manifests = head.manifests(held.io)
    assert all(manifest.content == 0 for manifest in manifests), "the lake writes no delete files"
    _force(held, [head.manifest_list, *(manifest.manifest_path for manifest in manifests)])
    return head.snapshot_id


def expire(table: str, snapshots: Sequence[int]) -> None:
    """Forget snapshots that are not the newest, in the caller's transaction."""
    held = _Catalogue().load_table((NAMESPACE, table))
    found = {one.snapshot_id for one in held.snapshots()} - {_snapshot(held)}
    gone = [one for one in snapshots if one in found]
    if gone:
        held.maintenance.expire_snapshots().by_ids(gone).commit()
        _force(held.refresh(), [])


def metadata_in_use(table: str) -> set[Path]:
    """The metadata files of a table that the catalogue, or a snapshot of it, names."""
    held = _Catalogue().load_table((NAMESPACE, table))
    uris = {held.metadata_location, *(one.metadata_file for one in held.metadata.metadata_log[-1:])}
    for snapshot in held.snapshots():
        uris |= {snapshot.manifest_list, *(manifest.manifest_path for manifest in snapshot.manifests(held.io))}
    return {_path(uri) for uri in uris}


def files_of(table: str) -> set[Path]:
    """The data files of the newest snapshot."""
    return {_path(uri) for uri in _files(_Catalogue().load_table((NAMESPACE, table)))}


def _snapshot(table: Table) -> int | None:
    head = table.current_snapshot()
    return head.snapshot_id if head else None


def _files(table: Table) -> dict[str, DataFile]:
    return {task.file.file_path: task.file for task in table.scan().plan_files()}


def _force(table: Table, uris: list[str]) -> None:
    """Make metadata durable before the ledger names it."""
    for path in map(_path, [table.metadata_location, *uris]):
        disk.force(path)


def _path(uri: str) -> Path:
    return Path(uri.removeprefix("file://"))


def _data_file(table: Table, added: Added) -> DataFile:
    """A file as Iceberg lists it: with counts and bounds of its columns, and the bucket that we know it to be of."""
    schema = table.schema()
    found = pq.read_metadata(added.path)
    statistics = data_file_statistics_from_parquet_metadata(
        parquet_metadata=found,
        stats_columns=compute_statistics_plan(schema, table.metadata.properties),
        parquet_column_mapping=parquet_path_to_id_mapping(schema),
    )
    return DataFile.from_args(
        content=DataFileContent.DATA,
        file_path=added.path.as_uri(),
        file_format=FileFormat.PARQUET,
        partition=Record() if added.bucket is None else Record(added.bucket),
        file_size_in_bytes=added.path.stat().st_size,
        sort_order_id=table.metadata.default_sort_order_id,
        spec_id=table.metadata.default_spec_id,
        equality_ids=None,
        key_metadata=None,
        **statistics.to_serialized_dict(),
    )
