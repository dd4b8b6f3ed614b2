"""整合: transforms that make resources from others, with the lineage of each column."""

from liangxi.kit.actor import Actor
from liangxi.kit.errors import ForbiddenError
from liangxi.systems.data.actions import integrating
from liangxi.systems.data.models import Resource
from liangxi.systems.data.queries import catalogue
from liangxi.systems.data.queries import integrating as queries
from liangxi.systems.data.shapes.integrating import Lineage


def lineage_of(*, by: Actor, resource: str) -> Lineage:
    """From which fields of which resources each field came, and which fields come from it; for staff.

    NotFoundError `data.resource.unknown`.
    """
    if by.kind == "public":
        raise ForbiddenError("house.forbidden", "The catalogue is for staff.")
    row = Resource.objects.filter(pk=resource).first()
    if row is None or not catalogue.may_see(by, row):
        raise catalogue.unknown(resource)
    return queries.lineage(row)


def transform_due(*, limit: int = 1) -> int:
    """Run the transforms of whose inputs there are newer versions; how many. Called by workers for heavy work."""
    return integrating.run_due(limit)
