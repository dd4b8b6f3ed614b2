"""One policy, one request, the same rows from three engines: exactly those that plain Python finds."""

from dataclasses import replace
from datetime import date
from typing import Any

import pytest
from hypothesis import HealthCheck, given, seed, settings
from hypothesis import strategies as st
from tests.conformance.engines import oracle
from tests.conformance.engines.cases import COLUMNS, PURPOSE, SCHEMA, WAYS, Case, cases, requests
from tests.conformance.engines.peers import Peer, bag

from liangxi.systems.data.rules import policy as p

READER = p.Reader({}, b"a secret of this grant, 32 bytes.")


@seed(20261125)
@settings(max_examples=30, deadline=None, database=None, suppress_health_check=list(HealthCheck))
@given(case=cases(), data=st.data())
def test_every_engine_answers_what_the_policy_says(peers: tuple[Peer, ...], case: Case, data: st.DataObject) -> None:
    asked = requests(case, data)
    for peer in peers:
        peer.hold("people", COLUMNS, case.rows)
    for request in asked:
        wanted = expected(case, request)
        for peer in peers:
            assert bag(answer(peer, case.policy, request, case.reader)) == bag(wanted), (peer.dialect, request)


def expected(case: Case, request: Any) -> list[oracle.Row]:
    if isinstance(request, p.Aggregate):
        return oracle.groups_of(case.policy, case.rows, request, case.reader)
    return oracle.rows_of(case.policy, case.rows, request, case.reader)


def answer(peer: Peer, policy: p.Policy, request: p.Request, reader: p.Reader = READER) -> list[dict[str, Any]]:
    query = p.compile(policy, SCHEMA, request, dialect=peer.dialect, reader=reader)
    unasked = [name for name in query.cursor if name not in ("_seq", "_op")]
    return [{name: value for name, value in row.items() if name not in unasked} for row in peer.answer(query)]


def grant(*columns: p.Shown, **others: Any) -> p.Policy:
    return p.Policy(columns=columns, rows="true", purposes=frozenset({PURPOSE}), ways=WAYS, **others)


def person(number: str, **values: Any) -> dict[str, Any]:
    return {column.name: None for column in COLUMNS} | {"id": number} | values


IDS = ["b", "a", "Z", "é", "张", "𠮷", "a ", "A", "~", "'"]


@pytest.fixture
def few(peers: tuple[Peer, ...]) -> tuple[Peer, ...]:
    for peer in peers:
        peer.hold("people", COLUMNS, [person(number, name=number * 2, score=1) for number in IDS])
    return peers


def pages(peer: Peer, policy: p.Policy) -> list[str]:
    found, after = [], ()
    while True:
        request = p.Page(purpose=PURPOSE, columns=("name",), after=after, limit=3)
        query = p.compile(policy, SCHEMA, request, dialect=peer.dialect, reader=READER)
        rows = peer.answer(query)
        found += [row["name"] for row in rows]
        if len(rows) < 3:
            return found
        after = tuple(rows[-1][name] for name in query.cursor)


def test_pages_follow_each_other_in_one_order_everywhere(few: tuple[Peer, ...]) -> None:
    bare = grant(p.Shown("id"), p.Shown("name"))
    in_order = [number * 2 for number in sorted(IDS)]
    assert [pages(peer, bare) for peer in few] == [in_order] * len(few)


def test_pages_over_a_hidden_key_are_whole_and_tell_nothing_of_its_order(few: tuple[Peer, ...]) -> None:
    for hidden in (grant(p.Shown("name")), grant(p.Shown("name"), p.Shown("id", p.Keep(prefix=1)))):
        orders = [pages(peer, hidden) for peer in few]
        assert sorted(orders[0]) == sorted(number * 2 for number in IDS)
        assert orders[0] != [number * 2 for number in sorted(IDS)]
        assert orders == [orders[0]] * len(few)


