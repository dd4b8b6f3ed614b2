"""Synthetic outlines: districts of the right area around their seats, cut into towns; no surveyed line is used.

Districts are the cells of a power diagram (a Voronoi diagram with weights) of the centroids within a hand-made ring;
the weights are moved until the shares of area fit the published areas. Towns are cells of spread points within their
district. Then the whole coverage is bent by one smooth field, so that neighbours still share every line.
"""

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely.geometry import Polygon
from shapely.geometry.base import BaseGeometry

from liangxi.site.dice import dice

Points = NDArray[np.float64]
_ROUNDS = 120  # of weight fitting; the areas agree to about 1 % after 60
_BEND = 0.012  # degrees: amplitude of the bending field
_STEP = 0.012  # degrees between the vertices of a bent line
_DIGITS = 4  # about 10 m


@dataclass(frozen=True, slots=True)
class Seat:
    """What is known of a district: a point in it and its area."""

    division: str
    lon: float
    lat: float
    area_km2: float


def partition(
    *, ring: Sequence[tuple[float, float]], seats: Sequence[Seat], towns: Mapping[str, Sequence[str]], seed: int = 2026
) -> dict[str, Polygon]:
    """Outlines of the districts and of their towns by division id; they tile `ring` (bent) without a gap.

    `towns` lists the towns of each district. The same arguments give the same outlines, and the last are remembered:
    they are dear, and one process may load a profile more than once.
    """
    listed = tuple((name, tuple(of)) for name, of in towns.items())
    return dict(_partition(tuple(ring), tuple(seats), listed, seed))


@lru_cache(maxsize=1)
def _partition(
    ring: tuple[tuple[float, float], ...],
    seats: tuple[Seat, ...],
    listed: tuple[tuple[str, tuple[str, ...]], ...],
    seed: int,
) -> Mapping[str, Polygon]:
    towns = dict(listed)
    stretch = math.cos(math.radians(seats[0].lat))
    body = shapely.transform(Polygon(ring), lambda c: c * [stretch, 1])
    centres = np.array([[s.lon * stretch, s.lat] for s in seats])
    shares = np.array([s.area_km2 for s in seats])
    cells = _fit(body, centres, shares / shares.sum())
    flat: dict[str, Polygon] = {}
    for seat, cell in zip(seats, cells, strict=True):
        names = towns[seat.division]
        flat.update(zip(names, _spread(cell, len(names), seed, seat.division), strict=True))
    bent = _bend(flat, seed, stretch)
    for seat in seats:
        bent[seat.division] = _outer(shapely.union_all([bent[name] for name in towns[seat.division]]))
    return bent


def _fit(body: Polygon, centres: Points, shares: Points) -> list[Polygon]:
    weights = np.zeros(len(centres))
    cells = _power_cells(body, centres, weights)
    for _ in range(_ROUNDS):
        areas = np.array([cell.area for cell in cells]) / body.area
        weights += 0.35 * body.area * (shares - areas) / math.pi
        weights -= weights.mean()
        cells = _power_cells(body, centres, weights)
    return cells


def _power_cells(body: Polygon, centres: Points, weights: Points) -> list[Polygon]:
    """The part of `body` nearest to each centre by squared distance less weight."""
    return [_largest(body.intersection(_half_planes(i, centres, weights))) for i in range(len(centres))]


def _half_planes(i: int, centres: Points, weights: Points) -> BaseGeometry:
    cell: BaseGeometry = shapely.box(-1e3, -1e3, 1e3, 1e3)
    for j in range(len(centres)):
        if j != i and not cell.is_empty:
            cell = cell.intersection(_nearer(centres[i], centres[j], weights[i] - weights[j]))
    return cell


def _nearer(a: Points, b: Points, gain: float) -> Polygon:
    """The half plane, as a long box, in which |x-a|² - |x-b|² <= gain."""
    along = b - a
    length = float(np.hypot(*along))
    along /= length
    across = np.array([-along[1], along[0]])
    foot = (a + b) / 2 + along * gain / (2 * length)
    far = 10.0
    return Polygon(
        [foot - across * far, foot + across * far, foot + (across - along) * far, foot - (across + along) * far]
    )


def _spread(cell: Polygon, count: int, seed: int, name: str) -> list[Polygon]:
    """`count` cells of like size: random points, moved to the centres of their cells until they lie evenly."""
    draw = dice(seed, "land", name)
    west, south, east, north = cell.bounds
    points: list[Points] = []
    while len(points) < count:
        point = np.array([draw.uniform(west, east), draw.uniform(south, north)])
        if shapely.contains_xy(cell, *point):
            points.append(point)
    centres = np.array(points)
    weights = np.zeros(count)
    cells = _power_cells(cell, centres, weights)
    for _ in range(12):
        centres = np.array([[c.centroid.x, c.centroid.y] for c in cells])
        cells = _power_cells(cell, centres, weights)
    return cells


def _bend(flat: Mapping[str, Polygon], seed: int, stretch: float) -> dict[str, Polygon]:
    """The same coverage with curved lines: one node set, cut small, moved by one smooth field, back in degrees."""
    lines = shapely.union_all([polygon.boundary for polygon in flat.values()], grid_size=1e-6)
    nodes = shapely.segmentize(shapely.node(lines), _STEP)
    faces = shapely.get_parts(shapely.polygonize(shapely.get_parts(nodes)))
    middle = [face.representative_point() for face in faces]
    pieces: dict[str, list[Polygon]] = {name: [] for name in flat}
    for face, point in zip(faces, middle, strict=True):
        owner = min(flat, key=lambda name: flat[name].distance(point))
        pieces[owner].append(face)
    move = _field(seed, stretch)
    return {
        name: _outer(shapely.union_all([shapely.transform(p, move) for p in parts])) for name, parts in pieces.items()
    }


def _field(seed: int, stretch: float) -> Callable[[Points], Points]:
    draw = dice(seed, "land", "field")
    waves = draw.normal(0, 1, size=(10, 2)) * np.array(
        [[18.0], [18.0], [14.0], [14.0], [22.0], [22.0], [34.0], [34.0], [50.0], [50.0]]
    )
    phases = draw.uniform(0, 2 * math.pi, size=(10, 2))
    heights = _BEND * 6 / np.linalg.norm(waves, axis=1).clip(6)

    def move(points: Points) -> Points:
        angle = points @ waves.T
        shift = np.stack([(np.sin(angle + phases[:, k]) * heights).sum(axis=1) for k in (0, 1)], axis=1)
        moved: Points = np.round((points + shift) / [stretch, 1], _DIGITS)
        return moved

    return move


def _outer(shape: shapely.Geometry) -> Polygon:
    return Polygon(_largest(shape).exterior)


def _largest(shape: shapely.Geometry) -> Polygon:
    parts = [part for part in shapely.get_parts(shape) if isinstance(part, Polygon)]
    return max(parts, key=lambda part: part.area)


def grounds(outlines: Mapping[str, Any]) -> dict[str, Polygon]:
    """The polygons of a GeoJSON FeatureCollection by the id of their division."""
    return {feature["id"]: Polygon(feature["geometry"]["coordinates"][0]) for feature in outlines["features"]}


def point_in(ground: Polygon, draw: np.random.Generator) -> tuple[float, float]:
    """A point of a polygon, drawn evenly."""
    west, south, east, north = ground.bounds
    while True:
        lon, lat = float(draw.uniform(west, east)), float(draw.uniform(south, north))
        if shapely.contains_xy(ground, lon, lat):
            return lon, lat
