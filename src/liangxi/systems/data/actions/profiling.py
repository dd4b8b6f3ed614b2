"""What the values of each field are like, and how far they moved since the measurement before."""

from typing import Any

from liangxi.core.lake.face import Reader
from liangxi.systems.data.models import Measurement
from liangxi.systems.data.rules import quality
from liangxi.systems.data.rules.checking import column
from liangxi.systems.data.shapes import ResourceDefinition, ResourceField

TOP = 20
SHOWN = 10
_RANGED = ("integer", "number", "date", "datetime")


def profile(
    reader: Reader, made: ResourceDefinition, rows: int, before: Measurement | None
) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    """Each field as `FieldProfile` has it, with `bins` for the next time; and what moved too far."""
    known = {one["field"]: one for one in before.profile} if before else {}
    counted = ", ".join(
        f"count(*) - count({c}), approx_count_distinct({c}), min({c})::VARCHAR, max({c})::VARCHAR"
        for c in (column(field.name) for field in made.fields)
    )
    figures = reader.rows(f"SELECT {counted} FROM dataset")[0]
    found = []
    for n, field in enumerate(made.fields):
        nulls, distinct, low, high = figures[4 * n : 4 * n + 4]
        one: dict[str, Any] = {"field": field.name, "nulls": int(nulls), "distinct": int(distinct or 0), "low": "",
                               "high": "", "top": [], "bins": {}, "edges": [], "drift": None}  # fmt: skip
        if not field.is_personal and field.type != "geometry":
            one |= {"low": (low or "")[:100], "high": (high or "")[:100]}
            _spread(reader, field, one, known.get(field.name))
        found.append(one)
    return found, _alarms(found, rows, before)


def _spread(reader: Reader, field: ResourceField, one: dict[str, Any], before: dict[str, Any] | None) -> None:
    """The most frequent values, the bins, and the drift against the bins of before."""
    x = column(field.name)
    top = reader.rows(
        f"SELECT {x}::VARCHAR, count(*) FROM dataset WHERE {x} IS NOT NULL GROUP BY 1 ORDER BY 2 DESC, 1 LIMIT {TOP}"
    )
    one["top"] = [[str(value)[:100], int(n)] for value, n in top[:SHOWN]]
    if field.type in _RANGED:
        edges = list(before["edges"]) if before and before["edges"] else _edges(reader, x)
        counts = _binned(reader, x, edges)
        one |= {"edges": _edges(reader, x), "bins": counts}
    else:
        names = list(before["bins"]) if before and before["bins"] else [str(value)[:100] for value, _ in top]
        counts = _named(reader, x, [name for name in names if name != "…"])
        one |= {"bins": _named(reader, x, [str(value)[:100] for value, _ in top])}
    if before and before["bins"]:
        one["drift"] = quality.stability(_old(before), counts)
    if field.type in _RANGED:
        one["bins"] = _binned(reader, x, one["edges"])


def _old(before: dict[str, Any]) -> dict[str, int]:
    return {str(name): int(n) for name, n in before["bins"].items()}


def _edges(reader: Reader, x: str) -> list[str]:
    """The nine deciles, as text."""
    tenths = ", ".join(f"{n / 10}" for n in range(1, 10))
    (found,) = reader.rows(f"SELECT quantile_disc({x}, [{tenths}])::VARCHAR[] FROM dataset")[0]
    return sorted(set(found or []), key=list(found or []).index)


def _binned(reader: Reader, x: str, edges: list[str]) -> dict[str, int]:
    if not edges:
        return {}
    listed = " + ".join(f"CASE WHEN {x} > try_cast(? AS {_kind(reader, x)}) THEN 1 ELSE 0 END" for _ in edges)
    rows = reader.rows(f"SELECT {listed} AS bin, count(*) FROM dataset WHERE {x} IS NOT NULL GROUP BY 1", edges)
    return {str(bin): int(n) for bin, n in rows}


def _kind(reader: Reader, x: str) -> str:
    rows = reader.rows(f"SELECT typeof({x}) FROM dataset LIMIT 1")
    return str(rows[0][0]) if rows else "VARCHAR"


def _named(reader: Reader, x: str, names: list[str]) -> dict[str, int]:
    """Counts of some values, and of all others as `…`."""
    if not names:
        return {}
    marks = ", ".join("?" for _ in names)
    sql = (
        f"SELECT CASE WHEN left({x}::VARCHAR, 100) IN ({marks}) THEN left({x}::VARCHAR, 100) ELSE '…' END, count(*) "
        f"FROM dataset WHERE {x} IS NOT NULL GROUP BY 1"
    )
    return {str(value): int(n) for value, n in reader.rows(sql, names)}


def _alarms(found: list[dict[str, Any]], rows: int, before: Measurement | None) -> list[dict[str, Any]]:
    """`{what, field, value}`: drift of a field, nulls that came, rows that came or went."""
    alarms: list[dict[str, Any]] = []
    if before is None or not before.rows or not rows:
        return alarms
    if (change := abs(rows - before.rows) / before.rows) > quality.ROWS_ALARM:
        alarms.append({"what": "rows", "field": "", "value": round(change, 3)})
    known = {one["field"]: one["nulls"] / before.rows for one in before.profile}
    for one in found:
        if one["drift"] is not None and one["drift"] >= quality.ALARM:
            alarms.append({"what": "drift", "field": one["field"], "value": round(one["drift"], 3)})
        if one["nulls"] / rows - known.get(one["field"], 0) > quality.MISSING_ALLOWED:
            alarms.append({"what": "nulls", "field": one["field"], "value": round(one["nulls"] / rows, 3)})
    return alarms
