"""What the door of codes takes and gives."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date


@dataclass(frozen=True, slots=True, kw_only=True)
class Code:
    """One code of a list and the days on which it holds; `title` by language (zh, en)."""

    code: str
    title: Mapping[str, str]
    parent: str = ""
    valid_from: date | None = None
    valid_to: date | None = None
    attributes: Mapping[str, str] = field(default_factory=dict)
