"""Geometry in conditions, answered by shapely over the table: which ids it holds for.

Distances and lengths are in degrees, as the coordinates are.
"""

import json
from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
import shapely
from django.db import connection
from numpy.typing import NDArray

from liangxi.systems.sensing.queries.observatory.conditions import ids, paths, prefix_of
from liangxi.systems.sensing.queries.observatory.expressions import COMPARED, refused
from liangxi.systems.sensing.queries.observatory.tables import TABLES
from liangxi.systems.sensing.shapes.observatory import Call, Expression, Geometry, Kind, Path, Value

Shapes = NDArray[np.object_]
_TRUE: Mapping[str, Callable[[Shapes, Any], Any]] = {
    "geo.intersects": shapely.intersects,
    "st_equals": shapely.equals,
    "st_disjoint": shapely.disjoint,
    "st_touches": shapely.touches,
    "st_within": shapely.within,
    "st_overlaps": shapely.overlaps,
    "st_crosses": shapely.crosses,
    "st_intersects": shapely.intersects,
    "st_contains": shapely.contains,
}
_NUMBERS = ("geo.distance", "geo.length")
_COMPARE = {"eq": np.equal, "ne": np.not_equal, "gt": np.greater, "ge": np.greater_equal, "lt": np.less,
            "le": np.less_equal}  # fmt: skip


def is_spatial(one: Expression) -> bool:
    """Whether a comparison or a function is about geometry."""
    if not isinstance(one, Call):
        return False
    if one.name in _TRUE or one.name == "st_relate":
        return True
    return one.name in COMPARED and any(isinstance(arg, Call) and arg.name in _NUMBERS for arg in one.args)


def answered(kind: Kind, one: Expression) -> Call:
    """The condition on ids that a spatial one comes to."""
    assert isinstance(one, Call)
    found = list(paths(one))
    if len(found) != 1:
        raise refused("A spatial function is about one property and a geography literal.")
    prefix, at = prefix_of(kind, found[0])
    name = found[0].steps[len(prefix) :]
    if at == "Observation" or len(name) != 1 or TABLES[at].columns.get(name[0], ("", ""))[1] != "geometry":
        raise refused("%(path)s is no geometry.", path="/".join(found[0].steps))
    numbers, shapes = _column(at, name[0])
    return ids(prefix, numbers[_holds(one, shapes)].tolist())


def _column(kind: Kind, name: str) -> tuple[NDArray[np.int64], Shapes]:
    table = TABLES[kind]
    column = table.columns[name][0].format(a="a")
    with connection.cursor() as cursor:
        only = f"{column} IS NOT NULL AND {table.only.format(a='a')}"
        sql = f"SELECT a.id, {column}::text FROM {table.name} a WHERE {only}"  # noqa: S608 own names
        cursor.execute(sql)
        rows = cursor.fetchall()
    shapes = shapely.from_geojson(np.array([_geometry(text) for _, text in rows], object), on_invalid="ignore")
    is_shape = ~shapely.is_missing(shapes)
    return np.array([id for id, _ in rows], np.int64)[is_shape], np.asarray(shapes)[is_shape]


def _geometry(text: str) -> str:
    """GeoJSON of a geometry; a Feature counts as its geometry."""
    held = json.loads(text)
    return json.dumps(held["geometry"]) if isinstance(held, dict) and "geometry" in held else text


def _holds(one: Call, shapes: Shapes) -> Any:
    if one.name in _TRUE:
        left, right = (_side(arg, shapes) for arg in _two(one))
        return _TRUE[one.name](left, right)
    if one.name == "st_relate":
        pattern = one.args[2].value if len(one.args) == 3 and isinstance(one.args[2], Value) else None
        if not isinstance(pattern, str):
            raise refused("st_relate takes two geometries and a pattern.")
        left, right = (_side(arg, shapes) for arg in one.args[:2])
        return shapely.relate_pattern(left, right, pattern)
    sides = [_number(arg, shapes) for arg in _two(one)]
    return _COMPARE[one.name](*sides)


def _number(one: Expression, shapes: Shapes) -> Any:
    if isinstance(one, Value) and isinstance(one.value, int | float):
        return one.value
    if isinstance(one, Call) and one.name == "geo.distance":
        return shapely.distance(*(_side(arg, shapes) for arg in _two(one)))
    if isinstance(one, Call) and one.name == "geo.length" and len(one.args) == 1:
        return shapely.length(_side(one.args[0], shapes))
    raise refused("A distance or a length is compared with a number.")


def _two(one: Call) -> tuple[Expression, ...]:
    if len(one.args) != 2:
        raise refused("%(name)s takes %(count)s arguments.", name=one.name, count=2)
    return one.args


def _side(one: Expression, shapes: Shapes) -> Any:
    if isinstance(one, Path):
        return shapes
    if isinstance(one, Value) and isinstance(one.value, Geometry):
        try:
            return shapely.from_wkt(one.value.wkt)
        except shapely.GEOSException as error:
            raise refused("The geometry cannot be read: %(wkt)s.", wkt=one.value.wkt[:60]) from error
    raise refused("A spatial function is about one property and a geography literal.")
