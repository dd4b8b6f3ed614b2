"""Random data sets, grants and requests: texts with quotes and Chinese, extreme numbers and dates, NULLs everywhere."""

import random
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from hypothesis import strategies as st

from liangxi.systems.data.rules import policy as p

PURPOSE = "flood relief 防汛"
WAYS = frozenset({"point", "page", "bulk", "changes", "aggregate", "sample"})
COLUMNS = (
    p.Column("id", "string"), p.Column("Division", "string"), p.Column("name", "string"), p.Column("select", "int"),
    p.Column("score", "int"), p.Column("pay", "decimal", 18, 2), p.Column("huge", "decimal", 27, 9),
    p.Column("is_open", "bool"), p.Column("born", "date"), p.Column("seen_at", "timestamp"),
)  # fmt: skip
SCHEMA = p.Schema("people", COLUMNS, ("id",), "people_changes")
DIVISIONS = ("320211", "320211001", "320214", "32", "")
TEXTS = ["", "a", "张三", "欧阳𠮷野", "O'Brien", '"; DROP TABLE people; --', "\\", "\\'", "%s%%(p1)s", "$p1", ":p1",
                         "?", "{people}", "`", "\n\t", "é", "é", "🀄️", "***", "ß", "Z", "z"]  # fmt: skip
INTS = [0, 1, -1, 9, 10, -10, 18, 60, 2**31, 2**63 - 1, -(2**63)]
VALUES: dict[str, list[Any]] = {
    "Division": [*DIVISIONS],
    "name": TEXTS,
    "select": INTS,
    "score": [6, 6, 6, 6, 6, 1, 2, 2, 12],
    "pay": [Decimal(10**15), -Decimal(10**15), Decimal("0.01"), Decimal("-0.01"), Decimal("1234.56"), Decimal(1000)],
    "huge": [Decimal(10**18 - 1), -Decimal(10**18 - 1), Decimal("0.000000001"), Decimal("-7.5"), Decimal(0)],
    "is_open": [True, True, False],
    "born": [date(1, 1, 1), date(1582, 10, 10), date(1900, 2, 28), date(2024, 2, 29), date(9999, 12, 31)],
    "seen_at": [datetime.fromisoformat(text) for text in ("0001-01-01", "1969-12-31T23:59:59.999999",
                                                          "2024-02-29T12:00", "9999-12-31T23:59:59.999999")],
}  # fmt: skip
MASKS: dict[str, list[p.Mask]] = {
    "string": [p.Keep(prefix=1), p.Keep(prefix=2, suffix=3), p.Keep(), p.Keep(suffix=1), p.Token("k"), p.Nothing()],
    "int": [p.Token("k"), p.Bucket(10), p.Bucket(10**9), p.Nothing()],
    "decimal": [p.Bucket(1), p.Bucket(1000), p.Nothing()],
    "date": [p.Month(), p.Year(), p.Nothing()],
    "timestamp": [p.Month(), p.Year(), p.Nothing()],
    "bool": [p.Nothing()],
}
PREDICATES = {
    "Division": ['Division in ("320211", "320214")',
                 'Division >= "3202" and Division < "3203"', "Division != reader.division"],
    "name": ['name < "a"', 'name = "张三"', 'name in ("O\'Brien", "\\")', 'name > "欧"'],
    "select": ["select > 9.5", "select between -10 and 60", "select in (0..9223372036854775808)", "select != 1"],
    "score": ["score >= 6", "not score in (1, 2, 3)", "score < reader.level", "score = select"],
    "pay": ["pay > 0", "pay <= -12345678901234567890.5", "pay between -1000000.25 and 1000000.75"],
    "huge": ["huge >= 0.000000001", "huge < pay", "huge != -7.5"],
    "is_open": ["is_open", "not is_open", "is known(is_open)"],
    "born": ['born >= date("1900-02-28")', 'born = date("0001-01-01")', 'not born > date("9999-12-30")'],
    "seen_at": ["is known(seen_at)"],
}  # fmt: skip


@dataclass(frozen=True)
class Case:
    """A grant over a data set, and who reads."""

    policy: p.Policy
    rows: tuple[dict[str, Any], ...]
    reader: p.Reader


