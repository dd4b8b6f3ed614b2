"""Where rows come from: a CSV file of any encoding that is met in China, a Parquet file, an Arrow stream.

A source gives a SELECT of its columns as they are, with `_line`, and the type of each.
"""

import codecs
import contextlib
import csv
import json
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from liangxi.core.lake import disk, duck
from liangxi.core.lake.rules import wording
from liangxi.kit.errors import InvalidError

DELIMITERS = ",\t;|"
_CHUNK = 1 << 20
_FIRST = 1 << 16


@dataclass(frozen=True, slots=True)
class Source:
    """Rows before they are read: `sql` gives the columns and `_line`; `columns` has their DuckDB types."""

    sql: str
    columns: dict[str, str]
    is_text: bool = False  # lines of text: those that are no rows stand in `reject_errors`
    head: int = 0  # lines before the first row
    fault: str = "NULL"  # SQL of what is wrong with a whole row, as in rules.reading


@contextlib.contextmanager
def prepared(path: Path, encoding: str | None) -> Iterator[Path]:
    """The file itself, or a copy of a GB18030 one in UTF-8, which is removed after the block."""
    if path.suffix == ".parquet":
        yield path
        return
    found = encoding or encoding_of(path)
    if codecs.lookup(found).name in ("utf-8", "utf-8-sig"):
        yield path
        return
    copy = disk.fresh("spill", "text", "csv")
    try:
        with path.open(encoding=found, errors="replace", newline="") as old, copy.open("w", newline="") as new:
            while text := old.read(_CHUNK):
                new.write(text)
        yield copy
    finally:
        disk.forget([copy])


def encoding_of(path: Path) -> str:
    """`utf-8` or `gb18030`, proved over the whole file; a file that is neither is read as UTF-8 with bad lines."""
    for name in ("utf-8", "gb18030"):
        decoder = codecs.getincrementaldecoder(name)()
        try:
            with path.open("rb") as file:
                while chunk := file.read(_CHUNK):
                    decoder.decode(chunk)
                decoder.decode(b"", final=True)
        except UnicodeDecodeError:
            continue
        return name
    return "utf-8"


def of_file(connection: duck.Connection, path: Path, wanted: Collection[str]) -> Source:
    """The rows of a CSV, JSON lines or Parquet file. InvalidError `lake.source.*` naming `file`.

    `wanted` are the names that are looked for in the objects of JSON lines.
    """
    if path.suffix == ".jsonl":
        return _json_lines(path, wanted)
    return _parquet(connection, path) if path.suffix == ".parquet" else _csv(path)


def of_stream(connection: duck.Connection, stream: Any) -> Source:
    """The rows of an Arrow RecordBatchReader or Table."""
    connection.register("_stream", stream)
    return Source("SELECT *, row_number() OVER () AS _line FROM _stream", _described(connection, "_stream"))


def _parquet(connection: duck.Connection, path: Path) -> Source:
    import duckdb

    table = wording.files([path])
    try:
        columns = _described(connection, table)
    except duckdb.Error as error:
        raise _refused("lake.source.parquet", "This is not a whole Parquet file.") from error
    return Source(f"SELECT *, row_number() OVER () AS _line FROM {table}", columns)


def _described(connection: duck.Connection, table: str) -> dict[str, str]:
    return {row[0]: row[1] for row in connection.execute(f"DESCRIBE SELECT * FROM {table}").fetchall()}


def _csv(path: Path) -> Source:
    with path.open("rb") as file:
        first = file.read(_FIRST)
    text = first.decode("utf-8-sig", errors="ignore")
    lines = text.splitlines()
    if not lines:
        raise _refused("lake.source.empty", "The file is empty.")
    delimiter = max(DELIMITERS, key=lines[0].count)
    header = [name.strip() for name in next(csv.reader(text.splitlines(keepends=True), delimiter=delimiter))]
    if len(set(header)) < len(header) or "" in header:
        raise _refused("lake.source.header", "The first line names each column once.")
    columns = ", ".join(f"{wording.literal(name)}: 'VARCHAR'" for name in header)
    sql = (
        f"SELECT *, row_number() OVER () AS _line FROM read_csv({wording.literal(str(path))}, auto_detect = false, "
        f"header = true, delim = {wording.literal(delimiter)}, quote = '\"', escape = '\"', "
        f"columns = {{{columns}}}, store_rejects = true, rejects_limit = 0)"
    )
    return Source(sql, dict.fromkeys(header, "VARCHAR"), is_text=True, head=1)


def _json_lines(path: Path, wanted: Collection[str]) -> Source:
    """Each line an object; a line that is none is put aside as a whole. Numbers are taken as they are written."""
    shape = wording.literal(json.dumps(dict.fromkeys(wanted, "VARCHAR"), ensure_ascii=False))
    lines = (
        f"SELECT _text, row_number() OVER () AS _line FROM read_csv({wording.literal(str(path))}, "
        "auto_detect = false, header = false, delim = '\x01', quote = '', escape = '', "
        "columns = {'_text': 'VARCHAR'}, store_rejects = true, rejects_limit = 0)"
    )
    sound = "json_valid(_text) AND json_type(CASE WHEN json_valid(_text) THEN _text END) = 'OBJECT'"
    read = f"SELECT _line, _text, {sound} AS _sound, CASE WHEN {sound} THEN json_transform(_text, {shape}) END AS _row"
    columns = ", ".join(f"_row.{wording.name(name)} AS {wording.name(name)}" for name in wanted)
    sql = f"SELECT {columns}, _line, _text, _sound FROM ({read} FROM ({lines}) WHERE _text IS NOT NULL)"
    fault = "CASE WHEN NOT s._sound THEN '\tis no JSON object\t' || left(s._text, 200) END"
    return Source(sql, dict.fromkeys(wanted, "VARCHAR"), is_text=True, fault=fault)


def _refused(code: str, says: str) -> InvalidError:
    return InvalidError(code, says, fields={"file": says})
