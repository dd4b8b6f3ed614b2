"""What changed between two versions of a definition. Pure."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

_KEYS = ("id", "matter", "code", "title")


@dataclass(frozen=True, slots=True)
class Difference:
    """One place that differs; `before` None: added, `after` None: taken out."""

    place: str
    before: str | None
    after: str | None


def between(before: Any, after: Any) -> tuple[Difference, ...]:
    """The differences of two JSON-like values; members of lists are matched by id, so that an insertion is one row."""
    return tuple(_walk("", before, after))


def _walk(place: str, before: Any, after: Any) -> Iterator[Difference]:
    if before == after:
        return
    left, right = _parts(before), _parts(after)
    if left is None or right is None:
        yield Difference(place, _said(before), _said(after))
        return
    for key in [*left, *(key for key in right if key not in left)]:
        yield from _walk(f"{place} › {key}" if place else key, left.get(key), right.get(key))
    if list(left) != list(right) and set(left) == set(right) and isinstance(after, list):
        yield Difference(place, " · ".join(left), " · ".join(right))


def _parts(value: Any) -> dict[str, Any] | None:
    """The named parts of a mapping, or of a list whose members have names; else None."""
    if isinstance(value, Mapping):
        return dict(value)
    if not isinstance(value, list):
        return None
    names = [_name(member) for member in value]
    return dict(zip(names, value, strict=True)) if all(names) and len(set(names)) == len(names) else None


def _name(member: Any) -> str:
    if not isinstance(member, Mapping):
        return ""
    return next((str(member[key]) for key in _KEYS if isinstance(member.get(key), str)), "")


def _said(value: Any) -> str | None:
    if value is None:
        return None
    if isinstance(value, Mapping):
        return "; ".join(f"{key}: {_said(one)}" for key, one in value.items())
    if isinstance(value, Sequence) and not isinstance(value, str):
        return ", ".join(str(_said(one)) for one in value)
    return str(value)
