"""Who acts, with everything that he may: one statement."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any
from uuid import UUID

from django.db import connection

from liangxi.core.people import models
from liangxi.core.people.queries import proxies
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
SELECT account.kind, account.name, account.person_id,
       placed.post, placed.role, placed.code, placed.path, placed.lent, placed.giver
FROM people_account account
LEFT JOIN placed ON account.kind = 'staff'
WHERE account.id = %(account)s AND account.is_active
ORDER BY placed.giver NULLS FIRST, placed.post
"""
_RESIDENT = (Grant(roles.RESIDENT, roles.permissions_of(roles.RESIDENT), "/"),)


def actor_of(account: int, *, post: int | None, firm: str | None, relative: str | None = None) -> Actor:
    """The actor of an open account; see the face for the errors."""
    params: dict[str, Any] = {
        "account": account,
        "day": time.today(),
        "separated": sorted(roles.SEPARATED_ROLES),
    }
    with connection.cursor() as cursor:
        cursor.execute(_SQL, params)
        rows = cursor.fetchall()
    if not rows:
        raise NotFoundError("people.account.unknown", "There is no such account, or it is closed.")
    if rows[0][0] == "public":
        _, name, person, *_ = rows[0]
        return represented(_oneself(str(account), name, str(person) if person else None), firm, relative)
    return _staff(account, rows, post)


def _oneself(account: str, name: str, person: str | None) -> Actor:
    return Actor(kind="public", account=account, name=name, person=person, grants=_RESIDENT)


def represented(by: Actor, firm: str | None, relative: str | None) -> Actor:
    """The actor that a resident becomes for a firm or a relative, with what his roles there allow."""
    if relative is not None:
        return _for_relative(by, relative)
    return _for_firm(by, firm) if firm is not None else by


def _for_firm(by: Actor, firm: str) -> Actor:
    row = models.Firm.objects.filter(pk=_uuid(firm), until=None).first()
    grants = proxies.grants_for_firm(by.person, row.pk) if row is not None and by.person else ()
    if row is None or not grants:
        raise ForbiddenError("people.firm.not_represented", "You do not represent this firm.")
    is_head = str(row.legal_representative_id) == by.person
    return replace(
        by,
        name=row.name,
        firm=str(row.pk),
        grants=grants,
        through="" if is_head else by.name,
        on_behalf_of=by.on_behalf_of if is_head else f"firm:{row.pk}",
    )


def _for_relative(by: Actor, relative: str) -> Actor:
    row = models.Person.objects.filter(pk=_uuid(relative), until=None).first()
    grants = proxies.grants_for_person(by.person, row.pk) if row is not None and by.person else ()
    if row is None or not grants:
        raise ForbiddenError("people.relative.not_represented", "You do not represent this person.")
    return replace(
        by,
        name=row.name,
        person=str(row.pk),
        grants=grants,
        through=by.name,
        hand=by.person,
        on_behalf_of=f"person:{row.pk}",
    )


def _uuid(id: str) -> UUID:
    """The id, or the nil one, which is nobody's."""
    try:
        return UUID(id)
    except ValueError:
        return UUID(int=0)


def assisting(by: Actor, person: str, firm: str | None, relative: str | None = None) -> Actor:
    """The resident's rights with the clerk's account; see the face for the errors."""
    row = models.Person.objects.filter(pk=_uuid(person), until=None).first()
    if row is None:
        raise NotFoundError("people.person.unknown", "There is no such person.")
    helped = replace(
        _oneself(by.account, row.name, str(row.pk)),
        org=by.org,
        org_path=by.org_path,
        on_behalf_of=f"person:{row.pk}",
        purpose=by.purpose,
    )
    return replace(represented(helped, firm, relative), through=by.name)


def _staff(account: int, rows: Sequence[Sequence[Any]], post: int | None) -> Actor:
    held = [row[3:] for row in rows if row[3] is not None]
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
