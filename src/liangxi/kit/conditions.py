"""Conditions that an analyst can read: a small, typed subset of FEEL (OMG DMN 1.5, chapter 10).

    scale > 300            kind = "hotel"              kind in ("hotel", "bar")      not sign
    age between 18 and 60  rank in [1..5]              is known(area)                extras has "terrace"
    since >= date("2026-01-01")                        (a or b) and end >= start

No arithmetic, no loops, no calls: every condition is decidable, and all situations that a set of conditions can
tell apart can be listed (`cells`). Logic has three values: what depends on an unanswered question is None
(Kleene), so `scale > 300 or sign` is True as soon as `sign` is.
"""

import operator
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from functools import lru_cache
from itertools import pairwise
from typing import Any

from liangxi.kit import condition_syntax as syntax
from liangxi.kit.condition_syntax import And, Compare, Constant, Flag, Has, Known, Member, Name, Node, Not, Or, Range
from liangxi.kit.errors import InvalidError

Literal = bool | int | Decimal | str | date
Leaf = Flag | Known | Compare | Range | Member | Has

_OPERATORS: Mapping[str, Callable[[Any, Any], Any]] = {
    "=": operator.eq,
    "!=": operator.ne,
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
}


@dataclass(frozen=True, slots=True)
class Condition:
    """A parsed condition. Two conditions are equal when they say the same in the stable text form."""

    node: Node

    def __str__(self) -> str:
        """The stable text form: `parse(str(c)) == c`."""
        return syntax.text_of(self.node)

    @property
    def names(self) -> frozenset[str]:
        """The questions that the condition asks."""
        return frozenset(name for name, _ in _uses(self.node))

    def evaluate(self, values: Mapping[str, Any]) -> bool | None:
        """True, False, or None when the answer depends on a name that is missing or None in `values`.

        Numbers are int, float or Decimal; a list or tuple is a multiple choice. A value whose type does not fit
        its comparison raises InvalidError `conditions.type`.
        """
        return _evaluate(self.node, values)

    def cells(self) -> dict[str, tuple[Any, ...]]:
        """For every name one value from each cell that the condition can tell apart; see `cells`."""
        return cells((self,))

    def check(self, types: Mapping[str, str]) -> None:
        """Raise InvalidError unless every name is in `types` and used as its type allows.

        Types are `number`, `text`, `bool`, `date` and `list`. Codes: `conditions.name`, `conditions.type`.
        """
        for name in sorted(self.names):
            if name not in types:
                raise InvalidError("conditions.name", "The condition asks for %(name)s, which nobody answers.",
                                   {"name": name, "condition": str(self)})  # fmt: skip
        for name, wanted in _uses(self.node):
            _check_use(name, wanted, types)


@lru_cache(maxsize=4096)
def parse(text: str | bool) -> Condition:
    """The condition that `text` says; True and False (as YAML gives them) are conditions too.

    Raises InvalidError `conditions.syntax` with `position` (from 1) and a hint in the message.
    """
    return Condition(Constant(text) if isinstance(text, bool) else syntax.parse(text))


def cells(conditions: Iterable[Condition]) -> dict[str, tuple[Any, ...]]:
    """For every name used, one representative of each cell between the cut points of all `conditions` together.

    The product of these values meets every situation that the conditions can tell apart (a number with cuts 3 and 8
    gives 2, 3, 5.5, 8, 9; a text with "a" gives "a" and a text that is none of those named). Unknown (None) is not
    in the list: add it where unanswered matters. Raises InvalidError `conditions.enumerable` where two names are
    compared with each other.
    """
    cuts: dict[str, set[Any]] = {}
    lists: set[str] = set()
    for condition in conditions:
        for name, literal, is_list in _cuts(condition.node):
            found = cuts.setdefault(name, set())
            if literal is not None:
                found.add(literal)
            if is_list:
                lists.add(name)
    return {name: _multiples(found) if name in lists else _representatives(found) for name, found in cuts.items()}


def _leaves(node: Node) -> Iterable[Leaf]:
    match node:
        case And(parts) | Or(parts):
            for part in parts:
                yield from _leaves(part)
        case Not(part):
            yield from _leaves(part)
        case Constant():
            return
        case _:
            yield node


def _uses(node: Node) -> Iterable[tuple[str, Any]]:
    """Every use of a name with what it is compared to: a literal, a `Name`, `list`, or None (any type)."""
    for leaf in _leaves(node):
        yield from ((leaf.name, against) for against in _against(leaf))
        if isinstance(leaf, Compare) and isinstance(leaf.right, Name):
            yield leaf.right.name, Name(leaf.name)


def _against(leaf: Leaf) -> tuple[Any, ...]:
    match leaf:
        case Flag():
            return (True,)
        case Known():
            return (None,)
        case Compare(_, _, right):
            return (right,)
        case Range(_, low, high):
            return (low, high)
        case Member(_, literals):
            return literals
        case Has():
            return (list,)


