"""Reads of places."""

from collections.abc import Iterable
from datetime import date
from typing import Any

from django.db.models import Q

from liangxi.core.places import models, rules
from liangxi.core.places.shapes import Address, Division, DivisionCode, GridCell


def division_row(*, code: str, scheme: str, on: date | None) -> models.Division | None:
    """The row of a division by own id (scheme `id`) or by the code of a list on a day (None: any, latest first)."""
    rows = models.Division.objects.prefetch_related("codes")
    if scheme == "id":
        return rows.filter(id=code).first()
    found = models.DivisionCode.objects.filter(scheme=scheme, code=code)
    if on is not None:
        since = Q(valid_from=None) | Q(valid_from__lte=on)
        found = found.filter(since, Q(valid_to=None) | Q(valid_to__gt=on))
    best = max(found, key=lambda row: row.valid_from or date.min, default=None)
    return rows.get(id=best.division_id) if best else None


def division_shape(row: models.Division) -> Division:
    """The value of a row."""
    codes = sorted(row.codes.all(), key=lambda c: (c.scheme, c.valid_from or date.min, c.code))
    return Division(
        id=row.id,
        name={"zh": row.name_zh, "en": row.name_en or row.name_zh},
        level=row.level,
        kind=row.kind,
        parent=row.parent_id,
        is_statutory=row.is_statutory,
        codes=tuple(DivisionCode(c.scheme, c.code, c.valid_from, c.valid_to) for c in codes),
        lon=row.lon,
        lat=row.lat,
    )


def divisions(**conditions: Any) -> tuple[Division, ...]:
    """The divisions that fit, in the order of the profile."""
    rows = models.Division.objects.filter(**conditions).order_by("position").prefetch_related("codes")
    return tuple(division_shape(row) for row in rows)


def address_shape(row: models.Address) -> Address:
    """The value of a row."""
    return Address(code=row.code, text=row.text, division=row.division_id, lon=row.lon, lat=row.lat)


def addresses_with(*, text: str, division: str | None, limit: int) -> tuple[Address, ...]:
    """Addresses whose text holds every word of `text`, shortest first."""
    rows = models.Address.objects.all()
    if division:
        rows = rows.filter(division_id=division)
    for word in text.split():
        rows = rows.filter(text__contains=word)
    return tuple(address_shape(row) for row in rows.order_by("code")[:limit])


def addresses_within(*, lon: float, lat: float, metres: float, limit: int) -> tuple[Address, ...]:
    """Addresses at most `metres` away, nearest first."""
    west, south, east, north = rules.box_around(lon, lat, metres)
    rows = models.Address.objects.filter(lat__range=(south, north), lon__range=(west, east))
    ranked = sorted((rules.distance(lon, lat, row.lon, row.lat), row.code, row) for row in rows.iterator())
    return tuple(address_shape(row) for metres_away, _, row in ranked[:limit] if metres_away <= metres)


def grid_shape(row: models.GridCell) -> GridCell:
    """The value of a row."""
    return GridCell(row.code, row.division_id, row.lon, row.lat, row.is_synthetic)


def outline_features(levels: Iterable[str]) -> list[dict[str, Any]]:
    """GeoJSON features of the outlines of some levels, in the order of the profile."""
    rows = models.Outline.objects.filter(division__level__in=list(levels)).select_related("division")
    features = []
    for row in rows.order_by("division__position").prefetch_related("division__codes"):
        place = division_shape(row.division)
        properties = {
            "id": place.id,
            "code": place.code(),
            "name": place.name["zh"],
            "name_en": place.name["en"],
            "level": place.level,
            "parent": place.parent,
            "lon": place.lon,
            "lat": place.lat,
            "synthetic": row.is_synthetic,
        }
        geometry = {"type": "Polygon", "coordinates": row.rings}
        features.append({"type": "Feature", "id": place.id, "properties": properties, "geometry": geometry})
    return features
