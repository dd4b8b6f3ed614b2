"""Rows on their way in: read by their declared types, sorted into buckets, the bad ones put aside.

After `stage` the table `staged` holds the fields, `_line`, `_bad`, `_bucket` (and of changes `_op` and
`_valid_from`), sorted by bucket, key and line; its view `dataset` shows the good rows as fields only.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from liangxi.core.lake import disk
from liangxi.core.lake.duck import Connection
from liangxi.core.lake.rules import declaring, reading, wording
from liangxi.core.lake.shapes import Field, Intake, TableSpec
from liangxi.core.lake.sources import Source
from liangxi.kit.errors import InvalidError
from liangxi.kit.time import CITY

_TWICE = "_twice\tthe key stands twice\t"
_OP = Field(name="_op")
_DAY = Field(name="_valid_from", type="timestamp")
_KEYLESS_OP = "\tis neither upsert nor delete\t"


@dataclass(frozen=True, slots=True)
class Quarantine:
    """Where the bad rows are (below the lake; empty when there are none) and how many."""

    path: str
    rows: int


def wanted(spec: TableSpec, intake: Intake) -> list[str]:
    """The names by which a source may call what the table needs."""
    return list(dict.fromkeys([*(field.name for field in spec.fields), "_op", "_valid_from", *intake.columns]))


def stage(connection: Connection, spec: TableSpec, source: Source, intake: Intake, now: datetime | None = None) -> None:
    """Read the source into `staged`. With `now` the rows are changes: they may have an operation and a day.

    InvalidError `lake.source.columns` naming fields that the source must have and has not.
    """
    columns = _named(source, intake)
    is_changes = now is not None
    named = spec.key if is_changes else _needed(spec, is_changes)
    missing = [f.name for f in spec.fields if f.name in named and f.name not in columns]
    if missing:
        says = "The source has no such column."
        raise InvalidError("lake.source.columns", says, fields=dict.fromkeys(missing, says))
    chosen = [f"{_value(field, columns)} AS {wording.name(field.name)}" for field in spec.fields]
    bad = reading.faults(spec.fields, columns, _needed(spec, is_changes))
    if now is not None:
        chosen += _beside(columns, now)
        bad = f"coalesce({bad}, {_fault_of_change(columns, now)})"
    first = wording.name(spec.key[0])
    bad = f"coalesce({source.fault}, {bad})"
    sql = f"SELECT {', '.join(chosen)}, _line, {bad} AS _bad FROM ({source.sql}) AS s"
    if intake.checks:
        sql = f"SELECT * REPLACE (coalesce(_bad, {_broken(intake)}) AS _bad) FROM ({sql})"
    order = f"_bucket, {wording.names(spec.key)}, _line"
    connection.execute(
        f"CREATE TEMP TABLE staged AS SELECT *, _bucket_of({first}) AS _bucket FROM ({sql}) ORDER BY {order}"
    )


def _named(source: Source, intake: Intake) -> dict[str, tuple[str, str]]:
    """The columns of the source by the fields that they are; a field's own name first."""
    columns = {name: (f"s.{wording.name(name)}", kind) for name, kind in source.columns.items()}
    for name, field in intake.columns.items():
        if name in source.columns and name != field:
            column, kind = columns[name]
            own = columns.get(field)
            columns[field] = (f"coalesce({own[0]}, {column})" if own else column, kind)
    return columns


def _broken(intake: Intake) -> str:
    """SQL of the first check that a row breaks, as in `rules.reading.faults`."""
    cases = []
    for check in intake.checks:
        says = wording.literal(f"{check.field}\t{check.reason}\t")
        value = f"coalesce(left(CAST({wording.name(check.field)} AS VARCHAR), 200), '')"
        cases.append(f"WHEN {check.bad} THEN {says} || {value}")
    return f"CASE WHEN _bad IS NOT NULL THEN NULL {' '.join(cases)} END"


def _needed(spec: TableSpec, is_changes: bool) -> dict[str, str]:
    """The fields that need a value, and when."""
    rest = "lower(coalesce(_op, 'upsert')) <> 'delete'" if is_changes else "true"
    found = dict.fromkeys(spec.key, "true")
    return found | {f.name: rest for f in spec.fields if f.required and f.name not in spec.key}


def _value(field: Field, columns: Mapping[str, tuple[str, str]]) -> str:
    if field.name not in columns:
        return f"NULL::{declaring.duckdb_type(field)}"
    return reading.value(field, *columns[field.name])


def _beside(columns: Mapping[str, tuple[str, str]], now: datetime) -> list[str]:
    op = f"lower({columns['_op'][0]})" if "_op" in columns else "'upsert'"
    day = reading.value(_DAY, *columns["_valid_from"]) if "_valid_from" in columns else "NULL"
    return [f"coalesce({op}, 'upsert') AS _op", f"coalesce({day}, {_local(now)}) AS _valid_from"]


