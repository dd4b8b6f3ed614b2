"""Accounts and the actors that they make."""

from typing import cast

from django.contrib.auth.base_user import AbstractBaseUser
from django.http import HttpRequest

from liangxi.core.people import models, sessions, shapes
from liangxi.core.people.actions import logins
from liangxi.core.people.queries import accounts as account_queries
from liangxi.core.people.queries import actors
from liangxi.kit.actor import Actor
from liangxi.kit.errors import ForbiddenError, NotFoundError


def authenticate(*, login: str, password: str, portal: str, remote: str = "") -> AbstractBaseUser:
    """The account of a login (or mobile number) and password on a portal (`public`, `staff`), for `open_session`.

    InvalidError `people.login.wrong` says no more than that; ForbiddenError `people.login.locked` after five
    failures, for 15 minutes. Each attempt is in the audit trail.
    """
    return logins.authenticate(login, password, portal, remote)


def open_session(request: HttpRequest, account: AbstractBaseUser) -> None:
    """Bind the account to a fresh session of the browser."""
    sessions.open_session(request, cast(models.Account, account))


def change_password(*, by: Actor, old: str, new: str) -> None:
    """Choose a new password; InvalidError names `old` or `new`. Other sessions of the account end."""
    logins.change_password(by, old, new)


def actor_of(
    *, account_id: str, post: str | None = None, firm: str | None = None, relative: str | None = None
) -> Actor:
    """The actor of an open account with every grant that holds today, borrowed ones included.

    `post` chooses the hat of a member of staff; `firm` the firm, `relative` the child or relative that a resident acts
    for, with the permissions of his roles there. NotFoundError `people.account.unknown`; ForbiddenError
    `people.post.not_held`, `people.firm.not_represented`, `people.relative.not_represented`.
    """
    if not account_id.isdecimal():
        raise NotFoundError("people.account.unknown", "There is no such account, or it is closed.")
    if post is not None and not post.isdecimal():
        raise ForbiddenError("people.post.not_held", "You do not hold this post today.")
    return actors.actor_of(int(account_id), post=int(post) if post else None, firm=firm, relative=relative)


def assisting(*, by: Actor, person: str, firm: str | None = None, relative: str | None = None) -> Actor:
    """A resident whom a clerk helps at the window: the resident's rights, the clerk's account in every trace.

    He may stand there for a firm or a relative. Needs `case.accept`. NotFoundError `people.person.unknown`;
    ForbiddenError `people.firm.not_represented`, `people.relative.not_represented`.
    """
    by.require("case.accept")
    return actors.assisting(by, person, firm, relative)


def sample_accounts(*, kind: str) -> tuple[shapes.SampleAccount, ...]:
    """The sample identities that a newcomer may take, of the public or of staff; none where the city is real."""
    return account_queries.sample_accounts(kind)


def account(*, by: Actor, id: str) -> shapes.Account:
    """One account, for itself and for `people.manage`, `role.manage` or `audit.read`; NotFoundError."""
    return account_queries.account(by, id)


def accounts(
    *, by: Actor, query: str = "", kind: str = "staff", after: str | None = None, limit: int = 50
) -> tuple[shapes.Account, ...]:
    """Accounts by name or login, in the order of ids after `after`; needs `people.manage` or `role.manage`."""
    return account_queries.accounts(by, query, kind, after, limit)
