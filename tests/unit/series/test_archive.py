"""The history: what was stored is read again, once, whichever of log and files has it; roll-ups agree with it."""

from datetime import date

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from liangxi.kit.series import archive, blocks, log
from liangxi.kit.series.log import Cursor, Log

MINUTE = 60_000_000
DAY = 1440 * MINUTE
START = 20_000 * DAY
CLASSES = {1: "long", 2: "short"}


def expected(rows, stream):
    """Time -> value, of equal times the later."""
    return {at: value for one, at, value in rows if one == stream}


def by_hand(held, step):
    buckets = {}
    for at in sorted(held):
        buckets.setdefault(at - at % (step * 1_000_000), []).append(held[at])
    return [(begin, len(v), pytest.approx(sum(v)), min(v), max(v), v[-1]) for begin, v in sorted(buckets.items())]


ROWS = st.lists(
    st.tuples(st.integers(1, 2), st.integers(0, 2880).map(lambda n: START + n * MINUTE), st.integers(-9, 9).map(float)),
    max_size=25,
)


@settings(max_examples=4, deadline=None)
@given(parts=st.lists(ROWS, min_size=1, max_size=4), sealed=st.integers(0, 4), is_compact=st.booleans())
def test_history_and_tail_are_one(parts, sealed, is_compact, tmp_path_factory):
    folder = tmp_path_factory.mktemp("history")
    held = Log(folder / "log")
    for rows in parts:
        if rows:
            held.append(blocks.batch(rows), 1)
            held.roll()
    done = log.segments(held.folder)[:sealed]
    for segment in done:
        until = Cursor(segment, 2**60)
        archive.seal(folder, [b for b, _ in log.read(held.folder, Cursor(segment), until)], CLASSES)
    if is_compact:
        for place in (folder / "history").glob("*/*"):
            archive.compact(place)
    every = [row for rows in parts for row in rows]
    for stream in (1, 2):
        found = archive.read(folder, stream, START, START + 3 * DAY)
        wanted = expected(every, stream)
        assert dict(zip(found["time"].tolist(), found["value"].tolist(), strict=True)) == wanted
        for step in archive.STEPS:
            rolled = archive.rolled(folder, stream, START, START + 3 * DAY, step)
            assert [(b.begin, b.n, b.sum, b.min, b.max, b.last) for b in rolled] == by_hand(wanted, step)
    held.close()


def test_payloads_classes_days_and_retention(tmp_path):
    held = Log(tmp_path / "log")
    rows = [(1, START + 20 * 60 * MINUTE, np.nan), (1, START, 5.0), (2, START, 1.0)]
    held.append(blocks.batch(rows, {0: b"open"}), 1)
    held.roll()
    for _ in range(2):  # sealing again after a crash writes the same files
        archive.seal(tmp_path, [block for block, _ in log.read(held.folder, Cursor())], CLASSES)
    held.drop_before(held.end.segment)
    places = sorted(p.relative_to(tmp_path).as_posix() for p in (tmp_path / "history").glob("*/*"))
    assert places == ["history/long/2024-10-04", "history/long/2024-10-05", "history/short/2024-10-04"]
    found = archive.read(tmp_path, 1, START, START + DAY)
    assert found["payload"].tolist() == [None, b"open"]
    assert found["value"][0] == 5.0
    assert np.isnan(found["value"][1])
    assert [one.n for one in archive.rolled(tmp_path, 1, START, START + DAY, 3600)] == [1]
    assert archive.drop_days(tmp_path, "long", date(2024, 10, 5)) == 1
    assert archive.read(tmp_path, 1, START, START + DAY)["time"].tolist() == [START + 20 * 60 * MINUTE]
    assert archive.read(tmp_path, 2, START, START + DAY)["value"].tolist() == [1.0]
    held.close()
