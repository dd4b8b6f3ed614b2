"""Names and values as SQL text. Everything that reaches DuckDB as text was written by these."""

from collections.abc import Iterable, Sequence
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any


def name(text: str) -> str:
    """An identifier in quotes."""
    return '"' + text.replace('"', '""') + '"'


def names(texts: Iterable[str]) -> str:
    """Identifiers in quotes, with commas."""
    return ", ".join(name(text) for text in texts)


def literal(value: Any) -> str:
    """A value of a key: text, whole number, decimal, date or time. TypeError for anything else."""
    if isinstance(value, str):
        return "'" + value.replace("'", "''") + "'"
    if isinstance(value, bool) or not isinstance(value, int | Decimal | date | datetime):
        raise TypeError(f"{type(value).__name__} is no type of a key")
    if isinstance(value, datetime):
        return f"TIMESTAMP '{value:%Y-%m-%d %H:%M:%S.%f}'"
    return f"DATE '{value:%Y-%m-%d}'" if isinstance(value, date) else str(value)


def files(paths: Sequence[str | Path]) -> str:
    """Parquet files as a table. There must be at least one."""
    listed = ", ".join(literal(str(path)) for path in paths)
    return f"read_parquet([{listed}])"


def equal(left: str, right: str, columns: Iterable[str]) -> str:
    """The condition that two relations agree in `columns`."""
    return " AND ".join(f"{left}.{name(column)} = {right}.{name(column)}" for column in columns)


def among(columns: Sequence[str], keys: Sequence[Sequence[Any]]) -> str:
    """The condition that a row has one of `keys`; each key has a value for each column."""
    if len(columns) == 1:
        return f"{name(columns[0])} IN ({', '.join(literal(key[0]) for key in keys)})"
    rows = (" AND ".join(f"{name(c)} = {literal(v)}" for c, v in zip(columns, key, strict=True)) for key in keys)
    return "(" + " OR ".join(f"({row})" for row in rows) + ")"
