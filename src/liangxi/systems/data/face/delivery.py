"""Delivery: the read store that follows the lake, and every way in which a grant is read."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import Any

from liangxi.kit.actor import Actor
from liangxi.kit.errors import HouseError
from liangxi.systems.data.actions import delivering, looking, serving
from liangxi.systems.data.queries import delivery as queries
from liangxi.systems.data.rules.policy import Bulk
from liangxi.systems.data.shapes import ChangePage, Delivery, Lookup, LookupAnswer


def keep_serving() -> int:
    """Bring every granted resource in the read store to the newest state of the lake; how many moved.

    Called by workers; each state becomes visible whole, with its part of the change feed. Announces DatasetChanged.
    """
    return serving.keep()


def forget_changes() -> int:
    """Forget what the change feeds keep for more than 30 days; how many images. Called by workers."""
    return serving.trim()


def answer_lookups(*, asked: Sequence[Lookup]) -> list[LookupAnswer | HouseError]:
    """The rows of keys under grants, for many callers in one transaction; nothing is answered before its commit.

    Each question is judged by itself; its refusal stands in its place: UnauthenticatedError and ForbiddenError as
    `open_grant`, QuotaError `data.grant.quota`, InvalidError naming `key`, `keys.<n>` or `by`, NotFoundError
    `data.delivery.unserved`, those of the policy compiler, AwayError `data.delivery.away`. Each key counts as one
    read, and leaves a record for each person whom its rows are about.
    """
    return looking.answer_lookups(asked)


def open_grants(*, org: str, resources: Collection[str]) -> frozenset[str]:
    """Those of some resources of which a department holds a grant today."""
    return queries.open_grants(org, resources)


def delivery(*, secret: str, resource: str) -> Delivery:
    """What a department's key lets its program read of a resource, and how; errors as `open_grant`."""
    return queries.delivery(delivering.by_key(secret, resource))


def delivery_of(*, by: Actor, grant: str) -> Delivery:
    """The same for a person at a post of the department that holds the grant (`data.request`)."""
    return queries.delivery(delivering.by_post(by, grant))


def download(
    *, secret: str, resource: str, version: int | None, format: str, columns: Sequence[str] = (), where: str = ""
) -> tuple[str, Iterator[bytes]]:
    """The rows of a version (None: the newest state) as csv, jsonl or parquet: the name of the file and its bytes.

    The whole download is one read of the quota; its rows are counted and written down before the first byte. `where`
    is a condition over the columns as the grant shows them. NotFoundError `lake.version.unknown`; else as `lookup`.
    """
    opened = delivering.by_key(secret, resource)
    request = Bulk(purpose=opened.purpose, columns=tuple(columns), where=where or "true")
    return delivering.download(opened, version, request, format)


def download_of(*, by: Actor, grant: str, version: int | None, format: str) -> tuple[str, Iterator[bytes]]:
    """The same for a person at a post of the department that holds the grant."""
    opened = delivering.by_post(by, grant)
    return delivering.download(opened, version, Bulk(purpose=opened.purpose), format)


def changes(
    *, secret: str, resource: str, after: str = "", limit: int = 1000, columns: Sequence[str] = ()
) -> ChangePage:
    """What happened to the rows of a grant after a cursor (none: since the feed began), in order, at least once.

    GoneError `data.feed.gone` (410) for a cursor of more than 30 days ago: download, then go on from `Delivery.cursor`.
    """
    return delivering.changes(delivering.by_key(secret, resource), after, limit, columns)


def aggregate(
    *, secret: str, resource: str, by: Sequence[str], measures: Sequence[str], where: str = ""
) -> tuple[Mapping[str, Any], ...]:
    """Measures (`count`, `sum:months`, ...) of the groups of a grant; groups below its minimum are left out."""
    return delivering.aggregate(delivering.by_key(secret, resource), by, measures, where)
