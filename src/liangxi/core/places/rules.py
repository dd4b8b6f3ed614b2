"""The laws of codes of places, without a database."""

import math
import re
from dataclasses import dataclass

from liangxi.kit.errors import InvalidError

_ADDRESS = re.compile(r"(\d{12})(\d{2})(\d{3})(\d{2})(\d{2})(\d{2})", re.ASCII)
_GRID = re.compile(r"\d{15}", re.ASCII)
STREET_SIDE = 90  # estates from this number on are streets: doors without building, unit or floor
METRES_PER_DEGREE = 111_320.0  # of latitude, mean


@dataclass(frozen=True, slots=True)
class AddressChain:
    """The links of an address code, from the community down; 0 means that the link is absent."""

    community: str
    estate: int
    building: int = 0
    unit: int = 0
    floor: int = 0
    room: int = 0

    @property
    def code(self) -> str:
        """23 digits: community 12, estate 2, building 3, unit 2, floor 2, room 2."""
        return f"{self.community}{self.estate:02d}{self.building:03d}{self.unit:02d}{self.floor:02d}{self.room:02d}"


def parse_address_code(code: str) -> AddressChain:
    """The chain of an address code; InvalidError `places.address.code` when it is none."""
    match = _ADDRESS.fullmatch(code)
    if not match:
        raise InvalidError("places.address.code", "An address code has 23 digits: %(code)s", {"code": code})
    community, *links = match.groups()
    return AddressChain(community, *(int(link) for link in links))


def check_grid_code(code: str) -> str:
    """The code when it has the form of a unit grid (单元网格); InvalidError `places.grid.code` otherwise."""
    if not _GRID.fullmatch(code):
        raise InvalidError("places.grid.code", "A grid code has 15 digits: %(code)s", {"code": code})
    return code


def box_around(lon: float, lat: float, metres: float) -> tuple[float, float, float, float]:
    """West, south, east, north of the square with half side `metres` around a point, in degrees."""
    if not (-180 <= lon <= 180 and -85 <= lat <= 85) or not 0 < metres <= 50_000:
        raise InvalidError("places.near.range", "The point or the distance is outside what can be searched.")
    high = metres / METRES_PER_DEGREE
    wide = high / math.cos(math.radians(lat))
    return lon - wide, lat - high, lon + wide, lat + high


def distance(lon: float, lat: float, lon2: float, lat2: float) -> float:
    """Metres between two near points: equirectangular, exact to 0.1 % within a city."""
    x = (lon2 - lon) * math.cos(math.radians((lat + lat2) / 2))
    return math.hypot(x, lat2 - lat) * METRES_PER_DEGREE
