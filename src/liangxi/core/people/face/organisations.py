"""The one dated tree of organisations and the posts in it."""

from datetime import date

from liangxi.core.people import shapes
from liangxi.core.people.actions import posts
from liangxi.core.people.queries import organisations as tree
from liangxi.core.people.rules import scope
from liangxi.kit import time
from liangxi.kit.actor import Actor
from liangxi.kit.errors import ForbiddenError, NotFoundError


def organisation(*, code: str, on: date | None = None) -> shapes.Organisation:
    """The organisation of a code as it stood on a day (today); NotFoundError `people.organisation.unknown`."""
    found = tree.organisations(on, code=code)
    if not found:
        raise NotFoundError(
            "people.organisation.unknown", "There is no organisation %(code)s on that day.", {"code": code}
        )
    return found[0]


def organisations(*, on: date | None = None) -> tuple[shapes.Organisation, ...]:
    """The whole tree on a day (today), in the order of paths: each after its parent."""
    return tree.organisations(on)


def posts_of(*, account: str) -> tuple[shapes.Post, ...]:
    """The posts that an account holds today, own ones first, then the borrowed ones."""
    return tree.posts_of(int(account)) if account.isdecimal() else ()


def colleagues(*, by: Actor, permission: str, org: str) -> tuple[shapes.Colleague, ...]:
    """Members of staff who hold `permission` on an organisation today, by name (200 at most); for staff."""
    if by.kind == "public":
        raise ForbiddenError("house.forbidden", "Staff alone see who works where.")
    return tree.colleagues(permission, organisation(code=org).path)


def colleague(*, by: Actor, account: str) -> shapes.Colleague:
    """A member of staff with a post today, as colleagues see one another; NotFoundError `people.account.unknown`."""
    if by.kind == "public":
        raise ForbiddenError("house.forbidden", "Staff alone see who works where.")
    return tree.colleague(account)


def delegations_of(*, by: Actor, account: str | None = None) -> tuple[shapes.Delegation, ...]:
    """What an account (that of `by`) has lent or borrowed, the newest first; another's needs `people.manage`."""
    wanted = account or by.account
    if wanted != by.account:
        by.require("people.manage")
    return tree.delegations_of(int(wanted)) if wanted.isdecimal() else ()


def appoint(
    *, by: Actor, account: str, org: str, role: str, since: date | None = None, until: date | None = None
) -> str:
    """Give a role at an organisation; the id of the post.

    Needs `people.manage` there, for the separated roles (三员) `role.manage`. InvalidError naming account, org, role
    or until; ConflictError `people.post.held`, `people.post.separated`.
    """
    return str(posts.appoint(by, account, org, role, (since or time.today(), until)))


def end_post(*, by: Actor, post: str, on: date | None = None) -> None:
    """From `on` (today) the post gives nothing any more."""
    posts.end_post(by, post, on or time.today())


def delegate(
    *, by: Actor, post: str, to: str, until: date, permissions: frozenset[str], since: date | None = None
) -> str:
    """Lend permissions of one's own post to another member of staff until a day (not included); the id.

    `to` is an account's id or login. InvalidError naming permissions, until or to.
    """
    return str(posts.delegate(by, post, to, permissions, (since or time.today(), until)))


def end_delegation(*, by: Actor, delegation: str) -> None:
    """Take back what was lent; NotFoundError for another's."""
    posts.end_delegation(by, delegation)


def scope_sql(*, by: Actor, permission: str, column: str) -> tuple[str, list[str]]:
    """The predicate (and its parameters) for rows whose organisation path lies in the scope of `permission`."""
    return scope.prefix_sql(by.paths(permission), column)
