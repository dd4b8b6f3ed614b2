"""From policy and request to one statement; what only depends on their shape is made once and kept."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache

from liangxi.systems.data.rules.policy import aggregates, rows
from liangxi.systems.data.rules.policy.asking import admit
from liangxi.systems.data.rules.policy.binding import Slot, bound
from liangxi.systems.data.rules.policy.dialects import Expression
from liangxi.systems.data.rules.policy.shapes import (
    Aggregate,
    Changes,
    Column,
    Compiled,
    Dialect,
    Page,
    Point,
    Policy,
    Reader,
    Request,
    Schema,
    Value,
)


def compile(policy: Policy, schema: Schema, request: Request, *, dialect: Dialect, reader: Reader) -> Compiled:
    """The statement that answers `request` and nothing that `policy` does not let through.

    Raises ForbiddenError and InvalidError as `asking.checked`, `asking.admit` and `binding.bound` say; each names the
    field. Pure: it asks no engine. The statement is kept by policy, schema and shape of the request, so that another
    key costs no compilation.
    """
    shape, values = _shape(request)
    made = _made(policy, schema, shape, dialect)
    return Compiled(made.sql, bound(made.names, policy, reader, values), made.columns, made.cursor, made.trail)


@dataclass(frozen=True, slots=True)
class _Made:
    sql: str
    names: Mapping[Slot, str]
    columns: tuple[Column, ...]
    cursor: tuple[str, ...]
    trail: tuple[str, ...] = ()


@lru_cache(maxsize=4096)
def _made(policy: Policy, schema: Schema, request: Request, dialect: Dialect) -> _Made:
    answer = admit(policy, schema, request)
    if isinstance(request, Aggregate):
        built = aggregates.Aggregation(policy, schema, request, dialect)
        return _Made(_said(built.query(), dialect), built.slots.names, tuple(answer.values()), ())
    build = rows.Rows(policy, schema, request, dialect)
    query, cursor = build.query(answer)
    extra = tuple(column for column in cursor if column.name not in answer)
    names = tuple(column.name for column in cursor)
    trail = tuple(name for name, _ in build.trail())
    return _Made(_said(query, dialect), build.slots.names, (*answer.values(), *extra), names, trail)


def _said(query: Expression, dialect: Dialect) -> str:
    return query.sql(dialect=dialect, identify=True)


def _shape(request: Request) -> tuple[Request, Sequence[Value]]:
    """The request without its values, and the values. Keys are filled up to a power of two: few shapes serve all."""
    match request:
        case Point(keys=keys, by=by) if keys and all(len(key) == len(by) for key in keys):
            count = 1 << (len(keys) - 1).bit_length()
            filled = (*keys, *keys[-1:] * (count - len(keys)))
            return replace(request, keys=((None,) * len(by),) * count), [value for key in filled for value in key]
        case Page(after=after, containing=containing):
            values = [*after, *(text for _, text in containing)]
            hollow = tuple((name, "") for name, _ in containing)
            return replace(request, after=(None,) * len(after), containing=hollow), values
        case Changes(after=after):
            return replace(request, after=(None,) * len(after)), list(after)
        case _:
            return request, []
