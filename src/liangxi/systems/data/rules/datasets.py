"""A resource of the catalogue as a table of the lake, and the table as a schema of the policy compiler."""

import hashlib
from collections.abc import Iterable, Mapping

from liangxi.core.lake.shapes import Field, TableSpec, Type
from liangxi.systems.data.rules import policy
from liangxi.systems.data.shapes import ResourceField

LONGEST = 54  # characters of the name of a table
DIGITS, SCALE = 24, 6  # of a `number`: the compiler compares up to 28 digits
_TYPES: Mapping[str, Type] = {
    "text": "string", "code": "string", "attachment": "string", "integer": "int", "number": "decimal",
    "boolean": "bool", "date": "date", "datetime": "timestamp", "geometry": "geometry",
}  # fmt: skip


def table_of(resource: str) -> str:
    """The table of the lake that holds the versions of a resource: its id, `-` written as `_`; a long one is hashed."""
    name = resource.replace("-", "_")
    if len(name) <= LONGEST:
        return name
    return f"{name[: LONGEST - 9]}_{hashlib.sha256(resource.encode()).hexdigest()[:8]}"


def spec_of(resource: str, fields: Iterable[ResourceField], *, buckets: int = 16) -> TableSpec:
    """The declaration of that table: the items of the resource in their order, its key. Values may miss, keys not."""
    listed = tuple(fields)
    return TableSpec(
        name=table_of(resource),
        fields=tuple(
            Field(name=one.name, type=_TYPES[one.type], required=one.is_key, digits=DIGITS, scale=SCALE)
            for one in listed
        ),
        key=tuple(one.name for one in listed if one.is_key),
        buckets=buckets,
    )


def schema_of(spec: TableSpec, relation: str, changes: str = "") -> policy.Schema:
    """The table as the policy compiler sees it: `relation` and `changes` are what an engine calls it."""
    columns = tuple(policy.Column(one.name, one.type, *_digits(one)) for one in spec.fields)
    return policy.Schema(relation, columns, spec.key, changes)


def _digits(field: Field) -> tuple[int, ...]:
    return (field.digits, field.scale) if field.type == "decimal" else ()
