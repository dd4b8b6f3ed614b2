"""Open data as others see it."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

from liangxi.systems.data.shapes.catalogue import Freshness, ResourceField, Titles

Box = tuple[float, float, float, float]  # west, south, east, north
OpenState = Literal["asked", "open", "returned", "withdrawn"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One check of the privacy gate: attribute, terms, grade, personal, name, content, group, cell or rows.

    `kind` says what was looked for, `count` how many columns, values, classes, cells or rows there were.
    """

    check: str
    passed: bool
    column: str = ""
    kind: str = ""
    count: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Licence:
    """Terms of use: what one may do, what one must do."""

    id: str
    title: Titles
    text: Titles
    conditions: tuple[Titles, ...]
    basis: str
    url: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Opening:
    """How a resource is opened, for its department and the bureau: terms in force, terms asked for, the gate's report.

    `actions` are what the one who asked may do: ask, decide, withdraw.
    """

    resource: str
    title: Titles
    org: str
    attribute: str
    condition: str
    state: OpenState
    terms: Mapping[str, Any] | None
    wanted: Mapping[str, Any] | None
    licence: str
    report: tuple[Finding, ...]
    asked_by: str
    asked_at: datetime
    decided_by: str
    decided_at: datetime | None
    note: str
    is_public: bool
    actions: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenVersion:
    """A version that went through the gate; `state` is public, refused or closed (opened under other terms)."""

    number: int
    state: str
    rows: int
    checked_at: datetime
    report: tuple[Finding, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenCard:
    """An open data set in a list. `stars` is the mean of `ratings` ratings, None without any."""

    id: str
    title: Titles
    summary: Titles
    org: str
    category: str
    kind: str
    cycle: str
    origin: str
    version: int
    rows: int
    fields: int
    has_place: bool
    freshness: Freshness
    quality: float | None
    opened_at: datetime
    updated_at: datetime
    downloads: int
    stars: float | None
    ratings: int


@dataclass(frozen=True, slots=True)
class Facet:
    """One value by which a list may be narrowed, and how many data sets have it."""

    value: str
    count: int


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenPage:
    """A page of open data sets; `facets` by org, category, kind, cycle; `next` is the offset of the following page."""

    rows: tuple[OpenCard, ...]
    total: int
    facets: Mapping[str, tuple[Facet, ...]]
    next: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenColumn:
    """A field as it is open. `mask` is the mask in words of its terms, empty for none; `profile` what it holds."""

    field: ResourceField
    type: str
    mask: str
    profile: Mapping[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenStory:
    """What somebody made of open data."""

    id: str
    resource: str
    title: str
    text: str
    url: str
    author: str
    at: datetime
    state: str


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenRating:
    """Stars, and a word."""

    stars: int
    text: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Place:
    """Where a row lies: the column of a geometry, or those of longitude and latitude."""

    geometry: str = ""
    longitude: str = ""
    latitude: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenDataset:
    """An open data set with everything that its page says. `box` is west, south, east, north of its places."""

    card: OpenCard
    columns: tuple[OpenColumn, ...]
    licence: Licence
    condition: str
    basis: str
    provenance: str
    versions: tuple[OpenVersion, ...]
    box: Box | None
    place: Place | None
    moment: str
    key: tuple[str, ...]
    code: str
    ratings: tuple[OpenRating, ...]
    stories: tuple[OpenStory, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenRows:
    """Rows in the order of `columns`; `ids` name them; `total` is None when nobody asked for it."""

    columns: tuple[str, ...]
    rows: tuple[tuple[Any, ...], ...]
    ids: tuple[str, ...]
    total: int | None
    version: int


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenRequest:
    """A data set that somebody misses, without who asked."""

    id: str
    case_no: str
    title: str
    text: str
    use: str
    at: datetime
    state: str
    answer: str
    answered_at: datetime | None
    resource: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """Which rows: `equal` maps columns to the values of which one must be there, `text` is looked for in all columns.

    `sort` are columns, each with whether it falls. `box` is west, south, east, north; `since` and `until` (both
    belong to it) bound the column `moment`. `row` is the id of one row (`row_id`).
    """

    columns: tuple[str, ...] = ()
    equal: tuple[tuple[str, tuple[Any, ...]], ...] = ()
    text: str = ""
    sort: tuple[tuple[str, bool], ...] = ()
    limit: int = 100
    offset: int = 0
    box: Box | None = None
    moment: str = ""
    since: datetime | None = None
    until: datetime | None = None
    row: str = ""
