"""Delivery: the read store that follows the lake, and every way in which a grant is read."""

from collections.abc import Sequence

from liangxi.kit.errors import HouseError
from liangxi.systems.data.actions import looking, serving
from liangxi.systems.data.shapes import Lookup, LookupAnswer


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
