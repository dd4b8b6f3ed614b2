"""Transforms that are declared, what they did, and which field came from which."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from liangxi.systems.data.shapes.catalogue import Titles


@dataclass(frozen=True, slots=True)
class Step:
    """A table that a transform makes on its way: its name and the SELECT that gives it."""

    name: str
    sql: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Transform:
    """A resource made from others. `inputs` maps names in the SQL to resources; the last step is the outcome."""

    id: str
    target: str
    title: Titles
    inputs: Mapping[str, str]
    steps: tuple[Step, ...]


@dataclass(frozen=True, slots=True)
class Origin:
    """A field of a resource that a field of another was made from, with the data version that was read."""

    field: str
    resource: str
    title: Titles
    source_field: str
    version: str


@dataclass(frozen=True, slots=True, kw_only=True)
class TransformRun:
    """One execution: `inputs` maps resources to the data versions that were read."""

    transform: str
    target: str
    state: str  # done, failed
    inputs: Mapping[str, str]
    data_version: str
    rows: int
    error: str
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Lineage:
    """Where the fields of a resource came from in its newest version, and which fields of others come from it."""

    resource: str
    title: Titles
    transform: Transform | None
    origins: tuple[Origin, ...]
    uses: tuple[tuple[str, Titles, str, str], ...]  # own field, other resource's title, id, its field
    runs: tuple[TransformRun, ...]