def _fault_of_change(columns: Mapping[str, tuple[str, str]], now: datetime) -> str:
    cases = []
    if "_op" in columns:
        op = columns["_op"][0]
        says = wording.literal(f"_op{_KEYLESS_OP}")
        cases.append(f"WHEN lower({op}) NOT IN ('upsert', 'delete') THEN {says} || {op}")
    if "_valid_from" in columns:
        column, kind = columns["_valid_from"]
        day = reading.value(_DAY, column, kind)
        unread, late = (wording.literal(f"_valid_from\t{says}\t") for says in ("is not a time", "lies in the future"))
        text = f"CAST({column} AS VARCHAR)"
        cases.append(f"WHEN {column} IS NOT NULL AND ({day}) IS NULL THEN {unread} || {text}")
        cases.append(f"WHEN ({day}) > {_local(now)} THEN {late} || {text}")
    return f"CASE {' '.join(cases)} END" if cases else "NULL"


def _local(now: datetime) -> str:
    return wording.literal(now.astimezone(CITY).replace(tzinfo=None))


def refuse_twins(connection: Connection, spec: TableSpec) -> None:
    """Of good rows with one key keep the first, put the others aside."""
    same = " AND ".join(f"{wording.name(k)} = lag({wording.name(k)}) OVER w" for k in spec.key)
    connection.execute(
        f"CREATE TEMP TABLE twins AS SELECT row FROM (SELECT rowid AS row, {same} AS twin FROM staged "
        f"WHERE _bad IS NULL WINDOW w AS (ORDER BY rowid)) WHERE twin"
    )
    if connection.execute("SELECT count(*) FROM twins").fetchall()[0][0]:
        says = wording.literal(_TWICE.replace("_twice", ", ".join(spec.key)))
        connection.execute(f"UPDATE staged SET _bad = {says} WHERE rowid IN (SELECT row FROM twins)")


def refuse_known(connection: Connection, spec: TableSpec, known: str) -> None:
    """Put aside the rows whose key is in the SELECT `known`: what is there is corrected, not appended again."""
    says = wording.literal(f"{', '.join(spec.key)}\tis there already: send a correction\t")
    same = wording.equal("staged", "k", spec.key)
    connection.execute(f"UPDATE staged SET _bad = {says} FROM ({known}) AS k WHERE _bad IS NULL AND {same}")


def show_good(connection: Connection, spec: TableSpec) -> int:
    """Make the view `dataset` of the good rows; their number."""
    fields = wording.names(field.name for field in spec.fields)
    connection.execute(f"CREATE OR REPLACE TEMP VIEW dataset AS SELECT {fields} FROM staged WHERE _bad IS NULL")
    return int(connection.execute("SELECT count(*) FROM dataset").fetchall()[0][0])


def quarantine(connection: Connection, spec: TableSpec, source: Source) -> Quarantine:
    """Write the bad rows with line, field, reason and value; the lines of a CSV that are no rows with their text.

    A line is counted from the header (1) by records: a line break within quotes does not count.
    """
    torn = "SELECT NULL::BIGINT AS line, NULL AS reason, NULL AS text WHERE false"
    if source.is_text:
        torn = (
            "SELECT line::BIGINT AS line, lower(any_value(error_type::VARCHAR)) || ': ' || any_value(error_message) "
            "AS reason, any_value(csv_line) AS text FROM reject_errors GROUP BY line"
        )
    head = source.head
    connection.execute(f"CREATE TEMP TABLE torn AS SELECT *, row_number() OVER (ORDER BY line) AS n FROM ({torn})")
    before = f"(SELECT count(*) FROM torn AS t WHERE t.line - t.n - {head} < s._line)"
    key = wording.names(spec.key)
    connection.execute(
        "CREATE TEMP TABLE bad AS SELECT line, '' AS field, reason, '' AS value, text AS row FROM torn "
        f"UNION ALL SELECT s._line + {head} + {before}, split_part(_bad, chr(9), 1), split_part(_bad, chr(9), 2), "
        f"split_part(_bad, chr(9), 3), to_json(row({key}))::VARCHAR FROM staged AS s WHERE _bad IS NOT NULL"
    )
    count = int(connection.execute("SELECT count(*) FROM bad").fetchall()[0][0])
    if not count:
        return Quarantine("", 0)
    path = disk.fresh(spec.name, "quarantine", "csv")
    connection.execute(f"COPY (FROM bad ORDER BY line) TO {wording.literal(str(path))} (FORMAT csv, HEADER)")
    disk.force(path)
    return Quarantine(str(path.relative_to(disk.root())), count)


def ids_of(numbers: Mapping[str, int]) -> str:
    """The option of COPY that writes Iceberg's ids of the columns into a file."""
    return "FIELD_IDS {" + ", ".join(f"{wording.name(name)}: {number}" for name, number in numbers.items()) + "}"


def written(connection: Connection, sql: str, path: Path, numbers: Mapping[str, int], group: int) -> int:
    """Write the rows of `sql` into a Parquet file with row groups of `group`; their number."""
    done = connection.execute(
        f"COPY ({sql}) TO {wording.literal(str(path))} "
        f"(FORMAT parquet, COMPRESSION zstd, ROW_GROUP_SIZE {group}, {ids_of(numbers)})"
    ).fetchall()
    return int(done[0][0])
