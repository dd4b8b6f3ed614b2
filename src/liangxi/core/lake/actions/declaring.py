"""Declaring a table."""

from django.db import transaction

from liangxi.core.audit import face as audit
from liangxi.core.lake import queries
from liangxi.core.lake.models import Table
from liangxi.core.lake.rules import declaring
from liangxi.core.lake.shapes import Table as TableShape
from liangxi.core.lake.shapes import TableSpec
from liangxi.kit import time
from liangxi.kit.actor import Actor
from liangxi.kit.errors import ConflictError


def declare(by: Actor, spec: TableSpec) -> TableShape:
    """Make the table, or give an existing one other words."""
    from liangxi.core.lake import iceberg

    declaring.check(spec)
    with transaction.atomic():
        made = {"spec": declaring.as_json(spec), "created_at": time.now()}
        row, is_new = Table.objects.select_for_update().get_or_create(name=spec.name, defaults=made)
        if is_new:
            iceberg.create(spec)
        elif not declaring.is_same_shape(declaring.from_json(row.spec), spec):
            raise ConflictError(
                "lake.table.shape",
                "The table %(table)s is there with other fields, key or buckets. Declare one with another name.",
                {"table": spec.name},
            )
        elif row.spec != made["spec"]:
            row.spec = made["spec"]
            row.save(update_fields=["spec"])
        else:
            return queries.shape(row)
        audit.record(by=by, action="lake.declare", object=f"lake:{spec.name}", detail={"new": is_new})
    return queries.shape(row)
