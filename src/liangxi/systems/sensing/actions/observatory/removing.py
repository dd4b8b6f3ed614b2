"""Removals, with what may not stay without what was removed (OGC 18-088, table 25)."""

from django.db import transaction

from liangxi.core.audit import face as audit
from liangxi.kit.actor import Actor
from liangxi.kit.errors import ConflictError
from liangxi.systems.sensing import models
from liangxi.systems.sensing.actions.observatory import storing
from liangxi.systems.sensing.actions.observatory.storing import Row
from liangxi.systems.sensing.actions.observatory.writing import MANAGE, own
from liangxi.systems.sensing.actions.registry import next_version
from liangxi.systems.sensing.queries import observatory as reads
from liangxi.systems.sensing.rules import observatory as laws
from liangxi.systems.sensing.rules import recording
from liangxi.systems.sensing.rules.profiles import OPEN
from liangxi.systems.sensing.shapes.observatory import Asked, Call, Entity, Kind, Path, Value

_STEP = 5000  # observations of a feature that are taken back at once


def remove(by: Actor, kind: Kind, id: int) -> None:
    """Take an entity away; ConflictError for what the city's registry holds."""
    by.require(MANAGE)
    with transaction.atomic():
        if kind == "Observation":
            _take_back(by, [reads.one(kind, id, by.paths("thing.read"))])
            audit.record(by=by, action="sensing.entity.removed", object=f"{kind}:{id}", detail={})
            return
        row = own(by, kind, id)
        things = _things_of(kind, row)
        if any(thing.profile_id != OPEN for thing in things):
            raise ConflictError("sta.registered", "This belongs to a thing of the registry; retire the thing instead.")
        if kind == "FeatureOfInterest":
            _forget(by, id)
        if isinstance(row, models.Location):
            models.HistoricalLocation.objects.filter(locations=row).delete()
        if isinstance(row, models.ObservedProperty):
            models.Datastream.objects.filter(properties__observed_property=row).delete()
        if isinstance(row, models.Thing) and models.Alarm.objects.filter(thing=row).exists():
            raise ConflictError("sta.alarms", "The thing has alarms in its history and stays.")
        standing = [thing.pk for thing in things if kind != "Thing"]
        row.delete()
        models.Thing.objects.filter(pk__in=standing).update(changed=next_version())
        audit.record(by=by, action="sensing.entity.removed", object=f"{kind}:{id}", detail={})


def _things_of(kind: Kind, row: object) -> list[models.Thing]:
    """The things that lose something when a row goes."""
    if isinstance(row, models.Thing):
        return [row]
    if isinstance(row, models.Datastream):
        return [row.thing]
    found = models.Thing.objects.none()
    if isinstance(row, models.Sensor):
        found = models.Thing.objects.filter(streams__sensor=row)
    elif isinstance(row, models.ObservedProperty):
        found = models.Thing.objects.filter(streams__observed_property=row)
        found = found | models.Thing.objects.filter(streams__properties__observed_property=row)
    elif isinstance(row, models.Location):
        found = models.Thing.objects.filter(locations=row)
    return list(found.distinct())


def _forget(by: Actor, feature: int) -> None:
    """The observations of a feature go with it."""
    where = Call("eq", (Path(("FeatureOfInterest", "id")), Value(feature)))
    while rows := reads.page(Asked(kind="Observation", where=where, top=_STEP), ("/",)).rows:
        _take_back(by, list(rows))


def _take_back(by: Actor, rows: list[Entity]) -> None:
    numbers = {int(one.properties["@stream"]) for one in rows}
    streams = {row.pk: row for row in models.Datastream.objects.filter(pk__in=numbers).select_related("thing")}
    for stream in streams.values():
        by.require(MANAGE, stream.thing.org_path)
        if not stream.is_open:
            raise ConflictError("sta.stream", "This stream is fed by its device; it is not written here.")
    storing.store([Row(int(one.properties["@stream"]), recording.removed(_begin(one), one.id)) for one in rows])


def _begin(one: Entity) -> int:
    return recording.micros(laws.span(one.properties["phenomenonTime"])[0])
