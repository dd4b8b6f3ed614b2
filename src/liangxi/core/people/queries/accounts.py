"""Accounts as administrators see them."""

from django.db.models import Q

from liangxi.core.people import models
from liangxi.core.people.queries import organisations as tree
from liangxi.core.people.rules import passwords
from liangxi.core.people.shapes import Account, SampleAccount
from liangxi.kit import time
from liangxi.kit.actor import Actor
from liangxi.kit.errors import ForbiddenError, NotFoundError

_MAY = ("people.manage", "role.manage", "audit.read")


def account(by: Actor, id: str) -> Account:
    """One account."""
    row = models.Account.objects.filter(pk=id).first() if id.isdecimal() else None
    if row is None or not (by.account == id or any(by.may(permission) for permission in _MAY)):
        raise NotFoundError("people.account.unknown", "There is no such account, or it is closed.")
    return _shape(row)


def sample_accounts(kind: str) -> tuple[SampleAccount, ...]:
    """Staff with their posts; of the public the first without and the first with a firm."""
    rows = models.Account.objects.filter(is_sample=True, is_active=True, kind=kind).order_by("pk")
    if kind == "staff":
        return tuple(_sample_staff(row) for row in rows.prefetch_related("posts"))
    found: dict[bool, SampleAccount] = {}
    for row in rows[:100]:
        firm = models.Firm.objects.filter(legal_representative=row.person_id, until=None).first()
        found.setdefault(firm is not None, SampleAccount(row.login, row.name, firm.name if firm else ""))
    return tuple(found[has_firm] for has_firm in sorted(found))


def _sample_staff(row: models.Account) -> SampleAccount:
    held = tuple((post.organisation.name, post.role) for post in tree.posts_of(int(row.pk)))
    return SampleAccount(row.login, row.name, posts=held)


def accounts(by: Actor, query: str, kind: str, after: str | None, limit: int) -> tuple[Account, ...]:
    """A page of accounts."""
    if not any(by.may(permission) for permission in _MAY):
        raise ForbiddenError(
            "house.forbidden", "You do not hold the permission %(permission)s here.", {"permission": _MAY[0]}
        )
    rows = models.Account.objects.filter(kind=kind)
    if query:
        rows = rows.filter(Q(name__contains=query) | Q(login__contains=query))
    if after and after.isdecimal():
        rows = rows.filter(pk__gt=after)
    return tuple(_shape(row) for row in rows.order_by("pk")[: max(1, min(limit, 200))])


def _shape(row: models.Account) -> Account:
    return Account(
        id=str(row.pk),
        login=row.login,
        kind=row.kind,
        name=row.name,
        person=str(row.person_id) if row.person_id else None,
        is_active=row.is_active,
        is_sample=row.is_sample,
        must_change=not row.is_sample
        and passwords.is_due_for_change(row.password_changed_at, kind=row.kind, now=time.now()),
        locked_until=row.locked_until,
    )
