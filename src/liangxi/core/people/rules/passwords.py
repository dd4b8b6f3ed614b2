"""Passwords of staff and the lock after failures."""

import re
from datetime import datetime, timedelta

from liangxi.kit.errors import InvalidError

LOCK_AFTER = 5
LOCK_FOR = timedelta(minutes=15)
MIN_LENGTH = 10
MAX_LENGTH = 128
MAX_AGE = timedelta(days=90)  # GB/T 22239 level 3: changed regularly; the interval is ours
_CLASSES = (r"[a-z]", r"[A-Z]", r"[0-9]", r"[^A-Za-z0-9]")
_COMMON = ("password", "qwerty", "123456", "abc123", "admin", "letmein", "wuxi", "liangxi", "111111", "888888")


def check_password(password: str, *, kind: str, login: str, field: str = "password") -> None:
    """Raise InvalidError `people.password.weak` when a password is too short, too plain, or holds the login.

    Staff: 10 to 128 characters, three of the four classes lower, upper, digit, other. The public: 8 to 128.
    """
    shortest = MIN_LENGTH if kind == "staff" else 8
    if not shortest <= len(password) <= MAX_LENGTH:
        raise _weak("Use %(min)s to %(max)s characters.", field, {"min": shortest, "max": MAX_LENGTH})
    lowered = password.lower()
    if login.lower() in lowered:
        raise _weak("The password must not contain the login.", field, {})
    if kind != "staff":
        return
    if sum(bool(re.search(pattern, password)) for pattern in _CLASSES) < 3:
        raise _weak("Mix three of: small letters, capitals, digits, other signs.", field, {})
    if any(word in lowered for word in _COMMON):
        raise _weak("The password contains one of the most common passwords.", field, {})


def _weak(message: str, field: str, params: dict[str, int]) -> InvalidError:
    return InvalidError(
        "people.password.weak", message, params, fields={field: message % params if params else message}
    )


def after_failure(failures: int, now: datetime) -> tuple[int, datetime | None]:
    """The count and the end of the lock after one more failure; the fifth locks for 15 minutes and starts anew."""
    if failures + 1 >= LOCK_AFTER:
        return 0, now + LOCK_FOR
    return failures + 1, None


def is_due_for_change(changed_at: datetime | None, *, kind: str, now: datetime) -> bool:
    """True when a member of staff must choose a new password: never chosen by himself, or older than 90 days."""
    return kind == "staff" and (changed_at is None or now - changed_at > MAX_AGE)
