"""Reading the catalogue, and what rooms that deliver and measure tell it."""

from datetime import datetime

from liangxi.kit.actor import Actor
from liangxi.kit.errors import ForbiddenError
from liangxi.systems.data.actions import catalogue as actions
from liangxi.systems.data.queries import catalogue as queries
from liangxi.systems.data.shapes import (
    RegisterCoverage,
    Resource,
    ResourceCard,
    ResourcePage,
    ResourceVersion,
)


def resource(*, by: Actor, id: str, version: int | None = None, in_work: bool = False) -> Resource:
    """A resource: the version in force, that of a number, or with `in_work` the one that waits, when there is one.

    What was published is for all staff; what is in work for its department (`data.manage`) and the bureau
    (`data.review`). NotFoundError `data.resource.unknown`.
    """
    return queries.resource(by, id, version, in_work=in_work)


def resources(
    *,
    by: Actor,
    query: str = "",
    kind: str = "",
    org: str = "",
    sharing: str = "",
    opening: str = "",
    register: str = "",
    origin: str = "",
    after: str | None = None,
    limit: int = 50,
) -> ResourcePage:
    """The published catalogue by id, for staff; with `query` the best 100 hits over names, summaries and fields."""
    _require_staff(by)
    narrow = {"kind": kind, "org": org, "sharing": sharing, "opening": opening, "register": register, "origin": origin}
    return queries.page(by, query, narrow, after, max(1, min(limit, 200)))


def history(*, by: Actor, id: str) -> tuple[ResourceVersion, ...]:
    """The versions of a resource, the newest first: who, when, what changed. NotFoundError."""
    return queries.history(by, id)


def own_resources(*, by: Actor) -> tuple[ResourceCard, ...]:
    """Every resource in the scope of `data.manage`, those in work first."""
    by.require("data.manage")
    return queries.own(by)


def resources_to_review(*, by: Actor) -> tuple[ResourceCard, ...]:
    """Submitted versions in the scope of `data.review`, who waits longest first."""
    by.require("data.review")
    return queries.to_review(by)


def coverage(*, by: Actor) -> tuple[RegisterCoverage, ...]:
    """How far each base register (基础库) is in the catalogue, computed from the published sources; for staff."""
    _require_staff(by)
    return queries.coverage()


def record_delivery(*, by: Actor, resource: str, at: datetime, rows: int, version: str = "") -> None:
    """A delivery arrived: `rows` of it are held now as data version `version`. Freshness counts from `at`.

    For the house (`data.deliver`). An older delivery than the known one changes nothing. NotFoundError.
    """
    actions.record_delivery(by, resource, at, rows, version)


def record_quality(*, by: Actor, resource: str, score: float, at: datetime) -> None:
    """A check of quality (GB/T 36344) gave `score`, 0 to 100. For the house (`data.deliver`). NotFoundError."""
    actions.record_quality(by, resource, score, at)


def _require_staff(by: Actor) -> None:
    if by.kind == "public":
        raise ForbiddenError("house.forbidden", "The catalogue is for staff.")
