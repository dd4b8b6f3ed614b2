"""What is allowed at all: a schema in itself, a policy over a schema, a request under a policy."""

import re
from collections.abc import Iterable, Mapping
from functools import lru_cache

from liangxi.kit.conditions import Condition, parse
from liangxi.systems.data.rules.policy import shapes
from liangxi.systems.data.rules.policy.errors import DeniedError, FieldError
from liangxi.systems.data.rules.policy.masks import kept
from liangxi.systems.data.rules.policy.predicates import READER
from liangxi.systems.data.rules.policy.shapes import Aggregate, Column, Measure, Page, Point, Policy, Request, Schema

_NAME = re.compile(r"[A-Za-z][A-Za-z0-9_]{0,62}")
_NUMBERS = ("int", "decimal")


@lru_cache(maxsize=1024)
def checked(policy: Policy, schema: Schema) -> Mapping[str, Column]:
    """The columns that the policy shows, by name, as they look from outside.

    InvalidError naming the field for a schema or a policy that cannot be: `data.policy.identifier`, `.unknown`,
    `.mask`, `.group`, and those of conditions.
    """
    columns = _checked_schema(schema)
    named = (*policy.lookup, *filter(None, [policy.subject]), *(within.column for within in policy.within))
    for name in (*(shown.name for shown in policy.columns), *named):
        if name not in columns:
            raise FieldError("data.policy.unknown", "The data set has no column %(field)s.", name)
    shown = {one.name: kept(columns[one.name], one.mask) for one in policy.columns}
    outside = {name: column for name, column in shown.items() if column is not None}
    for name in shown:
        if name not in outside:
            raise FieldError("data.policy.mask", "This mask does not fit the column %(field)s.", name)
    if len(shown) < len(policy.columns):
        raise FieldError("data.policy.identifier", "%(field)s stands there twice.", "columns")
    _check_rows(policy, columns)
    _check_groups(policy, columns, outside)
    return outside


def _checked_schema(schema: Schema) -> Mapping[str, Column]:
    for name in (column.name for column in schema.columns):
        if not _NAME.fullmatch(name):
            raise FieldError("data.policy.identifier", "%(field)s cannot be the name of a column.", name)
    for relation in filter(None, (schema.relation, schema.changes)):
        if not all(_NAME.fullmatch(part.lstrip("_")) for part in relation.split(".")):
            raise FieldError("data.policy.identifier", "%(field)s cannot be the name of a table.", "relation")
    columns = {column.name: column for column in schema.columns}
    if len({name.casefold() for name in columns}) < len(schema.columns):
        raise FieldError("data.policy.identifier", "%(field)s stands there twice.", "columns")
    for name in schema.key:
        if name not in columns or not columns[name].is_comparable:
            raise FieldError("data.policy.unknown", "The data set has no column %(field)s.", name)
    return columns


def _check_rows(policy: Policy, columns: Mapping[str, Column]) -> None:
    types = {name: column.kind for name, column in columns.items()}
    types |= {READER + name: Column(name, kind).kind for name, kind in policy.parameters}
    policy.condition.check(types)
    for name in policy.lookup:
        if not columns[name].is_comparable:
            raise FieldError(
                "data.policy.filter", "Engines do not agree on comparing %(field)s: it can only be shown.", name
            )
    for within in policy.within:
        if types[within.column] != "text" or types.get(READER + within.parameter) != "text":
            raise FieldError("data.policy.filter", "Only a text can begin with a text: %(field)s.", within.column)


def _check_groups(policy: Policy, columns: Mapping[str, Column], shown: Mapping[str, Column]) -> None:
    for name in policy.groups:
        if name not in shown or not shown[name].is_comparable:
            raise FieldError(
                "data.policy.group", "%(field)s is not shown or cannot be compared: no group can be made.", name
            )
    for name in policy.measures:
        if name not in shown:
            raise FieldError("data.policy.group", "%(field)s is not shown: it cannot be measured.", name)
    if policy.minimum_group < 1:
        raise FieldError("data.policy.group", "%(field)s must be 1 or more.", "minimum_group")
    if policy.subject and not columns[policy.subject].is_comparable:
        raise FieldError(
            "data.policy.group", "%(field)s is not shown or cannot be compared: no group can be made.", "subject"
        )


