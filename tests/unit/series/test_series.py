"""Blocks, the log and the latest values: what is written comes back, what is torn is cut, what is newer holds."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from liangxi.kit.series import blocks, log
from liangxi.kit.series.blocks import Block
from liangxi.kit.series.latest import Reader, Table
from liangxi.kit.series.log import Cursor, Log

STREAM = st.integers(1, 2**32 - 1)
TIME = st.integers(-(2**63), 2**63 - 1)
ROWS = st.lists(st.tuples(STREAM, TIME, st.floats(allow_nan=False)), max_size=20)


def rows_of(batch):
    return list(zip(batch.streams.tolist(), batch.times.tolist(), batch.values.tolist(), strict=True))


@settings(deadline=None)
@given(rows=ROWS, payload=st.binary(max_size=50), first=st.integers(1, 2**62), received=st.integers(0, 2**62))
def test_a_block_comes_back_as_it_was(rows, payload, first, received):
    held = {0: payload} if rows else {}
    block, end = blocks.decode(blocks.encode(Block(first, received, blocks.batch(rows, held))))
    assert (block.first, block.received, block.batch.payloads) == (first, received, held)
    assert rows_of(block.batch) == rows
    assert end == len(blocks.encode(block))


@settings(deadline=None)
@given(rows=ROWS, at=st.integers(0, 10_000), bit=st.integers(0, 7), cut=st.integers(1, 10_000))
def test_a_damaged_block_is_no_block(rows, at, bit, cut):
    whole = bytearray(blocks.encode(Block(1, 2, blocks.batch(rows))))
    assert blocks.decode(bytes(whole[: max(0, len(whole) - cut)])) is None
    whole[at % len(whole)] ^= 1 << bit
    found = blocks.decode(bytes(whole))
    assert found is None


@settings(deadline=None)
@given(data=st.binary(max_size=200))
def test_noise_is_no_block(data):
    assert blocks.decode(data) is None


def test_a_log_is_read_from_any_cursor_over_its_segments(tmp_path):
    held = Log(tmp_path)
    for n in range(5):
        held.append(blocks.batch([(1, n, float(n)), (2, n, float(n))]), 100 + n)
        if n % 2:
            held.roll()
    found = list(log.read(tmp_path, Cursor()))
    assert [block.first for block, _ in found] == [1, 3, 5, 7, 9]
    for n, (_, cursor) in enumerate(found):
        assert [block.first for block, _ in log.read(tmp_path, cursor)] == [1, 3, 5, 7, 9][n + 1 :]
    assert found[-1][1] == held.end
    held.drop_before(held.end.segment)
    assert [block.first for block, _ in log.read(tmp_path, Cursor())] == [9]
    held.close()


@pytest.mark.parametrize("tail", [b"\x00", b"\xff" * 300, "half"])
def test_a_torn_tail_is_cut_and_the_numbers_go_on(tmp_path, tail):
    held = Log(tmp_path)
    held.append(blocks.batch([(1, 1, 1.0)]), 50)
    end = held.end
    held.close()
    whole = blocks.encode(Block(2, 60, blocks.batch([(1, 2, 2.0)])))
    with log.path_of(tmp_path, 1).open("ab") as file:
        file.write(whole[:-3] if tail == "half" else tail)
    again = Log(tmp_path)
    assert again.cut > 0
    assert (again.end, again.next) == (end, 2)
    again.append(blocks.batch([(1, 2, 2.0)]), 40)
    assert [(block.first, block.received) for block, _ in log.read(tmp_path, Cursor())] == [(1, 50), (2, 50)]
    again.close()


def test_a_disk_that_is_full_loses_nothing_that_was_there(tmp_path, monkeypatch):
    held = Log(tmp_path)
    held.append(blocks.batch([(1, 1, 1.0)]), 1)
    pwrite = log.os.pwrite

    def full(file, data, at):
        pwrite(file, bytes(data)[:7], at)
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(log.os, "pwrite", full)
    with pytest.raises(OSError, match="No space"):
        held.append(blocks.batch([(1, 2, 2.0)]), 2)
    monkeypatch.undo()
    held.append(blocks.batch([(1, 3, 3.0)]), 3)
    assert [rows_of(block.batch)[0][1] for block, _ in log.read(tmp_path, Cursor())] == [1, 3]
    assert [block.first for block, _ in log.read(tmp_path, Cursor())] == [1, 2]
    held.close()


BATCHES = st.lists(
    st.lists(st.tuples(st.integers(1, 5), st.integers(1, 6), st.integers(0, 9).map(float)), min_size=1, max_size=8),
    min_size=1,
    max_size=6,
)


@settings(max_examples=25, deadline=None)
@given(batches=BATCHES, again=st.integers(0, 5))
def test_the_latest_is_the_newest_time_and_of_equal_times_the_highest_number(batches, again, tmp_path_factory):
    table = Table(tmp_path_factory.mktemp("latest"))
    stored, seq = [], 1
    for rows in batches:
        stored.append(Block(seq, seq, blocks.batch(rows)))
        seq += len(rows)
    expected: dict[int, tuple[int, int, float]] = {}
    for block in stored:
        for n, (stream, at, value) in enumerate(rows_of(block.batch)):
            expected[stream] = max(expected.get(stream, (0, 0, 0.0)), (at, block.first + n, value))
    for block in (*stored, *stored[again:]):  # a replay changes nothing
        table.reserve(block.batch.streams)
        table.apply(block)
    reader = Reader(table._path.parent)
    found = reader.of(np.arange(6, dtype=np.uint32))
    for stream in range(6):
        assert (found.times[stream], found.seqs[stream], found.values[stream]) == expected.get(stream, (0, 0, 0.0))
    table.close()


def test_payloads_stay_beside_the_latest_and_are_cleared_when_old(tmp_path, monkeypatch):
    from liangxi.kit.series import latest

    monkeypatch.setattr(latest, "_HEAP", 1000)
    table = Table(tmp_path)
    streams = np.array([1, 2, 3], np.uint32)
    table.reserve(streams)
    for n in range(1, 50):
        rows = [(1, n, float("nan")), (2, n, 5.0)]
        table.apply(Block(2 * n, n, blocks.batch(rows, {0: b"state %d" % n})))
        table.checkpoint(Cursor(1, n))
    found = Reader(tmp_path).of(streams)
    assert found.payloads == {1: b"state 49"}
    assert (tmp_path / "latest.payloads").stat().st_size < 2000
    table.close()
    assert Table(tmp_path).cursor == Cursor(1, 49)
