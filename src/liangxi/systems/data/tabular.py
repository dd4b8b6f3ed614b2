"""Tables in files as people send them: CSV (UTF-8, with or without BOM, GB18030), Excel, JSON lines, Parquet.

Every value comes as text, None where the cell is empty, so that what a column holds is judged in one way.
"""

import csv
import io
import json
import tempfile
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time
from typing import Any

import duckdb
from python_calamine import CalamineError, CalamineWorkbook

from liangxi.kit.errors import InvalidError

MOST_ROWS = 100_000
MOST_COLUMNS = 1_000
MOST_BYTES = 20 * 1024 * 1024
ENCODINGS = ("utf-8-sig", "gb18030")


@dataclass(frozen=True, slots=True)
class Table:
    """Headers and the rows of the first `MOST_ROWS`; `is_whole` when that was all."""

    format: str
    encoding: str
    headers: tuple[str, ...]
    rows: tuple[tuple[str | None, ...], ...]
    is_whole: bool


def read(name: str, content: bytes) -> Table:
    """The table in a file; its name says the kind, its content must agree.

    InvalidError naming `file`: `data.file.empty`, `.size`, `.kind`, `.encoding`, `.content`.
    """
    if not content:
        raise _refused("empty", "The file is empty.")
    if len(content) > MOST_BYTES:
        raise _refused("size", "The file is larger than 20 MB; a part of it is enough.")
    reader = _READERS.get(name.lower().rpartition(".")[2])
    if reader is None:
        raise _refused("kind", "Send CSV, Excel, JSON lines or Parquet.")
    found = reader(content)
    if not found.headers or len(found.headers) > MOST_COLUMNS:
        raise _refused("content", "The file holds no table with named columns (1,000 at most).")
    return found


def decoded(content: bytes) -> tuple[str, str]:
    """The text and its encoding: UTF-8 where it is valid, else GB18030 (which holds GBK and GB 2312)."""
    for encoding in ENCODINGS:
        try:
            text = content.decode(encoding)
        except UnicodeDecodeError:
            continue
        if "\x00" in text:
            break
        return text, "utf-8" if encoding == "utf-8-sig" else encoding
    raise _refused("encoding", "The file is neither UTF-8 nor GB18030 text.")


def _csv(content: bytes) -> Table:
    text, encoding = decoded(content)
    try:
        dialect: Any = csv.Sniffer().sniff(text[:64_000], delimiters=",;\t|")
    except csv.Error:
        dialect = csv.excel
    try:
        lines = csv.reader(io.StringIO(text, newline=""), delimiter=dialect.delimiter)
        return _table("csv", encoding, next(lines, []), lines)
    except csv.Error as error:
        raise _refused("content", "The file cannot be read as CSV.") from error


def _excel(content: bytes) -> Table:
    try:
        sheet = CalamineWorkbook.from_filelike(io.BytesIO(content)).get_sheet_by_index(0)
        rows = sheet.to_python(skip_empty_area=True)
    except (CalamineError, IndexError, ValueError) as error:
        raise _refused("content", "The file cannot be read as Excel.") from error
    return _table("excel", "", rows[0] if rows else [], rows[1:])


def _json_lines(content: bytes) -> Table:
    text, encoding = decoded(content)
    rows: list[Mapping[str, Any]] = []
    try:
        for line in text.splitlines():
            if line.strip() and len(rows) <= MOST_ROWS:
                rows.append(dict(json.loads(line)))
    except (ValueError, TypeError) as error:
        raise _refused("content", "Each line of the file must be one JSON object.") from error
    headers = list(dict.fromkeys(name for row in rows for name in row))
    return _table("json-lines", encoding, headers, ([row.get(name) for name in headers] for row in rows))


def _parquet(content: bytes) -> Table:
    with tempfile.NamedTemporaryFile(suffix=".parquet") as file, duckdb.connect(":memory:") as engine:
        file.write(content)
        file.flush()
        try:
            found = engine.execute(f"SELECT * FROM read_parquet(?) LIMIT {MOST_ROWS + 1}", [file.name])
            headers, rows = [column[0] for column in found.description or ()], found.fetchall()
        except duckdb.Error as error:
            raise _refused("content", "The file cannot be read as Parquet.") from error
    return _table("parquet", "", headers, rows)


def _table(format: str, encoding: str, headers: Iterable[Any], rows: Iterable[Iterable[Any]]) -> Table:
    names = [" ".join((cell(one) or "").split()) for one in headers]
    while names and not names[-1]:
        names.pop()
    kept: list[tuple[str | None, ...]] = []
    is_whole = True
    for row in rows:
        cells = [cell(one) for one in row][: len(names)]
        if not any(cells):
            continue
        if len(kept) == MOST_ROWS:
            is_whole = False
            break
        kept.append(tuple(cells + [None] * (len(names) - len(cells))))
    return Table(format, encoding, tuple(names), tuple(kept), is_whole)


def cell(value: Any) -> str | None:
    """A cell as text: whole numbers without a fraction, instants as ISO 8601."""
    match value:
        case None:
            said = ""
        case bool():
            said = "true" if value else "false"
        case float() if value.is_integer() and abs(value) < 2**53:
            said = str(int(value))
        case datetime() if value.time() == time(0):
            said = value.date().isoformat()
        case datetime() | date():
            said = value.isoformat()
        case dict() | list():
            said = json.dumps(value, ensure_ascii=False)
        case _:
            said = str(value).strip()
    return said or None


def _refused(why: str, message: str) -> InvalidError:
    return InvalidError(f"data.file.{why}", message, fields={"file": message})


_READERS: Mapping[str, Callable[[bytes], Table]] = {
    "csv": _csv,
    "txt": _csv,
    "tsv": _csv,
    "xlsx": _excel,
    "xls": _excel,
    "ods": _excel,
    "jsonl": _json_lines,
    "ndjson": _json_lines,
    "json": _json_lines,
    "parquet": _parquet,
}
