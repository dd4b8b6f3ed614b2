"""Entities of the open interface asked for by conditions: those of the registry from PostgreSQL, observations from the
history. Where a condition reaches from the one into the other, its inner part is answered first."""

import json
from dataclasses import replace
from typing import Any, cast

from django.db import DataError, connection

from liangxi.kit.errors import NotFoundError
from liangxi.systems.sensing.queries.observatory import observations, spatial
from liangxi.systems.sensing.queries.observatory.conditions import (
    Conditions,
    condition,
    ids,
    leaves,
    paths,
    prefix_of,
    without,
)
from liangxi.systems.sensing.queries.observatory.expressions import refused
from liangxi.systems.sensing.queries.observatory.tables import TABLES, scope
from liangxi.systems.sensing.rules import recording
from liangxi.systems.sensing.shapes.observatory import (
    PROPERTIES,
    RELATIONS,
    Asked,
    Call,
    Entity,
    EntityPage,
    Expression,
    Kind,
    Path,
    Value,
)

See = tuple[str, ...]


def page(asked: Asked, see: See, *, is_bare: bool = False) -> EntityPage:
    """A page of what was asked, of what owners below `see` have; bare streams do not tell of their times."""
    where = resolved(asked.kind, asked.where, see)
    if asked.kind == "Observation":
        return observations.page(replace(asked, where=where), see)
    narrow = condition(asked.kind, "a", where, see)
    order, params = _order(asked, see)
    names = list(TABLES[asked.kind].columns)
    columns = ", ".join(TABLES[asked.kind].columns[name][0].format(a="a") for name in names)
    table = f"FROM {TABLES[asked.kind].name} a WHERE {narrow.text}"
    rows = _run(
        f"SELECT a.id, {columns} {table} ORDER BY {order} LIMIT %s OFFSET %s",
        (*narrow.params, *params, asked.top + 1, asked.skip),
    )
    count = None
    if asked.is_counted:
        count = int(_run(f"SELECT count(*) {table}", narrow.params)[0][0])
    found = [_entity(asked.kind, names, row) for row in rows[: asked.top]]
    told = found if is_bare else _with_spans(asked.kind, found)
    return EntityPage(tuple(told), len(rows) > asked.top, count)


def one(kind: Kind, id: int, see: See, *, is_bare: bool = True) -> Entity:
    """An entity by its id; NotFoundError `sta.entity` also where it may not be seen."""
    found: tuple[Entity, ...] = ()
    if 0 < id < 2**63:
        found = page(Asked(kind=kind, where=Call("eq", (Path(("id",)), Value(id))), top=1), see, is_bare=is_bare).rows
    if not found:
        raise NotFoundError("sta.entity", "There is no %(kind)s %(id)s.", {"kind": kind, "id": id})
    return found[0]


def resolved(kind: Kind, where: Expression | None, see: See) -> Expression | None:
    """A condition in which only what one engine can answer is left."""

    def change(leaf: Expression) -> Expression:
        if spatial.is_spatial(leaf):
            leaf = spatial.answered(kind, leaf)
        if kind == "Observation":
            return _over_relation(leaf, see) if observations.is_about(leaf) else leaf
        return _over_observations(kind, leaf, see)

    return None if where is None else leaves(where, change)


def _over_relation(leaf: Expression, see: See) -> Call:
    """The condition of observations that comes from a condition of what they belong to."""
    firsts = {path.steps[0] for path in paths(leaf)}
    if len(firsts) != 1:
        raise refused("A comparison of observations is about them or about one of their relations.")
    (name,) = firsts
    kind = RELATIONS["Observation"][name].kind
    where = resolved(kind, without(leaf, (name,)), see)
    narrow = condition(kind, "a", where, see)
    rows = _run(f"SELECT a.id FROM {TABLES[kind].name} a WHERE {narrow.text}", narrow.params)  # noqa: S608 compiled
    return ids((name,), (row[0] for row in rows))


def _over_observations(kind: Kind, leaf: Expression, see: See) -> Expression:
    """The condition on ids that comes from a condition on observations, where there is one."""
    prefixes = {prefix_of(kind, path)[0] for path in paths(leaf)}
    reaching = {prefix[: prefix.index("Observations")] for prefix in prefixes if "Observations" in prefix}
    if not reaching:
        return leaf
    if len(reaching) != 1 or any("Observations" not in prefix for prefix in prefixes):
        raise refused("This filter reaches over observations in a way that cannot be answered.")
    (before,) = reaching
    where = resolved("Observation", without(leaf, (*before, "Observations")), see)
    assert where is not None
    owner = prefix_of(kind, Path(before))[1]
    column = "feature" if owner == "FeatureOfInterest" else "stream"
    return ids(before, observations.distinct(where, column, see))


def _order(asked: Asked, see: See) -> tuple[str, tuple[object, ...]]:
    parts: list[str] = []
    params: list[object] = []
    for expression, is_down in asked.order:
        held = Conditions(asked.kind, "a", lambda other, name: scope(other, name, see)).value(expression)
        parts.append(f"{held.text} {'DESC' if is_down else 'ASC'} NULLS LAST")
        params += held.params
    return ", ".join([*parts, "a.id"]), tuple(params)


def _entity(kind: Kind, names: list[str], row: tuple[Any, ...]) -> Entity:
    types = [TABLES[kind].columns[name][1] for name in names]
    told: dict[str, Any] = {
        name: json.loads(value) if type in ("json", "geometry") and value is not None else value
        for name, type, value in zip(names, types, row[1:], strict=True)
    }
    if kind == "HistoricalLocation":
        told["time"] = recording.text_of(recording.micros(told["time"]))
    if kind == "MultiDatastream":
        told["observationType"] = told["observationType"] or _COMPLEX
    if "observedArea" in told and told["observedArea"] is None:
        del told["observedArea"]
    order = PROPERTIES[kind]
    return Entity(kind, int(row[0]), {name: told[name] for name in order if name in told})


_COMPLEX = "http://www.opengis.net/def/observationType/OGC-OM/2.0/OM_ComplexObservation"


def _with_spans(kind: Kind, found: list[Entity]) -> list[Entity]:
    """Streams with the times of their first and last observations."""
    if kind not in ("Datastream", "MultiDatastream"):
        return found
    spans = observations.extents(one.id for one in found)
    return [replace(one, properties={**one.properties, **_span(spans.get(one.id))}) for one in found]


def _span(held: tuple[int, int, int | None, int | None] | None) -> dict[str, str]:
    if held is None:
        return {}
    told = {"phenomenonTime": _interval(held[0], held[1])}
    if held[2] is not None and held[3] is not None:
        told["resultTime"] = _interval(held[2], held[3])
    return told


def _interval(first: int, last: int) -> str:
    return f"{recording.text_of(first)}/{recording.text_of(last)}"


def _run(sql: str, params: tuple[object, ...]) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        try:
            cursor.execute(sql, cast(tuple[Any, ...], params))
            return list(cursor.fetchall())
        except DataError as error:
            raise refused("The filter cannot be answered: %(why)s", why=str(error).splitlines()[0][:200]) from error
