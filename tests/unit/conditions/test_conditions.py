"""Conditions: what they say, what they do not understand, and that all situations can be listed."""

from datetime import date
from decimal import Decimal
from itertools import product
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from liangxi.kit import conditions
from liangxi.kit.conditions import parse
from liangxi.kit.errors import InvalidError


@pytest.mark.parametrize(
    ("text", "values", "expected"),
    [
        ("scale > 300", {"scale": 301}, True),
        ("scale > 300", {"scale": Decimal("300.0")}, False),
        ("scale > 300", {}, None),
        ("300 < scale", {"scale": 301}, True),
        ('kind = "hotel"', {"kind": "hotel"}, True),
        ("kind != 'hotel'", {"kind": "bar"}, True),
        ('kind in ("a","b")', {"kind": "b"}, True),
        ('kind not in ("a","b")', {"kind": "b"}, False),
        ("age between 18 and 60", {"age": 60}, True),
        ("age in (18..60]", {"age": 18}, False),
        ("age in [1..5]", {"age": 1}, True),
        ("sign", {"sign": True}, True),
        ("not sign", {"sign": True}, False),
        ("sign = false", {"sign": False}, True),
        ("is known(x)", {"x": None}, False),
        ("not is known(x)", {}, True),
        ('extras has "terrace"', {"extras": ["bar", "terrace"]}, True),
        ('born >= date("2026-01-01")', {"born": date(2026, 1, 1)}, True),
        ("end >= start", {"end": 2, "start": 3}, False),
        ("end >= start", {"end": 2}, None),
        ("a or b", {"a": True}, True),
        ("a or b", {"a": False}, None),
        ("a and b", {"b": False}, False),
        ("a and (b or not c)", {"a": True, "b": False, "c": False}, True),
        ("a or b and c", {"a": True, "b": False, "c": False}, True),
        (True, {}, True),
        ("false", {}, False),
        ("registry.person.sex = 1", {"registry.person.sex": 1}, True),
    ],
)
def test_evaluates_in_three_values(text: str, values: dict[str, Any], expected: bool | None) -> None:
    assert parse(text).evaluate(values) is expected


@pytest.mark.parametrize(
    ("text", "position", "words"),
    [
        ("scale == 300", 8, 'one "="'),
        ("a && b", 3, "as words"),
        ("scale ＞ 300", 7, "half-width"),
        ("kind = hotel and kind = ", 25, "missing"),
        ('kind in ("a", b)', 15, "quotes"),
        ('kind = "a', 8, "not closed"),
        ("scale + 1 > 2", 7, "arithmetic"),
        ("", 1, "missing"),
        ("(a", 3, "missing"),
        ("a b", 3, "not expected"),
        ("age between 60 and 18", 13, "begins after"),
        ('age in (1, "a")', 8, "one type"),
        ('d > date("2026-13-01")', 10, "date"),
        ("(" * 40 + "a" + ")" * 40, 31, "deep"),
        ("a or " * 1000 + "a", 2000, "longer"),
        ("__import__('os')", 11, "not expected"),
    ],
)
def test_says_where_and_what(text: str, position: int, words: str) -> None:
    with pytest.raises(InvalidError) as refusal:
        parse(text)
    assert refusal.value.code == "conditions.syntax"
    assert refusal.value.params["position"] == position
    assert words in str(refusal.value)


def test_checks_names_and_types() -> None:
    types = {"scale": "number", "kind": "text", "extras": "list", "open": "date"}
    parse('scale > 3 and kind = "a" and extras has "b" and open > date("2026-01-01")').check(types)
    with pytest.raises(InvalidError, match="nobody answers"):
        parse("missing > 3").check(types)
    for wrong in ("kind > 3", "scale", 'scale has "a"', "scale > kind", "kind in (1, 2)"):
        with pytest.raises(InvalidError) as refusal:
            parse(wrong).check(types)
        assert refusal.value.code == "conditions.type"


