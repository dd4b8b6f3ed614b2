"""The words of open data for its codes."""

import re
from typing import Any, Literal

from django.utils.translation import gettext, pgettext

from liangxi.portals import data_words

_INSTANT = re.compile(r"\d{4}-\d{2}-\d{2}T\d{2}:")
cycles, freshness, kinds, types = data_words.cycles, data_words.freshness, data_words.kinds, data_words.types
FILES: dict[str, Literal["csv", "jsonl", "parquet"]] = {"csv": "csv", "jsonl": "jsonl", "parquet": "parquet"}
FORMATS = {
    "csv": ("CSV", "text/csv; charset=utf-8"),
    "jsonl": ("JSON Lines", "application/x-ndjson"),
    "parquet": ("Parquet", "application/vnd.apache.parquet"),
}


def sorts() -> dict[str, str]:
    """In which order."""
    return {
        "newest": gettext("Newest first"),
        "name": gettext("By name"),
        "downloads": gettext("Most downloads first"),
    }


def places() -> dict[str, str]:
    """Whether rows have a place."""
    return {"yes": gettext("With places"), "no": gettext("Without places")}


def masks() -> dict[str, str]:
    """How a field is masked."""
    return {
        "keep": pgettext("open data", "Partly hidden"),
        "token": pgettext("open data", "Replaced by a token"),
        "bucket": pgettext("open data", "Rounded"),
        "null": pgettext("open data", "Left empty"),
    }


def request_states() -> dict[str, tuple[str, str]]:
    """What became of a request for data."""
    return {
        "open": (pgettext("open data", "Being answered"), "amber"),
        "granted": (pgettext("open data", "Granted"), "camphor"),
        "declined": (pgettext("open data", "Declined"), ""),
    }


def value(said: Any) -> str:
    """A value as people read it: an instant without the T of ISO 8601."""
    if isinstance(said, float):
        return f"{said:.12g}"
    text = str(said)
    return text.replace("T", " ", 1) if _INSTANT.match(text) else text
