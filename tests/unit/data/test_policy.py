"""What the policy compiler refuses, what it never lets into a statement, and what its documents say."""

from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlglot import exp, parse_one

from liangxi.kit.errors import ForbiddenError, HouseError, InvalidError
from liangxi.systems.data.rules import policy as p

SCHEMA = p.Schema(
    "serve.people",
    (p.Column("id", "string"), p.Column("name", "string"), p.Column("income", "decimal", 18, 2),
     p.Column("age", "int"), p.Column("division", "string"),
     p.Column("place", "geometry"), p.Column("weight", "double"), p.Column("born", "date")),
    ("id",),
    "serve.people_changes",
)  # fmt: skip
WAYS = frozenset({"point", "page", "bulk", "changes", "aggregate", "sample"})
GRANT = p.Policy(
    columns=(p.Shown("name", p.Keep(prefix=1)), p.Shown("age"), p.Shown("place"), p.Shown("born", p.Year())),
    rows="true",
    purposes=frozenset({"rescue"}),
    ways=WAYS,
    groups=("age",),
    measures=("age",),
)
READER = p.Reader({}, b"s" * 32)
DIALECTS: tuple[p.Dialect, ...] = ("postgres", "duckdb", "spark")


def sql(policy: p.Policy = GRANT, request: p.Request | None = None, **reader: Any) -> p.Compiled:
    request = request or p.Bulk(purpose="rescue")
    return p.compile(policy, SCHEMA, request, dialect="postgres", reader=p.Reader(reader, b"s" * 32))


def refused(policy: p.Policy, request: p.Request, **reader: Any) -> HouseError:
    with pytest.raises(HouseError) as told:
        sql(policy, request, **reader)
    return told.value


def test_what_is_not_said_is_denied() -> None:
    bare = p.Policy(columns=(p.Shown("name"),))
    assert refused(bare, p.Bulk(purpose="rescue")).code == "data.policy.purpose"
    some = replace(bare, purposes=frozenset({"rescue"}))
    assert refused(some, p.Bulk(purpose="rescue")).code == "data.policy.way"
    assert "WHERE (FALSE)" in sql(replace(some, ways=frozenset({"bulk"}))).sql


@pytest.mark.parametrize(
    "request_",
    [
        p.Bulk(purpose="rescue", columns=("income",)),
        p.Bulk(purpose="rescue", columns=("no_such_column",)),
        p.Bulk(purpose="rescue", where="income > 100"),
        p.Page(purpose="rescue", where="age > 3 or not is known(income)"),
        p.Page(purpose="rescue", containing=(("division", "3"),)),
        p.Point(purpose="rescue", by=("id",), keys=(("1",),)),
        p.Point(purpose="rescue", by=("name",), keys=(("张三",),)),  # shown only masked
        p.Aggregate(purpose="rescue", by=("born",), measures=(p.Measure("count"),)),
        p.Aggregate(purpose="rescue", where="born > date(\"2000-01-01\")", measures=(p.Measure("count"),)),
        p.Aggregate(purpose="rescue", measures=(p.Measure("max", "income"),)),
    ],
)  # fmt: skip
def test_a_column_outside_the_grant_is_refused_by_name(request_: p.Request) -> None:
    told = refused(GRANT, request_)
    assert isinstance(told, ForbiddenError) and told.code == "data.policy.column"
    assert set(told.fields) <= {"income", "no_such_column", "division", "id", "name", "born"} and told.fields


@pytest.mark.parametrize("dialect", DIALECTS)
def test_a_hidden_column_is_in_no_statement_and_a_masked_one_only_under_its_mask(dialect: p.Dialect) -> None:
    requests = [
        p.Bulk(purpose="rescue", where='name = "张*"'),
        p.Page(purpose="rescue", containing=(("name", "*"),)),
        p.Sample(purpose="rescue"),
        p.Aggregate(purpose="rescue", by=("age",), measures=(p.Measure("avg", "age"),)),
    ]
    for request in requests:
        query = p.compile(GRANT, SCHEMA, request, dialect=dialect, reader=READER)
        tree = parse_one(query.sql, dialect="postgres" if dialect == "postgres" else dialect)
        inner = min(tree.find_all(exp.Select), key=lambda select: len(select.sql()))
        assert not {"income", "division", "weight"} & {column.name for column in tree.find_all(exp.Column)}
        for select in tree.find_all(exp.Select):
            if select is not inner:
                assert not list(select.args["from_"].find_all(exp.Table)) or select.args["from_"].find(exp.Subquery)
        assert not {"id", "name", "born"} & {part.name for part in inner.expressions if isinstance(part, exp.Column)}