def test_a_value_of_another_type_is_an_error_not_a_guess() -> None:
    for text, value in [
        ("scale > 3", "5"),
        ("sign", 1),
        ('kind = "a"', 3),
        ("scale > 3", float("nan")),
        ("s = 1", True),
    ]:
        condition = parse(text)
        with pytest.raises(InvalidError) as refusal:
            condition.evaluate(dict.fromkeys(condition.names, value))
        assert refusal.value.code == "conditions.type"


def test_lists_every_cell() -> None:
    found = conditions.cells([parse("scale > 300 or scale < 100"), parse('kind = "a" and sign')])
    assert found == {"scale": (99, 100, 200, 300, 301), "kind": ("a", "…"), "sign": (True, False)}
    assert parse('extras has "a" or extras has "b"').cells()["extras"] == ((), ("a",), ("b",), ("a", "b"))
    assert parse('d in [date("2026-01-01")..date("2026-01-02")]').cells()["d"] == (
        date(2025, 12, 31), date(2026, 1, 1), date(2026, 1, 2), date(2026, 1, 3),
    )  # fmt: skip
    with pytest.raises(InvalidError, match="no finite list"):
        parse("a > b").cells()


_NUMBERS = st.integers(-5, 5)
_LEAVES = st.one_of(
    st.builds("n{} {} {}".format, st.integers(1, 2), st.sampled_from(["=", "!=", "<", "<=", ">", ">="]), _NUMBERS),
    st.builds(lambda a, b: f"n1 between {min(a, b)} and {max(a, b)}", _NUMBERS, _NUMBERS),
    st.builds(lambda a, b: f"n2 in ({min(a, b)}..{max(a, b)}]", _NUMBERS, _NUMBERS),
    st.builds("k in ({})".format, st.lists(st.sampled_from(['"a"', '"b"']), min_size=1).map(", ".join)),
    st.sampled_from(["s", "not s", "is known(k)", "true"]),
)
_TEXTS = st.recursive(
    _LEAVES,
    lambda inner: st.one_of(
        st.builds("({} and {})".format, inner, inner),
        st.builds("({} or {})".format, inner, inner),
        st.builds("not ({})".format, inner),
    ),
    max_leaves=8,
)
_VALUES = st.fixed_dictionaries(
    {},
    optional={
        "n1": st.one_of(st.none(), st.decimals(-7, 7, places=1)),
        "n2": _NUMBERS,
        "k": st.sampled_from("abc"),
        "s": st.booleans(),
    },
)


@given(_TEXTS)
def test_the_text_form_is_stable(text: str) -> None:
    condition = parse(text)
    assert parse(str(condition)) == condition
    assert str(parse(str(condition))) == str(condition)


@given(_TEXTS, _VALUES)
def test_unknown_never_contradicts_known(text: str, values: dict[str, Any]) -> None:
    """More answers may settle an unknown; they never turn a settled answer (`is known` aside)."""
    condition = parse(text)
    full = {"n1": 0, "n2": 0, "k": "c", "s": True} | {k: v for k, v in values.items() if v is not None}
    settled = condition.evaluate(values)
    if settled is not None and "is known" not in text:
        assert condition.evaluate(full) is settled
    assert condition.evaluate(full) is not None


@given(_TEXTS, st.decimals(-7, 7, places=1), st.decimals(-7, 7, places=1), st.sampled_from("abc"), st.booleans())
def test_the_cells_miss_no_situation(text: str, n1: Decimal, n2: Decimal, k: str, s: bool) -> None:
    """Whatever the values, some combination of cells gives the same answer: found among those of the full product."""
    condition = parse(text)
    answers = {"n1": n1, "n2": n2, "k": k, "s": s}
    cells = condition.cells()
    reached = {condition.evaluate(dict(zip(cells, row, strict=True))) for row in product(*cells.values())}
    assert condition.evaluate(answers) in reached
