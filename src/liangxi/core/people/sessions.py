"""How long a login lasts: staff 30 minutes idle and 8 hours in all (GB/T 22239 level 3), the rest as Django says.

Every request of somebody signed in reads session and account. Both readings are written statements that the server has
prepared: composing them anew with the ORM took a quarter of the processor time of a command.
"""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from functools import cache
from typing import Any

from django.contrib import auth
from django.contrib.auth.backends import BaseBackend
from django.contrib.sessions.backends import db
from django.db import connection
from django.http import HttpRequest, HttpResponse

from liangxi.core.people.models import Account
from liangxi.kit import time

STAFF_IDLE = timedelta(minutes=30)
STAFF_ABSOLUTE = timedelta(hours=8)
_TOUCH_EVERY = timedelta(minutes=1)  # a session row is not written more often than this
_OPENED, _SEEN = "people.opened", "people.seen"
_SESSION = "SELECT session_data FROM django_session WHERE session_key = %s AND expire_date > %s"


class SessionStore(db.SessionStore):
    """Django's sessions in the database, read by one prepared statement."""

    def load(self) -> dict[str, Any]:
        """What the session holds; empty, and without a key, when it is unknown or over."""
        found = _row(_SESSION, self.session_key, time.now())
        if found is None:
            self._session_key = None
            return {}
        return self.decode(found[0])


class AccountBackend(BaseBackend):
    """Finds the account of a session; passwords are checked by the face alone."""

    def get_user(self, user_id: int) -> Account | None:
        statement, names = _account()
        found = _row(statement, user_id)
        return Account.from_db("default", names, found) if found is not None else None


@cache
def _account() -> tuple[str, list[str]]:
    fields = Account._meta.concrete_fields
    columns = ", ".join(f'"{field.column}"' for field in fields)
    statement = f"SELECT {columns} FROM {Account._meta.db_table} WHERE id = %s AND is_active"  # noqa: S608 own names
    return statement, [field.attname for field in fields]


def _row(statement: str, *values: Any) -> Any:
    with connection.cursor() as cursor:
        cursor.execute(statement, values)
        return cursor.fetchone()


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
