"""New entities with all that hangs on them, and changes of entities that stand."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from django.db import models as db
from django.db import transaction

from liangxi.core.audit import face as audit
from liangxi.kit import ids, time
from liangxi.kit.actor import Actor
from liangxi.kit.errors import ConflictError, InvalidError, NotFoundError
from liangxi.systems.sensing import models
from liangxi.systems.sensing.actions.observatory import storing
from liangxi.systems.sensing.actions.observatory.storing import Row
from liangxi.systems.sensing.actions.registry import next_version
from liangxi.systems.sensing.queries import observatory as reads
from liangxi.systems.sensing.rules import observatory as laws
from liangxi.systems.sensing.rules import recording
from liangxi.systems.sensing.rules.profiles import OPEN
from liangxi.systems.sensing.shapes.observatory import PROPERTIES, RELATIONS, Draft, Kind

MANAGE = "thing.manage"
MODELS: Mapping[Kind, type[db.Model]] = {
    "Thing": models.Thing,
    "Location": models.Location,
    "HistoricalLocation": models.HistoricalLocation,
    "Datastream": models.Datastream,
    "MultiDatastream": models.Datastream,
    "Sensor": models.Sensor,
    "ObservedProperty": models.ObservedProperty,
    "FeatureOfInterest": models.FeatureOfInterest,
}
_FIELDS: Mapping[str, str] = {  # property -> column, where they are not called alike
    "properties": "info",
    "encodingType": "encoding",
    "unitOfMeasurement": "units",
    "unitOfMeasurements": "units",
    "observationType": "observation_type",
    "multiObservationDataTypes": "types",
    "observedArea": "area",
}
_OPTIONAL: Mapping[str, Any] = {"properties": {}, "observedArea": None}
_COLUMN_OF: Mapping[tuple[Kind, str], str] = {  # relation to one -> foreign key
    ("Datastream", "Thing"): "thing_id",
    ("Datastream", "Sensor"): "sensor_id",
    ("Datastream", "ObservedProperty"): "observed_property_id",
    ("MultiDatastream", "Thing"): "thing_id",
    ("MultiDatastream", "Sensor"): "sensor_id",
    ("HistoricalLocation", "Thing"): "thing_id",
}


@dataclass(slots=True)
class Writing:
    """One request on its way: who writes, and what has yet to go to the log."""

    by: Actor
    see: tuple[str, ...]
    pending: list[Row] = field(default_factory=list)
    moved: set[int] = field(default_factory=set)  # things whose streams or places changed


def create(by: Actor, draft: Draft) -> int:
    """Write a new entity and all that hangs on it; its id."""
    by.require(MANAGE)
    with transaction.atomic():
        writing = Writing(by, by.paths("thing.read"))
        id = _create(writing, draft)
        _finish(writing)
        if draft.kind != "Observation":
            audit.record(by=by, action="sensing.entity.created", object=f"{draft.kind}:{id}", detail={})
        first = storing.store(writing.pending) if writing.pending else 0
    return first if draft.kind == "Observation" else id


def change(by: Actor, kind: Kind, id: int, draft: Draft, *, is_whole: bool) -> None:
    """Write the properties and relations that a draft names; the whole entity anew when `is_whole`."""
    by.require(MANAGE)
    laws.check(draft, is_new=False)
    with transaction.atomic():
        writing = Writing(by, by.paths("thing.read"))
        if kind == "Observation":
            _change_observation(writing, id, draft, is_whole=is_whole)
        else:
            row = own(by, kind, id)
            given = _whole(draft) if is_whole else draft.properties
            columns = _columns(kind, given) | _to_one(writing, draft)
            _write(row, columns)
            _link_many(writing, kind, id, draft)
            _note(writing, kind, row)
            _finish(writing)
            audit.record(by=by, action="sensing.entity.changed", object=f"{kind}:{id}", detail={"of": sorted(columns)})
        if writing.pending:
            storing.store(writing.pending)


def own(by: Actor, kind: Kind, id: int) -> Any:
    """The row of an entity that `by` may change, locked; NotFoundError `sta.entity`, ForbiddenError otherwise."""
    reads.one(kind, id, by.paths("thing.read"))
    row = MODELS[kind].objects.select_for_update(of=("self",)).get(pk=id)  # type: ignore[attr-defined]
    if kind in ("Sensor", "ObservedProperty") and row.code:
        raise ConflictError("sta.profile", "This comes from a profile of the city and is changed there.")
    if isinstance(row, models.Datastream) and not row.is_open:
        raise ConflictError("sta.stream", "This stream is fed by its device; it is not written here.")
    by.require(MANAGE, owner_of(row))
    return row


def owner_of(row: Any) -> str:
    """The path of who owns a row."""
    return str(row.org_path if hasattr(row, "org_path") else row.thing.org_path)


def _whole(draft: Draft) -> Mapping[str, Any]:
    missing = [name for name in laws.REQUIRED[draft.kind] if draft.properties.get(name) is None]
    if missing:
        fields = dict.fromkeys(missing, "This must be given.")
        raise InvalidError("sta.body", "The %(kind)s is not right.", {"kind": draft.kind}, fields=fields)
    return {**{name: value for name, value in _OPTIONAL.items() if _has(draft.kind, name)}, **draft.properties}


def _has(kind: Kind, name: str) -> bool:
    return name in PROPERTIES[kind]


def _columns(kind: Kind, given: Mapping[str, Any]) -> dict[str, Any]:
    columns: dict[str, Any] = {}
    for name, value in given.items():
        if name in laws.DERIVED and kind in ("Datastream", "MultiDatastream"):
            continue
        column = "title" if (kind, name) == ("Thing", "name") else _FIELDS.get(name, name)
        columns[column] = {} if name == "properties" and value is None else value
    if "time" in columns:
        try:
            columns["time"] = laws.instant(columns["time"])
        except ValueError as error:
            why = "A time has a date, a time and an offset."
            raise InvalidError("sta.body", why, fields={"time": why}) from error
    return columns


def _write(row: Any, columns: Mapping[str, Any]) -> None:
    for column, value in columns.items():
        setattr(row, column, value)
    if columns:
        row.save(update_fields=[column.removesuffix("_id") for column in columns])


def _create(writing: Writing, draft: Draft) -> int:
    laws.check(draft, is_new=True)
    if draft.kind == "Observation":
        return _observe(writing, draft)
    columns = _columns(draft.kind, draft.properties) | _to_one(writing, draft)
    row = MODELS[draft.kind](**columns | _given(writing, draft.kind, columns))
    row.save(force_insert=True)
    _link_many(writing, draft.kind, row.pk, draft)
    _note(writing, draft.kind, row)
    return int(row.pk)


def _given(writing: Writing, kind: Kind, columns: Mapping[str, Any]) -> dict[str, Any]:
    """What the house adds to a new row, once it is sure that the writer may."""
    by = writing.by
    if kind in ("Datastream", "MultiDatastream", "HistoricalLocation"):
        thing = models.Thing.objects.get(pk=columns["thing_id"])
        by.require(MANAGE, thing.org_path)
        if kind == "HistoricalLocation":
            return {}
        return {"property": f"o-{ids.new_id()}", "is_open": True, "is_multi": kind == "MultiDatastream"}
    by.require(MANAGE, by.org_path or "/")
    if kind == "Thing":
        return {"code": f"o-{ids.new_id()}", "profile_id": OPEN, "org": by.org or "", "org_path": by.org_path or "/",
                "registered_at": time.now(), "changed": next_version()}  # fmt: skip
    return {"org_path": by.org_path or "/"}


def _to_one(writing: Writing, draft: Draft) -> dict[str, Any]:
    """The foreign keys of a draft; what is new behind them is written first."""
    found: dict[str, Any] = {}
    for name, linked in draft.links.items():
        column = _COLUMN_OF.get((draft.kind, name))
        if column and linked:
            found[column] = _id_of(writing, RELATIONS[draft.kind][name].kind, linked[0], f"{draft.at}{name}")
    return found


def _id_of(writing: Writing, kind: Kind, linked: "int | Draft", at: str) -> int:
    if isinstance(linked, Draft):
        return _create(writing, linked)
    try:
        return reads.one(kind, linked, writing.see).id
    except NotFoundError as error:
        why = "There is no such entity."
        raise InvalidError("sta.link", why, fields={at: why}) from error


def _link_many(writing: Writing, kind: Kind, id: int, draft: Draft) -> None:
    for name, linked in draft.links.items():
        if (kind, name) in _COLUMN_OF or not linked:
            continue
        relation = RELATIONS[kind][name]
        joined = _JOINS.get((kind, name))
        if joined:
            found = [_id_of(writing, relation.kind, one, f"{draft.at}{name}") for one in linked]
            joined(writing, id, found)
            continue
        for one in linked:
            _hang(writing, (kind, id), relation.inverse, one, f"{draft.at}{name}")


def _hang(writing: Writing, parent: tuple[Kind, int], inverse: str, one: "int | Draft", at: str) -> None:
    """Write what hangs on an entity: a new one, or one that stands and moves there."""
    if isinstance(one, Draft):
        _create(writing, replace(one, links={**one.links, inverse: [parent[1]]}))
        return
    kind = next(relation.kind for relation in RELATIONS[parent[0]].values() if relation.inverse == inverse)
    column = _COLUMN_OF.get((kind, inverse))
    if column is None:
        raise InvalidError("sta.link", "This relation is written from its other end.", fields={at: inverse})
    row = own(writing.by, kind, one)
    _write(row, {column: parent[1]})


def _place(writing: Writing, thing: int, places: Sequence[int]) -> None:
    row = own(writing.by, "Thing", thing)
    row.locations.set(places)
    _remember(row)


def _place_things(writing: Writing, place: int, things: Sequence[int]) -> None:
    for thing in things:
        row = own(writing.by, "Thing", thing)
        row.locations.set([place])
        _remember(row)


def _remember(thing: models.Thing) -> None:
    """A thing is at its places from now on; its position follows the first point among them."""
    places = list(thing.locations.order_by("pk"))
    past = models.HistoricalLocation.objects.create(thing=thing, time=time.now())
    past.locations.set(places)
    for place in places:
        _stand(place)
    points = [one.location["coordinates"] for one in places if _is_point(one.location)]
    if points:
        thing.lon, thing.lat = float(points[0][0]), float(points[0][1])
        thing.save(update_fields=["lon", "lat"])


def _is_point(shape: Any) -> bool:
    if not (isinstance(shape, Mapping) and shape.get("type") == "Point"):
        return False
    held = shape.get("coordinates")
    return isinstance(held, list) and len(held) >= 2 and all(isinstance(one, int | float) for one in held[:2])


def _stand(place: models.Location) -> None:
    """What is observed at a place by default: a feature with its name and shape."""
    if place.default_feature_id is None:
        place.default_feature = models.FeatureOfInterest.objects.create(
            org_path=place.org_path, name=place.name, description=place.description, encoding=place.encoding,
            feature=place.location,
        )  # fmt: skip
        place.save(update_fields=["default_feature"])


def _then(writing: Writing, past: int, places: Sequence[int]) -> None:
    row = models.HistoricalLocation.objects.select_related("thing").get(pk=past)
    row.locations.set(places)


def _observe_many(writing: Writing, stream: int, properties: Sequence[int]) -> None:
    models.MultiProperty.objects.filter(stream_id=stream).delete()
    models.MultiProperty.objects.bulk_create(
        models.MultiProperty(stream_id=stream, observed_property_id=one, position=n) for n, one in enumerate(properties)
    )


_JOINS = {
    ("Thing", "Locations"): _place,
    ("Location", "Things"): _place_things,
    ("HistoricalLocation", "Locations"): _then,
    ("MultiDatastream", "ObservedProperties"): _observe_many,
}


def _note(writing: Writing, kind: Kind, row: Any) -> None:
    """What follows from a change: a place that moved is another feature; the intake hears of streams."""
    if kind == "Location":
        if row.default_feature_id and row.default_feature.feature != row.location:
            row.default_feature = None
            row.save(update_fields=["default_feature"])
        if row.things.exists():
            _stand(row)
    if kind == "Thing":
        writing.moved.add(row.pk)
    if kind in ("Datastream", "MultiDatastream"):
        writing.moved.add(row.thing_id)


def _finish(writing: Writing) -> None:
    if writing.moved:
        models.Thing.objects.filter(pk__in=writing.moved).update(changed=next_version())


def _observe(writing: Writing, draft: Draft) -> int:
    """An observation waits for the end of the transaction; its id is known then."""
    stream = stream_of(writing, draft)
    named = draft.links.get("FeatureOfInterest")
    if named:
        about = _id_of(writing, "FeatureOfInterest", named[0], f"{draft.at}FeatureOfInterest")
    else:
        about = default_feature(stream)
    writing.pending.append(Row(stream.pk, _recorded(draft.properties, stream, about, None)))
    return 0


def stream_of(writing: Writing, draft: Draft) -> models.Datastream:
    """The stream that an observation names, of which `by` may write."""
    given = [(name, linked[0]) for name in ("Datastream", "MultiDatastream") if (linked := draft.links.get(name))]
    if len(given) != 1:
        why = "An observation belongs to one Datastream or MultiDatastream."
        raise InvalidError("sta.body", why, fields={f"{draft.at}Datastream": why})
    name, of = given[0]
    id = _id_of(writing, RELATIONS["Observation"][name].kind, of, f"{draft.at}{name}")
    row = models.Datastream.objects.select_related("thing").get(pk=id)
    writing.by.require(MANAGE, row.thing.org_path)
    if not row.is_open:
        raise ConflictError("sta.stream", "This stream is fed by its device; it is not written here.")
    return row


def default_feature(stream: models.Datastream) -> int:
    """What a stream observes when nothing is said: the place of its thing. InvalidError `sta.feature` without one."""
    place = stream.thing.locations.exclude(default_feature=None).order_by("-pk").first()
    if place is None or place.default_feature_id is None:
        why = "The thing has no location, so an observation must name its FeatureOfInterest."
        raise InvalidError("sta.feature", why, fields={"FeatureOfInterest": why})
    return int(place.default_feature_id)


def _recorded(
    given: Mapping[str, Any], stream: models.Datastream, feature: int | None, id: int | None
) -> recording.Recorded:
    return recording.recorded(
        given, types=storing.types_of(stream), is_multi=stream.is_multi, feature=feature, id=id,
        now=recording.micros(time.now()),
    )  # fmt: skip


def _change_observation(writing: Writing, id: int, draft: Draft, *, is_whole: bool) -> None:
    """The observation anew in the log, under the id that it has; one that moves in time leaves its old place."""
    standing = reads.one("Observation", id, writing.see)
    stream = models.Datastream.objects.select_related("thing").get(pk=standing.properties["@stream"])
    writing.by.require(MANAGE, stream.thing.org_path)
    if not stream.is_open:
        raise ConflictError("sta.stream", "This stream is fed by its device; it is not written here.")
    named = draft.links.get("FeatureOfInterest")
    feature = standing.properties["@feature"] or None
    if named:
        feature = _id_of(writing, "FeatureOfInterest", named[0], "FeatureOfInterest")
    before = {name: value for name, value in standing.properties.items() if not name.startswith("@")}
    given = draft.properties if is_whole else {**before, **draft.properties}
    if is_whole and "result" not in given:
        raise InvalidError("sta.body", "The %(kind)s is not right.", {"kind": "Observation"},
                           fields={"result": "This must be given."})  # fmt: skip
    row = _recorded({"phenomenonTime": before["phenomenonTime"], **given}, stream, feature, id)
    old = recording.micros(laws.span(before["phenomenonTime"])[0])
    if row.time != old:
        writing.pending.append(Row(stream.pk, recording.removed(old, id)))
    writing.pending.append(Row(stream.pk, row))
