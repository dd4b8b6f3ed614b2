"""Conditions (kit.conditions) as SQL. Their logic has three values as SQL's has: unknown lets no row through."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from sqlglot import exp

from liangxi.kit.condition_syntax import And, Compare, Constant, Flag, Known, Member, Name, Node, Not, Or, Range
from liangxi.systems.data.rules.policy.binding import LITERAL_SCALE, Slots
from liangxi.systems.data.rules.policy.dialects import Expression, in_byte_order
from liangxi.systems.data.rules.policy.shapes import Column, Dialect, Value

_SIGNS: dict[str, type[exp.Binary]] = {
    "=": exp.EQ, "!=": exp.NEQ, "<": exp.LT, "<=": exp.LTE, ">": exp.GT, ">=": exp.GTE,
}  # fmt: skip
READER = "reader."


@dataclass(frozen=True, slots=True)
class Wording:
    """How a condition is said: what its names are (types checked before), where values go, for which engine."""

    column_of: Callable[[str], Column]
    slots: Slots
    dialect: Dialect

    def of(self, node: Node) -> Expression:
        """The condition as an expression that is true, false or NULL."""
        match node:
            case And(parts):
                return exp.Paren(this=exp.and_(*map(self.of, parts)))
            case Or(parts):
                return exp.Paren(this=exp.or_(*map(self.of, parts)))
            case Not(part):
                return exp.Not(this=exp.Paren(this=self.of(part)))
            case Constant(value):
                return exp.Boolean(this=value)
            case _:
                return self._leaf(node)

    def _leaf(self, node: Any) -> Expression:
        match node:
            case Flag(name):
                return self._name(name)
            case Known(name):
                return exp.Not(this=exp.Is(this=self._name(name), expression=exp.Null()))
            case Compare(name, sign, right):
                return self._compare(name, sign, right)
            case Range(name, low, high, low_open, high_open):
                parts = ((">" if low_open else ">=", low), ("<" if high_open else "<=", high))
                return exp.Paren(this=exp.and_(*(self._compare(name, sign, end) for sign, end in parts)))
            case Member(name, literals):
                values = [self._literal(literal, name) for literal in literals]
                return exp.In(this=self._name(name), expressions=values)
        raise TypeError(node)  # `has` is refused when types are checked: no column is a list

    def _compare(self, name: str, sign: str, right: Value | Name) -> Expression:
        left, kind = self._name(name), self.column_of(name).kind
        other = self._name(right.name) if isinstance(right, Name) else self._literal(right, name)
        if sign not in ("=", "!="):
            left = in_byte_order(left, kind, self.dialect)
        return exp.Paren(this=_SIGNS[sign](this=left, expression=other))

    def _name(self, name: str) -> Expression:
        if name.startswith(READER):
            return self.slots.reader(name.removeprefix(READER), self.column_of(name).type)
        return exp.column(name, quoted=True)

    def _literal(self, value: Value, name: str) -> Expression:
        column = self.column_of(name)
        is_whole = isinstance(value, int) and not isinstance(value, bool) and -(2**63) <= value < 2**63
        if column.kind == "number" and not (column.type == "int" and is_whole):
            column = Column(name, "decimal", 38, LITERAL_SCALE)
        return self.slots.constant(value, column)
