"""Who acts, with everything that he may: one statement."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from django.db import connection

from liangxi.core.people import models
from liangxi.core.people.rules import roles
from liangxi.kit import time
from liangxi.kit.actor import Actor, Grant
from liangxi.kit.errors import ForbiddenError, NotFoundError

_SQL = """
WITH held AS (
    SELECT id AS post, role, organisation_id, NULL::text[] AS lent, NULL::text AS giver
    FROM people_post
    WHERE account_id = %(account)s AND since <= %(day)s AND (until IS NULL OR until > %(day)s)
  UNION ALL
    SELECT post.id, post.role, post.organisation_id, lent.permissions, giver.id || ' ' || giver.name
    FROM people_delegation lent
    JOIN people_post post ON post.id = lent.post_id AND post.since <= %(day)s
        AND (post.until IS NULL OR post.until > %(day)s) AND post.role <> ALL (%(separated)s)
    JOIN people_account giver ON giver.id = post.account_id AND giver.is_active
    WHERE lent.to_id = %(account)s AND lent.revoked_at IS NULL AND lent.since <= %(day)s AND lent.until > %(day)s
), placed AS (
    SELECT held.*, organisation.code, period.path
    FROM held
    JOIN people_organisation organisation ON organisation.id = held.organisation_id
    JOIN people_organisationperiod period ON period.organisation_id = held.organisation_id
        AND period.valid_from <= %(day)s AND (period.valid_to IS NULL OR period.valid_to > %(day)s)
)
SELECT account.kind, account.name, account.person_id, firm.id, firm.name,
       placed.post, placed.role, placed.code, placed.path, placed.lent, placed.giver
FROM people_account account
LEFT JOIN people_firm firm ON firm.id = %(firm)s AND firm.legal_representative_id = account.person_id
    AND firm.until IS NULL
LEFT JOIN placed ON account.kind = 'staff'
WHERE account.id = %(account)s AND account.is_active
ORDER BY placed.giver NULLS FIRST, placed.post
"""
_RESIDENT = (Grant(roles.RESIDENT, roles.permissions_of(roles.RESIDENT), "/"),)


def actor_of(account: int, *, post: int | None, firm: str | None) -> Actor:
    """The actor of an open account; see the face for the errors."""
    params: dict[str, Any] = {
        "account": account,
        "day": time.today(),
        "firm": firm,
        "separated": sorted(roles.SEPARATED_ROLES),
    }
    with connection.cursor() as cursor:
        cursor.execute(_SQL, params)
        rows = cursor.fetchall()
    if not rows:
        raise NotFoundError("people.account.unknown", "There is no such account, or it is closed.")
    if rows[0][0] == "public":
        return _resident(account, rows[0], firm)
    return _staff(account, rows, post)


def _resident(account: int, row: Sequence[Any], firm: str | None) -> Actor:
    _, name, person, firm_id, firm_name, *_ = row
    if firm is not None and firm_id is None:
        raise ForbiddenError("people.firm.not_represented", "You do not represent this firm.")
    return Actor(
        kind="public",
        account=str(account),
        name=firm_name or name,
        person=str(person) if person else None,
        firm=str(firm_id) if firm_id else None,
        grants=_RESIDENT,
    )


def assisting(by: Actor, person: str, firm: str | None) -> Actor:
    """The resident's rights with the clerk's account; see the face for the errors."""
    try:
        row = models.Person.objects.filter(pk=UUID(person), until=None).first()
    except ValueError:
        row = None
    if row is None:
        raise NotFoundError("people.person.unknown", "There is no such person.")
    represented = models.Firm.objects.filter(pk=firm, legal_representative=row, until=None).first() if firm else None
    if firm and represented is None:
        raise ForbiddenError("people.firm.not_represented", "You do not represent this firm.")
    return Actor(
        kind="public",
        account=by.account,
        name=represented.name if represented else row.name,
        person=str(row.pk),
        firm=str(represented.pk) if represented else None,
        org=by.org,
        org_path=by.org_path,
        grants=_RESIDENT,
        on_behalf_of=f"person:{row.pk}",
        purpose=by.purpose,
    )


def _staff(account: int, rows: Sequence[Sequence[Any]], post: int | None) -> Actor:
    held = [row[5:] for row in rows if row[5] is not None]
    chosen = next((row for row in held if post is None or row[0] == post), None)
    if post is not None and chosen is None:
        raise ForbiddenError("people.post.not_held", "You do not hold this post today.")
    return Actor(
        kind="staff",
        account=str(account),
        name=rows[0][1],
        person=str(rows[0][2]) if rows[0][2] else None,
        org=chosen[2] if chosen else None,
        org_path=chosen[3] if chosen else None,
        grants=tuple(dict.fromkeys(_grant(row) for row in held)),
        on_behalf_of=chosen[5].split(" ", 1)[0] if chosen and chosen[5] else None,
    )


def _grant(row: Sequence[Any]) -> Grant:
    _, role, _, path, lent, _ = row
    permissions = roles.permissions_of(role)
    return Grant(role, permissions if lent is None else permissions & frozenset(lent), path)