def _type(value: object) -> str:
    match value:
        case bool():
            return "bool"
        case int() | Decimal() | float():
            return "number" if value == value else "nothing"  # noqa: PLR0124 a NaN compares to nothing
        case str():
            return "text"
        case date():
            return "date"
        case list() | tuple() | set() | frozenset():
            return "list"
        case _:
            return "nothing"


def _check_use(name: str, wanted: Any, types: Mapping[str, str]) -> None:
    if wanted is None:
        return
    compared = "list" if wanted is list else _type(wanted)
    expected = types[wanted.name] if isinstance(wanted, Name) else compared
    if types[name] != expected:
        raise _mismatch(name, types[name], expected)


def _mismatch(name: str, actual: str, expected: str) -> InvalidError:
    return InvalidError("conditions.type", "%(name)s is of type %(actual)s, the condition compares it as %(expected)s.",
                        {"name": name, "actual": actual, "expected": expected})  # fmt: skip


def _evaluate(node: Node, values: Mapping[str, Any]) -> bool | None:
    match node:
        case And(parts):
            return _all(_evaluate(part, values) for part in parts)
        case Or(parts):
            return _negate(_all(_negate(_evaluate(part, values)) for part in parts))
        case Not(part):
            return _negate(_evaluate(part, values))
        case Constant(value):
            return value
        case _:
            return _leaf(node, values)


def _leaf(leaf: Leaf, values: Mapping[str, Any]) -> bool | None:
    value = values.get(leaf.name)
    if isinstance(leaf, Known) or value is None:
        return value is not None if isinstance(leaf, Known) else None
    match leaf:
        case Flag(name):
            return bool(_typed(name, value, True))
        case Compare(name, sign, right):
            return _compare(name, value, sign, values.get(right.name) if isinstance(right, Name) else right)
        case Range(name, low, high, low_open, high_open):
            return _compare(name, value, ">" if low_open else ">=", low) and _compare(
                name, value, "<" if high_open else "<=", high
            )
        case Member(name, literals):
            return any(_typed(name, value, literal) == literal for literal in literals)
        case Has(name, literal):
            if _type(value) != "list":
                raise _mismatch(name, _type(value), "list")
            return literal in value


def _compare(name: str, left: Any, sign: str, right: Any) -> bool | None:
    if right is None:
        return None
    return bool(_OPERATORS[sign](_typed(name, left, right), right))


def _typed(name: str, value: Any, like: Any) -> Any:
    if _type(value) != _type(like) or _type(like) == "nothing":
        raise _mismatch(name, _type(value), _type(like))
    return value


def _negate(value: bool | None) -> bool | None:
    return None if value is None else not value


def _all(values: Iterable[bool | None]) -> bool | None:
    unknown = False
    for value in values:
        if value is False:
            return False
        unknown = unknown or value is None
    return None if unknown else True


def _cuts(node: Node) -> Iterable[tuple[str, Literal | None, bool]]:
    """(name, cut point or None, whether the name is a multiple choice)."""
    for leaf in _leaves(node):
        match leaf:
            case Compare(name, _, Name(other)):
                raise InvalidError(
                    "conditions.enumerable",
                    "A condition that compares %(name)s with %(other)s has no finite list of situations.",
                    {"name": name, "other": other},
                )
            case Has(name, literal):
                yield name, literal, True
            case _:
                yield from ((leaf.name, against, False) for against in _against(leaf))


def _representatives(cuts: set[Any]) -> tuple[Any, ...]:
    if not cuts:
        return (True,)
    kinds = {_type(cut) for cut in cuts}
    if len(kinds) > 1:
        raise InvalidError("conditions.type", "The conditions compare one name as %(kinds)s.",
                           {"kinds": ", ".join(sorted(kinds))})  # fmt: skip
    kind = kinds.pop()
    if kind == "bool":
        return (True, False)
    if kind == "text":
        return (*sorted(cuts), _other(cuts))
    return _line(sorted(cuts), timedelta(days=1) if kind == "date" else 1)


def _other(cuts: set[str]) -> str:
    other = "…"
    while other in cuts:
        other += "…"
    return other


def _line(points: list[Any], step: Any) -> tuple[Any, ...]:
    cells: list[Any] = [points[0] - step, points[0]]
    for low, high in pairwise(points):
        middle = low + (high - low) / 2
        if middle != low:  # neighbouring days have nothing between them
            cells.append(middle)
        cells.append(high)
    return (*cells, points[-1] + step)


def _multiples(cuts: set[str]) -> tuple[tuple[str, ...], ...]:
    subsets: list[tuple[str, ...]] = [()]
    for cut in sorted(cuts):
        subsets += [(*subset, cut) for subset in subsets]
    return tuple(subsets)
