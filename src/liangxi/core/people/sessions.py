"""How long a login lasts: staff 30 minutes idle and 8 hours in all (GB/T 22239 level 3), the rest as Django says."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

from django.contrib import auth
from django.contrib.auth.backends import BaseBackend
from django.http import HttpRequest, HttpResponse

from liangxi.core.people.models import Account
from liangxi.kit import time

STAFF_IDLE = timedelta(minutes=30)
STAFF_ABSOLUTE = timedelta(hours=8)
_TOUCH_EVERY = timedelta(minutes=1)  # a session row is not written more often than this
_OPENED, _SEEN = "people.opened", "people.seen"


class AccountBackend(BaseBackend):
    """Finds the account of a session; passwords are checked by the face alone."""

    def get_user(self, user_id: int) -> Account | None:
        return Account.objects.filter(pk=user_id, is_active=True).first()


def open_session(request: HttpRequest, account: Account) -> None:
    """Bind `account` to a fresh session (the key is changed, so a planted one is worth nothing)."""
    auth.login(request, account, backend="liangxi.core.people.sessions.AccountBackend")
    stamp = time.now().timestamp()
    request.session[_OPENED] = request.session[_SEEN] = stamp


def is_expired(opened: float, seen: float, now: datetime) -> bool:
    """True when a staff session has idled or lasted too long; both stamps in seconds of Unix time."""
    return (
        now - datetime.fromtimestamp(seen, UTC) > STAFF_IDLE
        or now - datetime.fromtimestamp(opened, UTC) > STAFF_ABSOLUTE
    )


class SessionLimits:
    """Logs a member of staff out when the session's time is over, and notes that it is in use."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if auth.SESSION_KEY in request.session:
            self._limit(request)
        return self.get_response(request)

    def _limit(self, request: HttpRequest) -> None:
        if not (request.user.is_authenticated and request.user.kind == "staff"):
            return
        now = time.now()
        opened, seen = request.session.get(_OPENED, 0.0), request.session.get(_SEEN, 0.0)
        if is_expired(opened, seen, now):
            auth.logout(request)
        elif now.timestamp() - seen > _TOUCH_EVERY.total_seconds():
            request.session[_SEEN] = now.timestamp()
