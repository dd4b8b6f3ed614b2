"""Masks as expressions. Each gives NULL for NULL, raises for no value that its column can hold, and has a type."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from sqlglot import exp

from liangxi.systems.data.rules.policy.binding import Slots
from liangxi.systems.data.rules.policy.dialects import Expression, call, cast, data_type, hmac_sha256, number
from liangxi.systems.data.rules.policy.shapes import (
    MOST_DIGITS,
    Bucket,
    Column,
    Dialect,
    Keep,
    Mask,
    Month,
    Nothing,
    Token,
    Year,
)

WIDEST = 10**9
LONGEST_KEPT = 1000


def kept(column: Column, mask: Mask | None) -> Column | None:
    """The column as it looks from outside when the mask is on it; None where the mask does not fit its type."""
    text, whole = column.type == "string", column.type == "int"
    match mask:
        case None | Nothing():
            return column
        case Keep(prefix=prefix, suffix=suffix):
            return column if text and 0 <= prefix <= LONGEST_KEPT and 0 <= suffix <= LONGEST_KEPT else None
        case Token(key):
            return Column(column.name, "string") if (text or whole) and key else None
        case Bucket(width):
            return _bucketed(column) if 1 <= width <= WIDEST else None
        case Month() | Year():
            return Column(column.name, "date") if column.type in ("date", "timestamp") else None


def _bucketed(column: Column) -> Column | None:
    if column.type == "int":
        return Column(column.name, "decimal", MOST_DIGITS, 0)
    fits = column.type == "decimal" and column.digits < MOST_DIGITS  # the bucket below the least number has one more
    return Column(column.name, "decimal", MOST_DIGITS, column.scale) if fits else None


@dataclass(frozen=True, slots=True)
class Masking:
    """What a mask needs: where values go and which engine it is for."""

    slots: Slots
    dialect: Dialect

    def of(self, column: Column, mask: Mask | None) -> Expression:
        """What comes out of the column."""
        bare = exp.column(column.name, quoted=True)
        return bare if mask is None else _WAYS[type(mask)](self, bare, column, mask)

    def token(self, column: Column, key: str) -> Expression:
        """The token of any column that can be compared, for one key."""
        text = cast(exp.column(column.name, quoted=True), "string")
        return hmac_sha256(text, *self.slots.halves(key), self.dialect)

    def _keep(self, bare: Expression, column: Column, mask: Keep) -> Expression:
        length = exp.Length(this=bare)
        ends = mask.prefix + mask.suffix
        stars = call("REPEAT", exp.Literal.string("*"), exp.Sub(this=length, expression=number(ends)))
        whole = stars
        if mask.prefix:
            whole = exp.DPipe(this=call("LEFT", bare, mask.prefix), expression=whole, safe=False)
        if mask.suffix:
            whole = exp.DPipe(this=whole, expression=call("RIGHT", bare, mask.suffix), safe=False)
        hidden = call("REPEAT", exp.Literal.string("*"), length)
        return exp.Case(ifs=[exp.If(this=exp.GT(this=length, expression=number(ends)), true=whole)], default=hidden)

    def _token(self, bare: Expression, column: Column, mask: Token) -> Expression:
        return self.token(column, f"token:{mask.key}")

    def _bucket(self, bare: Expression, column: Column, mask: Bucket) -> Expression:
        scale = column.scale if column.type == "decimal" else 0
        value = cast(bare, "decimal", scale=scale)
        width = cast(number(mask.width), "decimal", scale=scale)
        above = call("MOD", exp.Add(this=call("MOD", value, width), expression=width), width)
        return cast(exp.Sub(this=value, expression=above), "decimal", digits=MOST_DIGITS, scale=scale)

    def _month(self, bare: Expression, column: Column, mask: Month) -> Expression:
        return call("MAKE_DATE", _part("YEAR", bare), _part("MONTH", bare), 1)

    def _year(self, bare: Expression, column: Column, mask: Year) -> Expression:
        return call("MAKE_DATE", _part("YEAR", bare), 1, 1)

    def _nothing(self, bare: Expression, column: Column, mask: Nothing) -> Expression:
        return exp.cast(exp.Null(), data_type(column))


def _part(name: str, bare: Expression) -> Expression:
    """A part of a date. (Truncation is no way: Sail takes it through nanoseconds and fails before 1677.)"""
    return exp.cast(exp.Extract(this=exp.Var(this=name), expression=bare), "INT")


_WAYS: dict[type, Callable[[Masking, Expression, Column, Any], Expression]] = {
    Keep: Masking._keep, Token: Masking._token, Bucket: Masking._bucket, Month: Masking._month, Year: Masking._year,
    Nothing: Masking._nothing,
}  # fmt: skip
