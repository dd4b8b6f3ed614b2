"""Files as they come, made ready for the lake: CSV, JSON lines and Parquet as they are, a workbook as CSV.

The content decides, the name must agree. What would swell beyond reason (zip bombs) is refused before it is opened.
"""

import contextlib
import csv
import json
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
from python_calamine import CalamineError, CalamineWorkbook

from liangxi.kit.errors import InvalidError
from liangxi.systems.data import tabular

LARGEST_SHEET = 400 * 1024 * 1024  # bytes of an unpacked workbook, which is read in memory
LARGEST_ROWS = 200_000_000
LARGEST_TABLE = 64 * 1024**3  # bytes of an unpacked Parquet file
TEXTS = {".csv": ".csv", ".txt": ".csv", ".tsv": ".csv", ".jsonl": ".jsonl", ".ndjson": ".jsonl", ".json": ".jsonl"}
BOOKS = (".xlsx", ".xls", ".ods")
ENDINGS = (*TEXTS, *BOOKS, ".parquet")
_MARKS = {b"PK\x03\x04": "zip", b"\xd0\xcf\x11\xe0": "ole", b"PAR1": "parquet"}


def ending_of(name: str) -> str:
    """The ending of a file of a known kind. InvalidError `data.file.kind`."""
    ending = Path(name.lower()).suffix
    if ending not in ENDINGS:
        raise refused("kind", "Send CSV, Excel, JSON lines or Parquet.")
    return ending


@contextlib.contextmanager
def prepared(path: Path) -> Iterator[Path]:
    """The file as the lake reads it: itself, a link with another ending, or a CSV beside it that ends with the block.

    InvalidError naming `file`: `data.file.content`, `.swells`.
    """
    ending = path.suffix
    mark = _mark(path)
    beside: Path | None = None
    try:
        if ending in BOOKS:
            if mark not in ("zip", "ole"):
                raise refused("content", "The file cannot be read as Excel.")
            yield (beside := _unfolded(path, mark))
        elif ending == ".parquet":
            _weigh(path)
            yield path
        elif mark or _holds_nul(path):
            raise refused("content", "The file is no text, though its name says so.")
        elif ending == ".json" and (whole := _array(path)):
            yield (beside := whole)
        elif path.suffix == TEXTS[ending]:
            yield path
        else:
            beside = path.with_suffix(f".plain{TEXTS[ending]}")
            beside.unlink(missing_ok=True)
            beside.hardlink_to(path)
            yield beside
    finally:
        if beside:
            beside.unlink(missing_ok=True)


def _mark(path: Path) -> str:
    with path.open("rb") as file:
        first = file.read(4)
    return _MARKS.get(first, "")


def _holds_nul(path: Path) -> bool:
    with path.open("rb") as file:
        return b"\x00" in file.read(1 << 16)


def _unfolded(path: Path, mark: str) -> Path:
    """The first sheet as CSV."""
    try:
        if mark == "zip":
            with zipfile.ZipFile(path) as packed:
                if sum(one.file_size for one in packed.infolist()) > LARGEST_SHEET:
                    raise refused("swells", "Unpacked, the file is larger than can be read; send CSV.")
        elif path.stat().st_size > LARGEST_SHEET:
            raise refused("swells", "Unpacked, the file is larger than can be read; send CSV.")
        rows = CalamineWorkbook.from_path(str(path)).get_sheet_by_index(0).iter_rows()
        beside = path.with_suffix(".plain.csv")
        with beside.open("w", newline="", encoding="utf-8") as file:
            writer = csv.writer(file)
            head = [tabular.cell(one) or "" for one in next(rows, [])]
            while head and not head[-1]:
                head.pop()
            writer.writerow(head)
            for row in rows:
                cells = [tabular.cell(one) for one in row]
                spare = [one for one in cells[len(head) :] if one]
                if any(cells):
                    writer.writerow([*(one or "" for one in cells[: len(head)]), *spare])
    except (CalamineError, zipfile.BadZipFile, IndexError, ValueError) as error:
        raise refused("content", "The file cannot be read as Excel.") from error
    return beside


def _weigh(path: Path) -> None:
    try:
        about = pq.read_metadata(path)
    except (pa.ArrowException, OSError, ValueError) as error:
        raise refused("content", "The file cannot be read as Parquet.") from error
    groups = [about.row_group(n).total_byte_size for n in range(about.num_row_groups)]
    if about.num_rows > LARGEST_ROWS or sum(groups) > LARGEST_TABLE:
        raise refused("swells", "Unpacked, the file is larger than can be read; send it in parts.")


def _array(path: Path) -> Path | None:
    """A JSON file that is one array, as lines; None when it is lines already."""
    with path.open("rb") as file:
        first = file.read(1024).lstrip(b"\xef\xbb\xbf \t\r\n")[:1]
    if first != b"[":
        return None
    if path.stat().st_size > LARGEST_SHEET:
        raise refused("swells", "One JSON array is read in memory; send JSON lines.")
    text, _ = tabular.decoded(path.read_bytes())
    try:
        rows: Any = json.loads(text, parse_float=str, parse_int=str)
    except (ValueError, RecursionError) as error:
        raise refused("content", "The file cannot be read as JSON.") from error
    beside = path.with_suffix(".plain.jsonl")
    with beside.open("w", encoding="utf-8") as out:
        out.writelines(json.dumps(row, ensure_ascii=False) + "\n" for row in rows)
    return beside


def refused(why: str, message: str) -> InvalidError:
    """The error that names the file."""
    return InvalidError(f"data.file.{why}", message, fields={"file": message})
