"""What the door of search takes and gives."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One thing that can be found, in one language. `audience` is empty for everybody; `weight` raises its rank."""

    kind: str
    key: str
    title: str
    text: str = ""
    url: str = ""
    audience: str = ""
    lang: str = "zh"
    weight: float = 1.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Hit:
    """A thing that was found; `snippet` are pieces of its text, those that matched marked True."""

    kind: str
    key: str
    title: str
    snippet: tuple[tuple[str, bool], ...]
    url: str
    rank: float
