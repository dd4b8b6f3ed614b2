"""The door of the twin: what stands at an address. A place is no person: reads ask for no right."""

from collections.abc import Iterable
from dataclasses import fields
from decimal import Decimal

from django.db import connection, transaction

from liangxi.core.audit import face as audit
from liangxi.kit import bulk
from liangxi.kit.actor import Actor
from liangxi.systems.twin import models
from liangxi.systems.twin.shapes import Premises, PremisesRow

_OWNER = "land"
_TITLE = {"zh": "城市信息模型(房屋)", "en": "City model (premises)"}


def premises_at(*, by: Actor, address: str) -> Premises | None:
    """The premises at a standard address code, or None."""
    row = models.Premises.objects.filter(pk=address).first() if address else None
    if row is None:
        return None
    return Premises(
        address=row.address,
        area_m2=Decimal(f"{row.area_m2.normalize():f}"),  # 340, neither 340.00 nor 3.4E+2
        floor=row.floor,
        use=row.use,
        source_org=_OWNER,
        source_title=_TITLE,
        as_of=row.surveyed_on,
    )


def load_premises(*, by: Actor, rows: Iterable[PremisesRow]) -> int:
    """Load premises by address; the number added or changed. For the house itself (`register.load`)."""
    by.require("register.load")
    names = tuple(f.name for f in fields(PremisesRow))
    values = (tuple(getattr(row, name) for name in names) for row in rows)
    with transaction.atomic(), connection.cursor() as cursor:
        changed = bulk.upsert(cursor, table="twin_premises", columns=names, key=("address",), rows=values)
        audit.record(by=by, action="twin.loaded", object="register:premises", detail={"count": changed})
    return changed
