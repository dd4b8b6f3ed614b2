"""Notes of the house about itself, kept in its database."""

from datetime import datetime

from liangxi.kit import time
from liangxi.site.models import Mark


def put(name: str, value: str = "") -> None:
    """Note `value` under `name`, now."""
    Mark.objects.update_or_create(name=name, defaults={"value": value, "at": time.now()})


def get(name: str) -> tuple[str, datetime] | None:
    """The value noted under `name` and when, or None."""
    found = Mark.objects.filter(name=name).values_list("value", "at").first()
    return (found[0], found[1]) if found else None
