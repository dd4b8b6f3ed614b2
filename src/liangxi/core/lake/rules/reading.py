"""How the columns of a source become fields: each value is read by its declared type, or its row is put aside.

Nothing is guessed and nothing is rounded: `1.5` is no whole number, `1.239` has no place in two digits. A time with a
zone becomes official time of China (DuckDB's time zone is set to it).
"""

from collections.abc import Mapping

from liangxi.core.lake.rules import declaring, wording
from liangxi.core.lake.shapes import Field

_TRUE = "'true', 't', '1', 'yes', 'y', '是'"
_FALSE = "'false', 'f', '0', 'no', 'n', '否'"
_ZONE = r":\d\d(\.\d+)? ?(Z|[+-]\d\d(:?\d\d)?)$"
_KINDS = {
    "int": "a whole number",
    "decimal": "a decimal that fits",
    "double": "a number",
    "bool": "yes or no",
    "date": "a date",
    "timestamp": "a time",
}


def value(field: Field, column: str, kind: str) -> str:
    """The value of `field` from `column` (SQL) of DuckDB's type `kind`; NULL where it cannot be read."""
    target = declaring.duckdb_type(field)
    if kind == target:
        return column
    text = _text(column, kind)
    if field.type == "date":
        return f"coalesce(TRY_CAST({text} AS DATE), TRY_CAST(try_strptime({text}, '%Y%m%d') AS DATE))"
    if field.type == "bool":
        word = f"lower(trim({text}))"
        return f"CASE WHEN {word} IN ({_TRUE}) THEN true WHEN {word} IN ({_FALSE}) THEN false END"
    if field.type in ("int", "decimal"):
        scale = field.scale if field.type == "decimal" else 0
        rest = f"length(rtrim({text}, '0')) - strpos({text}, '.') > {scale}"
        rounded = f"(strpos({text}, '.') > 0 AND {rest}) OR contains(lower({text}), 'e-')"
        return f"CASE WHEN {rounded} THEN NULL ELSE TRY_CAST({text} AS {target}) END"
    if field.type == "timestamp":
        zoned = f"length({text}) > 10 AND length({text}) <> 19 AND regexp_matches({text}, '{_ZONE}')"
        local = f"TRY_CAST(TRY_CAST({text} AS TIMESTAMPTZ) AS TIMESTAMP)"
        return f"CASE WHEN {zoned} THEN {local} ELSE TRY_CAST({text} AS TIMESTAMP) END"
    return f"TRY_CAST({text} AS {target})"


def _text(column: str, kind: str) -> str:
    return column if kind == "VARCHAR" else f"CAST({column} AS VARCHAR)"


def faults(fields: tuple[Field, ...], sources: Mapping[str, tuple[str, str]], needed: Mapping[str, str]) -> str:
    """SQL of the first fault of a row, or NULL: `field<TAB>reason<TAB>value`.

    `sources` maps fields to (column, type) of the source; `needed` maps fields to the condition on which they must
    have a value.
    """
    cases = []
    for field in fields:
        column, kind = sources.get(field.name, ("NULL", "VARCHAR"))
        if kind != declaring.duckdb_type(field):
            says = wording.literal(f"{field.name}\tis not {_KINDS.get(field.type, 'text')}\t")
            found = f"{says} || left({_text(column, kind)}, 200)"
            cases.append(f"WHEN {column} IS NOT NULL AND ({value(field, column, kind)}) IS NULL THEN {found}")
        if field.name in needed:
            says = wording.literal(f"{field.name}\tis missing\t")
            cases.append(f"WHEN {needed[field.name]} AND {column} IS NULL THEN {says}")
    return f"CASE {' '.join(cases)} END" if cases else "NULL::VARCHAR"
