"""Expressions as SQL: of entities for PostgreSQL, of observations for DuckDB.

Both speak nearly the same SQL; `Dialect` holds what differs. In DuckDB times are microseconds since 1970.
InvalidError `sta.filter` for what does not fit together.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from liangxi.kit import time as clock
from liangxi.kit.errors import InvalidError
from liangxi.systems.sensing.queries.observatory.tables import Sql
from liangxi.systems.sensing.rules.recording import micros
from liangxi.systems.sensing.shapes.observatory import Call, Expression, Interval, Path, Value

COMPARED = {"eq": "=", "ne": "<>", "gt": ">", "ge": ">=", "lt": "<", "le": "<="}
_MIRRORED = {"gt": "lt", "ge": "le", "lt": "gt", "le": "ge", "eq": "eq", "ne": "ne"}
_ARITHMETIC = {"add": "+", "sub": "-", "mul": "*", "div": "/"}
JOINED = {"and": "AND", "or": "OR"}
Column = Callable[[Path], Sql]


def refused(message: str, **params: object) -> InvalidError:
    """A query option that cannot be answered."""
    return InvalidError("sta.filter", message, params, fields={"$filter": message % params if params else message})


@dataclass(frozen=True, slots=True)
class Dialect:
    """What the engines say differently: the mark of a parameter, a time literal, a time as a timestamp, JSON."""

    mark: str
    moment: Callable[[datetime], object]
    lasting: Callable[[timedelta], object]
    stamp: str  # a time as a timestamp in UTC
    number: str  # a JSON value as a number, null when it is none
    text: str
    boolean: str


POSTGRES = Dialect(
    "%s", lambda at: at, lambda span: span, "({0} AT TIME ZONE 'UTC')",
    "(CASE WHEN jsonb_typeof({0}) = 'number' THEN ({0} #>> '{{}}')::double precision END)", "({0} #>> '{{}}')",
    "(CASE WHEN jsonb_typeof({0}) = 'boolean' THEN ({0} #>> '{{}}')::boolean END)",
)  # fmt: skip
DUCKDB = Dialect(
    "?", micros, lambda span: span // timedelta(microseconds=1), "make_timestamp({0})",
    "try_cast({0} ->> '$' AS DOUBLE)", "({0} ->> '$')", "try_cast({0} ->> '$' AS BOOLEAN)",
)  # fmt: skip


class Writer:
    """Writes expressions whose paths `column` resolves."""

    def __init__(self, dialect: Dialect, column: Column) -> None:
        self._dialect = dialect
        self._column = column

    def write(self, one: Expression) -> Sql:
        """The SQL of an expression."""
        if isinstance(one, Path):
            return self._column(one)
        if isinstance(one, Value):
            return self._literal(one.value)
        if one.name in COMPARED:
            return self._compare(one.name, *self._both(*one.args))
        if one.name in _ARITHMETIC or one.name == "mod":
            return self._calculate(one.name, self.write(one.args[0]), self.write(one.args[1]))
        return self._call(one)

    def _both(self, left: Expression, right: Expression) -> tuple[Sql, Sql]:
        """Both sides of a comparison; a text beside a time is a time in quotes, as some clients write it."""
        a, b = self.write(left), self.write(right)
        if a.type == "time" and b.type == "text":
            return a, self._quoted_time(right) or b
        if b.type == "time" and a.type == "text":
            return self._quoted_time(left) or a, b
        return a, b

    def _quoted_time(self, one: Expression) -> Sql | None:
        if not isinstance(one, Value):
            return None
        try:
            moment = datetime.fromisoformat(str(one.value))
        except ValueError:
            return None
        return self._literal(moment if moment.tzinfo else moment.replace(tzinfo=UTC))

    def _literal(self, value: Any) -> Sql:
        mark, dialect = self._dialect.mark, self._dialect
        if isinstance(value, Interval):
            end = Sql(mark, (dialect.moment(value.end),), "time")
            return Sql(mark, (dialect.moment(value.start),), "time", end)
        if isinstance(value, datetime):
            return Sql(mark, (dialect.moment(value),), "time")
        if isinstance(value, timedelta):
            return Sql(mark, (dialect.lasting(value),), "duration")
        for kind, type in _LITERALS:
            if isinstance(value, kind):
                return Sql(mark, (value,), type)
        if value is None:
            return Sql("NULL", (), "null")
        raise refused("A geometry is compared by functions such as st_within.")

    def _compare(self, name: str, left: Sql, right: Sql) -> Sql:
        if "null" in (left.type, right.type):
            other = right if left.type == "null" else left
            if name not in ("eq", "ne"):
                return Sql("FALSE")
            word = "IS NULL" if name == "eq" else "IS NOT NULL"
            return Sql(f"({self._plain(other).text} {word})", self._plain(other).params)
        left, right = self._alike(left, right)
        if left.type == "time" and right.type == "time":
            return self._in_time(name, left, right)
        if left.type != right.type:
            raise refused("A %(left)s is not compared with a %(right)s.", left=left.type, right=right.type)
        return Sql(f"({left.text} {COMPARED[name]} {right.text})", left.params + right.params)

    def _in_time(self, name: str, left: Sql, right: Sql) -> Sql:
        """Intervals compare as wholes: before means that it ended, after that it had not begun."""
        if left.end is None and right.end is None:
            return Sql(f"({left.text} {COMPARED[name]} {right.text})", left.params + right.params)
        if name in ("lt", "le"):
            return self._in_time(_MIRRORED[name], right, left)
        until = right.end or right
        if name in ("gt", "ge"):
            return Sql(f"({left.text} {COMPARED[name]} {until.text})", left.params + until.params)
        ends = left.end or left
        same = Sql(
            f"({left.text} = {right.text} AND {ends.text} = {until.text})",
            left.params + right.params + ends.params + until.params,
        )
        return same if name == "eq" else Sql(f"(NOT {same.text})", same.params)

    def _alike(self, left: Sql, right: Sql) -> tuple[Sql, Sql]:
        """Both of one type: JSON, and a result, turn into what they are compared with."""
        if left.type in ("json", "result") and right.type in ("json", "result"):
            return self.turned(left, "text"), self.turned(right, "text")
        return self.turned(left, right.type), self.turned(right, left.type)

    def turned(self, one: Sql, type: str) -> Sql:
        """JSON or a result as a type; anything else as it is."""
        if one.type not in ("json", "result") or type not in ("number", "text", "boolean"):
            return one
        if one.type == "result":
            column = {"number": "result_number", "text": "result_text", "boolean": "result_boolean"}[type]
            return Sql(column, one.params, type)
        form = {"number": self._dialect.number, "text": self._dialect.text, "boolean": self._dialect.boolean}[type]
        return Sql(form.format(one.text), one.params * form.count("{0}"), type)

    def _plain(self, one: Sql) -> Sql:
        return self.turned(one, "text") if one.type in ("json", "result") else one

    def _calculate(self, name: str, left: Sql, right: Sql) -> Sql:
        types, params = (left.type, right.type), left.params + right.params
        if types == ("time", "duration") and name in ("add", "sub"):
            return Sql(f"({left.text} {_ARITHMETIC[name]} {right.text})", params, "time")
        if types == ("time", "time") and name == "sub":
            return Sql(f"({left.text} - {right.text})", params, "duration")
        left, right = self.turned(left, "number"), self.turned(right, "number")
        if (left.type, right.type) != ("number", "number"):
            raise refused(
                "%(name)s does not take a %(left)s and a %(right)s.", name=name, left=types[0], right=types[1]
            )
        if name == "mod":
            return Sql(f"mod(({left.text})::numeric, nullif(({right.text})::numeric, 0))", params, "number")
        divisor = f"nullif({right.text}, 0)" if name == "div" else right.text
        return Sql(f"({left.text} {_ARITHMETIC[name]} {divisor})", params, "number")

    def _call(self, one: Call) -> Sql:
        name = one.name
        if name in _MOMENTS:
            return self._literal(_MOMENTS[name]())
        if name == "in_ids":
            return self._in_ids(one)
        if name == "neg":
            held = self.turned(self.write(one.args[0]), "number")
            return Sql(f"(-{held.text})", held.params, "number")
        args = [self.write(arg) for arg in one.args]
        if name in _SPANS:
            return self._span(name, args)
        if name == "substring" and len(args) == 3:
            name = "substring of a length"
        if name not in _FUNCTIONS:
            raise refused("There is no function %(name)s.", name=name)
        return self._function(name, args)

    def _function(self, name: str, args: list[Sql]) -> Sql:
        wanted, form, type = _FUNCTIONS[name]
        if len(args) != len(wanted):
            raise refused("%(name)s takes %(count)s arguments.", name=name, count=len(wanted))
        args = [self.turned(arg, kind) for arg, kind in zip(args, wanted, strict=True)]
        for arg, kind in zip(args, wanted, strict=True):
            if arg.type != kind:
                raise refused("%(name)s does not take a %(type)s.", name=name, type=arg.type)
        texts = [self._dialect.stamp.format(arg.text) if arg.type == "time" else arg.text for arg in args]
        return Sql(form.format(*texts), _ordered(form, args), type)

    def _in_ids(self, one: Call) -> Sql:
        held, ids = self.write(one.args[0]), one.args[1]
        assert isinstance(ids, Value)
        if self._dialect.mark == "?":
            return Sql(f"({held.text} IN (SELECT unnest(?)))", (*held.params, list(ids.value)))
        return Sql(f"({held.text} = ANY(%s))", (*held.params, list(ids.value)))

    def _span(self, name: str, args: list[Sql]) -> Sql:
        """Relations of intervals (STA 1.1, table 23)."""
        if len(args) != 2 or any(arg.type != "time" for arg in args):
            raise refused("%(name)s takes two times.", name=name)
        (a, b), form = args, _SPANS[name]
        held = {"a": a, "A": a.end or a, "b": b, "B": b.end or b}
        used = [held[letter] for letter in form if letter in held]
        text = "".join(held[letter].text if letter in held else _AND.get(letter, letter) for letter in form)
        return Sql(f"({text})", tuple(param for one in used for param in one.params))


_MOMENTS: Mapping[str, Callable[[], datetime]] = {
    "now": clock.now,
    "mindatetime": lambda: datetime(1, 1, 1, tzinfo=UTC),
    "maxdatetime": lambda: datetime(9999, 12, 31, 23, 59, 59, tzinfo=UTC),
}
_LITERALS: tuple[tuple[Any, str], ...] = (  # a bool is an int too, so it comes first
    (bool, "boolean"),
    (int | float, "number"),
    (str, "text"),
    (date, "date"),
    (time, "clock"),
)
_AND = {"&": "AND"}
_SPANS = {  # small letters begin, capitals end
    "before": "A < b",
    "after": "a > B",
    "meets": "A = b",
    "during": "a >= b & A <= B",
    "overlaps": "a < B & A > b",
    "starts": "a = b",
    "finishes": "A = B",
}
_FUNCTIONS: Mapping[str, tuple[tuple[str, ...], str, str]] = {
    "contains": (("text", "text"), "(strpos({0}, {1}) > 0)", "boolean"),
    "substringof": (("text", "text"), "(strpos({1}, {0}) > 0)", "boolean"),
    "startswith": (("text", "text"), "starts_with({0}, {1})", "boolean"),
    "endswith": (("text", "text"), "(right({0}, length({1})) = {1})", "boolean"),
    "length": (("text",), "length({0})", "number"),
    "indexof": (("text", "text"), "(strpos({0}, {1}) - 1)", "number"),
    "substring": (("text", "number"), "substr({0}, ({1})::int + 1)", "text"),
    "substring of a length": (("text", "number", "number"), "substr({0}, ({1})::int + 1, ({2})::int)", "text"),
    "tolower": (("text",), "lower({0})", "text"),
    "toupper": (("text",), "upper({0})", "text"),
    "trim": (("text",), "trim({0})", "text"),
    "concat": (("text", "text"), "({0} || {1})", "text"),
    **{name: (("time",), f"extract({name} FROM {{0}})", "number")
       for name in ("year", "month", "day", "hour", "minute")},
    "second": (("time",), "floor(extract(second FROM {0}))", "number"),
    "fractionalseconds": (("time",), "(extract(microseconds FROM {0}) % 1000000 / 1000000.0)", "number"),
    "date": (("time",), "({0})::date", "date"),
    "time": (("time",), "({0})::time", "clock"),
    "totaloffsetminutes": (("time",), "(0 * extract(year FROM {0}))", "number"),
    "round": (("number",), "round(({0})::numeric)", "number"),
    "floor": (("number",), "floor({0})", "number"),
    "ceiling": (("number",), "ceil({0})", "number"),
}  # fmt: skip


def _ordered(form: str, args: list[Sql]) -> tuple[object, ...]:
    """The parameters in the order in which a form names its arguments."""
    places = [int(form[at + 1]) for at in range(len(form)) if form[at] == "{"]
    return tuple(param for place in places for param in args[place].params)
