"""Rules in columns say what a plain reading of the rule says, at every cut of the blocks."""

from itertools import pairwise

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from liangxi.kit.series import blocks
from liangxi.kit.series.blocks import Block
from liangxi.kit.series.evaluating import RATE, Evaluator, Group, Pair, Silence

SECOND = 1_000_000


def fed(evaluator, rows, cuts=()):
    """Feed rows (stream, time, value) as blocks cut at `cuts`; the changes as (rule, stream, raised, at, cause)."""
    found, places = [], sorted({0, len(rows), *(cut % (len(rows) + 1) for cut in cuts)})
    for begin, end in pairwise(places):
        block = Block(begin + 1, 0, blocks.batch(rows[begin:end]))
        found += [(one.rule, one.stream, one.is_raised, one.at, one.cause) for one in evaluator.step(block)]
    return found


def plain(pair, rows):
    """The same rule, read aloud."""
    found, active, since, last, cause = [], False, None, 0, 0
    for seq, (stream, at, value) in enumerate(rows, 1):
        if stream != pair.stream or at <= last:
            continue
        last = at
        out = value > pair.high or value < pair.low
        if active:
            if pair.low + pair.hysteresis <= value <= pair.high - pair.hysteresis:
                active, since = False, None
                found.append((pair.rule, stream, False, at, cause))
        elif not out:
            since = None
        else:
            if since is None:
                since, cause = at, seq
            if at - since >= pair.hold:
                active = True
                found.append((pair.rule, stream, True, at, cause))
    return found


ROWS = st.lists(st.tuples(st.integers(1, 3), st.integers(1, 30), st.integers(0, 10).map(float)), max_size=30)


@settings(max_examples=100, deadline=None)
@given(rows=ROWS, cuts=st.lists(st.integers(0, 30)), back=st.integers(0, 3), hold=st.integers(0, 5))
def test_a_threshold_in_columns_is_the_threshold_read_aloud(rows, cuts, back, hold):
    high = Pair(rule=1, stream=1, high=6.0, low=2.0, hysteresis=float(min(back, 2)), hold=hold)
    other = Pair(rule=2, stream=2, high=4.0, hold=hold)
    found = fed(Evaluator([other, high]), rows, cuts=range(len(rows)))
    assert sorted(found) == sorted(plain(high, rows) + plain(other, rows))
    ordered = sorted(set(rows), key=lambda row: (row[1], row[0]))
    unique = list({(stream, at): (stream, at, value) for stream, at, value in ordered}.values())
    assert sorted(fed(Evaluator([high]), unique, cuts)) == sorted(plain(high, unique))  # any cut, times in order


def test_a_rate_looks_at_the_change_per_second():
    pair = Pair(rule=1, stream=1, kind=RATE, high=2.0)
    rows = [(1, 10 * SECOND, 5.0), (1, 11 * SECOND, 6.0), (1, 12 * SECOND, 9.0), (1, 22 * SECOND, 10.0)]
    assert fed(Evaluator([pair]), rows) == [(1, 1, True, 12 * SECOND, 3), (1, 1, False, 22 * SECOND, 3)]


def test_a_group_is_met_by_its_share():
    pairs = [Pair(rule=7, stream=n, high=1.0, group=0) for n in range(1, 5)]
    evaluator = Evaluator(pairs, [Group(rule=7, place="town", share=0.5, least=3)])
    rows = [(1, 1, 9.0), (2, 2, 0.0), (3, 3, 9.0), (4, 4, 9.0), (1, 5, 0.0), (3, 6, 0.0), (4, 7, 0.0)]
    assert fed(evaluator, rows, cuts=range(8)) == [(7, 0, True, 3, 3), (7, 0, False, 6, 3)]
    few = Evaluator(pairs[:2], [Group(rule=7, place="town", share=0.5, least=3)])
    assert fed(few, rows) == []


def test_a_changed_set_of_rules_keeps_what_it_knows():
    old = Evaluator([Pair(rule=1, stream=1, high=1.0, hold=10)])
    assert fed(old, [(1, 5, 2.0)]) == []
    new = Evaluator([Pair(rule=1, stream=1, high=1.0, hold=10), Pair(rule=2, stream=1, high=5.0)])
    new.adopt(old)
    changes = new.step(Block(9, 0, blocks.batch([(1, 15, 3.0)])))
    assert [(one.rule, one.is_raised, one.cause) for one in changes] == [(1, True, 1)]


@settings(deadline=None)
@given(gaps=st.lists(st.integers(0, 40), min_size=1, max_size=20))
def test_silence_is_exact(gaps):
    """Each gap of 10 or more is one silence and one return; none else, swept at every tick."""
    silence, now, silent, returned = Silence(), 0.0, 0, 0
    silence.watch(np.array([0.0, 10.0]), now)
    for gap in gaps:
        for _ in range(gap):
            now += 1
            silent += len(silence.sweep(now))
        returned += len(silence.hear(np.array([1]), now))
    assert silent == returned == sum(gap >= 10 for gap in gaps)
