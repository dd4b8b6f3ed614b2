"""Who may call: every operation names one of these as its `auth`, and a house test walks them.

A program sends a key of an account (RFC 6750). The key has the rights of its account at the moment of the call, no
more than its scope; a browser's session opens nothing here.
"""

from dataclasses import dataclass
from typing import cast

from django.http import HttpRequest
from ninja.security import HttpBearer

from liangxi.core.people import face as people
from liangxi.core.people.shapes import KeyScope
from liangxi.kit.actor import Actor
from liangxi.kit.errors import ForbiddenError


@dataclass(frozen=True, slots=True)
class Access:
    """What an operation asks for: a key of this scope (None: no key), and permissions, any of which serves."""

    scope: KeyScope | None
    permissions: tuple[str, ...] = ()


class Caller(HttpRequest):
    """A request that came with a key; `auth` is who calls."""

    auth: Actor


class Anybody:
    """What the city says to everybody; nobody is asked who he is."""

    access = Access(None)

    def __call__(self, request: HttpRequest) -> bool:
        return True


class ApiKey(HttpBearer):
    """A key that goes as far as `scope`, of an account that holds one of `permissions` somewhere.

    The face that the operation calls still checks the organisation and the applicant.
    """

    def __init__(self, scope: KeyScope, *permissions: str) -> None:
        super().__init__()
        self.access = Access(scope, permissions)

    def authenticate(self, request: HttpRequest, token: str) -> Actor:
        """The actor behind the key. UnauthenticatedError for none, ForbiddenError for one that goes less far."""
        caller = people.api_caller(secret=token)
        if self.access.scope == "write" and caller.scope != "write":
            raise ForbiddenError("rest.scope", "This key may read and not write.")
        if self.access.permissions and not any(caller.actor.paths(one) for one in self.access.permissions):
            raise ForbiddenError(
                "house.forbidden",
                "You do not hold the permission %(permission)s here.",
                {"permission": " / ".join(self.access.permissions)},
            )
        return caller.actor


def said_of(auth: object) -> Access | None:
    """The access that an operation named, None when it named none."""
    return cast(Access | None, getattr(auth, "access", None))
