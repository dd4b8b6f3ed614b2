"""Keys for programs: made, revoked, believed."""

import secrets
from datetime import date, timedelta

from django.db import transaction

from liangxi.core.audit import face as audit
from liangxi.core.people.models import Account, ApiKey
from liangxi.core.people.queries import actors, organisations
from liangxi.core.people.queries import keys as held
from liangxi.core.people.shapes import ApiCaller, IssuedApiKey
from liangxi.kit import time
from liangxi.kit.actor import Actor
from liangxi.kit.errors import ConflictError, ForbiddenError, InvalidError, NotFoundError, UnauthenticatedError

SCOPES = ("read", "write")
LONGEST = timedelta(days=366)
MOST = 20
_TOUCH_EVERY = timedelta(minutes=1)  # a busy program does not write a row at every call


def issue(by: Actor, name: str, scope: str, until: date, post: str | None) -> IssuedApiKey:
    """A fresh key; its secret leaves the house here and is not kept."""
    name = _checked(name, scope, until)
    if by.is_assisted or by.hand:
        raise ForbiddenError("people.api_key.assisted", "A key is made by its owner alone.")
    with transaction.atomic():
        account = Account.objects.select_for_update().filter(pk=by.account, is_active=True).first()
        if account is None:
            raise NotFoundError("people.account.unknown", "There is no such account, or it is closed.")
        if ApiKey.objects.filter(account=account, revoked_at=None, until__gt=time.today()).count() >= MOST:
            raise ConflictError("people.api_key.many", "You hold %(most)s keys already. Revoke one first.",
                                {"most": MOST})  # fmt: skip
        secret = f"lx_{secrets.token_urlsafe(32)}"
        row = ApiKey.objects.create(
            account=account,
            name=name,
            scope=scope,
            hint=secret[:9],
            digest=held.digest_of(secret),
            post_id=_own_post(by, post),
            firm_id=by.firm,
            made_at=time.now(),
            until=until,
        )
        detail = {"key": str(row.pk), "scope": scope, "until": until.isoformat()}
        audit.record(by=by, action="people.api_key.issued", object=f"account:{by.account}", detail=detail)
    return IssuedApiKey(held.shape(row), secret)


def revoke(by: Actor, id: str) -> None:
    """From now on the key opens nothing."""
    with transaction.atomic():
        found = ApiKey.objects.select_for_update().filter(pk=id, account=int(by.account)) if _is_number(id) else None
        row = found.first() if found is not None and not by.is_assisted else None
        if row is None:
            raise NotFoundError("people.api_key.unknown", "You have no such key.")
        if row.revoked_at is None:
            row.revoked_at = time.now()
            row.save(update_fields=["revoked_at"])
            audit.record(by=by, action="people.api_key.revoked", object=f"account:{by.account}", detail={"key": id})


def caller(secret: str) -> ApiCaller:
    """The actor behind a secret, made afresh: who lost a post lost it for his programs too."""
    row = ApiKey.objects.filter(digest=held.digest_of(secret)).first()
    if row is None:
        raise _refused("unknown")
    if (state := held.state_of(row)) != "held":
        raise _refused(state)
    try:
        actor = actors.actor_of(row.account_id, post=row.post_id, firm=str(row.firm_id) if row.firm_id else None)
    except (ForbiddenError, NotFoundError) as gone:
        raise _refused("closed") from gone
    now = time.now()
    if row.last_used_at is None or now - row.last_used_at > _TOUCH_EVERY:
        ApiKey.objects.filter(pk=row.pk).update(last_used_at=now)
    return ApiCaller(actor, "write" if row.scope == "write" else "read")


def _refused(why: str) -> UnauthenticatedError:
    match why:
        case "expired":
            return UnauthenticatedError("people.api_key.expired", "This key has expired.")
        case "revoked":
            return UnauthenticatedError("people.api_key.revoked", "This key was revoked.")
        case "closed":
            return UnauthenticatedError("people.api_key.closed", "The account, post or firm behind this key is gone.")
    return UnauthenticatedError("people.api_key.unknown", "This is no key of this house.")


def _checked(name: str, scope: str, until: date) -> str:
    name = " ".join(name.split())
    if not 1 <= len(name) <= 60:
        raise _invalid("name", "Say in up to 60 characters which program uses the key.")
    if scope not in SCOPES:
        raise _invalid("scope", "Choose read or write.")
    if not time.today() < until <= time.today() + LONGEST:
        raise _invalid("until", "The key must end after today and within a year.")
    return name


def _own_post(by: Actor, post: str | None) -> int | None:
    """The post that the key speaks for, one's own and not a borrowed one."""
    if post is None or by.kind != "staff":
        return None
    if not any(one.id == post and one.lent_by is None for one in organisations.posts_of(int(by.account))):
        raise _invalid("post", "Choose one of your own posts.")
    return int(post)


def _is_number(id: str) -> bool:
    return id.isascii() and id.isdecimal() and len(id) < 19


def _invalid(field: str, message: str) -> InvalidError:
    return InvalidError(f"people.api_key.{field}", message, fields={field: message})
