"""The same policies in plain Python, row by row and on their own: what every engine must answer."""

import hashlib
import hmac
import itertools
from collections import defaultdict
from collections.abc import Iterable, Mapping
from datetime import date
from decimal import Decimal
from typing import Any

from liangxi.kit.conditions import parse
from liangxi.systems.data.rules import policy as p

Row = Mapping[str, Any]


def rows_of(policy: p.Policy, rows: Iterable[Row], request: Any, reader: p.Reader) -> list[Row]:
    """The rows that a request without order and limit may see."""
    asked = request.columns or tuple(shown.name for shown in policy.columns)
    if isinstance(request, p.Point):
        rows = [row for row in rows if tuple(row[name] for name in request.by) in set(request.keys)]
    seen = visible(policy, rows, reader)
    shown = [masked(policy, row, reader) for row in seen if _holds(request, masked(policy, row, reader))]
    return [{name: row[name] for name in asked} for row in shown]


def visible(policy: p.Policy, rows: Iterable[Row], reader: p.Reader) -> list[Row]:
    """The rows for which the predicate is true, not unknown."""
    condition = parse(policy.rows)
    names = {f"reader.{name}": reader.values.get(name) for name, _ in policy.parameters}
    found = []
    for row in rows:
        within = all(_begins(row[one.column], reader.values.get(one.parameter)) for one in policy.within)
        if within and condition.evaluate({**row, **names}) is True:
            found.append(row)
    return found


def _begins(text: str | None, prefix: Any) -> bool:
    return text is not None and prefix is not None and text.startswith(prefix)


def _holds(request: Any, row: Row) -> bool:
    texts = getattr(request, "containing", ())
    return parse(getattr(request, "where", "true")).evaluate(row) is True and all(
        row[name] is not None and text in row[name] for name, text in texts
    )


def masked(policy: p.Policy, row: Row, reader: p.Reader) -> Row:
    """A row as it is shown."""
    return {one.name: _mask(row[one.name], one.mask, reader) for one in policy.columns}


def _mask(value: Any, mask: p.Mask | None, reader: p.Reader) -> Any:
    if value is None or mask is None:
        return value
    match mask:
        case p.Keep(prefix=prefix, suffix=suffix):
            hidden = len(value) - prefix - suffix
            return value[:prefix] + "*" * hidden + value[len(value) - suffix :] if hidden > 0 else "*" * len(value)
        case p.Token(key):
            secret = hmac.digest(reader.secret, f"token:{key}".encode(), hashlib.sha256)
            return hmac.new(secret, str(value).encode(), hashlib.sha256).hexdigest()
        case p.Bucket(width):
            return Decimal((Decimal(value) / width).to_integral_value("ROUND_FLOOR")) * width
        case p.Month() | p.Year():
            return date(value.year, value.month if isinstance(mask, p.Month) else 1, 1)
    return None


def groups_of(policy: p.Policy, rows: Iterable[Row], request: p.Aggregate, reader: p.Reader) -> list[Row]:
    """The answer of an aggregate. Cells are judged as a statistician would: sort by size, hide the small ones."""
    cells: dict[tuple[Any, ...], list[tuple[Any, Row]]] = defaultdict(list)
    for row in visible(policy, rows, reader):
        subject = row[policy.subject] if policy.subject else object()
        if subject is not None:
            shown = masked(policy, row, reader)
            cells[tuple(shown[name] for name in policy.groups)].append((subject, shown))
    safe = _safe({key: len({s for s, _ in cell}) for key, cell in cells.items()}, policy.minimum_group)
    measured = {measure.column for measure in request.measures if measure.column}
    sizes = {name: {key: len({s for s, row in cell if row[name] is not None}) for key, cell in cells.items()}
             for name in measured}  # fmt: skip
    safe_for = {name: _safe(size, policy.minimum_group) for name, size in sizes.items()}
    chosen = [k for k in safe if parse(request.where).evaluate(dict(zip(policy.groups, k, strict=True))) is True]
    answer = []
    place = [policy.groups.index(name) for name in request.by]
    wanted = lambda key: tuple(key[n] for n in place)  # noqa: E731
    for group, keys in itertools.groupby(sorted(chosen, key=lambda k: _order(wanted(k))), wanted):
        members = list(keys)
        line = dict(zip(request.by, group, strict=True))
        for measure in request.measures:
            line[measure.title] = _measure(measure, [k for k in members if not measure.column
                                                     or k in safe_for[measure.column]], cells)  # fmt: skip
        answer.append(line)
    return answer


def _safe(sizes: Mapping[tuple[Any, ...], int], least: int) -> set[tuple[Any, ...]]:
    small = [key for key, size in sizes.items() if size < least]
    large = sorted((key for key in sizes if key not in small), key=lambda key: (sizes[key], _order(key)))
    if 0 < sum(sizes[key] for key in small) < least:
        large = large[1:]
    return set(large)


def _order(key: tuple[Any, ...]) -> tuple[Any, ...]:
    return tuple((value is not None, value) if value is not None else (False,) for value in key)


def _measure(measure: p.Measure, keys: list[Any], cells: Mapping[Any, list[tuple[Any, Row]]]) -> Any:
    rows = [row for key in keys for _, row in cells[key]]
    if not measure.column:
        return len(rows)
    values = [row[measure.column] for row in rows if row[measure.column] is not None]
    if not values:
        return None
    match measure.function:
        case "count":
            return len(values)
        case "sum":
            return sum(map(Decimal, values))
        case "avg":
            return float(sum(map(Decimal, values)) / len(values))
        case _:
            return min(values) if measure.function == "min" else max(values)