def test_samples_are_the_same_everywhere(few: tuple[Peer, ...]) -> None:
    samples = [answer(peer, grant(p.Shown("id")), p.Sample(purpose=PURPOSE, limit=4)) for peer in few]
    assert len(samples[0]) == 4 and samples == [samples[0]] * len(few)


def test_changes_remove_what_leaves_the_view_and_put_what_enters_it(peers: tuple[Peer, ...]) -> None:
    def image(seq: int, kind: str, number: str, division: str) -> dict[str, Any]:
        return person(number, Division=division) | {"_seq": seq, "_image": kind}

    images = [image(1, "after", "a", "320211"), image(2, "after", "b", "320214"),
              image(3, "before", "a", "320211"), image(3, "after", "a", "320214"),
              image(4, "before", "b", "320214"), image(4, "after", "b", "320211"),
              image(5, "before", "b", "320211")]  # fmt: skip
    columns = (*COLUMNS, p.Column("_seq", "int"), p.Column("_image", "string"))
    policy = replace(grant(p.Shown("id")), rows='Division = "320211"')
    for peer in peers:
        peer.hold("people", COLUMNS, [])
        peer.hold("people_changes", columns, images)
        steps = [tuple(row.values()) for row in answer(peer, policy, p.Changes(purpose=PURPOSE))]
        assert steps == [("a", 1, "put"), ("a", 3, "remove"), ("b", 4, "put"), ("b", 5, "remove")]
        rest = answer(peer, policy, p.Changes(purpose=PURPOSE, after=(3, "remove"), limit=1))
        assert [tuple(row.values()) for row in rest] == [("b", 4, "put")]
        moves = answer(peer, replace(policy, rows="true"), p.Changes(purpose=PURPOSE, after=(3, "remove"), limit=2))
        assert [tuple(row.values()) for row in moves] == [("a", 3, "put"), ("b", 4, "remove")]


def test_a_small_group_cannot_be_had_by_subtraction(peers: tuple[Peer, ...]) -> None:
    sizes = {1: 9, 2: 5, 3: 7, 4: 2}  # 4 is too small; alone it would be the total less the others, so 2 goes as well
    rows = [person(f"{score}-{n}", score=score, pay=None if n == 0 else 10 * score, born=date(1980 + n % 2, 5, 1))
            for score, size in sizes.items() for n in range(size)]  # fmt: skip
    policy = grant(p.Shown("score"), p.Shown("pay"), groups=("score",), measures=("pay",), minimum_group=5)
    counts = p.Aggregate(purpose=PURPOSE, by=("score",), measures=(p.Measure("count"), p.Measure("sum", "pay")))
    total = replace(counts, by=())
    for peer in peers:
        peer.hold("people", COLUMNS, rows)
        assert bag(answer(peer, policy, counts)) == bag([{"score": 1, "count": 9, "sum_pay": 80},
                                                         {"score": 3, "count": 7, "sum_pay": 180}])  # fmt: skip
        assert bag(answer(peer, policy, total)) == bag([{"count": 16, "sum_pay": 260}])
        nobody = replace(total, where="score = 4")
        assert answer(peer, policy, nobody) == []
        whole = replace(policy, minimum_group=1)
        assert bag(answer(peer, whole, replace(total, measures=(p.Measure("count"),)))) == bag([{"count": 23}])


def test_groups_are_counted_in_persons_not_in_rows(peers: tuple[Peer, ...]) -> None:
    rows = [person(f"{n}", name="one" if n < 6 else f"{n}", score=1 if n < 6 else 2) for n in range(12)]
    policy = grant(p.Shown("score"), groups=("score",), subject="name", minimum_group=3)
    counts = p.Aggregate(purpose=PURPOSE, by=("score",), measures=(p.Measure("count"),))
    for peer in peers:
        peer.hold("people", COLUMNS, rows)
        assert answer(peer, policy, counts) == []  # six rows of one person, and what would give them away
        assert bag(answer(peer, replace(policy, subject=""), counts)) == bag(
            [{"score": 1, "count": 6}, {"score": 2, "count": 6}]
        )
