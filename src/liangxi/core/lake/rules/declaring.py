"""What a table may be, and its types in DuckDB."""

import re
from collections.abc import Mapping
from dataclasses import asdict
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from liangxi.core.lake.shapes import Field, TableSpec
from liangxi.kit.errors import InvalidError

KEY_TYPES = frozenset({"string", "int", "decimal", "date", "timestamp"})  # what Iceberg can put into buckets
_TABLE_NAME = re.compile(r"[a-z][a-z0-9_]{0,54}")
_DUCKDB = {
    "string": "VARCHAR",
    "int": "BIGINT",
    "double": "DOUBLE",
    "bool": "BOOLEAN",
    "date": "DATE",
    "timestamp": "TIMESTAMP",
    "geometry": "VARCHAR",
}
MOST_BUCKETS = 1024
MOST_FIELDS = 1000


def check(spec: TableSpec) -> None:
    """Raise InvalidError `lake.table.declared` naming each field of the declaration that cannot be."""
    faults: dict[str, str] = {}
    if not _TABLE_NAME.fullmatch(spec.name) or spec.name.endswith("__changes"):
        faults["name"] = "A table is named with small Latin letters, digits and underscores, at most 55."
    if not 1 <= spec.buckets <= MOST_BUCKETS:
        faults["buckets"] = "A table has 1 to 1024 buckets."
    names = [field.name for field in spec.fields]
    if not 1 <= len(names) <= MOST_FIELDS or len({name.casefold() for name in names}) < len(names):
        faults["fields"] = "A table has 1 to 1000 fields, each name once."
    for field in spec.fields:
        if says := _fault_of(field):
            faults[f"fields.{field.name}"] = says
    if says := _fault_of_key(spec):
        faults["key"] = says
    if faults:
        raise InvalidError("lake.table.declared", "The table cannot be declared like this.", fields=faults)


def _fault_of_key(spec: TableSpec) -> str:
    types = {field.name: field.type for field in spec.fields}
    if not spec.key or not set(spec.key) <= types.keys() or len(set(spec.key)) < len(spec.key):
        return "The key names fields of the table, each once."
    if not {types[name] for name in spec.key} <= KEY_TYPES:
        return "A key is made of text, whole numbers, decimals, dates or times."
    return ""


def _fault_of(field: Field) -> str:
    if not field.name.isidentifier() or field.name.startswith("_") or len(field.name) > 63:
        return "A field is named with letters, digits and underscores, at most 63; not with an underscore first."
    if field.type not in {*_DUCKDB, "decimal"}:
        return "There is no such type."
    if field.type == "decimal" and not (1 <= field.digits <= 38 and 0 <= field.scale <= field.digits):
        return "A decimal has 1 to 38 digits, of which any number behind the point."
    return ""


def duckdb_type(field: Field) -> str:
    """The type of a field in DuckDB."""
    if field.type == "decimal":
        return f"DECIMAL({field.digits},{field.scale})"
    return _DUCKDB[field.type]


def as_json(spec: TableSpec) -> dict[str, Any]:
    """The declaration as the ledger keeps it."""
    return asdict(spec) | {"key": list(spec.key), "fields": [asdict(field) for field in spec.fields]}


def from_json(kept: Mapping[str, Any]) -> TableSpec:
    """The declaration as the ledger kept it."""
    fields = tuple(Field(**one) for one in kept["fields"])
    return TableSpec(**{**kept, "fields": fields, "key": tuple(kept["key"])})


def is_same_shape(one: TableSpec, other: TableSpec) -> bool:
    """True when both hold the same rows in the same places: only words differ."""
    return _shape(one) == _shape(other)


def _shape(spec: TableSpec) -> tuple[Any, ...]:
    columns = tuple((field.name, duckdb_type(field), field.type, field.required) for field in spec.fields)
    return spec.name, columns, spec.key, spec.buckets


def is_of_type(field: Field, value: Any) -> bool:
    """True when `value` is a Python value of the type of a field of a key."""
    if isinstance(value, bool):
        return False
    if field.type == "date":
        return isinstance(value, date) and not isinstance(value, datetime)
    wanted: dict[str, type] = {"string": str, "int": int, "decimal": Decimal, "timestamp": datetime}
    return isinstance(value, wanted[field.type])
