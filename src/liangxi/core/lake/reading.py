"""Reading a state: SQL over the relation `dataset`, lookups by key, the feed of changes, files for others.

SQL text comes from our own code and from the compiler of policies, never from outside; DuckDB is shut in all the same.
"""

import contextlib
import io
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

import pyarrow as pa

from liangxi.core.lake import disk, duck, queries
from liangxi.core.lake.rules import declaring, merging, wording
from liangxi.core.lake.shapes import Cursor, State, TableSpec
from liangxi.kit.errors import InvalidError

Format = Literal["csv", "jsonl", "parquet"]
Key = Sequence[Any]
Parameters = Sequence[Any] | Mapping[str, Any]  # of `?`, or of `$name` as the compiler of policies writes them
BATCH = 10_000  # rows handed on at a time
_FORMULA = "^[=+\\-@\\t\\r]"


@dataclass(frozen=True, slots=True)
class Reader:
    """A state that can be asked; closes with the block of `face.read`. Not for several threads at once."""

    state: State
    _connection: duck.Connection

    def rows(self, sql: str = "FROM dataset", parameters: Parameters = ()) -> list[tuple[Any, ...]]:
        """All rows of a query over `dataset`."""
        with disk.answering():
            return self._connection.execute(sql, _bound(parameters)).fetchall()

    def arrow(self, sql: str = "FROM dataset", parameters: Parameters = ()) -> pa.RecordBatchReader:
        """The rows of a query as a stream of Arrow record batches; read it within the block."""
        with disk.answering():
            return self._connection.sql(sql, params=_bound(parameters)).to_arrow_reader(BATCH)

    def records(self, sql: str = "FROM dataset", parameters: Parameters = ()) -> Iterator[dict[str, Any]]:
        """The rows of a query one by one, as mappings."""
        for batch in self.arrow(sql, parameters):
            yield from batch.to_pylist()


def _bound(parameters: Parameters) -> Any:
    return dict(parameters) if isinstance(parameters, Mapping) else list(parameters)


@contextlib.contextmanager
def read(
    table: str, cursor: Cursor | tuple[int | None, datetime | None], keys: Sequence[Key] | None
) -> Iterator[Reader]:
    """A reader of a state (a cursor, or a version or instant), with only the rows of `keys` if given."""
    row = queries.table(table)
    spec = declaring.from_json(row.spec)
    found = [_key(spec, key) for key in keys] if keys is not None else None
    where = ("false" if not found else wording.among(spec.key, found)) if found is not None else ""
    buckets = _buckets(spec, found)
    if isinstance(cursor, Cursor):
        state = queries.state(table, cursor, buckets)
    else:
        state = queries.state_at(row, *cursor, buckets)
    with disk.answering(), duck.reading() as connection:
        connection.execute(f"CREATE TEMP VIEW dataset AS {merging.relation(state, where=where)}")
        yield Reader(state, connection)


def _buckets(spec: TableSpec, keys: Sequence[Key] | None) -> list[int] | None:
    from liangxi.core.lake import buckets

    return None if keys is None else sorted({buckets.of_value(spec, key[0]) for key in keys})


def _key(spec: TableSpec, key: Key) -> Key:
    fields = {field.name: field for field in spec.fields}
    values = (key,) if isinstance(key, str) else tuple(key)
    says = "The key has a value of the right type for each of its fields."
    if len(values) != len(spec.key):
        raise InvalidError("lake.key", says, fields={"key": says})
    for name, value in zip(spec.key, values, strict=True):
        if not declaring.is_of_type(fields[name], value):
            raise InvalidError("lake.key", says, fields={name: says})
    return values


def feed(table: str, since: Cursor, until: Cursor) -> Iterator[dict[str, Any]]:
    """The changes from one state to a later one. See `face.changes`."""
    row = queries.table(table)
    spec = declaring.from_json(row.spec)
    if queries.is_straight(table, since, until):
        yield from _batches(spec, queries.batch_files(table, since.batch, until.batch))
        return
    with disk.answering(), duck.reading() as connection:
        before, after = (merging.relation(queries.state(table, place)) for place in (since, until))
        names = tuple(field.name for field in spec.fields)
        sql = merging.difference(before, after, spec.key, names)
        for batch in connection.sql(f"{sql} ORDER BY {wording.names(spec.key)}").to_arrow_reader(BATCH):
            yield from ({"_batch": until.batch, "_valid_from": None} | one for one in batch.to_pylist())


def _batches(spec: TableSpec, files: tuple[str, ...]) -> Iterator[dict[str, Any]]:
    if not files:
        return
    fields = wording.names(field.name for field in spec.fields)
    sql = f"SELECT _batch, _valid_from, _op, {fields} FROM {wording.files(files)} ORDER BY _batch, _line"
    with disk.answering(), duck.reading() as connection:
        for batch in connection.sql(sql).to_arrow_reader(BATCH):
            yield from batch.to_pylist()


def export(reader: Reader, sql: str, parameters: Parameters, format: Format, for_spreadsheet: bool) -> Iterator[bytes]:
    """The rows of a query as the bytes of a file, in pieces."""
    if format == "parquet":
        yield from _parquet(reader.arrow(sql, parameters))
    elif format == "jsonl":
        yield from _lines(reader.arrow(f"SELECT to_json(t)::VARCHAR AS line FROM ({sql}) AS t", parameters))
    else:
        yield from _csv(reader, sql, parameters, for_spreadsheet)


def _lines(stream: pa.RecordBatchReader) -> Iterator[bytes]:
    for batch in stream:
        if batch.num_rows:
            yield ("\n".join(batch.column(0).to_pylist()) + "\n").encode()


def _csv(reader: Reader, sql: str, parameters: Parameters, for_spreadsheet: bool) -> Iterator[bytes]:
    from pyarrow import csv

    if for_spreadsheet:
        columns = reader.rows(f"DESCRIBE SELECT * FROM ({sql}) AS t", parameters)
        sql = f"SELECT {', '.join(_harmless(name, kind) for name, kind, *_ in columns)} FROM ({sql}) AS t"
        yield b"\xef\xbb\xbf"
    stream = reader.arrow(sql, parameters)
    header = True
    for batch in stream:
        out = io.BytesIO()
        csv.write_csv(batch, out, csv.WriteOptions(include_header=header))
        header = False
        yield out.getvalue()
    if header:
        out = io.BytesIO()
        csv.write_csv(stream.schema.empty_table(), out)
        yield out.getvalue()


def _harmless(column: str, kind: str) -> str:
    """A column of which no text begins like a formula: a spreadsheet would run it."""
    name = wording.name(column)
    if kind != "VARCHAR":
        return name
    return f"CASE WHEN regexp_matches({name}, '{_FORMULA}') THEN '''' || {name} ELSE {name} END AS {name}"


def _parquet(stream: pa.RecordBatchReader) -> Iterator[bytes]:
    from pyarrow import parquet

    out = _Pieces()
    with parquet.ParquetWriter(out, stream.schema, compression="zstd") as writer:
        for batch in stream:
            writer.write_batch(batch)
            yield from out.taken()
    yield from out.taken()


class _Pieces(io.RawIOBase):
    """A file that is handed on while it is written."""

    def __init__(self) -> None:
        self._held: list[bytes] = []
        self._at = 0

    def writable(self) -> bool:
        return True

    def tell(self) -> int:
        return self._at

    def write(self, data: Any) -> int:
        piece = bytes(data)
        self._held.append(piece)
        self._at += len(piece)
        return len(piece)

    def taken(self) -> Iterator[bytes]:
        """What was written since the last time."""
        held, self._held = self._held, []
        yield from held
