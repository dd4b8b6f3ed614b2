"""What the three engines say differently, and nothing else: types, order of texts, hashes.

All values go as bound parameters, each in a cast, so that an engine never guesses a type. Names come from a checked
schema and are always quoted. The statements hold no `%` but psycopg's placeholders.
"""

from collections.abc import Callable
from typing import Any

from sqlglot import exp

from liangxi.systems.data.rules.policy.shapes import Column, Dialect, Type

Expression = exp.Expr
_ENGINE_TYPES = {
    "string": "TEXT", "geometry": "TEXT", "int": "BIGINT", "double": "DOUBLE", "bool": "BOOLEAN", "date": "DATE",
    "timestamp": "TIMESTAMPNTZ", "bytes": "VARBINARY",
}  # fmt: skip


def data_type(column: Column) -> exp.DataType:
    """The type of a column for a cast."""
    if column.type == "decimal":
        return exp.DataType.build(f"DECIMAL({column.digits}, {column.scale})")
    return exp.DataType.build(_ENGINE_TYPES[column.type])


def storage_type(column: Column, dialect: Dialect) -> str:
    """The type to make a column with. PostgreSQL's texts are in the order of bytes, so that pages use an index."""
    name = data_type(column).sql(dialect=dialect)
    return f'{name} COLLATE "C"' if dialect == "postgres" and name == "TEXT" else name


def cast(expression: Expression, kind: Type | str, *, digits: int = 38, scale: int = 0) -> Expression:
    """A cast to a type of ours, or to `bytes`."""
    target = f"DECIMAL({digits}, {scale})" if kind == "decimal" else _ENGINE_TYPES[kind]
    return exp.cast(expression, exp.DataType.build(target))


def call(name: str, *arguments: Expression | int) -> Expression:
    """A call of a function that all engines know by this name."""
    return exp.Anonymous(this=name, expressions=[number(a) if isinstance(a, int) else a for a in arguments])


def number(value: int) -> Expression:
    """A whole number of our own making (a limit, a width), never of a request's values."""
    return exp.Literal.number(value) if value >= 0 else exp.Neg(this=exp.Literal.number(-value))


def in_byte_order(expression: Expression, kind: str, dialect: Dialect) -> Expression:
    """Texts are ordered by code points on every engine, whatever the collation of the database."""
    if dialect == "postgres" and kind == "text":
        return exp.Collate(this=exp.Paren(this=expression), expression=exp.column("C", quoted=True))
    return expression


def hmac_sha256(text: Expression, inner: Expression, outer: Expression, dialect: Dialect) -> Expression:
    """HMAC (RFC 2104) of a text in UTF-8 as 64 hexadecimal digits: SHA256(outer || SHA256(inner || text)).

    `inner` and `outer` are the key xor 0x36.. and 0x5c.., 64 bytes each: no engine but a later one has an HMAC.
    """
    return _HMAC[dialect](text, inner, outer)


def _postgres(text: Expression, inner: Expression, outer: Expression) -> Expression:
    digest = call("SHA256", _joined(inner, call("CONVERT_TO", text, exp.Literal.string("UTF8"))))
    return call("ENCODE", call("SHA256", _joined(outer, digest)), exp.Literal.string("hex"))


def _duckdb(text: Expression, inner: Expression, outer: Expression) -> Expression:
    digest = call("UNHEX", call("SHA256", _joined(inner, call("ENCODE", text))))
    return call("SHA256", _joined(outer, digest))


def _spark(text: Expression, inner: Expression, outer: Expression) -> Expression:
    digest = call("UNHEX", call("SHA2", call("CONCAT", inner, cast(text, "bytes")), 256))
    return call("SHA2", call("CONCAT", outer, digest), 256)


def _joined(left: Expression, right: Expression) -> Expression:
    return exp.DPipe(this=left, expression=right, safe=False)


_HMAC: dict[Dialect, Callable[[Any, Any, Any], Expression]] = {
    "postgres": _postgres, "duckdb": _duckdb, "spark": _spark,
}  # fmt: skip
