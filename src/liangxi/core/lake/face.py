"""The door of the lake: bulky tables in immutable versions, corrected late, read by key, by SQL, as files.

The lake is a floor, not a counter: the room that calls has made sure that `by` may do it, and compiles what a reader
may see into the SQL that it reads with. Every change is on the audit trail.
"""

import contextlib
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from liangxi.core.lake import disk, queries, reading
from liangxi.core.lake.actions import correcting, declaring, keeping, writing
from liangxi.core.lake.reading import Key, Parameters
from liangxi.core.lake.shapes import (
    ChangeBatch,
    Cursor,
    Fault,
    Gate,
    Intake,
    Mode,
    Swept,
    Table,
    TableSpec,
    Told,
    Version,
)
from liangxi.kit.actor import Actor

Format = reading.Format
Reader = reading.Reader


def _quiet(phase: str, done: int, total: int) -> None:
    """Nobody listens."""


_PLAIN = Intake()


def _gated(intake: Intake, gate: Gate | None) -> Intake:
    return replace(intake, gate=gate) if gate else intake


def declare(*, by: Actor, spec: TableSpec) -> Table:
    """Make a table, published at once as Iceberg `lake.<name>` with its changes as `lake.<name>__changes`.

    Again the same: nothing changes, but words may. InvalidError `lake.table.declared` naming each field;
    ConflictError `lake.table.shape` when it is there with other fields, key or buckets.
    """
    return declaring.declare(by, spec)


def tables() -> tuple[Table, ...]:
    """All tables by name."""
    return queries.tables()


def table(*, name: str) -> Table:
    """One table. NotFoundError `lake.table.unknown`, as in every function here."""
    return queries.shape(queries.table(name))


def load(
    *,
    by: Actor,
    table: str,
    file: Path,
    source: str,
    mode: Mode = "replace",
    encoding: str | None = None,
    told: Told = _quiet,
    gate: Gate | None = None,
    intake: Intake = _PLAIN,
) -> Version:
    """Publish the rows of a CSV (any delimiter; UTF-8 or GB18030, found out unless given), `.jsonl` or `.parquet` file.

    Columns are found by their names in the header, in any order; others are left out. Each value is read by its
    declared type, nothing is guessed or rounded. A row that cannot be read, lacks a required value or repeats a key
    goes to the quarantine (`bad_rows`) with its line and reason; the others are published at once. `append` keeps the
    rows of the version before and puts aside those whose key is there. `gate` may ask SQL of the good rows (`dataset`)
    and raise; then, and on every error, nothing is published. `intake` renames columns, adds checks, joins the commit.

    InvalidError `lake.source.*`, `lake.load.bad` (no row can be read); BusyError `lake.busy`; FencedError
    `lake.fenced`; StorageError `lake.disk.full`, `.failed`, `lake.memory`.
    """
    work = writing.Load(by=by, source=source, mode=mode, told=told, intake=_gated(intake, gate))
    return writing.load_file(table, file, encoding, work)


def write(
    *,
    by: Actor,
    table: str,
    rows: Any,
    source: str,
    mode: Mode = "replace",
    told: Told = _quiet,
    gate: Gate | None = None,
    intake: Intake = _PLAIN,
) -> Version:
    """As `load`, from an Arrow Table or RecordBatchReader, which is read once and need not fit into memory."""
    work = writing.Load(by=by, source=source, mode=mode, told=told, intake=_gated(intake, gate))
    return writing.load_stream(table, rows, work)


def correct(*, by: Actor, table: str, changes: Any, source: str, intake: Intake = _PLAIN) -> ChangeBatch:
    """Append late corrections: a CSV, JSON lines or Parquet file (Path) or an Arrow stream; the next reader sees them.

    Columns are the fields and, if wanted, `_op` (`upsert`, else `delete`, which needs only the key) and `_valid_from`
    (a time in official time of China, not in the future; now if missing). Of several changes of a key the one valid
    from the latest time counts, among equals the last. Bad rows as in `load`; InvalidError `lake.batch.empty` when
    none is good; other errors as in `load`.
    """
    if isinstance(changes, Path):
        return correcting.correct_file(by, table, changes, source, intake)
    return correcting.correct_stream(by, table, changes, source, intake)


def versions(*, table: str) -> tuple[Version, ...]:
    """All versions, the newest first, those dropped among them."""
    return queries.versions_of(table)


def bad_rows(*, table: str, version: int | None = None, batch: int | None = None) -> Path | None:
    """The quarantine of a version or a batch: a CSV with line, field, reason, value, row; None when all were good."""
    found = queries.quarantine_of(table, version, batch)
    return disk.root() / found if found else None


@contextlib.contextmanager
def read(
    *,
    table: str,
    version: int | None = None,
    as_of: datetime | None = None,
    at: Cursor | None = None,
    keys: Sequence[Key] | None = None,
) -> Iterator[Reader]:
    """A reader whose relation `dataset` has the fields of the table, for the time of the block.

    The newest state with all corrections; or a `version` as it was published; or the state that a reader saw at the
    instant `as_of` (aware); or the state `at` a cursor. With `keys` (text for a key of one text field, else one value
    for each of its fields) only those rows, found in milliseconds. `reader.state` has the cursor and the files, for
    other engines. NotFoundError `lake.version.unknown`; InvalidError `lake.state`, `lake.key`.
    """
    with reading.read(table, at or (version, as_of), keys) as reader:
        yield reader


def changes(*, table: str, since: Cursor, until: Cursor | None = None) -> tuple[Cursor, Iterator[dict[str, Any]]]:
    """What happened after `since` (up to now): the new cursor, and each change with `_op`, `_batch`, `_valid_from`.

    While only corrections came these are the corrections, in order. Across a load they are the difference of the two
    states, by key: applied to the first they give the second. NotFoundError `lake.version.unknown` when the state of
    the cursor is not kept any more: read the table anew.
    """
    end = until or queries.place(queries.table(table), None, None)
    queries.state(table, since)
    return end, reading.feed(table, since, end)


def export(
    *,
    reader: Reader,
    format: Format,
    sql: str = "FROM dataset",
    parameters: Parameters = (),
    for_spreadsheet: bool = False,
) -> Iterator[bytes]:
    """The rows of a query as the bytes of a `csv`, `jsonl` or `parquet` file, in pieces, within the reader's block.

    `for_spreadsheet` (CSV) marks UTF-8 and puts an apostrophe before text that a spreadsheet would run as a formula.
    """
    return reading.export(reader, sql, parameters, format, for_spreadsheet)


def compact(*, by: Actor, table: str | None = None, told: Told = _quiet) -> int:
    """Merge waiting corrections into a new version, of one table or all that need it; the number of new versions."""
    if table is None:
        return keeping.compact_due(by)
    return int(keeping.compact(by, table, told) is not None)


def retain(*, by: Actor, table: str, newest: int, younger: timedelta = timedelta(0)) -> int:
    """Drop all versions but the `newest` and those younger; the number. The newest always stays."""
    return keeping.retain(by, table, newest, younger)


def sweep(*, grace: timedelta = keeping.GRACE) -> Swept:
    """Remove files that no kept version or batch names, once older than `grace`. Called by the worker."""
    return keeping.sweep(grace)


def verify(*, table: str) -> tuple[Fault, ...]:
    """Prove every file of a table by its hash, and that Iceberg and the ledger name the same; empty when sound."""
    return keeping.verify(table)
