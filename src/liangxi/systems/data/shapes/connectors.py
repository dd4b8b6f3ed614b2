"""Sources of data and their runs as others see them."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal

from liangxi.systems.data.shapes.catalogue import Titles

SourceKind = Literal["upload", "folder", "sftp", "postgresql", "mysql", "http"]
SourceMode = Literal["replace", "append", "upsert"]
RunState = Literal["waiting", "running", "done", "repeated", "refused", "failed", "cancelled"]
"""done: published; repeated: the same file was taken in before; refused: the rows are not good enough; failed: it could
not be read or fetched."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceDefinition:
    """Where the rows of a resource come from and how they are taken in (`rules.connecting` says the form).

    `columns` maps names of the source to fields, `codes` fields to the codes that they may hold or to the name of a
    code list; `threshold` is the share of bad rows and `shrink` the share of lost rows above which a run is refused.
    """

    id: str
    resource: str
    title: Titles
    kind: SourceKind
    mode: SourceMode = "replace"
    schedule: str = ""
    threshold: float = 0.1
    shrink: float = 0.5
    columns: Mapping[str, str] = field(default_factory=dict)
    required: tuple[str, ...] = ()
    codes: Mapping[str, Any] = field(default_factory=dict)
    settings: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """A source with how it stands. `cursor`: how far an incremental source was read; `next_at`: its next run."""

    definition: SourceDefinition
    resource_title: Titles
    org: str
    is_active: bool
    has_secret: bool
    next_at: datetime | None
    cursor: str
    last: "Run | None"


@dataclass(frozen=True, slots=True)
class RowFault:
    """A reason for which rows were put aside, and how many."""

    field: str
    reason: str
    rows: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """One delivery on its way in, or what came of it. `done` of `total` is the progress of `phase` (0: not known).

    `good` rows were published as `version` of the lake (and change batch `batch`), `bad` ones put aside; `faults` says
    why, most frequent first. `bytes` and `sha256` are of the file as it came.
    """

    id: str
    source: str
    resource: str
    file: str
    state: RunState
    phase: str
    done: int
    total: int
    good: int
    bad: int
    faults: tuple[RowFault, ...]
    bytes: int
    sha256: str
    version: int | None
    batch: int | None
    error: str  # a msgid with its params
    error_params: Mapping[str, Any]
    asked_by: str
    asked_at: datetime
    started_at: datetime | None
    ended_at: datetime | None
    tries: int
    has_report: bool
    is_stopping: bool

    @property
    def is_open(self) -> bool:
        """True while it waits or runs."""
        return self.state in ("waiting", "running")


@dataclass(frozen=True, slots=True, kw_only=True)
class Held:
    """The table of the lake that holds a resource; `version` and `batch` are its newest, `rows` what was counted."""

    resource: str
    table: str
    version: int
    batch: int
    rows: int | None
    delivered_at: datetime | None
