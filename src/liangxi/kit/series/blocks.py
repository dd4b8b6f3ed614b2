"""One block of the log: a header with length and checksum, then columns, then the payloads of the few that have one.

u32 bytes after this field | u32 crc32 of all that follows | u64 first sequence | i64 received (µs) | u32 n | u32 m
u32 stream x n | i64 time x n | f64 value x n | m x (u32 index, u32 length, bytes)
"""

import struct
import zlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

Streams = NDArray[np.uint32]
Times = NDArray[np.int64]
Values = NDArray[np.float64]

HEAD = struct.Struct("<IIQqII")
_ENTRY = struct.Struct("<II")
_CHECKED = 8  # the checksum covers what stands behind length and checksum
ROW = 20  # bytes of one observation without payload
LARGEST = 64 * 1024 * 1024  # bytes; a length above it is no block


@dataclass(frozen=True, slots=True)
class Batch:
    """Observations that are to be stored together; `payloads` maps an index to what is no number."""

    streams: Streams
    times: Times
    values: Values
    payloads: Mapping[int, bytes] = field(default_factory=dict)

    def __len__(self) -> int:
        return len(self.streams)

    @property
    def size(self) -> int:
        """Bytes that it will take on disk, without the header."""
        return ROW * len(self) + sum(_ENTRY.size + len(held) for held in self.payloads.values())


@dataclass(frozen=True, slots=True)
class Block:
    """A stored batch: the sequence number of its first observation and when it was received (µs)."""

    first: int
    received: int
    batch: Batch

    @property
    def next(self) -> int:
        """The first sequence number behind this block."""
        return self.first + len(self.batch)

    @property
    def seqs(self) -> NDArray[np.uint64]:
        """The sequence number of each observation."""
        return np.arange(self.first, self.next, dtype=np.uint64)


def batch(rows: Sequence[tuple[int, int, float]], payloads: Mapping[int, bytes] | None = None) -> Batch:
    """A batch from rows `(stream, time in µs, value)`."""
    streams, times, values = zip(*rows, strict=True) if rows else ((), (), ())
    return Batch(
        np.array(streams, np.uint32), np.array(times, np.int64), np.array(values, np.float64), dict(payloads or {})
    )


def joined(batches: Sequence[Batch]) -> Batch:
    """All of them as one, in order."""
    if len(batches) == 1:
        return batches[0]
    payloads: dict[int, bytes] = {}
    at = 0
    for one in batches:
        payloads |= {at + index: held for index, held in one.payloads.items()}
        at += len(one)
    columns = ([getattr(one, name) for one in batches] for name in ("streams", "times", "values"))
    streams, times, values = (np.concatenate(parts) for parts in columns)
    return Batch(streams, times, values, payloads)


def encode(block: Block) -> bytes:
    """The bytes of a block."""
    held = block.batch
    parts: list[Any] = [held.streams.astype("<u4").data, held.times.astype("<i8").data, held.values.astype("<f8").data]
    for index, payload in held.payloads.items():
        parts += (_ENTRY.pack(index, len(payload)), payload)
    body = b"".join(parts)
    head = HEAD.pack(HEAD.size - 4 + len(body), 0, block.first, block.received, len(held), len(held.payloads))
    crc = zlib.crc32(body, zlib.crc32(head[_CHECKED:]))
    return head[:4] + crc.to_bytes(4, "little") + head[_CHECKED:] + body


def decode(data: bytes | memoryview, at: int = 0) -> tuple[Block, int] | None:
    """The block at `at` and the offset behind it; None when no whole and sound block stands there."""
    if len(data) - at < HEAD.size:
        return None
    length, crc, first, received, count, held = HEAD.unpack_from(data, at)
    end = at + 4 + length
    if not HEAD.size - 4 + ROW * count <= length <= LARGEST or end > len(data):
        return None
    if zlib.crc32(memoryview(data)[at + _CHECKED : end]) != crc:
        return None
    place = at + HEAD.size
    streams = np.frombuffer(data, "<u4", count, place)
    times = np.frombuffer(data, "<i8", count, place + 4 * count)
    values = np.frombuffer(data, "<f8", count, place + 12 * count)
    payloads: dict[int, bytes] = {}
    place += ROW * count
    for _ in range(held):
        index, size = _ENTRY.unpack_from(data, place)
        place += _ENTRY.size + size
        payloads[index] = bytes(data[place - size : place])
    return Block(first, received, Batch(streams, times, values, payloads)), end
