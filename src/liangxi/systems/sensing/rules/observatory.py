"""What the entities of the SensorThings API must be before they are written (OGC 18-088, clause 8)."""

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any

from liangxi.kit.errors import InvalidError
from liangxi.systems.sensing.shapes.observatory import PROPERTIES, RELATIONS, Draft, Kind

MEASUREMENT, COUNT, TRUTH, CATEGORY, ANY, COMPLEX = (
    f"http://www.opengis.net/def/observationType/OGC-OM/2.0/OM_{name}"
    for name in ("Measurement", "CountObservation", "TruthObservation", "CategoryObservation", "Observation",
                 "ComplexObservation")
)  # fmt: skip
OF_PROFILE: Mapping[str, str] = {
    "number": MEASUREMENT,
    "boolean": TRUTH,
    "text": ANY,
    "category": CATEGORY,
    "geometry": ANY,
}
"""The type of observation of a property's type."""

GEOJSON = frozenset({"application/geo+json", "application/vnd.geo+json", "application/vnd.geo+json "})
REQUIRED: Mapping[Kind, tuple[str, ...]] = {
    "Thing": ("name", "description"),
    "Location": ("name", "description", "encodingType", "location"),
    "HistoricalLocation": ("time",),
    "Datastream": ("name", "description", "unitOfMeasurement", "observationType"),
    "MultiDatastream": ("name", "description", "unitOfMeasurements", "multiObservationDataTypes"),
    "Sensor": ("name", "description", "encodingType", "metadata"),
    "ObservedProperty": ("name", "definition", "description"),
    "Observation": ("result",),
    "FeatureOfInterest": ("name", "description", "encodingType", "feature"),
}
LINKED: Mapping[Kind, tuple[str, ...]] = {  # relations that a new entity must have
    "HistoricalLocation": ("Thing", "Locations"),
    "Datastream": ("Thing", "Sensor", "ObservedProperty"),
    "MultiDatastream": ("Thing", "Sensor", "ObservedProperties"),
}
DERIVED = frozenset({"phenomenonTime", "resultTime"})  # of a stream: told, never written
_TEXTS = frozenset({"name", "description", "definition", "encodingType", "observationType"})
YEARS = range(1000, 9000)  # in which a time can be counted, shown in any zone, and kept by its day
_LONGEST = 100_000  # characters of a text


def check(draft: Draft, *, is_new: bool) -> None:
    """InvalidError `sta.body` whose fields name what is missing or wrong in a draft (not in those below it)."""
    faults = dict.fromkeys(draft.properties.keys() - set(PROPERTIES[draft.kind]), "There is no such property.")
    for name in _missing(draft) if is_new else ():
        faults[name] = "This must be given."
    for name, linked in draft.links.items():
        if not RELATIONS[draft.kind][name].is_many and len(linked) > 1:
            faults[name] = "There can be only one."
    _check_values(draft, faults)
    if faults:
        raise InvalidError(
            "sta.body", "The %(kind)s is not right.", {"kind": draft.kind},
            fields={f"{draft.at}{name}": why for name, why in sorted(faults.items())},
        )  # fmt: skip


def _missing(draft: Draft) -> Iterator[str]:
    """What a new entity lacks; the result of an observation may be null, but it is said."""
    for name in REQUIRED[draft.kind]:
        if draft.properties.get(name) is None and not (name == "result" and name in draft.properties):
            yield name
    for name in LINKED.get(draft.kind, ()):
        if not draft.links.get(name):
            yield name


def _check_values(draft: Draft, faults: dict[str, str]) -> None:
    given = draft.properties
    for name in _TEXTS & given.keys():
        if not isinstance(given[name], str) or len(given[name]) > _LONGEST or "\x00" in given[name]:
            faults.setdefault(name, "This must be text.")
    if not isinstance(given.get("properties", {}) or {}, Mapping):
        faults["properties"] = "This must be a JSON object."
    if draft.kind == "Datastream":
        _check_unit("unitOfMeasurement", given.get("unitOfMeasurement", {}), faults)
    if draft.kind == "MultiDatastream":
        _check_multi(draft, faults)


def _check_unit(name: str, unit: Any, faults: dict[str, str]) -> None:
    if not isinstance(unit, Mapping) or unit.keys() - {"name", "symbol", "definition"}:
        faults.setdefault(name, "A unit has name, symbol and definition.")


def _check_multi(draft: Draft, faults: dict[str, str]) -> None:
    units = draft.properties.get("unitOfMeasurements")
    types = draft.properties.get("multiObservationDataTypes")
    properties = draft.links.get("ObservedProperties")
    sizes = {len(one) for one in (units, types, properties) if isinstance(one, list | tuple)}
    if units is not None and not isinstance(units, list):
        faults["unitOfMeasurements"] = "This must be a list of units."
    elif isinstance(units, list):
        for place, unit in enumerate(units):
            _check_unit(f"unitOfMeasurements.{place}", unit, faults)
    if types is not None and not (isinstance(types, list) and all(isinstance(one, str) for one in types)):
        faults["multiObservationDataTypes"] = "This must be a list of types."
    if len(sizes) > 1:
        faults["multiObservationDataTypes"] = "Units, types and observed properties must be as many as each other."


def fits(observation_type: str, result: Any) -> bool:
    """Whether a result is of a type of observation; any JSON is an OM_Observation."""
    if observation_type == MEASUREMENT:
        return isinstance(result, int | float) and not isinstance(result, bool)
    if observation_type == COUNT:
        return isinstance(result, int) and not isinstance(result, bool)
    if observation_type == TRUTH:
        return isinstance(result, bool)
    if observation_type == CATEGORY:
        return isinstance(result, str)
    return True


def instant(text: Any) -> datetime:
    """An aware time; ValueError for a text that is none, has no offset, or lies where calendars end."""
    if isinstance(text, str) and "T" in text:
        found = datetime.fromisoformat(text.strip())
        if found.tzinfo is not None and found.year in YEARS:
            return found
    raise ValueError


def span(text: Any) -> tuple[datetime, datetime]:
    """A time, or an interval `start/end`; ValueError when it is neither or ends before it begins."""
    if not isinstance(text, str):
        raise ValueError
    first, slash, last = text.partition("/")
    start = instant(first)
    end = instant(last) if slash else start
    if end < start:
        raise ValueError
    return start, end
