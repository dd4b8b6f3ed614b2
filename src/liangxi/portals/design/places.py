"""What a map of the city says beside its lines: notice, source and review number, from the profile."""

import tomllib
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

from liangxi.core.places import face as places
from liangxi.core.places.shapes import Division


@dataclass(frozen=True, slots=True)
class MapNotice:
    """The words that stand on every map: texts by language, empty where the profile has none."""

    is_synthetic: bool
    notice: Mapping[str, str]
    attribution: Mapping[str, str]
    review_number: str


@dataclass(frozen=True, slots=True)
class District:
    """A district with its towns, both in the order of the profile."""

    division: Division
    towns: tuple[Division, ...]


@lru_cache(maxsize=4)
def map_notice(profile: Path) -> MapNotice:
    """The `[map]` table of `profile.toml`; a profile that says nothing has a synthetic map."""
    table: dict[str, Any] = tomllib.loads(profile.read_text(encoding="utf-8")).get("map", {})
    return MapNotice(
        is_synthetic=table.get("synthetic", True),
        notice=table.get("notice", {}),
        attribution=table.get("attribution", {}),
        review_number=table.get("review_number", ""),
    )


def districts() -> tuple[District, ...]:
    """The districts of the city with their statutory towns."""
    towns: dict[str, list[Division]] = defaultdict(list)
    for town in places.divisions(level="town"):
        towns[town.parent or ""].append(town)
    return tuple(District(one, tuple(towns[one.id])) for one in places.divisions(level="county"))
