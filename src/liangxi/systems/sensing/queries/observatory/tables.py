"""Where each kind of entity stands: its table, its properties as columns, its relations as joins, who may see it.

In the templates `{a}` is the alias of the entity, in joins `{b}` that of the other one.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

from liangxi.systems.sensing.shapes.observatory import Kind

Types = str  # text, number, boolean, time, json, geometry, result


@dataclass(frozen=True, slots=True)
class Table:
    """A kind in PostgreSQL; `only` narrows the table to the kind, `owner` is the path of who owns a row."""

    name: str
    columns: Mapping[str, tuple[str, Types]]
    joins: Mapping[str, str]
    owner: str
    only: str = "TRUE"
    used: str = ""  # the streams by which what a profile brought is seen, by whoever may see one of them


_TEXTS = {"name": ("{a}.name", "text"), "description": ("{a}.description", "text"), "properties": ("{a}.info", "json")}
_OF_THING = "(SELECT o.org_path FROM sensing_thing o WHERE o.id = {a}.thing_id)"
_STREAM = {
    **_TEXTS,
    "observationType": ("{a}.observation_type", "text"),
    "observedArea": ("{a}.area", "geometry"),
}
_MULTI = "{b}.id IN (SELECT m.observed_property_id FROM sensing_multiproperty m WHERE m.stream_id = {a}.id)"
_IN_MULTI = "{b}.id IN (SELECT m.stream_id FROM sensing_multiproperty m WHERE m.observed_property_id = {a}.id)"
_PLACED = "{b}.id IN (SELECT m.%s_id FROM sensing_location_things m WHERE m.%s_id = {a}.id)"
_THEN = "{b}.id IN (SELECT m.%s_id FROM sensing_historicallocation_locations m WHERE m.%s_id = {a}.id)"

TABLES: Mapping[Kind, Table] = {
    "Thing": Table(
        "sensing_thing",
        {**_TEXTS, "name": ("{a}.title", "text")},
        {
            "Locations": _PLACED % ("location", "thing"),
            "HistoricalLocations": "{b}.thing_id = {a}.id",
            "Datastreams": "{b}.thing_id = {a}.id",
            "MultiDatastreams": "{b}.thing_id = {a}.id",
        },
        owner="{a}.org_path",
    ),
    "Location": Table(
        "sensing_location",
        {**_TEXTS, "encodingType": ("{a}.encoding", "text"), "location": ("{a}.location", "geometry")},
        {"Things": _PLACED % ("thing", "location"), "HistoricalLocations": _THEN % ("historicallocation", "location")},
        owner="{a}.org_path",
    ),
    "HistoricalLocation": Table(
        "sensing_historicallocation",
        {"time": ("{a}.time", "time")},
        {"Thing": "{b}.id = {a}.thing_id", "Locations": _THEN % ("location", "historicallocation")},
        owner=_OF_THING,
    ),
    "Datastream": Table(
        "sensing_datastream",
        {**_STREAM, "unitOfMeasurement": ("{a}.units", "json")},
        {
            "Thing": "{b}.id = {a}.thing_id",
            "Sensor": "{b}.id = {a}.sensor_id",
            "ObservedProperty": "{b}.id = {a}.observed_property_id",
        },
        only="NOT {a}.is_multi",
        owner=_OF_THING,
    ),
    "MultiDatastream": Table(
        "sensing_datastream",
        {
            **_STREAM,
            "unitOfMeasurements": ("{a}.units", "json"),
            "multiObservationDataTypes": ("{a}.types", "json"),
        },
        {"Thing": "{b}.id = {a}.thing_id", "Sensor": "{b}.id = {a}.sensor_id", "ObservedProperties": _MULTI},
        only="{a}.is_multi",
        owner=_OF_THING,
    ),
    "Sensor": Table(
        "sensing_sensor",
        {**_TEXTS, "encodingType": ("{a}.encoding", "text"), "metadata": ("{a}.metadata", "json")},
        {"Datastreams": "{b}.sensor_id = {a}.id", "MultiDatastreams": "{b}.sensor_id = {a}.id"},
        owner="{a}.org_path",
        used="u.sensor_id = {a}.id",
    ),
    "ObservedProperty": Table(
        "sensing_observedproperty",
        {**_TEXTS, "definition": ("{a}.definition", "text")},
        {"Datastreams": "{b}.observed_property_id = {a}.id", "MultiDatastreams": _IN_MULTI},
        owner="{a}.org_path",
        used="u.observed_property_id = {a}.id",
    ),
    "FeatureOfInterest": Table(
        "sensing_featureofinterest",
        {**_TEXTS, "encodingType": ("{a}.encoding", "text"), "feature": ("{a}.feature", "geometry")},
        {},
        owner="{a}.org_path",
    ),
}
OBSERVATION: Mapping[str, tuple[str, Types]] = {  # columns of the relation in DuckDB
    "phenomenonTime": ("start", "time"),
    "resultTime": ("result_time", "time"),
    "validTime": ("valid_start", "time"),
    "result": ("result", "result"),
    "resultQuality": ("quality", "json"),
    "parameters": ("parameters", "json"),
}


@dataclass(frozen=True, slots=True)
class Sql:
    """A piece of SQL with its parameters; a time has an `end` as well."""

    text: str
    params: tuple[object, ...] = ()
    type: Types = "boolean"
    end: "Sql | None" = field(default=None)


def scope(kind: Kind, alias: str, paths: tuple[str, ...]) -> Sql:
    """The rows of a kind, narrowed to what belongs to `paths`."""
    table = TABLES[kind]
    only = table.only.format(a=alias)
    if "/" in paths:
        return Sql(only)
    owned, params = _below(table.owner.format(a=alias), paths), paths
    if table.used:
        streams = f"sensing_datastream u JOIN sensing_thing o ON o.id = u.thing_id WHERE {table.used.format(a=alias)}"
        seen = f"EXISTS (SELECT 1 FROM {streams} AND ({_below('o.org_path', paths)}))"  # noqa: S608 compiled
        owned, params = f"{owned} OR ({alias}.code IS NOT NULL AND {seen})", (*paths, *paths)
    return Sql(f"{only} AND ({owned})", params)


def _below(owner: str, paths: tuple[str, ...]) -> str:
    return " OR ".join(f"starts_with({owner}, %s)" for _ in paths) or "FALSE"
