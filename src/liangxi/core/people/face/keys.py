"""Keys with which programs act for an account."""

from datetime import date

from liangxi.core.people import shapes
from liangxi.core.people.actions import keys
from liangxi.core.people.queries import keys as held
from liangxi.kit.actor import Actor


def issue_api_key(*, by: Actor, name: str, scope: str, until: date, post: str | None = None) -> shapes.IssuedApiKey:
    """A key of one's own account: it acts as `by` does (for the same firm; for staff with the post of that id).

    `scope` is read or write; it holds before the day `until`, a year at most. InvalidError naming name, scope, until
    or post; ForbiddenError `people.api_key.assisted` for a clerk who helps somebody, and for who acts for a relative;
    ConflictError `people.api_key.many` above 20 that hold.
    """
    return keys.issue(by, name, scope, until, post)


def api_keys_of(*, by: Actor) -> tuple[shapes.ApiKey, ...]:
    """The keys of one's own account, the newest first."""
    return held.keys_of(by)


def revoke_api_key(*, by: Actor, id: str) -> None:
    """One's own key holds no more from now on; NotFoundError for another's."""
    keys.revoke(by, id)


def api_caller(*, secret: str) -> shapes.ApiCaller:
    """Who calls with a secret, with every right that holds now.

    UnauthenticatedError `people.api_key.unknown`, `.expired`, `.revoked`, `.closed` (the account, the post or the
    firm behind it is gone).
    """
    return keys.caller(secret)