@st.composite
def cases(draw: st.DrawFn) -> Case:
    """A data set of up to forty rows and a grant."""
    dice = random.Random(draw(st.integers(0, 2**32)))  # hypothesis alone draws too many empty and equal rows
    rows = tuple(_row(dice, number) for number in range(dice.choice([24, 40, 40, 12, 1, 0])))
    names = draw(st.lists(st.sampled_from([c.name for c in COLUMNS]), min_size=4, unique=True))
    shown = tuple(draw(_shown(column)) for column in COLUMNS if column.name in names)
    comparable = [one.name for one in shown]
    coarse = [name for name in comparable if name in ("Division", "score", "is_open", "born")]
    policy = p.Policy(
        columns=shown,
        rows=dice.choice(["true", draw(_condition(list(PREDICATES)))]),
        within=dice.choice([(), (), (), (p.Within("Division", "division"),)]),
        parameters=(("division", "string"), ("level", "int")),
        purposes=frozenset({PURPOSE}),
        ways=WAYS,
        lookup=("id",),
        groups=tuple(dice.sample(coarse or comparable, k=min(len(coarse), dice.choice([1, 1, 2])))),
        measures=tuple(comparable),
        subject=dice.choice(["", "", "name"]),
        minimum_group=dice.choice([2, 3, 4, 1]),
    )
    values: dict[str, p.Value] = draw(st.sampled_from([{"division": "3202"}, {"division": "320211", "level": 7}, {}]))
    return Case(policy, rows, p.Reader(values, draw(st.binary(min_size=32, max_size=40))))


def _row(dice: random.Random, number: int) -> dict[str, Any]:
    row = {name: dice.choice([None, *values * 3]) for name, values in VALUES.items()}
    return {"id": f"{dice.choice(TEXTS)}{number}", **row}


@st.composite
def _shown(draw: st.DrawFn, column: p.Column) -> p.Shown:
    return p.Shown(column.name, draw(st.sampled_from([None, None, *MASKS[column.type]])))


@st.composite
def _condition(draw: st.DrawFn, names: list[str]) -> str:
    parts = [draw(st.sampled_from(PREDICATES[draw(st.sampled_from(names))])) for _ in range(draw(st.integers(1, 3)))]
    joined = f" {draw(st.sampled_from(['and', 'or']))} ".join(f"({part})" for part in parts)
    return draw(st.sampled_from([joined, f"not ({joined})", "true"]))


def requests(case: Case, data: st.DataObject) -> list[Any]:
    """One request of each way that answers in full."""
    policy = case.policy
    plain = [one.name for one in policy.columns if one.mask is None and one.name in PREDICATES]
    usable = [name for name in plain if "reader." not in str(PREDICATES[name])]
    where = data.draw(_condition(usable)) if usable else "true"
    free = {"select", "pay"} - set(plain)
    if any(name in where for name in free):
        where = "true"
    asked = tuple(data.draw(st.lists(st.sampled_from([one.name for one in policy.columns]), unique=True)))
    keys = tuple((row["id"],) for row in case.rows[::3]) or (("nobody",),)
    texts = [one.name for one in policy.columns if one.mask is None and one.name in ("name", "Division")]
    containing = ((texts[0], data.draw(st.sampled_from(TEXTS[:9]))),) if texts else ()
    return [
        p.Bulk(purpose=PURPOSE, columns=asked, where=where),
        p.Point(purpose=PURPOSE, by=("id",), keys=keys),
        p.Page(purpose=PURPOSE, where=where, containing=containing, limit=10_000),
        _aggregate(policy, data),
    ]


def _aggregate(policy: p.Policy, data: st.DataObject) -> p.Aggregate:
    from liangxi.systems.data.rules.policy.shapes import Measure

    shown = p.checked(policy, SCHEMA)
    options = [Measure("count")]
    for name in policy.measures:
        kind = shown[name].kind
        options += [Measure("count", name)]
        options += [Measure("min", name), Measure("max", name)] if kind in ("number", "text", "date") else []
        options += [Measure("sum", name), Measure("avg", name)] if kind == "number" else []
    measures = data.draw(st.lists(st.sampled_from(options), min_size=1, max_size=5, unique=True))
    by = data.draw(st.lists(st.sampled_from(policy.groups), unique=True)) if policy.groups else []
    where = f"is known({policy.groups[0]})" if policy.groups and data.draw(st.booleans()) else "true"
    return p.Aggregate(purpose=PURPOSE, measures=tuple(measures), by=tuple(by), where=where)
