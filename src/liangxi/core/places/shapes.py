"""What the door of places takes and returns. Coordinates are CGCS2000 degrees (equal to WGS84 here)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any, Literal

Level = Literal["province", "city", "county", "town", "village"]
LEVELS: tuple[Level, ...] = ("province", "city", "county", "town", "village")


@dataclass(frozen=True, slots=True)
class DivisionCode:
    """A code that a list (`scheme`) gave to a division, from `valid_from` up to, not including, `valid_to`."""

    scheme: str
    code: str
    valid_from: date | None = None
    valid_to: date | None = None

    def holds(self, on: date) -> bool:
        """True when the code was valid on the day."""
        return (self.valid_from is None or self.valid_from <= on) and (self.valid_to is None or on < self.valid_to)


@dataclass(frozen=True, slots=True)
class Division:
    """A division of the state; `id` is ours and stays, codes come and go."""

    id: str
    name: Mapping[str, str]
    level: str
    kind: str
    parent: str | None
    is_statutory: bool
    codes: tuple[DivisionCode, ...] = ()
    lon: float | None = None
    lat: float | None = None

    def code(self, scheme: str = "stats") -> str:
        """The latest code of a scheme; empty when the scheme has none for it."""
        found = [c for c in self.codes if c.scheme == scheme]
        return max(found, key=lambda c: c.valid_from or date.min).code if found else ""


@dataclass(frozen=True, slots=True)
class Address:
    """A standard address: `code` is the chain community-estate-building-unit-floor-room (23 digits)."""

    code: str
    text: str
    division: str
    lon: float
    lat: float


@dataclass(frozen=True, slots=True)
class GridCell:
    """A cell of the management grid: 15 digits = county 6, street 3, community 3, sequence 3 (GB/T 30428)."""

    code: str
    division: str
    lon: float
    lat: float
    is_synthetic: bool = False


@dataclass(frozen=True, slots=True)
class Outline:
    """The outline of a division: rings of GeoJSON, outer first."""

    division: str
    level: str
    rings: Sequence[Sequence[tuple[float, float]]]
    is_synthetic: bool
    properties: Mapping[str, Any] = field(default_factory=dict)
