"""Names, filters, and a tree that finds the subscriptions of a name (MQTT 4.7)."""

from collections.abc import Hashable, Iterator
from functools import lru_cache
from typing import Generic, NamedTuple, TypeVar

LONGEST = 1024  # bytes of a name or a filter
DEEPEST = 32  # levels
SHARED = "$share"
K = TypeVar("K", bound=Hashable)
V = TypeVar("V")


class Filter(NamedTuple):
    """A filter and the group that shares it ("": everybody hears for himself)."""

    group: str
    levels: tuple[str, ...]


@lru_cache(maxsize=16_384)
def is_name(topic: str) -> bool:
    """True for a name that may be published to."""
    return bool(topic) and not {"+", "#"} & set(topic) and _fits(topic)


def parsed(text: str) -> Filter | None:
    """A filter, None when it is none: `#` stands last and alone, `+` alone in its level."""
    group, rest = "", text
    if text.startswith(f"{SHARED}/"):
        _, group, rest = [*text.split("/", 2), "", ""][:3]
        if not group or {"+", "#"} & set(group):
            return None
    levels = tuple(rest.split("/"))
    if not rest or not _fits(text):
        return None
    for place, level in enumerate(levels):
        if ("#" in level and (level != "#" or place != len(levels) - 1)) or ("+" in level and level != "+"):
            return None
    return Filter(group, levels)


def matches(levels: tuple[str, ...], name: str) -> bool:
    """True when the filter covers the name."""
    parts = name.split("/")
    if name.startswith("$") and levels[0] in ("+", "#"):
        return False
    for place, level in enumerate(levels):
        if level == "#":
            return True
        if place >= len(parts) or level not in ("+", parts[place]):
            return False
    return len(levels) == len(parts)


def _fits(text: str) -> bool:
    return len(text.encode()) <= LONGEST and text.count("/") < DEEPEST


class _Node(Generic[K, V]):
    __slots__ = ("below", "held")

    def __init__(self) -> None:
        self.below: dict[str, _Node[K, V]] = {}
        self.held: dict[K, V] = {}


class Tree(Generic[K, V]):
    """What is held at filters, found by name."""

    def __init__(self) -> None:
        self._root: _Node[K, V] = _Node()
        self._found: dict[str, tuple[tuple[K, V], ...]] = {}

    def put(self, levels: tuple[str, ...], key: K, value: V) -> None:
        """Hold a value at a filter; one of the same key is replaced."""
        node = self._root
        for level in levels:
            node = node.below.setdefault(level, _Node())
        node.held[key] = value
        self._found.clear()

    def drop(self, levels: tuple[str, ...], key: K) -> None:
        """Let it go; empty branches go with it."""
        path = [self._root]
        for level in levels:
            node = path[-1].below.get(level)
            if node is None:
                return
            path.append(node)
        path[-1].held.pop(key, None)
        for level, parent, node in zip(reversed(levels), reversed(path[:-1]), reversed(path[1:]), strict=True):
            if node.held or node.below:
                break
            del parent.below[level]
        self._found.clear()

    def of(self, name: str) -> tuple[tuple[K, V], ...]:
        """What is held at every filter that covers `name`."""
        known = self._found.get(name)
        if known is None:
            if len(self._found) > 10_000:
                self._found.clear()
            known = self._found[name] = tuple(self._look(self._root, name.split("/"), 0))
        return known

    def _look(self, node: _Node[K, V], parts: list[str], at: int) -> Iterator[tuple[K, V]]:
        is_hidden = at == 0 and parts[0].startswith("$")  # a wildcard in front does not find these (MQTT-4.7.2-1)
        if not is_hidden and (rest := node.below.get("#")):
            yield from rest.held.items()
        if at == len(parts):
            yield from node.held.items()
            return
        if exact := node.below.get(parts[at]):
            yield from self._look(exact, parts, at + 1)
        if not is_hidden and (any_ := node.below.get("+")):
            yield from self._look(any_, parts, at + 1)
