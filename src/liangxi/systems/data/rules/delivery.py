"""What a grant lets through, as a policy over the table of its resource; and what a caller may ask for, as values."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime
from decimal import Decimal
from typing import Any, cast, get_args

from liangxi.kit.errors import InvalidError
from liangxi.systems.data.rules import policy
from liangxi.systems.data.rules.policy.binding import checked
from liangxi.systems.data.rules.policy.shapes import Function, Type, Way

EVERY_WAY: tuple[Way, ...] = ("point", "bulk", "changes", "aggregate")
MOST_KEYS = 1000  # of one batch check
_GROUPED = ("code", "boolean")  # types of the catalogue whose values are few
_NUMBERS = ("int", "decimal")


def policy_of(
    terms: Mapping[str, Any], schema: policy.Schema, *, purpose: str, facts: Mapping[str, Any]
) -> policy.Policy:
    """The policy of a grant. `facts`: `lookups` (indexed columns), `subject`, `types` (catalogue type by column).

    A grant with a minimum group answers with groups only. Groups are made by its fields of few values, numbers are
    measured; where the resource is about persons, a group is counted in persons.
    """
    columns = {column.name: column for column in schema.columns}
    identities = {*schema.key, *facts["lookups"]}
    shown = [name for name in terms["columns"] if name in columns and name not in identities]
    few = [n for n in shown if facts["types"].get(n) in _GROUPED]
    made = policy.policy_of_terms(
        terms=terms,
        schema=schema,
        purpose=purpose,
        ways=("aggregate",) if terms.get("minimum_group") else EVERY_WAY,
        lookup=(*schema.key, *(name for name in facts["lookups"] if name not in schema.key)),
        groups=[n for n in few if columns[n].is_comparable],
        measures=[n for n in shown if columns[n].type in _NUMBERS],
    )
    return replace(made, subject=facts["subject"])


def key_of(schema: policy.Schema, lookups: Sequence[str], by: Sequence[str]) -> tuple[str, ...]:
    """The columns that a lookup goes by: the key, its first columns, or one that is indexed. InvalidError `by`."""
    asked = tuple(by) or schema.key
    if asked == schema.key[: len(asked)] or (len(asked) == 1 and asked[0] in lookups):
        return asked
    says = "Rows are looked up by the key of the resource or by an identity."
    raise InvalidError("data.delivery.by", says, fields={"by": says})


def value_of(column: policy.Column, text: str, field: str) -> policy.Value:
    """A value of an address or a body in the type of its column. InvalidError `data.delivery.key` naming `field`."""
    try:
        return checked(_READ[column.type](text), column)
    except (ValueError, ArithmeticError, InvalidError) as error:
        says = "This is no value of the column."
        raise InvalidError("data.delivery.key", says, fields={field: says}) from error


_READ: Mapping[Type, Callable[[str], Any]] = {
    "string": str, "int": int, "decimal": Decimal, "date": date.fromisoformat, "timestamp": datetime.fromisoformat,
    "bool": {"true": True, "false": False}.__getitem__,
}  # fmt: skip


def cursor_of(text: str) -> tuple[int, str]:
    """A cursor of a change feed, `<number>.put` or `.remove`. InvalidError `data.feed.cursor` naming `after`."""
    number, _, operation = text.partition(".")
    if not (number.isascii() and number.isdecimal() and len(number) < 19 and operation in ("put", "remove")):
        says = "This is no cursor of a change feed."
        raise InvalidError("data.feed.cursor", says, fields={"after": says})
    return int(number), operation


def measures_of(words: Sequence[str]) -> tuple[policy.Measure, ...]:
    """`count`, `sum:months`, `avg:base` ... as measures. InvalidError `data.delivery.measure` naming `measure`."""
    made = []
    for word in words or ("count",):
        function, _, column = word.partition(":")
        if function not in get_args(Function):
            says = "A measure is count, or count, sum, avg, min or max of a column, as sum:months."
            raise InvalidError("data.delivery.measure", says, fields={"measure": says})
        made.append(policy.Measure(cast(Function, function), column))
    return tuple(made)
