"""Grants: who may read what; for rooms that deliver: what a key opens, and what was read."""

from collections.abc import Sequence
from datetime import date

from liangxi.kit import time
from liangxi.kit.actor import Actor
from liangxi.systems.data.actions import grants as actions
from liangxi.systems.data.actions import keys
from liangxi.systems.data.queries import sharing as queries
from liangxi.systems.data.shapes import DepartmentKey, Grant, IssuedDepartmentKey, Reading, UsageDay


def grants_of(*, by: Actor) -> tuple[Grant, ...]:
    """What one's department may read (scope of `data.request`), the newest first."""
    return queries.grants(by, queries.in_scope(by, "data.request", "org_path"))


def grants_given(*, by: Actor, resource: str = "") -> tuple[Grant, ...]:
    """What others may read of one's resources: `data.grant` on the provider, or `data.review`."""
    where = queries.in_scope(by, "data.grant", "provider_path") | queries.in_scope(by, "data.review", "provider_path")
    return queries.grants(by, where & queries.in_resource(resource))


def grant(*, by: Actor, id: str) -> Grant:
    """One grant with its steps, for consumer, provider, bureau, auditor; NotFoundError `data.sharing.unknown`."""
    return queries.grant(by, queries.grant_row(by, id), with_steps=True)


def usage_of(*, by: Actor, id: str) -> tuple[UsageDay, ...]:
    """The days on which a grant was used, the newest first, 30 at most."""
    return queries.usage(queries.grant_row(by, id))


def change_grant(*, by: Actor, id: str, deed: str, reason: str) -> None:
    """`suspend`, `resume` or `revoke` a grant with the reason: its provider or the bureau, effective at once.

    ConflictError `data.grant.state`; InvalidError names deed or reason. Announces GrantEnded.
    """
    actions.change(by, id, deed, reason)


def report_usage(*, by: Actor, id: str, text: str) -> None:
    """What the data was used for, in the consumer's words (10 to 2,000 characters)."""
    actions.report(by, id, text)


def confirm_grant(*, by: Actor, id: str, outcome: str, reason: str = "") -> None:
    """The provider's yearly review: `keep` for another year, or `end` with a reason.

    A grant that is not confirmed lapses on its `review_on`. ConflictError `data.grant.state`.
    """
    actions.confirm(by, id, outcome, reason)


def ask_reviews(*, limit: int = 100) -> int:
    """Open the review of the grants that lapse within 30 days; how many. Called by workers."""
    return actions.ask_reviews(limit)


def issue_key(*, by: Actor, name: str, grants: Sequence[str], until: date) -> IssuedDepartmentKey:
    """A key of the post's department for a program; its secret is shown this once.

    InvalidError names name, grants or until (a year at most).
    """
    return keys.issue(by, name, grants, until)


def keys_of(*, by: Actor) -> tuple[DepartmentKey, ...]:
    """The keys of departments in the scope of `data.request`."""
    return queries.keys(queries.in_scope(by, "data.request", "org_path"))


def revoke_key(*, by: Actor, id: str) -> None:
    """The key opens nothing any more: its department or the bureau. NotFoundError."""
    keys.revoke(by, id)


def open_grant(*, secret: str, resource: str) -> Grant:
    """The grant that a department's key opens on a resource, when it holds today. For rooms that deliver.

    UnauthenticatedError `data.key.unknown`, `.revoked`, `.expired`; ForbiddenError `data.key.grant`, or
    `data.grant.<state>` for one that is suspended, revoked, waiting, expired, lapsed or of a withdrawn resource.
    """
    return queries.grant(queries.ZONE, keys.opened(secret, resource)[1])


def note_usage(*, grant: str, reads: int = 1, rows: int = 0) -> None:
    """Count what was read under a grant, before it is answered. One statement; refused calls are counted as such.

    ForbiddenError `data.grant.<state>`; QuotaError `data.grant.quota` (status 429) when fewer are left today.
    """
    actions.note_usage(grant, reads, rows)


def record_reading(*, by: Actor, grant: str, subjects: Sequence[str], fields: Sequence[str]) -> None:
    """Write down whose data (register ids of persons) was read under a grant: for them, and for the auditor.

    `by` is the house or the account that reads; the record names consumer, purpose, resource and fields.
    """
    row = queries.grant_row(queries.ZONE, grant)
    actions.require_holds(row, time.today())
    actions.record_reading(by, row, subjects, fields)


def readings(
    *, by: Actor, person: str = "", account: str = "", grant: str = "", after: int | None = None, limit: int = 50
) -> tuple[tuple[Reading, ...], int | None]:
    """Who read whose data, when, why, under which grant: the newest first, and the `after` of the next page.

    Needs `audit.read`.
    """
    by.require("audit.read")
    narrow = {"person": person, "account": account, "grant": grant}
    found, more = queries.readings(by, narrow, after, max(1, min(limit, 200)))
    return tuple(found), more
