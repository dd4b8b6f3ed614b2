"""The values of a statement: which there are is fixed when it is compiled, what they are when it is run."""

import hashlib
import hmac
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from typing import Literal

from sqlglot import exp

from liangxi.kit.errors import InvalidError
from liangxi.systems.data.rules.policy.dialects import Expression, cast
from liangxi.systems.data.rules.policy.errors import FieldError
from liangxi.systems.data.rules.policy.shapes import MOST_DIGITS, Column, Policy, Reader, Type, Value

LONGEST = 10_000  # characters of one value
SECRET_BYTES = 32
LITERAL_SCALE = 10  # digits behind the point of a number that is compared
_BLOCK = 64  # bytes that SHA-256 takes at once
_INT = range(-(2**63), 2**63)

Source = Literal["constant", "reader", "request", "inner", "outer"]


@dataclass(frozen=True, slots=True)
class Slot:
    """Where one value comes from: itself, a parameter of the reader, a place in the request, half a key for tokens."""

    source: Source
    column: Column
    value: Value = None
    key: str = ""
    place: int = 0


@dataclass(slots=True)
class Slots:
    """The values of a statement that is being built; each gets a name, and the same one only once."""

    names: dict[Slot, str] = field(default_factory=dict)

    def constant(self, value: Value, column: Column) -> Expression:
        """A value that the policy or the request's condition says."""
        return self._of(Slot("constant", column, checked(value, column)), column.type)

    def reader(self, key: str, kind: Type) -> Expression:
        """A parameter of the reader; NULL when it is not brought."""
        return self._of(Slot("reader", Column(key, kind), key=key), kind)

    def request(self, place: int, column: Column) -> Expression:
        """The value at a place of the request's list of values."""
        return self._of(Slot("request", column, place=place), column.type)

    def halves(self, key: str) -> tuple[Expression, Expression]:
        """The inner and outer half of a key for tokens."""
        blank = Column(key, "string")
        return self._of(Slot("inner", blank, key=key), "bytes"), self._of(Slot("outer", blank, key=key), "bytes")

    def _of(self, slot: Slot, kind: str) -> Expression:
        name = self.names.setdefault(slot, f"p{len(self.names) + 1}")
        return cast(exp.Placeholder(this=name), kind, scale=LITERAL_SCALE)


def bound(
    names: Mapping[Slot, str], policy: Policy, reader: Reader, values: Sequence[Value]
) -> dict[str, Value | bytes]:
    """The value of every name; InvalidError for a reader's or a request's value that does not fit its type."""
    return {name: _value(slot, policy, reader, values) for slot, name in names.items()}


def _value(slot: Slot, policy: Policy, reader: Reader, values: Sequence[Value]) -> Value | bytes:
    match slot.source:
        case "constant":
            return slot.value
        case "request":
            return checked(values[slot.place], slot.column)
        case "reader":
            return _of_reader(slot, policy, reader)
        case _:
            return _half(slot, reader.secret)


def _of_reader(slot: Slot, policy: Policy, reader: Reader) -> Value:
    value = reader.values.get(slot.key)
    if value is None:
        return None
    if value == "" and any(within.parameter == slot.key for within in policy.within):
        raise FieldError("data.policy.value", "%(field)s is empty: every text begins with it.", slot.key)
    return checked(value, slot.column)


def _half(slot: Slot, secret: bytes) -> bytes:
    if len(secret) < SECRET_BYTES:
        raise InvalidError("data.policy.secret", "Tokens need a secret of %(bytes)s bytes.", {"bytes": SECRET_BYTES})
    key = hmac.digest(secret, slot.key.encode(), hashlib.sha256)
    pad = 0x36 if slot.source == "inner" else 0x5C
    return bytes(byte ^ pad for byte in key.ljust(_BLOCK, b"\0"))


def checked(value: Value, column: Column) -> Value:
    """The value as the column's type takes it; InvalidError `data.policy.value` naming the column."""
    match column.type, value:
        case "string", str() if len(value) <= LONGEST and "\0" not in value and not _has_surrogate(value):
            return value
        case "bool", bool():
            return value
        case "int" | "decimal", int() | Decimal() if not isinstance(value, bool):
            return _number(value, column)
        case "timestamp", date() if getattr(value, "tzinfo", None) is None:
            return datetime.fromisoformat(value.isoformat())
        case "date", date() if not isinstance(value, datetime):
            return value
    raise FieldError("data.policy.value", "The value for %(field)s does not fit its type.", column.name)


def _number(value: int | Decimal, column: Column) -> Value:
    if column.type == "int" and isinstance(value, int) and value in _INT:
        return value
    if column.type == "decimal" and _fits(Decimal(value)):
        return Decimal(value)
    raise FieldError("data.policy.value", "The value for %(field)s does not fit its type.", column.name)


def _fits(value: Decimal) -> bool:
    """Up to 28 digits before the point and 10 behind it."""
    if not value.is_finite():
        return False
    _, digits, exponent = value.as_tuple()
    behind = max(0, -int(exponent))
    return behind <= LITERAL_SCALE and len(digits) + int(exponent) <= MOST_DIGITS


def _has_surrogate(text: str) -> bool:
    return any("\ud800" <= character <= "\udfff" for character in text)
