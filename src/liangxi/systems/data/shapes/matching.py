"""Matching of records with registers, as others see it."""

from dataclasses import dataclass
from datetime import datetime

from liangxi.systems.data.shapes.catalogue import Titles


@dataclass(frozen=True, slots=True, kw_only=True)
class MatchingCard:
    """A declared matching with how its records stand; `at` is the last run, None before the first."""

    id: str
    title: Titles
    register: str
    register_title: Titles
    source: str
    source_title: Titles
    linked: int
    review: int
    new: int
    at: datetime | None
    error: str


@dataclass(frozen=True, slots=True, kw_only=True)
class MatchLink:
    """How one record stands: linked, review, new or gone. `record` is its key, `decided_by` who decided, if anybody."""

    id: str
    matching: str
    title: Titles
    record: str
    entity: str
    state: str
    score: float
    reasons: tuple[tuple[str, float], ...]
    decided_by: str
    at: datetime


@dataclass(frozen=True, slots=True)
class MatchStep:
    """One turn in the history of a record: linked, queued, new, accepted, rejected, split, changed or gone."""

    what: str
    entity: str
    score: float
    by: str
    at: datetime


@dataclass(frozen=True, slots=True)
class MatchValue:
    """One compared field, in the record and in the entity; `likeness` is None where one of them has no value."""

    name: str
    title: Titles
    record: str
    entity: str
    likeness: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class MatchPair:
    """A record beside the entity that it may be; `values` are empty until a purpose is told."""

    link: MatchLink
    values: tuple[MatchValue, ...]
    history: tuple[MatchStep, ...]
    register_title: Titles
    source_title: Titles
    actions: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class MatchPage:
    """Records in one state, the doubtful first; `next` is where the following page begins."""

    rows: tuple[MatchLink, ...]
    total: int
    next: str | None
