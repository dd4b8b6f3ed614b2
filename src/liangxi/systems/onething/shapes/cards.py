"""A package as a list shows it."""

from collections.abc import Mapping
from dataclasses import dataclass

POPULAR_DAYS = 365
"""The popularity of a package is the number of its applications that became cases and were touched in so many days."""


@dataclass(frozen=True, slots=True)
class PackageCard:
    """A package in a list; `orgs` are its departments, `lead` the first of them, `snippet` where a search met it:
    pieces of its text, those that matched marked True."""

    id: str
    title: Mapping[str, str]
    summary: Mapping[str, str]
    audience: str
    category: str
    category_title: Mapping[str, str]
    matters: int
    departments: int
    popularity: int
    lead: str
    orgs: tuple[str, ...]
    snippet: tuple[tuple[str, bool], ...] = ()
