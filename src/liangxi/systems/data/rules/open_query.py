"""What the public may ask of open rows, put around what the policy compiler lets out.

`Compiled` of the policy is the inner part: it alone touches the data. The outer part sees only its columns, masked as
they are, and compares, searches, orders, counts and cuts those. For DuckDB, which reads every open version.
"""

import json
import re
from collections.abc import Iterable, Mapping
from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from typing import Any

import shapely
from shapely.geometry import mapping, shape

from liangxi.systems.data.rules.policy.dialects import storage_type
from liangxi.systems.data.rules.policy.errors import FieldError
from liangxi.systems.data.rules.policy.shapes import Column, Compiled, Value
from liangxi.systems.data.shapes.opening import Box, Place, Wanted

MOST_ROWS = 32_000  # of one answer, as CKAN has it
MOST_OFFSET = 10_000_000
MOST_WORDS = 10
_NUMBER = r"(-?[0-9]+(?:\.[0-9]+)?(?:[eE][-+]?[0-9]+)?)"
_PAIR = rf"{_NUMBER}[ ,]+{_NUMBER}"
_LONGITUDES, _LATITUDES = ("longitude", "lon", "lng"), ("latitude", "lat")

Statement = tuple[str, dict[str, Any]]


def place_of(columns: Iterable[Column]) -> Place | None:
    """The place of the rows, when their columns tell one."""
    types = {column.name: column.type for column in columns}
    if found := next((name for name, kind in types.items() if kind == "geometry"), ""):
        return Place(geometry=found)
    lon = next((name for name in _LONGITUDES if types.get(name) in ("decimal", "double")), "")
    lat = next((name for name in _LATITUDES if types.get(name) in ("decimal", "double")), "")
    return Place(longitude=lon, latitude=lat) if lon and lat else None


def geometry_of(place: Place, row: Mapping[str, Any]) -> Mapping[str, Any] | None:
    """The place of a row as a geometry of GeoJSON; None where it has none that can be read."""
    if not place.geometry:
        lon, lat = row.get(place.longitude), row.get(place.latitude)
        return None if lon is None or lat is None else {"type": "Point", "coordinates": [float(lon), float(lat)]}
    text = str(row.get(place.geometry) or "")
    try:
        found = shape(json.loads(text)) if text.lstrip().startswith("{") else shapely.from_wkt(text)
    except (ValueError, KeyError, TypeError, shapely.errors.ShapelyError):
        return None
    said: Mapping[str, Any] | None = mapping(found) if found is not None and not found.is_empty else None
    return said


def moment_of(columns: Iterable[Column]) -> str:
    """The first column that holds a day or an instant; empty for none."""
    return next((column.name for column in columns if column.type in ("date", "timestamp")), "")


