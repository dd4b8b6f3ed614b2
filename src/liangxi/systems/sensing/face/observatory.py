"""The city's things and observations as the OGC SensorThings API tells them (18-088).

Reading needs `thing.read`, and shows what its owners below there have; writing needs `thing.manage`. What comes this
way belongs to the organisation of who writes. Things of the registry are read here like any other; their streams are
fed by their devices alone.
"""

from collections.abc import Sequence

from liangxi.kit.actor import Actor
from liangxi.kit.errors import HouseError
from liangxi.systems.sensing.actions import observatory as verbs
from liangxi.systems.sensing.queries import observatory as reads
from liangxi.systems.sensing.shapes.observatory import Asked, Draft, Entity, EntityPage, Kind, Series


def entities(*, by: Actor, asked: Asked) -> EntityPage:
    """A page of entities; InvalidError `sta.filter` for a condition that cannot be answered."""
    by.require("thing.read")
    return reads.page(asked, by.paths("thing.read"))


def entity(*, by: Actor, kind: Kind, id: int, is_bare: bool = False) -> Entity:
    """One entity, a bare stream without its times (which cost a look into the history); NotFoundError `sta.entity`."""
    by.require("thing.read")
    return reads.one(kind, id, by.paths("thing.read"), is_bare=is_bare)


def create_entity(*, by: Actor, draft: Draft) -> int:
    """Write an entity and all that hangs on it, or nothing; its id.

    InvalidError naming the property by its place in the request; an observation is on disk before the id is told
    (AwayError `sta.away`, 503, otherwise).
    """
    return verbs.create(by, draft)


def change_entity(*, by: Actor, kind: Kind, id: int, draft: Draft, is_whole: bool = False) -> None:
    """Write what a draft names, or the whole entity anew; an observation keeps its id."""
    verbs.change(by, kind, id, draft, is_whole=is_whole)


def remove_entity(*, by: Actor, kind: Kind, id: int) -> None:
    """Take an entity away with what may not stay without it; ConflictError for what the registry holds."""
    verbs.remove(by, kind, id)


def record_series(*, by: Actor, series: Sequence[Series]) -> list[int | HouseError]:
    """Store many observations of many streams; for each, in order, its id or why it was not stored."""
    return verbs.record_series(by, series)
