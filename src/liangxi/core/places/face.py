"""The door of places. Where a city is, is public: reads ask for no right; loads ask for `places.manage`."""

from collections.abc import Iterable, Sequence
from datetime import date
from typing import Any

from django.db import connection, transaction

from liangxi.core.audit import face as audit
from liangxi.core.places import models, queries, rules
from liangxi.core.places.shapes import LEVELS, Address, Division, GridCell, Outline
from liangxi.kit import bulk
from liangxi.kit.actor import Actor
from liangxi.kit.errors import InvalidError, NotFoundError


def division(*, code: str, scheme: str = "stats", on: date | None = None) -> Division:
    """The division that a list called `code` on a day (None: whenever, the latest); scheme `id` is our own.

    NotFoundError `places.division.unknown`.
    """
    row = queries.division_row(code=code, scheme=scheme, on=on)
    if row is None:
        raise NotFoundError(
            "places.division.unknown",
            "No division has the code %(code)s in the list %(scheme)s.",
            {"code": code, "scheme": scheme},
        )
    return queries.division_shape(row)


def children_of(*, code: str, scheme: str = "stats") -> tuple[Division, ...]:
    """The divisions directly below, in the order of the profile."""
    return queries.divisions(parent_id=division(code=code, scheme=scheme).id)


def divisions(*, level: str, is_statutory: bool | None = True) -> tuple[Division, ...]:
    """All divisions of a level; `is_statutory=None` adds the statistical zones."""
    _check_level(level)
    conditions: dict[str, Any] = {"level": level}
    if is_statutory is not None:
        conditions["is_statutory"] = is_statutory
    return queries.divisions(**conditions)


def address(*, code: str) -> Address:
    """The standard address; InvalidError for a malformed code, NotFoundError `places.address.unknown`."""
    rules.parse_address_code(code)
    row = models.Address.objects.filter(code=code).first()
    if row is None:
        raise NotFoundError("places.address.unknown", "No standard address has the code %(code)s.", {"code": code})
    return queries.address_shape(row)


def find_addresses(*, text: str, division: str | None = None, limit: int = 20) -> tuple[Address, ...]:
    """Addresses that hold every word of `text` (at least two characters), within a division (own id) if given."""
    wanted = text.strip()
    if not 2 <= len(wanted) <= 100:
        raise InvalidError("places.find.length", "Search for an address with 2 to 100 characters.")
    return queries.addresses_with(text=wanted, division=division, limit=min(limit, 100))


def addresses_near(*, lon: float, lat: float, metres: float = 200, limit: int = 20) -> tuple[Address, ...]:
    """Addresses within `metres` (at most 50 km) of a point, nearest first."""
    return queries.addresses_within(lon=lon, lat=lat, metres=metres, limit=min(limit, 100))


def grid_cell(*, code: str) -> GridCell:
    """A cell of the management grid; NotFoundError `places.grid.unknown`."""
    row = models.GridCell.objects.filter(code=rules.check_grid_code(code)).first()
    if row is None:
        raise NotFoundError("places.grid.unknown", "No grid cell has the code %(code)s.", {"code": code})
    return queries.grid_shape(row)


def grid_cells_of(*, division: str) -> tuple[GridCell, ...]:
    """The cells of a community (own id)."""
    return tuple(queries.grid_shape(r) for r in models.GridCell.objects.filter(division_id=division).order_by("code"))


def outlines(*, level: str) -> dict[str, Any]:
    """A GeoJSON FeatureCollection of the outlines of a level; `synthetic` is true when any of them is generated."""
    _check_level(level)
    features = queries.outline_features([level])
    synthetic = any(feature["properties"]["synthetic"] for feature in features)
    return {"type": "FeatureCollection", "synthetic": synthetic, "features": features}


def load_divisions(*, by: Actor, divisions: Sequence[Division]) -> int:
    """Load the divisions of a profile, parents first, with their codes; the number of divisions added or changed.

    Codes that the profile no longer lists are removed: the profile is the truth of both.
    """
    by.require("places.manage")
    rows = [
        (d.id, i, d.name["zh"], d.name["en"], d.level, d.kind, d.parent, d.is_statutory, d.lon, d.lat)
        for i, d in enumerate(divisions)
    ]
    columns = ("id", "position", "name_zh", "name_en", "level", "kind", "parent_id", "is_statutory", "lon", "lat")
    codes = [(d.id, c.scheme, c.code, c.valid_from, c.valid_to) for d in divisions for c in d.codes]
    with transaction.atomic(), connection.cursor() as cursor:
        changed = bulk.upsert(cursor, table="places_division", columns=columns, key=["id"], rows=rows)
        cursor.execute("DELETE FROM places_divisioncode WHERE division_id = ANY(%s)", [[d.id for d in divisions]])
        names = ("division_id", "scheme", "code", "valid_from", "valid_to")
        key = ("scheme", "code", "valid_from")
        bulk.upsert(cursor, table="places_divisioncode", columns=names, key=key, rows=codes)
        audit.record(by=by, action="places.divisions.load", object="places", detail={"changed": changed})
    return changed


def load_addresses(*, by: Actor, addresses: Iterable[Address]) -> int:
    """Stream addresses in; the number added or changed."""
    by.require("places.manage")
    rows = ((a.code, a.text, a.division, a.lon, a.lat) for a in addresses)
    return _load(by, "places_address", ("code", "text", "division_id", "lon", "lat"), rows)


def load_grid(*, by: Actor, cells: Iterable[GridCell]) -> int:
    """Stream grid cells in; the number added or changed."""
    by.require("places.manage")
    rows = ((rules.check_grid_code(c.code), c.division, c.lon, c.lat, c.is_synthetic) for c in cells)
    return _load(by, "places_gridcell", ("code", "division_id", "lon", "lat", "is_synthetic"), rows)


def load_outlines(*, by: Actor, outlines: Iterable[Outline]) -> int:
    """Replace the outlines of the divisions given: the synthetic ones by a reviewed base map, for instance."""
    by.require("places.manage")
    from psycopg.types.json import Json

    rows = ((o.division, Json(o.rings), o.is_synthetic) for o in outlines)
    return _load(by, "places_outline", ("division_id", "rings", "is_synthetic"), rows)


def _load(by: Actor, table: str, columns: tuple[str, ...], rows: Iterable[tuple[Any, ...]]) -> int:
    with transaction.atomic(), connection.cursor() as cursor:
        changed = bulk.upsert(cursor, table=table, columns=columns, key=columns[:1], rows=rows)
        if changed:
            audit.record(by=by, action="places.load", object=table, detail={"changed": changed})
    return changed


def _check_level(level: str) -> None:
    if level not in LEVELS:
        raise InvalidError("places.level.unknown", "There is no level %(level)s.", {"level": level})