def test_masks_must_fit_their_columns() -> None:
    for column, mask in [("age", p.Keep(prefix=1)), ("name", p.Bucket(10)), ("age", p.Bucket(0)),
                         ("born", p.Token("k")), ("name", p.Month()),
                         ("name", p.Keep(prefix=-1)), ("weight", p.Bucket(1))]:  # fmt: skip
        told = refused(
            replace(GRANT, columns=(p.Shown(column, mask),), groups=(), measures=()), p.Bulk(purpose="rescue")
        )
        assert told.code == "data.policy.mask" and column in told.fields


def test_names_come_from_the_schema_and_only_plain_ones() -> None:
    for name in ['a"b', "a b", "1a", "_seq", "a;b", "a%b", "名", "a" * 64, ""]:
        with pytest.raises(InvalidError) as told:
            p.checked(p.Policy(columns=()), p.Schema("t", (p.Column(name, "int"),)))
        assert told.value.code == "data.policy.identifier"
    for schema in (p.Schema("t; drop", ()), p.Schema("t", (p.Column("a", "int"), p.Column("A", "int")))):
        with pytest.raises(InvalidError):
            p.checked(p.Policy(columns=()), schema)


def test_what_engines_do_not_compare_alike_is_only_shown() -> None:
    for where in ("place = 'POINT(0 0)'", 'place > "a"'):
        assert refused(GRANT, p.Bulk(purpose="rescue", where=where)).code == "conditions.type"
    assert refused(replace(GRANT, rows="weight > 1"), p.Bulk(purpose="rescue")).code == "conditions.type"
    grouped = replace(GRANT, groups=("place",))
    assert refused(grouped, p.Bulk(purpose="rescue")).code == "data.policy.group"


def test_a_reader_brings_values_of_the_declared_type_and_no_empty_prefix() -> None:
    policy = replace(GRANT, within=(p.Within("division", "division"),), parameters=(("division", "string"),))
    request = p.Bulk(purpose="rescue")
    assert None in sql(policy, request).parameters.values()  # unknown: no row
    assert "3202" in sql(policy, request, division="3202").parameters.values()
    for wrong in ("", 3202, "a\0", "\ud800", "x" * 10_001, date(2026, 1, 1)):
        assert refused(policy, request, division=wrong).code == "data.policy.value"


def test_values_of_a_request_fit_their_columns() -> None:
    policy = replace(GRANT, lookup=("age",))
    for wrong in ("1", True, 2**63, Decimal("1.5"), None, 1.5):
        request = p.Point(purpose="rescue", by=("age",), keys=((wrong,),))  # type: ignore[arg-type]
        assert refused(policy, request).code == "data.policy.value"
    for keys in ((), ((1, 2),), ((1,),) * 1025):
        assert refused(policy, p.Point(purpose="rescue", by=("age",), keys=keys)).code == "data.policy.key"
    for limit in (0, -1, 10_001):
        assert refused(policy, p.Page(purpose="rescue", limit=limit)).code == "data.policy.limit"
    assert refused(policy, p.Page(purpose="rescue", after=("a", "b"))).code == "data.policy.key"


def test_tokens_need_a_secret() -> None:
    policy = replace(GRANT, columns=(p.Shown("id", p.Token("person")),), groups=(), measures=())
    with pytest.raises(InvalidError) as told:
        p.compile(policy, SCHEMA, p.Bulk(purpose="rescue"), dialect="duckdb", reader=p.Reader({}, b"short"))
    assert told.value.code == "data.policy.secret"
    assert "secret" not in repr(p.Reader({}, b"secret" * 6))


def test_another_key_or_reader_costs_no_compilation_and_a_few_shapes_serve_all() -> None:
    policy = replace(GRANT, lookup=("id",))
    statements = set()
    for count in range(1, 130):
        query = sql(policy, p.Point(purpose="rescue", by=("id",), keys=tuple((str(n),) for n in range(count))))
        statements.add(query.sql)
        assert {str(n) for n in range(count)} == set(query.parameters.values())
    assert len(statements) == 9  # 1, 2, 4, ... 256 keys


