"""What the door of the twin takes and gives."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal


@dataclass(frozen=True, slots=True, kw_only=True)
class Premises:
    """Premises at an address: area in m², storey, use; `source_org` answers for it since `as_of`."""

    address: str
    area_m2: Decimal
    floor: int | None
    use: str
    source_org: str
    source_title: Mapping[str, str]
    as_of: date


@dataclass(frozen=True, slots=True, kw_only=True)
class PremisesRow:
    """Premises to load."""

    address: str
    area_m2: float
    floor: int | None
    use: str
    surveyed_on: date
