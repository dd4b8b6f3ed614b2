"""Charts and maps of open data, drawn by the server: they need no script, and the table says the same."""

from collections.abc import Iterable
from dataclasses import dataclass
from math import cos, radians
from typing import Any

import shapely
from shapely.geometry import shape
from shapely.geometry.base import BaseGeometry

from liangxi.core.forms import face as forms
from liangxi.core.places import face as places
from liangxi.systems.data.face import opendata
from liangxi.systems.data.shapes.opening import OpenColumn, OpenDataset, OpenRows, Wanted

MOST_PLACES = 500
WIDTH = 720.0
NUMBERS = ("int", "decimal", "double")
_LEAST_VALUES = 2
_MARGIN = 0.08  # of the box around the places
_SMALLEST = 0.02  # degrees: a single place is not shown larger


@dataclass(frozen=True, slots=True)
class Chart:
    """Bars: title, (value, number) and the largest number; `of_rows`: the numbers say how often a value occurs."""

    name: str
    title: str
    bars: tuple[tuple[str, float], ...]
    most: float
    of_rows: bool = True


@dataclass(frozen=True, slots=True)
class Picture:
    """A map as SVG: outlines of the city below, the places of some rows above."""

    height: float
    outlines: tuple[str, ...]
    points: tuple[tuple[float, float], ...]
    shapes: tuple[str, ...]
    shown: int
    is_whole: bool


def charts(found: OpenDataset, rows: OpenRows) -> list[Chart]:
    """Two at most: few rows are shown as they are, of many it is counted how often values occur."""
    whole = _of_rows(found, rows) if len(rows.rows) >= found.card.rows else None
    counted = (chart(column) for column in found.columns)
    return [one for one in (whole, *counted) if one is not None][:2]


def _of_rows(found: OpenDataset, rows: OpenRows) -> Chart | None:
    """The first number of each row, named by the text or the key before it."""
    numbers = [n for n, column in enumerate(found.columns) if column.type in NUMBERS and not column.field.is_key]
    names = [n for n, column in enumerate(found.columns) if column.type == "string" and column.field.type == "text"]
    names = names or [n for n, column in enumerate(found.columns) if column.field.is_key]
    if not numbers or not names:
        return None
    number, name = numbers[0], names[-1]
    bars = tuple((str(row[name]), float(row[number])) for row in rows.rows if (row[number] or 0) > 0)
    if len(bars) < _LEAST_VALUES:
        return None
    about, by = found.columns[number].field, found.columns[name].field
    bars = tuple(sorted(bars, key=lambda bar: -bar[1]))
    return Chart(about.name, f"{forms.say(about.title)} · {forms.say(by.title)}", bars, bars[0][1], of_rows=False)


def chart(column: OpenColumn) -> Chart | None:
    """How often each value of a column occurs, or each year; None where that says nothing, as of numbers."""
    profile = column.profile
    counted = profile.get("top") or profile.get("years") or []
    if len(counted) < _LEAST_VALUES or column.field.is_key or column.type in NUMBERS:
        return None
    bars = tuple((str(value), int(count)) for value, count in counted)
    return Chart(column.field.name, forms.say(column.field.title), bars, max(count for _, count in bars))


def picture(found: OpenDataset) -> Picture | None:
    """The places of the first rows over the outlines of the city."""
    geometries = list(_geometries(found))
    if not geometries:
        return None
    west, south, east, north = _widened(shapely.total_bounds(geometries))
    scale = WIDTH / (east - west)  # equirectangular: a degree of latitude is longer than one of longitude here
    high = scale / cos(radians((south + north) / 2))

    def at(x: float, y: float) -> tuple[float, float]:
        return round((x - west) * scale, 1), round((north - y) * high, 1)

    points = tuple(at(one.x, one.y) for one in geometries if isinstance(one, shapely.Point))
    shapes = tuple(path for one in geometries if one.geom_type != "Point" for path in _paths(one, at))
    box = shapely.box(west, south, east, north)
    outlines = tuple(path for one in _city() for path in _paths(shapely.intersection(one, box), at))
    height = round((north - south) * high, 1)
    return Picture(height, outlines, points, shapes, len(geometries), len(geometries) >= found.card.rows)


def _widened(bounds: Any) -> tuple[float, float, float, float]:
    west, south, east, north = (float(one) for one in bounds)
    dx, dy = max(east - west, _SMALLEST) * _MARGIN, max(north - south, _SMALLEST) * _MARGIN
    return west - dx, south - dy, east + dx, north + dy


def _geometries(found: OpenDataset) -> Iterable[BaseGeometry]:
    if found.place is None:
        return
    names = [column.field.name for column in found.columns]
    rows = opendata.rows(id=found.card.id, wanted=Wanted(limit=MOST_PLACES), counted=False)
    for row in rows.rows:
        geometry = opendata.geometry_of(place=found.place, row=dict(zip(names, row, strict=True)))
        if geometry is not None:
            yield shape(dict(geometry))


def _city() -> list[BaseGeometry]:
    return [shape(one["geometry"]) for one in places.outlines(level="county")["features"]]


def _paths(geometry: BaseGeometry, at: Any) -> Iterable[str]:
    for part in getattr(geometry, "geoms", [geometry]):
        rings = [part.exterior, *part.interiors] if part.geom_type == "Polygon" else [part]
        if part.is_empty or part.geom_type == "Point":
            continue
        yield " ".join(
            "M" + " L".join(f"{x} {y}" for x, y in (at(*point[:2]) for point in ring.coords)) for ring in rings
        )
