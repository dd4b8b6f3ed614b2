"""Numbers of versions, and the ids of packages. Pure."""

import re
from collections.abc import Iterable
from datetime import date

from liangxi.kit.errors import InvalidError

_ID = re.compile(r"[a-z][a-z0-9-]{1,40}")


def following(today: date, taken: Iterable[str]) -> str:
    """The next free number of a version this month: `2026.11.3`."""
    month = f"{today.year}.{today.month}."
    last = max((int(one.removeprefix(month)) for one in taken if one.startswith(month)), default=0)
    return f"{month}{last + 1}"


def check_id(package: str) -> None:
    """InvalidError unless `package` can be the id of a package."""
    if not _ID.fullmatch(package):
        why = "Use small letters, digits and hyphens, such as open-restaurant."
        raise InvalidError("onething.id", why, fields={"package": why})
