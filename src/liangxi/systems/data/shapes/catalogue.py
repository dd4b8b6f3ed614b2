"""The catalogue as others see it."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

Titles = Mapping[str, str]  # {"zh": ..., "en": ...}
Kind = Literal["base", "theme", "department"]
Grade = Literal["general-1", "general-2", "general-3", "general-4", "important", "core"]
Freshness = Literal["fresh", "stale", "never", "irregular"]
"""fresh or stale by the update cycle; never delivered; irregular: no cycle says when the next delivery is due."""
ResourceState = Literal["draft", "submitted", "published", "withdrawn"]


@dataclass(frozen=True, slots=True, kw_only=True)
class ResourceField:
    """An item (信息项): machine name, title, type, the data element of the subject that it holds, its grade.

    `source` of a field that is not authoritative is `<resource>.<field>` of the one that is, empty when there is none.
    """

    name: str
    title: Titles
    type: str
    element: str = ""
    subject: str = ""
    is_key: bool = False
    is_authoritative: bool = False
    is_personal: bool = False
    grade: Grade = "general-1"
    source: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Terms:
    """How a resource is shared or opened: the attribute, the condition in words, the legal basis, the ways."""

    attribute: str
    condition: str = ""
    basis: str = ""
    ways: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Relation:
    """Another resource, and how this one stands to it: mirror (copy of), derived (from), part (of), related."""

    kind: str
    resource: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ResourceDefinition:
    """The core metadata of a resource (政务信息资源目录核心元数据)."""

    id: str
    title: Titles
    kind: Kind
    register: str
    category: str
    org: str
    summary: Titles
    format: str
    origin: str
    sharing: Terms
    opening: Terms
    cycle: str
    fields: tuple[ResourceField, ...]
    relations: tuple[Relation, ...] = ()
    provenance: str = ""

    @property
    def field_names(self) -> tuple[str, ...]:
        """The machine names of all fields, in order."""
        return tuple(field.name for field in self.fields)

    def field(self, name: str) -> ResourceField:
        """The field of a machine name; KeyError."""
        found = next((field for field in self.fields if field.name == name), None)
        if found is None:
            raise KeyError(name)
        return found


@dataclass(frozen=True, slots=True)
class Change:
    """One difference between two versions: the path (`fields.phone.grade`) and both values, None where none was."""

    path: str
    before: Any
    after: Any


@dataclass(frozen=True, slots=True, kw_only=True)
class ResourceVersion:
    """A version in the history: who saved it and when, what it changed, who reviewed it with which word."""

    number: int
    state: str
    author: str
    saved_at: datetime
    submitted_at: datetime | None
    reviewer: str
    reviewed_at: datetime | None
    note: str
    changes: tuple[Change, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ResourceCard:
    """A resource in a list. `quality` is 0 to 100, None when nobody measured it; `fields` counts the items."""

    id: str
    code: str
    title: Titles
    kind: Kind
    org: str
    state: ResourceState
    in_work: str
    sharing: str
    opening: str
    origin: str
    cycle: str
    grade: Grade
    fields: int
    freshness: Freshness
    delivered_at: datetime | None
    delivered_rows: int | None
    quality: float | None
    published_at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Resource:
    """A resource as `by` may see it: the version asked for (in force, or in work), and what is known of its data.

    `actions` are what `by` may do now: revise, submit, drop, review, withdraw, request.
    """

    card: ResourceCard
    definition: ResourceDefinition
    version: int
    version_state: str
    mirrors: tuple[tuple[str, str, str], ...]  # (own field, other resource, its field): copies of what is held here
    related: tuple[Relation, ...]  # those that point here
    titles: Mapping[str, Titles]  # of every other resource that is named here
    actions: tuple[str, ...]
    note: str = ""
    submitted_by: str = ""
    changes: tuple[Change, ...] = ()
    withdrawn_at: datetime | None = None
    withdrawn_why: str = ""


@dataclass(frozen=True, slots=True)
class ResourcePage:
    """A page of the catalogue; `next` is the `after` of the following page; `total` counts all that fit."""

    rows: tuple[ResourceCard, ...]
    total: int
    next: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class FieldProposal:
    """What a column of a file seems to be. `hints` say why: key, citizen-id, uscc, phone, name, address ...

    `examples` are masked where the column seems to be personal.
    """

    field: ResourceField
    header: str
    filled: int
    distinct: int
    hints: tuple[str, ...]
    examples: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Proposal:
    """The fields that a file seems to have, for a person to confirm: nothing is registered by it."""

    name: str
    format: str
    encoding: str
    rows: int
    is_whole: bool
    fields: tuple[FieldProposal, ...]


@dataclass(frozen=True, slots=True)
class ImportRow:
    """What came of one resource of an import: added, changed, unchanged or refused with messages by field."""

    id: str
    outcome: str
    errors: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Import:
    """What an import did; each resource by itself, so that one fault does not hold up the rest."""

    rows: tuple[ImportRow, ...]

    @property
    def refused(self) -> int:
        """How many were refused."""
        return sum(row.outcome == "refused" for row in self.rows)


@dataclass(frozen=True, slots=True, kw_only=True)
class RegisterCoverage:
    """How far a base register (基础库) is in the catalogue.

    `covered` maps each element that the register must hold to `<resource>.<field>` of its authoritative source, or
    to None; `resources` are published ones of the register.
    """

    register: str
    title: Titles
    covered: Mapping[str, str | None]
    titles: Mapping[str, Titles]
    resources: tuple[ResourceCard, ...]

    @property
    def share(self) -> float:
        """The covered share of the elements, 0 to 1."""
        return sum(source is not None for source in self.covered.values()) / len(self.covered)
