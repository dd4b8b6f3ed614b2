"""Keys of accounts as their owners see them."""

import hashlib
from collections.abc import Mapping
from typing import Literal, cast

from liangxi.core.people.models import ApiKey as Row
from liangxi.core.people.queries import organisations
from liangxi.core.people.shapes import ApiKey, KeyScope
from liangxi.kit import time
from liangxi.kit.actor import Actor


def digest_of(secret: str) -> str:
    """What is kept of a secret."""
    return hashlib.sha256(secret.encode()).hexdigest()


def keys_of(by: Actor) -> tuple[ApiKey, ...]:
    """The keys of an account, the newest first."""
    if not by.account.isdecimal() or by.is_assisted:
        return ()
    rows = Row.objects.filter(account=int(by.account)).select_related("firm", "post__organisation")
    return tuple(shape(row) for row in rows.order_by("-pk"))


def state_of(row: Row) -> Literal["held", "expired", "revoked"]:
    """Whether a key holds today."""
    if row.revoked_at is not None:
        return "revoked"
    return "held" if time.today() < row.until else "expired"


def shape(row: Row) -> ApiKey:
    """A key without its secret."""
    return ApiKey(
        id=str(row.pk),
        name=row.name,
        scope=cast(KeyScope, row.scope),
        hint=row.hint,
        acts_for=_acts_for(row),
        made_at=row.made_at,
        until=row.until,
        last_used_at=row.last_used_at,
        state=state_of(row),
    )


def _acts_for(row: Row) -> str | Mapping[str, str]:
    if row.firm is not None:
        return row.firm.name
    found = organisations.organisations(code=row.post.organisation.code) if row.post else ()
    return found[0].name if found else ""
