"""Appointing, ending and lending posts."""

from datetime import date

from django.db import IntegrityError, transaction

from liangxi.core.audit import face as audit
from liangxi.core.people.models import Account, Delegation, Organisation, Post
from liangxi.core.people.queries import organisations
from liangxi.core.people.rules import roles
from liangxi.kit import time
from liangxi.kit.actor import Actor
from liangxi.kit.errors import ConflictError, ForbiddenError, InvalidError, NotFoundError


def appoint(by: Actor, account: str, org: str, role: str, period: tuple[date, date | None]) -> int:
    """Give a role; roles of the separated three are given by the security administrator alone."""
    since, until = period
    _may_give(by, org, role)
    if until is not None and until <= since:
        raise _invalid("until", "The post must end after it begins.")
    if account == by.account:
        raise ForbiddenError("people.post.self", "Nobody gives a post to himself.")
    holder = account_row(account)
    if holder.kind != "staff":
        raise _invalid("account", "Only members of staff hold posts.")
    organisation = Organisation.objects.get(code=org)
    try:
        with transaction.atomic():
            post = Post.objects.create(account=holder, organisation=organisation, role=role, since=since, until=until)
            audit.record(
                by=by, action="people.post.appointed", object=f"account:{account}", detail={"org": org, "role": role}
            )
    except IntegrityError as error:
        raise _refused(str(error)) from error
    return int(post.pk)


def end_post(by: Actor, post: str, on: date) -> None:
    """A post ends: from `on` it gives nothing any more."""
    with transaction.atomic():
        row = _post_row(post)
        _may_give(by, row.organisation.code, row.role)
        if on < row.since:
            raise _invalid("on", "The post cannot end before it begins.")
        row.until = on
        row.save(update_fields=["until"])
        audit.record(by=by, action="people.post.ended", object=f"account:{row.account_id}", detail={"post": post})


def delegate(by: Actor, post: str, to: str, permissions: frozenset[str], period: tuple[date, date]) -> int:
    """Lend some permissions of one's own post until a day."""
    since, until = period
    row = _post_row(post)
    if str(row.account_id) != by.account:
        raise ForbiddenError("people.delegation.foreign", "Only your own post can be lent.")
    if row.role in roles.SEPARATED_ROLES:
        raise ForbiddenError("people.delegation.separated", "Posts of administration cannot be lent.")
    if not permissions <= roles.permissions_of(row.role) or not permissions:
        raise _invalid("permissions", "Choose permissions of this post.")
    if until <= since or until <= time.today():
        raise _invalid("until", "The delegation must end after it begins.")
    target = account_row(to, "to")
    if target.kind != "staff" or str(target.pk) == by.account:
        raise _invalid("to", "Choose another member of staff.")
    with transaction.atomic():
        lent = Delegation.objects.create(post=row, to=target, permissions=sorted(permissions), since=since, until=until)
        audit.record(
            by=by,
            action="people.delegated",
            object=f"account:{to}",
            detail={"post": post, "until": until.isoformat(), "permissions": sorted(permissions)},
        )
    return int(lent.pk)


def end_delegation(by: Actor, delegation: str) -> None:
    """Take back what was lent."""
    with transaction.atomic():
        row = Delegation.objects.select_for_update().select_related("post").filter(pk=delegation).first()
        if row is None or str(row.post.account_id) != by.account:
            raise NotFoundError("people.delegation.unknown", "There is no such delegation of yours.")
        row.revoked_at = time.now()
        row.save(update_fields=["revoked_at"])
        audit.record(by=by, action="people.delegation.ended", object=f"account:{row.to_id}")


def account_row(account: str, field: str = "account") -> Account:
    """The open account of an id or of a staff login; InvalidError naming `field`."""
    named = {"pk": int(account)} if account.isdecimal() and len(account) < 19 else {"login": account, "kind": "staff"}
    row = Account.objects.filter(is_active=True, **named).first()
    if row is None:
        raise _invalid(field, "There is no such account, or it is closed.")
    return row


def _post_row(post: str) -> Post:
    rows = Post.objects.select_related("organisation")
    row = rows.filter(pk=post).first() if post.isdecimal() else None
    if row is None:
        raise NotFoundError("people.post.unknown", "There is no such post.")
    return row


def _may_give(by: Actor, org: str, role: str) -> None:
    if role not in roles.STAFF_ROLES:
        raise _invalid("role", "There is no such role.")
    found = organisations.organisations(code=org)
    if not found:
        raise _invalid("org", "There is no such organisation today.")
    by.require("role.manage" if role in roles.SEPARATED_ROLES else "people.manage", found[0].path)


def _refused(why: str) -> ConflictError:
    if "people_post_separated" in why:
        return ConflictError(
            "people.post.separated",
            "This account holds another post of administration; the three hands stay apart.",
            fields={"role": "This account holds another post of administration."},
        )
    return ConflictError("people.post.held", "This account holds this post already.")


def _invalid(field: str, message: str) -> InvalidError:
    return InvalidError(f"people.{field}", message, fields={field: message})
