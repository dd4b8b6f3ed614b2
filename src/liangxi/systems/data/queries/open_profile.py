"""What the columns of a public version hold, counted once when it is published, so that no page counts again.

{"columns": {"kind": {"filled": 90, "distinct": 3, "least": "bar", "most": "inn", "top": [["bar", 60], ...]},
             "since": {..., "years": [["2025", 40], ...]}},
 "box": [119.6, 31.1, 120.6, 32.0]}
"""

from collections.abc import Mapping
from typing import Any

from liangxi.systems.data.queries.open_reading import Opened, place_of
from liangxi.systems.data.rules.open_query import axes, quoted
from liangxi.systems.data.rules.policy.shapes import Column
from liangxi.systems.data.shapes.opening import Wanted

TOP = 12  # most frequent values of a column that are kept
COUNTED = 100_000  # rows up to which different values are counted exactly
FEW = 60  # different values up to which a column is a list of codes
_ORDERED = ("int", "decimal", "double", "date", "timestamp")


def profile(opened: Opened, rows: int) -> Mapping[str, Any]:
    """The profile of all rows that are open."""
    relation = opened.query(Wanted()).relation()
    columns = {column.name: _column(opened, relation, column, rows) for column in opened.compiled.columns}
    return {"columns": columns, "box": _box(opened, relation)}


def _column(opened: Opened, relation: tuple[str, dict[str, Any]], column: Column, rows: int) -> dict[str, Any]:
    sql, parameters = relation
    name = quoted(column.name)
    bounds = f"min({name}), max({name})" if column.type in _ORDERED else "NULL, NULL"
    different = f"count(DISTINCT {name})" if rows <= COUNTED else f"approx_count_distinct({name})"
    filled, distinct, least, most = opened.one(f"SELECT count({name}), {different}, {bounds} FROM ({sql})", parameters)
    found = {"filled": filled, "distinct": min(distinct, filled), "least": said(least), "most": said(most)}
    if column.type in ("string", "bool", "int") and distinct <= FEW and distinct * 2 <= max(rows, 1):
        found["top"] = _counted(opened, f"CAST({name} AS VARCHAR)", name, relation)
    if column.type in ("date", "timestamp"):
        found["years"] = sorted(_counted(opened, f"CAST(year({name}) AS VARCHAR)", name, relation))
    return found


def _counted(opened: Opened, value: str, name: str, relation: tuple[str, dict[str, Any]]) -> list[list[Any]]:
    sql, parameters = relation
    found = opened.reader.rows(
        f"SELECT {value}, count(*) AS n FROM ({sql}) WHERE {name} IS NOT NULL "
        f"GROUP BY 1 ORDER BY n DESC, 1 LIMIT {TOP}",
        parameters,
    )
    return [list(one) for one in found]


def _box(opened: Opened, relation: tuple[str, dict[str, Any]]) -> list[float] | None:
    place = place_of(opened)
    if place is None:
        return None
    sql, parameters = relation
    found = opened.one(f"SELECT {axes(place)} FROM ({sql})", parameters)
    return None if None in found else [float(one) for one in found]


def said(value: Any) -> Any:
    """A value as JSON can say it."""
    if value is None or isinstance(value, bool | int | str | float):
        return value
    return value.isoformat() if hasattr(value, "isoformat") else float(value)
