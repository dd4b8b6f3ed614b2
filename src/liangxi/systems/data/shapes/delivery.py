"""What is asked for under a grant, and what is delivered."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any


@dataclass(frozen=True, slots=True)
class Lookup:
    """A question for the rows of some keys: by which columns (none: the key of the resource), which columns (all).

    Each key has one text for each column of `by`. `secret` is a department's key.
    """

    secret: str = field(repr=False)
    resource: str
    keys: tuple[tuple[str, ...], ...] = field(repr=False)
    by: tuple[str, ...] = ()
    columns: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class LookupAnswer:
    """The rows of each key, in the order of the keys, as the grant shows them; `version` and `batch` of the lake."""

    resource: str
    version: int
    batch: int
    rows: tuple[tuple[Mapping[str, Any], ...], ...] = field(repr=False)


@dataclass(frozen=True, slots=True)
class DeliveryColumn:
    """A column that a grant shows: its titles, its type, the word of its mask (empty: as it is)."""

    name: str
    title: Mapping[str, str]
    type: str
    mask: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Delivery:
    """What can be read under a grant now, and how far the read store and the feed are.

    `lookups` are columns that a point query may go by, `groups` and `measures` what an aggregate may use; `versions`
    are the numbers of the lake that can be downloaded, the newest first.
    """

    grant: str
    resource: str
    key: tuple[str, ...]
    columns: tuple[DeliveryColumn, ...]
    ways: tuple[str, ...]
    lookups: tuple[str, ...]
    groups: tuple[str, ...]
    measures: tuple[str, ...]
    minimum_group: int
    rows: int
    version: int
    batch: int
    cursor: str
    versions: tuple[int, ...]
    reflected_at: datetime | None


@dataclass(frozen=True, slots=True)
class ChangePage:
    """Steps of a change feed: each says `_seq`, `_op` (put or remove) and the row. `next` is the cursor behind them."""

    steps: tuple[Mapping[str, Any], ...] = field(repr=False)
    next: str
    is_last: bool
