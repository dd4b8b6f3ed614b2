"""Addresses: `/Things(1)/Datastreams(2)/Observations` step by step to what it names."""

import re
from dataclasses import dataclass, replace

from liangxi.kit.actor import Actor
from liangxi.kit.errors import NotFoundError
from liangxi.systems.sensing import face as sensing
from liangxi.systems.sensing.shapes.observatory import (
    RELATIONS,
    SETS,
    Asked,
    Call,
    Entity,
    Expression,
    Kind,
    Path,
    Value,
)

_STEP = re.compile(r"([A-Za-z]+)(?:\((-?\d{1,19})\))?")


@dataclass(frozen=True, slots=True)
class Resource:
    """What an address names: a set (with what narrows it, and the relation that leads there), an entity, or a property.

    `form` is `$value`, `$ref` or empty.
    """

    kind: Kind
    within: Expression | None = None
    parent: tuple[Kind, int, str] | None = None
    entity: Entity | None = None
    property: str = ""
    form: str = ""


def nothing(step: str) -> NotFoundError:
    """There is nothing at this address."""
    return NotFoundError("sta.address", "There is no %(step)s here.", {"step": step[:80]})


def found(by: Actor, path: str) -> Resource:
    """What stands at a path below the root of the service; NotFoundError `sta.address` or `sta.entity`."""
    steps = [step for step in path.strip("/").split("/") if step]
    first = _STEP.fullmatch(steps[0])
    if first is None or first[1] not in SETS:
        raise nothing(steps[0])
    here = Resource(SETS[first[1]])
    if first[2] is not None:
        here = replace(here, entity=sensing.entity(by=by, kind=here.kind, id=int(first[2]), is_bare=len(steps) > 1))
    for step in steps[1:]:
        here = _next(by, here, step)
    return here


def behind(kind: Kind, id: int, name: str) -> Expression:
    """The condition of what stands behind a relation of an entity."""
    return Call("eq", (Path((RELATIONS[kind][name].inverse, "id")), Value(id)))


def single(by: Actor, kind: Kind, entity: Entity, name: str) -> Entity | None:
    """The one entity behind a relation; None where there is none."""
    relation = RELATIONS[kind][name]
    if kind == "Observation":
        return _of_observation(by, entity, name, relation.kind)
    asked = Asked(kind=relation.kind, where=behind(kind, entity.id, name), top=1)
    rows = sensing.entities(by=by, asked=asked).rows
    return rows[0] if rows else None


def _of_observation(by: Actor, entity: Entity, name: str, kind: Kind) -> Entity | None:
    held = entity.properties
    if name != "FeatureOfInterest" and held["@multi"] != (name == "MultiDatastream"):
        return None
    id = held["@feature" if name == "FeatureOfInterest" else "@stream"]
    return sensing.entity(by=by, kind=kind, id=int(id)) if id else None


def _next(by: Actor, here: Resource, step: str) -> Resource:
    if step in ("$ref", "$value", "$count") and not here.form:
        return _formed(here, step)
    match = _STEP.fullmatch(step)
    if here.entity is None or here.property or here.form or match is None:
        raise nothing(step)
    name, id = match[1], match[2]
    if name in here.entity.properties and id is None:
        return replace(here, property=name)
    relation = RELATIONS[here.kind].get(name)
    if relation is None or (id is not None and not relation.is_many):
        raise nothing(step)
    if relation.is_many:
        return _many(by, here.kind, here.entity.id, name, id)
    one = single(by, here.kind, here.entity, name)
    if one is None:
        raise nothing(step)
    return Resource(relation.kind, entity=one)


def _many(by: Actor, kind: Kind, parent: int, name: str, id: str | None) -> Resource:
    """The set behind a relation, or the one of it that is named."""
    to, within = RELATIONS[kind][name].kind, behind(kind, parent, name)
    there = Resource(to, within=within, parent=(kind, parent, name))
    if id is None:
        return there
    narrowed = Call("and", (within, Call("eq", (Path(("id",)), Value(int(id))))))
    rows = sensing.entities(by=by, asked=Asked(kind=to, where=narrowed, top=1)).rows
    if not rows:
        raise NotFoundError("sta.entity", "There is no %(kind)s %(id)s.", {"kind": to, "id": id})
    return replace(there, within=None, entity=rows[0])


def _formed(here: Resource, step: str) -> Resource:
    is_set = here.entity is None
    if step == "$value" and not here.property:
        raise nothing(step)
    if step == "$count" and not is_set:
        raise nothing(step)
    if step == "$ref" and here.property:
        raise nothing(step)
    return replace(here, form=step)
