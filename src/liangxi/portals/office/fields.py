"""Reading what a form of these pages sent."""

from collections.abc import Mapping
from datetime import date

from django.utils.translation import gettext_noop as _n

from liangxi.kit.errors import InvalidError


def day(sent: Mapping[str, str], name: str) -> date | None:
    """The day in a field, None when it was left empty; InvalidError naming the field."""
    text = (sent.get(name) or "").strip()
    if not text:
        return None
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        why = _n("Enter a day as year-month-day, such as 2026-11-23.")
        raise InvalidError("office.day", why, fields={name: why}) from error


def required_day(sent: Mapping[str, str], name: str) -> date:
    """The day in a field that must not be empty; InvalidError naming the field."""
    found = day(sent, name)
    if found is None:
        why = _n("Enter a day.")
        raise InvalidError("office.day", why, fields={name: why})
    return found
