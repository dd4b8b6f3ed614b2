"""The entities of the OGC SensorThings API 1.1 (18-088), how one asks for them, and what one writes.

An expression is a tree of `Path` (a property, perhaps reached over relations), `Value` and `Call` (an operator or a
function by its OData name). Times are aware; geometries are WKT in `Geometry`.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal

Kind = Literal["Thing", "Location", "HistoricalLocation", "Datastream", "MultiDatastream", "Sensor",
               "ObservedProperty", "Observation", "FeatureOfInterest"]  # fmt: skip
SETS: Mapping[str, Kind] = {
    "Things": "Thing",
    "Locations": "Location",
    "HistoricalLocations": "HistoricalLocation",
    "Datastreams": "Datastream",
    "MultiDatastreams": "MultiDatastream",
    "Sensors": "Sensor",
    "ObservedProperties": "ObservedProperty",
    "Observations": "Observation",
    "FeaturesOfInterest": "FeatureOfInterest",
}
SET_OF: Mapping[Kind, str] = {kind: name for name, kind in SETS.items()}


@dataclass(frozen=True, slots=True)
class Relation:
    """A relation to another kind, and what it is called from there."""

    kind: Kind
    is_many: bool
    inverse: str


def _one(kind: Kind, inverse: str) -> Relation:
    return Relation(kind, False, inverse)


def _many(kind: Kind, inverse: str) -> Relation:
    return Relation(kind, True, inverse)


RELATIONS: Mapping[Kind, Mapping[str, Relation]] = {
    "Thing": {
        "Locations": _many("Location", "Things"),
        "HistoricalLocations": _many("HistoricalLocation", "Thing"),
        "Datastreams": _many("Datastream", "Thing"),
        "MultiDatastreams": _many("MultiDatastream", "Thing"),
    },
    "Location": {
        "Things": _many("Thing", "Locations"),
        "HistoricalLocations": _many("HistoricalLocation", "Locations"),
    },
    "HistoricalLocation": {
        "Thing": _one("Thing", "HistoricalLocations"),
        "Locations": _many("Location", "HistoricalLocations"),
    },
    "Datastream": {
        "Thing": _one("Thing", "Datastreams"),
        "Sensor": _one("Sensor", "Datastreams"),
        "ObservedProperty": _one("ObservedProperty", "Datastreams"),
        "Observations": _many("Observation", "Datastream"),
    },
    "MultiDatastream": {
        "Thing": _one("Thing", "MultiDatastreams"),
        "Sensor": _one("Sensor", "MultiDatastreams"),
        "ObservedProperties": _many("ObservedProperty", "MultiDatastreams"),
        "Observations": _many("Observation", "MultiDatastream"),
    },
    "Sensor": {
        "Datastreams": _many("Datastream", "Sensor"),
        "MultiDatastreams": _many("MultiDatastream", "Sensor"),
    },
    "ObservedProperty": {
        "Datastreams": _many("Datastream", "ObservedProperty"),
        "MultiDatastreams": _many("MultiDatastream", "ObservedProperties"),
    },
    "Observation": {
        "Datastream": _one("Datastream", "Observations"),
        "MultiDatastream": _one("MultiDatastream", "Observations"),
        "FeatureOfInterest": _one("FeatureOfInterest", "Observations"),
    },
    "FeatureOfInterest": {"Observations": _many("Observation", "FeatureOfInterest")},
}
PROPERTIES: Mapping[Kind, tuple[str, ...]] = {
    "Thing": ("name", "description", "properties"),
    "Location": ("name", "description", "properties", "encodingType", "location"),
    "HistoricalLocation": ("time",),
    "Datastream": ("name", "description", "properties", "unitOfMeasurement", "observationType", "observedArea",
                   "phenomenonTime", "resultTime"),
    "MultiDatastream": ("name", "description", "properties", "unitOfMeasurements", "observationType",
                        "multiObservationDataTypes", "observedArea", "phenomenonTime", "resultTime"),
    "Sensor": ("name", "description", "properties", "encodingType", "metadata"),
    "ObservedProperty": ("name", "definition", "description", "properties"),
    "Observation": ("phenomenonTime", "resultTime", "result", "resultQuality", "validTime", "parameters"),
    "FeatureOfInterest": ("name", "description", "properties", "encodingType", "feature"),
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Path:
    """A property by its steps: relations, then a property, then perhaps names within its JSON."""

    steps: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Geometry:
    """A geometry as WKT."""

    wkt: str


@dataclass(frozen=True, slots=True)
class Interval:
    """From `start` up to `end`."""

    start: datetime
    end: datetime


@dataclass(frozen=True, slots=True)
class Value:
    """A literal: text, number, bool, None, aware datetime, date, time, timedelta, `Geometry` or `Interval`."""

    value: Any


@dataclass(frozen=True, slots=True)
class Call:
    """An operator (`eq`, `and`, `not`, `add`, ...) or a function (`contains`, `geo.distance`, `st_within`, ...)."""

    name: str
    args: tuple["Expression", ...]


Expression = Path | Value | Call


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """Which entities of a kind, in which order (expression, whether downwards), and how many of them."""

    kind: Kind
    where: Expression | None = None
    order: tuple[tuple[Expression, bool], ...] = ()
    top: int = 100
    skip: int = 0
    is_counted: bool = False


@dataclass(frozen=True, slots=True)
class Entity:
    """An entity with the properties that `PROPERTIES` lists (absent ones left out)."""

    kind: Kind
    id: int
    properties: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class EntityPage:
    """Entities of a page; whether more follow; how many there are in all when it was asked."""

    rows: tuple[Entity, ...]
    has_more: bool
    count: int | None = None


@dataclass(frozen=True, slots=True)
class Draft:
    """An entity to write: its properties and its relations, each to entities that stand (by id) or are new.

    `at` says where in the request it stands, such as `Datastreams.0.`, before the names of its properties.
    """

    kind: Kind
    properties: Mapping[str, Any]
    links: Mapping[str, Sequence["int | Draft"]] = field(default_factory=dict)
    at: str = ""


@dataclass(frozen=True, slots=True)
class Series:
    """Observations of one stream as columns of equal length, by the names of their properties (`dataArray`).

    A `FeatureOfInterest` column holds ids.
    """

    stream: int
    is_multi: bool
    columns: Mapping[str, Sequence[Any]]
