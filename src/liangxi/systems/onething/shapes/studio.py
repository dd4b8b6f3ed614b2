"""What the studio of packages shows: working copies, their faults, their history."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from liangxi.systems.onething.shapes import Answers, Guide, Package

EDITING, SUBMITTED, PUBLISHED, DISCARDED = "editing", "submitted", "published", "discarded"
PACKAGE, MATTERS = "package", "matters"
"""The two texts of a working copy, by which a finding names it."""


@dataclass(frozen=True, slots=True)
class Texts:
    """A package and its matters as YAML."""

    package: str
    matters: str


@dataclass(frozen=True, slots=True)
class Edition:
    """Which content is meant: the working copy of an id, or a published version of a package."""

    copy: str = ""
    package: str = ""
    version: str = ""


@dataclass(frozen=True, slots=True)
class CopyRevision:
    """Who saved a working copy, and when."""

    number: int
    account: str
    name: str
    at: datetime


@dataclass(frozen=True, slots=True)
class CopyRow:
    """A working copy in a list. `base` is the version that it was begun from ("": none), `effective` the day
    proposed or decided, `reason` why it was last sent back, `version` what it was published as."""

    id: str
    package: str
    title: Mapping[str, str]
    state: str
    base: str
    saved: CopyRevision
    effective: date | None
    submitted_by: str
    submitted_name: str
    reason: str
    version: str


@dataclass(frozen=True, slots=True)
class WorkingCopy:
    """A working copy with its texts; `authors` are the accounts that wrote it and so may not approve it."""

    row: CopyRow
    texts: Texts
    authors: frozenset[str]
    history: tuple[CopyRevision, ...]


@dataclass(frozen=True, slots=True)
class DiffLine:
    """A line of a text diff: kind `+`, `-`, ` ` or `@` (a place), with the numbers before and after (0: none)."""

    kind: str
    text: str
    before: int
    after: int


@dataclass(frozen=True, slots=True)
class TextChanges:
    """What two editions write otherwise, by text."""

    package: tuple[DiffLine, ...]
    matters: tuple[DiffLine, ...]


@dataclass(frozen=True, slots=True)
class Choice:
    """A set of answers to one question that no condition tells apart: a value that stands for them, and for numbers
    the bounds (None: open) between which they lie; low = high: this number alone."""

    value: Any
    low: Any = None
    high: Any = None


@dataclass(frozen=True, slots=True)
class SituationRow:
    """One situation with what it comes to; `fields` are the ids of the form's fields."""

    guide: Guide
    fields: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class SituationPage:
    """The situations of a package that fit a filter, some of them; `choices` by question, `total` of the package."""

    package: Package
    choices: Mapping[str, tuple[Choice, ...]]
    rows: tuple[SituationRow, ...]
    found: int
    total: int


@dataclass(frozen=True, slots=True)
class Effect:
    """What one situation gains, loses and pays otherwise. Ids of matters, materials to bring and fields added and
    removed; `limits` matter -> (days before, days after); `costs` of `Cost` name -> (before, after)."""

    matters: tuple[tuple[str, ...], tuple[str, ...]]
    materials: tuple[tuple[str, ...], tuple[str, ...]]
    fields: tuple[tuple[str, ...], tuple[str, ...]]
    limits: tuple[tuple[str, int, int], ...]
    costs: tuple[tuple[str, int, int], ...]

    @property
    def is_nothing(self) -> bool:
        """Nothing changes."""
        return self == Effect(((), ()), ((), ()), ((), ()), (), ())


@dataclass(frozen=True, slots=True)
class Change:
    """An effect and everybody whom it meets: their answers in the later edition, or, where their situation goes
    (`kind` "gone"), in the earlier one. `kind` "new" are situations that were not there."""

    kind: str
    effect: Effect
    situations: tuple[Answers, ...]


@dataclass(frozen=True, slots=True)
class Comparison:
    """What changes for whom between two editions; `audiences` before and after, `choices` the answers
    that the two together tell apart, `same` situations keep everything."""

    before: Package
    after: Package
    audiences: tuple[str, str]
    choices: Mapping[str, tuple[Choice, ...]]
    changes: tuple[Change, ...]
    same: int
    texts: TextChanges