class Query:
    """The outer part of one question. InvalidError names the column or the part that cannot be."""

    def __init__(self, compiled: Compiled, wanted: Wanted, key: tuple[str, ...] = ()) -> None:
        self.compiled, self.wanted = compiled, wanted
        self.columns = {column.name: column for column in compiled.columns if not column.name.startswith("_")}
        self.key = key if key and set(key) <= set(self.columns) else ()
        self._parameters: dict[str, Any] = dict(compiled.parameters)
        self._where = self._conditions()

    def rows(self) -> Statement:
        """The rows of the page, each with its id as the last column `_id`."""
        wanted = self.wanted
        _check_limits(wanted)
        names = wanted.columns or tuple(self.columns)
        self._known(names)
        order = [f"{quoted(name)} {'DESC' if falls else 'ASC'} NULLS LAST" for name, falls in self._sorted()]
        order += [quoted(name) for name in self.key or self.columns]
        shown = ", ".join(quoted(name) for name in names)
        tail = f"ORDER BY {', '.join(order)} LIMIT {wanted.limit:d} OFFSET {wanted.offset:d}"
        return f"SELECT {shown}, {self.row_id()} AS _id FROM {self._from()} {tail}", self._parameters

    def count(self) -> Statement:
        """How many rows there are in all."""
        return f"SELECT count(*) FROM {self._from()}", self._parameters

    def relation(self, columns: tuple[str, ...] = ()) -> Statement:
        """All of them, in no order: for files and for figures."""
        self._known(columns)
        shown = ", ".join(quoted(name) for name in columns or self.columns)
        return f"SELECT {shown} FROM {self._from()}", self._parameters

    @property
    def is_narrowed(self) -> bool:
        """False when every row is meant."""
        return bool(self._where)

    def row_id(self) -> str:
        """The id of a row: its key where that is one shown column, else a hash of all that is shown."""
        if len(self.key) == 1:
            return f"CAST({quoted(self.key[0])} AS VARCHAR)"
        parts = ", ".join(f"coalesce(CAST({quoted(name)} AS VARCHAR), chr(30))" for name in self.key or self.columns)
        return f"md5(concat_ws(chr(31), {parts}))"

    def _from(self) -> str:
        where = f" WHERE {' AND '.join(self._where)}" if self._where else ""
        return f"({self.compiled.sql}) AS opened{where}"

    def _conditions(self) -> list[str]:
        wanted = self.wanted
        found = [self._equal(name, values) for name, values in wanted.equal]
        found += [self._contained(word) for word in wanted.text.split()[:MOST_WORDS]]
        if wanted.box:
            found.append(self._within(wanted.box))
        if wanted.since or wanted.until:
            found += self._between()
        if wanted.row:
            found.append(f"{self.row_id()} = {self._bound(wanted.row)}")
        return found

    def _equal(self, name: str, values: tuple[Any, ...]) -> str:
        self._known((name,))
        column = self.columns[name]
        parts = []
        if any(value is None for value in values):
            parts.append(f"{quoted(name)} IS NULL")
        given = [self._bound(read(column, value)) for value in values if value is not None]
        if given:
            typed = ", ".join(f"CAST({one} AS {storage_type(column, 'duckdb')})" for one in given)
            parts.append(f"{quoted(name)} IN ({typed})")
        return f"({' OR '.join(parts)})" if parts else "false"

    def _contained(self, word: str) -> str:
        text = self._bound(word.lower())
        return "(" + " OR ".join(
            f"contains(lower(CAST({quoted(name)} AS VARCHAR)), {text})" for name in self.columns
        ) + ")"  # fmt: skip

    def _within(self, box: Box) -> str:
        """Whether the envelope of the row's place meets the box."""
        place = place_of(self.columns.values())
        if place is None:
            raise FieldError("data.open.place", "The rows of this data set have no place: %(field)s.", "bbox")
        west, south, east, north = (self._bound(float(one)) for one in box)
        if not place.geometry:
            lon, lat = quoted(place.longitude), quoted(place.latitude)
            return f"({lon} BETWEEN {west} AND {east} AND {lat} BETWEEN {south} AND {north})"
        x, y = (_axis(place.geometry, group) for group in (1, 2))
        return (f"(list_max({x}) >= {west} AND list_min({x}) <= {east} "
                f"AND list_max({y}) >= {south} AND list_min({y}) <= {north})")  # fmt: skip

    def _between(self) -> list[str]:
        name = self.wanted.moment
        self._known((name,))
        limits = ((">=", self.wanted.since), ("<=", self.wanted.until))
        moment = f"CAST({quoted(name)} AS TIMESTAMP)"
        return [f"{moment} {sign} CAST({self._bound(one)} AS TIMESTAMP)" for sign, one in limits if one is not None]

    def _sorted(self) -> Iterable[tuple[str, bool]]:
        self._known(name for name, _ in self.wanted.sort)
        return self.wanted.sort

    def _known(self, names: Iterable[str]) -> None:
        for name in names:
            if name not in self.columns:
                raise FieldError("data.open.column", "The open data has no column %(field)s.", name)

    def _bound(self, value: Any) -> str:
        name = f"wanted_{len(self._parameters)}"
        self._parameters[name] = value
        return f"${name}"


def read(column: Column, value: Any) -> Value | float:
    """A value of JSON or of an address in the type of a column. InvalidError `data.open.value` naming it."""
    try:
        found: Value | float = _READ.get(column.type, str)(value)
    except (ValueError, TypeError, InvalidOperation, KeyError) as error:
        why = "The value for %(field)s does not fit its type."
        raise FieldError("data.open.value", why, column.name) from error
    return found


def _whole(value: Any) -> int:
    if isinstance(value, bool):
        raise TypeError(value)
    number = int(str(value))
    if not -(2**63) <= number < 2**63:
        raise ValueError(value)
    return number


def _exact(value: Any) -> Decimal:
    number = Decimal(str(value))
    if not number.is_finite() or isinstance(value, bool):
        raise ValueError(value)
    return number


def _flag(value: Any) -> bool:
    return {"true": True, "false": False}[str(value).lower()]


_READ: Mapping[str, Any] = {
    "int": _whole,
    "decimal": _exact,
    "double": lambda value: float(_exact(value)),
    "bool": _flag,
    "date": lambda value: date.fromisoformat(str(value)),
    "timestamp": lambda value: datetime.fromisoformat(str(value)).replace(tzinfo=None),
}


def _check_limits(wanted: Wanted) -> None:
    for name, value, most in (("limit", wanted.limit, MOST_ROWS), ("offset", wanted.offset, MOST_OFFSET)):
        if not 0 <= value <= most:
            raise FieldError("data.open.limit", "%(field)s is out of range.", name)


def _axis(geometry: str, group: int) -> str:
    """The numbers of one axis of a WKT or GeoJSON text with two dimensions."""
    found = f"regexp_extract_all({quoted(geometry)}, '{_PAIR}', {group})"
    return f"list_transform({found}, lambda one: CAST(one AS DOUBLE))"


def axes(place: Place) -> str:
    """West, south, east and north of all rows."""
    if place.geometry:
        x, y = (_axis(place.geometry, group) for group in (1, 2))
        return f"min(list_min({x})), min(list_min({y})), max(list_max({x})), max(list_max({y}))"
    lon, lat = quoted(place.longitude), quoted(place.latitude)
    return f"min({lon}), min({lat}), max({lon}), max({lat})"


def quoted(name: str) -> str:
    """The name of a column in SQL."""
    return '"' + name.replace('"', '""') + '"'


def is_name(text: str) -> bool:
    """True for what can be the name of a column."""
    return bool(re.fullmatch(r"[A-Za-z][A-Za-z0-9_]{0,62}", text))
