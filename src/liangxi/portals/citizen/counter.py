"""What the profile says about the counter: hours and the telephone that takes questions and complaints."""

import tomllib
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

from django.conf import settings


@dataclass(frozen=True, slots=True)
class Counter:
    """Periods of a working day as (from, to), and the hotline; empty where the profile says nothing."""

    hours: tuple[tuple[str, str], ...]
    hotline: str


def counter() -> Counter:
    """The counter of the city that this house serves."""
    return _read(settings.CONFIG.city_root / "profile.toml")


@lru_cache(maxsize=4)
def _read(profile: Path) -> Counter:
    table: dict[str, Any] = tomllib.loads(profile.read_text(encoding="utf-8"))
    hours = table.get("office_hours", {})
    periods = tuple((hours[part][0], hours[part][1]) for part in ("morning", "afternoon") if part in hours)
    return Counter(periods, str(table.get("contact", {}).get("hotline", "")))