def admit(policy: Policy, schema: Schema, request: Request) -> Mapping[str, Column]:
    """The columns of the answer by name; what the policy does not let through is refused with its name.

    ForbiddenError `data.policy.purpose`, `.way`, `.column`; InvalidError `.limit`, `.filter`, `.key` and those of
    conditions. A column that does not exist and one that is hidden give the same answer.
    """
    shown = checked(policy, schema)
    if request.purpose not in policy.purposes:
        raise DeniedError("data.policy.purpose", "The grant is not for this purpose.", "purpose")
    if shapes.WAYS[type(request)] not in policy.ways:
        raise DeniedError("data.policy.way", "The grant does not allow to ask in this way.", "way")
    if isinstance(request, Aggregate):
        return _admit_aggregate(policy, shown, request)
    _check_limit(request)
    if isinstance(request, Point):
        _admit_point(policy, schema, request)
    if not schema.key and not isinstance(request, Point):
        raise FieldError("data.policy.key", "%(field)s has no key: its rows have no order.", schema.relation)
    asked = request.columns or tuple(shown)
    _only(shown, (*asked, *_named_by(request)))
    check_filter(request, shown)
    return {name: shown[name] for name in asked}


def filter_of(request: Request) -> Condition:
    """The condition of a request; one that has none asks for all."""
    return parse(getattr(request, "where", "true"))


def _named_by(request: Request) -> Iterable[str]:
    yield from sorted(filter_of(request).names)
    if isinstance(request, Page):
        yield from (name for name, _ in request.containing)


def check_filter(request: Request, shown: Mapping[str, Column]) -> None:
    """A filter compares values as they are shown, with values of their type."""
    filter_of(request).check({name: column.kind for name, column in shown.items()})
    if isinstance(request, Page):
        for name, _ in request.containing:
            if shown[name].type != "string":
                raise FieldError("data.policy.filter", "Only a text can contain a text: %(field)s.", name)


def _only(allowed: Iterable[str], names: Iterable[str]) -> None:
    for name in names:
        if name not in allowed:
            raise DeniedError("data.policy.column", "The grant does not hold the column %(field)s.", name)


def _check_limit(request: Request) -> None:
    most = shapes.MOST_SAMPLES if isinstance(request, shapes.Sample) else shapes.MOST_ROWS
    limit = getattr(request, "limit", 1)
    if not 1 <= limit <= most:
        raise FieldError("data.policy.limit", "%(field)s must be 1 or more, and not more than is allowed.", "limit")


def _admit_point(policy: Policy, schema: Schema, request: Point) -> None:
    bare = [shown.name for shown in policy.columns if shown.mask is None]
    _only((*policy.lookup, *bare), request.by)
    comparable = {column.name for column in schema.columns if column.is_comparable}
    if not request.by or len(set(request.by)) < len(request.by) or not comparable.issuperset(request.by):
        raise FieldError("data.policy.key", "%(field)s must name different columns that can be compared.", "by")
    if not 1 <= len(request.keys) <= shapes.MOST_KEYS or any(len(key) != len(request.by) for key in request.keys):
        raise FieldError("data.policy.key", "%(field)s must be 1 to 1024, each with a value for each column.", "keys")


def _admit_aggregate(policy: Policy, shown: Mapping[str, Column], request: Aggregate) -> Mapping[str, Column]:
    """Only whole groups of the policy are chosen and added up; see `aggregates`."""
    groups = {name: shown[name] for name in policy.groups}
    _only(groups, (*request.by, *_named_by(request)))
    check_filter(request, groups)
    answer = {name: groups[name] for name in request.by}
    for measure in request.measures:
        _check_measure(policy, shown, measure)
        if not _NAME.fullmatch(measure.title) or measure.title.casefold() in map(str.casefold, answer):
            raise FieldError("data.policy.identifier", "%(field)s cannot be the name of a column.", measure.title)
        answer[measure.title] = measured(measure, shown)
    if not request.measures:
        raise FieldError("data.policy.group", "%(field)s is empty: nothing is measured.", "measures")
    return answer


def _check_measure(policy: Policy, shown: Mapping[str, Column], measure: Measure) -> None:
    if measure.function == "count" and not measure.column:
        return
    _only(policy.measures, [measure.column])
    column = shown[measure.column]
    fits = {
        "count": True,
        "sum": column.type in _NUMBERS and column.is_comparable,
        "avg": column.type in _NUMBERS and column.is_comparable,
        "min": column.kind in ("number", "text", "date"),
        "max": column.kind in ("number", "text", "date"),
    }
    if not fits.get(measure.function, False):
        raise FieldError("data.policy.measure", "This measure cannot be taken of %(field)s.", measure.column)


def measured(measure: Measure, shown: Mapping[str, Column]) -> Column:
    """The column that a measure gives."""
    if measure.function == "count":
        return Column(measure.title, "int")
    column = shown[measure.column]
    if measure.function == "avg":
        return Column(measure.title, "double")
    if measure.function == "sum":
        return Column(measure.title, "decimal", 38, column.scale if column.type == "decimal" else 0)
    return Column(measure.title, column.type, column.digits, column.scale)
