"""Values of the lake."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal

Type = Literal["string", "int", "decimal", "double", "bool", "date", "timestamp", "geometry"]
Mode = Literal["replace", "append"]
Told = Callable[[str, int, int], None]  # phase ("read", "write", "merge"), done, total (0: not known)
Query = Callable[[str], Sequence[tuple[Any, ...]]]  # SQL over the relation `dataset` -> rows
Gate = Callable[[Query], None]
"""Looks at the rows before they are published, and raises to refuse them all: `dataset` has the good ones, `bad` the
others with line, field, reason, value and row (their key as JSON)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Field:
    """A column. `int` has 64 bits; `decimal` up to 38 digits; `timestamp` is official time of China without a zone;
    `geometry` is text (WKT or GeoJSON) that the lake does not interpret."""

    name: str
    type: Type = "string"
    required: bool = False
    digits: int = 18  # of a decimal, all of them
    scale: int = 2  # of a decimal, behind the point
    description: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class TableSpec:
    """What a table is. Rows lie in `buckets` files by the first field of the key, each sorted by the whole key."""

    name: str
    fields: tuple[Field, ...]
    key: tuple[str, ...]
    buckets: int = 16
    description: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Version:
    """An immutable state. `batch`: the last change batch that it holds; `bad_rows` stand in the quarantine."""

    table: str
    number: int
    kind: Literal["load", "append", "compaction"]
    rows: int
    bytes: int
    sha256: str  # of the sorted hashes of its files
    batch: int
    bad_rows: int
    source: str
    by: str
    published_at: datetime
    dropped: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangeBatch:
    """Late corrections that came together."""

    table: str
    number: int
    upserts: int
    deletes: int
    bad_rows: int
    bytes: int
    source: str
    by: str
    recorded_at: datetime


@dataclass(frozen=True, slots=True)
class Check:
    """A rule of the rows: one for which the condition `bad` (SQL over the typed fields) is true is put aside."""

    field: str
    bad: str
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Intake:
    """How a load or a correction is to be taken in, beyond the declaration of its table.

    `columns` maps names of the source to fields; `recorded` runs in the transaction that makes the rows visible: what
    it writes stands if and only if they do, and what it raises undoes both.
    """

    columns: Mapping[str, str] = field(default_factory=dict)
    checks: tuple[Check, ...] = ()
    gate: Gate | None = None
    recorded: "Callable[[Version | ChangeBatch], None] | None" = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """A declared table with its newest version and batch, and how many batches wait for compaction."""

    spec: TableSpec
    version: int
    batch: int
    waiting: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Cursor:
    """A place in the life of a table: the state after `version` and all batches up to `batch`."""

    version: int = 0
    batch: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class State:
    """What a reader reads: a version, the batches merged into it, and every file with its hash.

    `files` hold the rows of the version, `late` the batches that are merged on read. Paths are absolute.
    """

    spec: TableSpec
    cursor: Cursor
    files: tuple[str, ...]
    late: tuple[str, ...] = ()
    settled: tuple[str, ...] = ()  # batches already compacted whose deletions still outrank earlier valid ones
    buckets: tuple[int, ...] | None = None  # only these were asked for


@dataclass(frozen=True, slots=True, kw_only=True)
class Swept:
    """What a sweep removed."""

    files: int
    bytes: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """A file that is not what was written, or that ledger and Iceberg do not agree about."""

    table: str
    path: str
    what: Literal[
        "missing", "changed", "unreadable", "unpublished"
    ]  # the last: Iceberg does not name it, or alone does
