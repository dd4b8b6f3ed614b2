"""The tree of organisations as it stood on a day."""

from datetime import date
from typing import Any

from django.db import connection
from django.db.models import Q

from liangxi.core.people import models
from liangxi.core.people.rules import roles
from liangxi.core.people.shapes import Colleague, Delegation, Organisation, Post
from liangxi.kit import time
from liangxi.kit.errors import NotFoundError

_COLUMNS = """organisation.code, period.name_zh, period.name_en, organisation.kind, organisation.line, parent.code,
    period.path, period.valid_from, period.valid_to"""
_PERIODS = """
    JOIN people_organisationperiod period ON period.organisation_id = organisation.id
        AND period.valid_from <= %(day)s AND (period.valid_to IS NULL OR period.valid_to > %(day)s)
    LEFT JOIN people_organisation parent ON parent.id = period.parent_id"""
_TREE = f"SELECT {_COLUMNS} FROM people_organisation organisation {_PERIODS}"  # noqa: S608 both parts are constants of this page
_POSTS = f"""
SELECT held.id, held.account_id, held.role, held.since, held.until, held.lent_by, {_COLUMNS}
FROM (
    SELECT id, account_id, organisation_id, role, since, until, NULL AS lent_by
    FROM people_post WHERE account_id = %(account)s
  UNION ALL
    SELECT post.id, post.account_id, post.organisation_id, post.role, lent.since, lent.until, giver.name
    FROM people_delegation lent
    JOIN people_post post ON post.id = lent.post_id AND post.since <= %(day)s
        AND (post.until IS NULL OR post.until > %(day)s)
    JOIN people_account giver ON giver.id = post.account_id AND giver.is_active
    WHERE lent.to_id = %(account)s AND lent.revoked_at IS NULL
) held
JOIN people_organisation organisation ON organisation.id = held.organisation_id
{_PERIODS}
WHERE held.since <= %(day)s AND (held.until IS NULL OR held.until > %(day)s)
ORDER BY held.lent_by NULLS FIRST, held.id
"""  # noqa: S608 both parts are constants of this page

_COLLEAGUES = """
SELECT DISTINCT ON (account.name, account.id) account.id, account.name, organisation.code
FROM people_post post
JOIN people_account account ON account.id = post.account_id AND account.is_active
JOIN people_organisation organisation ON organisation.id = post.organisation_id
JOIN people_organisationperiod period ON period.organisation_id = organisation.id
    AND period.valid_from <= %(day)s AND (period.valid_to IS NULL OR period.valid_to > %(day)s)
WHERE post.role = ANY (%(roles)s) AND starts_with(%(path)s, period.path)
    AND post.since <= %(day)s AND (post.until IS NULL OR post.until > %(day)s)
ORDER BY account.name, account.id, length(period.path) DESC
LIMIT 200
"""


def organisations(on: date | None = None, *, code: str | None = None) -> tuple[Organisation, ...]:
    """All organisations that stood on the day, or the one with `code`, in the order of their paths."""
    sql = _TREE + (" WHERE organisation.code = %(code)s" if code is not None else "") + " ORDER BY period.path"
    with connection.cursor() as cursor:
        cursor.execute(sql, {"day": on or time.today(), "code": code})
        return tuple(_organisation(row) for row in cursor.fetchall())


def posts_of(account: int) -> tuple[Post, ...]:
    """The posts held today, own ones first, then the borrowed ones."""
    with connection.cursor() as cursor:
        cursor.execute(_POSTS, {"account": account, "day": time.today()})
        return tuple(
            Post(str(row[0]), str(row[1]), _organisation(row[6:]), row[2], row[3], row[4], row[5])
            for row in cursor.fetchall()
        )


def colleagues(permission: str, path: str) -> tuple[Colleague, ...]:
    """Who holds, by a post of today, `permission` on the organisation at `path`, by name."""
    granting = sorted(role for role, held in roles.PERMISSIONS.items() if permission in held)
    with connection.cursor() as cursor:
        cursor.execute(_COLLEAGUES, {"roles": granting, "path": path, "day": time.today()})
        return tuple(Colleague(str(account), name, org) for account, name, org in cursor.fetchall())


def colleague(account: str) -> Colleague:
    """A member of staff who holds a post today."""
    post = next(iter(posts_of(int(account)) if account.isdecimal() else ()), None)
    row = models.Account.objects.filter(pk=account, kind="staff", is_active=True).first() if post else None
    if post is None or row is None:
        raise NotFoundError("people.account.unknown", "There is no such account, or it is closed.")
    return Colleague(account, row.name, post.organisation.code)


def _organisation(row: tuple[Any, ...]) -> Organisation:
    code, zh, en, kind, line, parent, path, since, until = row
    return Organisation(code, {"zh": zh, "en": en}, kind, line, parent, path, since, until)


def delegations_of(account: int) -> tuple[Delegation, ...]:
    """What an account lent or borrowed."""
    rows = models.Delegation.objects.filter(Q(post__account_id=account) | Q(to_id=account))
    return tuple(
        Delegation(
            id=str(row.pk),
            post=str(row.post_id),
            giver=row.post.account.name,
            to=str(row.to_id),
            to_name=row.to.name,
            permissions=frozenset(row.permissions),
            since=row.since,
            until=row.until,
            is_revoked=row.revoked_at is not None,
        )
        for row in rows.select_related("post__account", "to").order_by("-pk")
    )
