"""Tables of a profile: CSV in UTF-8 with a header and a column `provenance`; every fault has its file and line."""

import csv
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import date
from pathlib import Path

from liangxi.kit.errors import InvalidError

Row = dict[str, str]


def fault(file: Path, line: int, reason: str) -> InvalidError:
    """The error `load.profile` that names the place; line 0 is the file as a whole."""
    place = f"{file}:{line}" if line else str(file)
    return InvalidError(
        "load.profile", "%(place)s: %(reason)s", {"place": place, "reason": reason}, fields={place: reason}
    )


def table(file: Path, *needed: str, columns: str = "") -> Iterator[tuple[int, Row]]:
    """The rows with their line numbers; `needed` cells are never empty, the other `columns` only stand there."""
    try:
        with file.open(encoding="utf-8-sig", newline="") as stream:
            reader = csv.DictReader(stream, strict=True)
            yield from _rows(file, reader, needed, (*needed, *columns.split(), "provenance"))
    except FileNotFoundError as error:
        raise fault(file, 0, "the profile lacks this table") from error
    except UnicodeDecodeError as error:
        raise fault(file, _line_without_utf8(file), "is not UTF-8") from error


def _rows(
    file: Path, reader: "csv.DictReader[str]", needed: tuple[str, ...], columns: tuple[str, ...]
) -> Iterator[tuple[int, Row]]:
    try:
        missing = [name for name in columns if name not in (reader.fieldnames or ())]
        if missing:
            raise fault(file, 1, f"the column {missing[0]} is missing")
        for row in reader:
            if None in row or None in row.values():
                raise fault(file, reader.line_num, f"this line does not have {len(reader.fieldnames or ())} cells")
            empty = [name for name in needed if not row[name]]
            if empty:
                raise fault(file, reader.line_num, f"{empty[0]} is empty")
            yield reader.line_num, row
    except csv.Error as error:
        raise fault(file, reader.reader.line_num, str(error)) from error


def keyed(file: Path, key: str, *needed: str, columns: str = "") -> dict[str, tuple[int, Row]]:
    """The rows by a cell that may stand only once."""
    found: dict[str, tuple[int, Row]] = {}
    for line, row in table(file, key, *needed, columns=columns):
        if row[key] in found:
            raise fault(file, line, f"{key} {row[key]} stands in line {found[row[key]][0]} already")
        found[row[key]] = line, row
    return found


def day(file: Path, line: int, text: str) -> date | None:
    """A day (YYYY-MM-DD), or None for an empty cell."""
    try:
        return date.fromisoformat(text) if text else None
    except ValueError as error:
        raise fault(file, line, f"'{text}' is no day (YYYY-MM-DD)") from error


def number(file: Path, line: int, text: str) -> float | None:
    """A number, or None for an empty cell."""
    try:
        return float(text) if text else None
    except ValueError as error:
        raise fault(file, line, f"'{text}' is no number") from error


@contextmanager
def placed(file: Path, lines: Mapping[str, int]) -> Iterator[None]:
    """A face that refuses a key of this table is quoted with the line of that key."""
    try:
        yield
    except InvalidError as error:
        for key, why in error.fields.items():
            raise fault(file, lines.get(key, 0), f"{key}: {why}") from error
        raise


def _line_without_utf8(file: Path) -> int:
    for n, line in enumerate(file.read_bytes().splitlines(), start=1):
        try:
            line.decode("utf-8")
        except UnicodeDecodeError:
            return n
    return 0