@settings(max_examples=40, deadline=None)
@given(text=st.text(min_size=1, max_size=30), dialect=st.sampled_from(DIALECTS))
def test_no_value_gets_into_the_text_of_a_statement(text: str, dialect: p.Dialect) -> None:
    policy = replace(GRANT, lookup=("id",), columns=(*GRANT.columns, p.Shown("id")))
    marked = f"⟦{text}⟧".replace("\0", "")
    quoted = f'"{marked}"' if '"' not in marked else f"'{marked}'" if "'" not in marked else '"⟦⟧"'
    for request in (
        p.Point(purpose="rescue", by=("id",), keys=((marked,),)),
        p.Page(purpose="rescue", containing=(("name", marked),), after=(marked,), where=f"name != {quoted}"),
    ):
        query = p.compile(policy, SCHEMA, request, dialect=dialect, reader=READER)
        assert "⟦" not in query.sql and isinstance(parse_one(query.sql, dialect=dialect), exp.Select)
        assert marked in query.parameters.values()


def test_a_policy_is_kept_as_a_document() -> None:
    document = {
        "columns": [{"name": "id", "mask": "token person"}, {"name": "name", "mask": "keep 1 0"},
                    {"name": "age", "mask": "bucket 10"},
                    {"name": "born", "mask": "month"}, {"name": "income", "mask": "nothing"}, {"name": "division"}],
        "rows": "age >= 60", "within": [{"column": "division", "parameter": "division"}],
        "parameters": {"division": "string"},
        "purposes": ["rescue"], "ways": ["bulk", "point"], "lookup": ["id"], "groups": ["age"], "measures": ["income"],
        "subject": "id", "minimum_group": 10,
    }  # fmt: skip
    policy = p.policy_of(document)
    assert p.document_of(policy) == document and p.policy_of(p.document_of(policy)) == policy
    assert set(p.checked(policy, SCHEMA)) == {"id", "name", "age", "born", "income", "division"}
    for wrong in (
        {},
        {"columns": [{"name": "id", "mask": "hide"}]},
        {"columns": [], "rowz": "true"},
        {"columns": [], "ways": ["all"]},
    ):
        with pytest.raises(InvalidError) as told:
            p.policy_of(wrong)
        assert told.value.code == "data.policy.document" and told.value.fields


def test_the_terms_of_a_grant_are_a_policy() -> None:
    rows = {"all": [{"column": "division", "op": "prefix", "value": "3202"},
                    {"any": [{"column": "born", "op": "ge", "value": "1990-01-01"},
                             {"column": "income", "op": "lt", "value": 0.5},
                             {"column": "name", "op": "in", "value": ["'", '"']},
                             {"column": "age", "op": "is_null", "value": True}]}]}  # fmt: skip
    terms = {"columns": ["id", "name", "age"], "rows": rows, "minimum_group": 0,
             "masks": {"id": {"kind": "token"}, "name": {"kind": "keep", "prefix": 1, "suffix": 0},
                       "age": {"kind": "bucket", "size": 10}}}  # fmt: skip
    policy = p.policy_of_terms(terms=terms, schema=SCHEMA, purpose="rescue", ways=["bulk"])
    query = sql(policy, p.Bulk(purpose="rescue"))
    assert {"3202", "3203", date(1990, 1, 1), Decimal("0.5"), "'", '"'} <= set(query.parameters.values())
    assert [column.name for column in query.columns] == ["id", "name", "age"] and policy.minimum_group == 5
    assert policy.condition.evaluate({"division": "320211", "age": 3, "born": None, "income": 1, "name": '"'}) is True
    assert policy.condition.evaluate({"division": "3203", "age": None, "born": None, "income": 1, "name": '"'}) is False
    open_terms = {"columns": ["id"], "masks": {}, "rows": None, "minimum_group": 20}
    assert p.policy_of_terms(terms=open_terms, schema=SCHEMA, purpose="a", ways=["bulk"]).rows != "false"
    for wrong in ({"column": "income", "op": "eq", "value": "many"}, {"column": "no", "op": "eq", "value": 1},
                  {"column": "division", "op": "prefix", "value": ""}, {"column": "born", "op": "eq", "value": "soon"},
                  {"column": "age", "op": "eq", "value": True},
                  {"column": "division", "op": "eq", "value": 3}):  # fmt: skip
        with pytest.raises(InvalidError) as told:
            p.policy_of_terms(terms=terms | {"rows": wrong}, schema=SCHEMA, purpose="a", ways=["bulk"])
        assert told.value.fields
