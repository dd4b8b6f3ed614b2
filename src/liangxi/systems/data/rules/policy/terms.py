"""The terms of a grant, as a provider decides them (`rules/sharing.py`), as a policy."""

from collections.abc import Iterable, Mapping
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from liangxi.kit.condition_syntax import And, Compare, Constant, Known, Member, Node, Not, Or
from liangxi.systems.data.rules.policy.errors import FieldError
from liangxi.systems.data.rules.policy.shapes import (
    DEFAULT_GROUP,
    Bucket,
    Column,
    Keep,
    Mask,
    Nothing,
    Policy,
    Schema,
    Shown,
    Token,
    Value,
    Way,
)

_SIGNS = {"eq": "=", "ne": "!=", "lt": "<", "le": "<=", "gt": ">", "ge": ">="}


def policy_of_terms(
    *,
    terms: Mapping[str, Any],
    schema: Schema,
    purpose: str,
    ways: Iterable[Way],
    lookup: Iterable[str] = (),
    groups: Iterable[str] = (),
    measures: Iterable[str] = (),
) -> Policy:
    """The policy of terms that `sharing.check_terms` found right: columns, masks by column, rows, minimum group.

    Terms without rows let all rows out; terms without a minimum group (0) have the policy's own. What terms do not say
    comes beside them. FieldError `data.policy.unknown` or `data.policy.value` for a condition that does not fit the
    schema.
    """
    columns = {column.name: column for column in schema.columns}
    masks = terms.get("masks") or {}
    shown = tuple(Shown(name, _mask(masks.get(name))) for name in terms["columns"])
    rows = terms.get("rows")
    return Policy(
        columns=shown,
        rows=Constant(True) if rows is None else _node(rows, columns),
        purposes=frozenset({purpose}),
        ways=frozenset(ways),
        lookup=tuple(lookup),
        groups=tuple(groups),
        measures=tuple(measures),
        minimum_group=terms.get("minimum_group") or DEFAULT_GROUP,
    )


def _mask(said: Mapping[str, Any] | None) -> Mask | None:
    match said:
        case None:
            return None
        case {"kind": "keep", "prefix": prefix, "suffix": suffix}:
            return Keep(prefix=prefix, suffix=suffix)
        case {"kind": "bucket", "size": size}:
            return Bucket(size)
        case {"kind": "token"}:
            return Token("token")  # one key for all columns of a grant, so that they can be joined
        case {"kind": "null"}:
            return Nothing()
    raise FieldError(
        "data.policy.document", "%(field)s: a mask is keep, token, bucket, month, year or nothing.", "masks"
    )


def _node(said: Mapping[str, Any], columns: Mapping[str, Column]) -> Node:
    if "all" in said:
        return And(tuple(_node(part, columns) for part in said["all"]))
    if "any" in said:
        return Or(tuple(_node(part, columns) for part in said["any"]))
    name, operator, value = said["column"], said["op"], said["value"]
    if name not in columns:
        raise FieldError("data.policy.unknown", "The data set has no column %(field)s.", name)
    if operator == "is_null":
        return Not(Known(name)) if value else Known(name)
    if operator == "in":
        return Member(name, tuple(_literal(one, columns[name]) for one in value))
    literal = _literal(value, columns[name])
    return _begins(name, literal) if operator == "prefix" else Compare(name, _SIGNS[operator], literal)


def _begins(name: str, prefix: Any) -> Node:
    """A text begins with another when it lies from that on and before the next text that does not begin with it."""
    if not isinstance(prefix, str) or not prefix:
        raise FieldError("data.policy.value", "The value for %(field)s does not fit its type.", name)
    last = ord(prefix[-1]) + 1
    last = 0xE000 if last == 0xD800 else last  # surrogates are no characters
    if last > 0x10FFFF:
        raise FieldError("data.policy.value", "The value for %(field)s does not fit its type.", name)
    return And((Compare(name, ">=", prefix), Compare(name, "<", prefix[:-1] + chr(last))))


def _literal(value: Any, column: Column) -> Any:
    """A value of JSON in the type of the column: dates are texts there, numbers may be floats."""
    try:
        return _READ.get(column.kind, _as_is)(value)
    except (ValueError, TypeError, ArithmeticError, LookupError) as error:
        raise FieldError("data.policy.value", "The value for %(field)s does not fit its type.", column.name) from error


def _as_is(value: Any) -> Value:
    if not isinstance(value, str):
        raise TypeError(value)
    return value


def _number(value: Any) -> Value:
    if isinstance(value, bool):
        raise TypeError(value)
    exact = Decimal(str(value))
    return int(exact) if exact == exact.to_integral_value() else exact


def _day(value: Any) -> Value:
    return date.fromisoformat(value) if len(value) == len("2026-01-01") else datetime.fromisoformat(value)


def _flag(value: Any) -> Value:
    words = {"true": True, "false": False, "1": True, "0": False}
    return words[str(value).lower()]


_READ = {"number": _number, "date": _day, "bool": _flag}
