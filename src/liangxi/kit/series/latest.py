"""The latest observation of every stream, in one file that many processes map: one writes, the others look.

Columns of a fixed, sparse capacity: a file of 4 million streams takes on disk only what its streams take. A counter
that is odd while the writer works lets a reader see that it must look again. After a crash the log is replayed over it.
"""

import mmap
import os
import struct
import time
import zlib
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from liangxi.kit.series.blocks import Batch, Block, Streams, Times, Values
from liangxi.kit.series.log import Cursor

CAPACITY = 4 * 1024 * 1024  # streams
_HEAD = 4096
_COLUMNS = ("times", "values", "seqs", "received", "places")
_TYPES = ("<i8", "<f8", "<u8", "<i8", "<u8")
_ENTRY = struct.Struct("<II")  # length and checksum of a payload
_HEAP = 16 * 1024 * 1024  # bytes of payloads above which old ones are cleared away
_STEP = 64 * 1024  # streams for which room on disk is taken at once
_PATIENCE = 1000  # looks at a file whose writer is at work
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Latest:
    """The latest observations of some streams; a sequence number of 0: none yet. `payloads` by stream."""

    times: Times
    values: Values
    seqs: NDArray[np.uint64]
    received: Times
    payloads: dict[int, bytes]


class _Table:
    """The mapped file; what writer and readers share."""

    def __init__(self, folder: Path, *, writes: bool) -> None:
        self._path, self._heap = folder / "latest", folder / "latest.payloads"
        access = os.O_RDWR | os.O_CREAT if writes else os.O_RDONLY
        file = os.open(self._path, access, 0o640)
        try:
            size = _HEAD + 8 * CAPACITY * len(_COLUMNS)
            if writes:
                os.ftruncate(file, size)
            self._map = mmap.mmap(file, size, prot=mmap.PROT_READ | (mmap.PROT_WRITE if writes else 0))
        finally:
            os.close(file)
        self._head = np.frombuffer(self._map, "<i8", 4)  # counter, cursor's segment, cursor's offset, unused
        columns = [
            np.frombuffer(self._map, kind, CAPACITY, _HEAD + 8 * CAPACITY * place) for place, kind in enumerate(_TYPES)
        ]
        self._times, self._values, self._seqs, self._received, self._places = columns

    def _payload(self, file: int, place: int) -> bytes | None:
        size, crc = _ENTRY.unpack(os.pread(file, _ENTRY.size, place - 1) or bytes(_ENTRY.size))
        held = os.pread(file, size, place - 1 + _ENTRY.size)
        return held if len(held) == size and zlib.crc32(held) == crc and size else None


class Reader(_Table):
    """The looking end; FileNotFoundError when nothing was ever stored."""

    def __init__(self, folder: Path) -> None:
        super().__init__(folder, writes=False)

    def of(self, streams: Streams) -> Latest:
        """The latest of `streams`, as one instant had them. Thousands of streams take well below a millisecond."""
        return self._steady(lambda: self._look(streams))

    def _look(self, streams: Streams) -> Latest:
        places = self._places[streams]
        payloads: dict[int, bytes] = {}
        if places.any():
            file = os.open(self._heap, os.O_RDONLY)
            try:
                for stream, place in zip(streams[places > 0].tolist(), places[places > 0].tolist(), strict=True):
                    if held := self._payload(file, place):
                        payloads[stream] = held
            finally:
                os.close(file)
        return Latest(
            self._times[streams], self._values[streams], self._seqs[streams], self._received[streams], payloads
        )

    def _steady(self, look: Callable[[], T]) -> T:
        for _ in range(_PATIENCE):
            before = int(self._head[0])
            if before % 2 == 0:
                seen = look()
                if int(self._head[0]) == before:
                    return seen
            time.sleep(0.0002)
        return look()  # the writer was killed at work: what it will find again when it replays the log


class Table(_Table):
    """The writing end; one process holds it."""

    def __init__(self, folder: Path) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        super().__init__(folder, writes=True)
        self._head[0] += self._head[0] % 2
        self._room = 0
        self._file = os.open(self._heap, os.O_RDWR | os.O_CREAT, 0o640)
        self._end = os.fstat(self._file).st_size

    @property
    def cursor(self) -> Cursor:
        """Up to where the log is certainly in here."""
        return Cursor(int(self._head[1]), int(self._head[2]))

    def reserve(self, streams: Streams) -> None:
        """Take room on disk for these streams; OSError when there is none: a map has no way to say so later."""
        need = int(streams.max(initial=0)) + 1
        if need <= self._room:
            return
        room = -(-need // _STEP) * _STEP
        file = os.open(self._path, os.O_RDWR)
        try:
            for column in range(len(_COLUMNS)):
                os.posix_fallocate(file, _HEAD + 8 * (CAPACITY * column + self._room), 8 * (room - self._room))
        finally:
            os.close(file)
        self._room = room

    def apply(self, block: Block) -> None:
        """Take what is newer than what is held; of equal times the higher sequence number holds.

        The streams must have been reserved.
        """
        held = block.batch
        rows = _newest(held)
        streams, times = held.streams[rows], held.times[rows]
        seqs = (block.first + rows).astype(np.uint64)
        known = self._times[streams]
        is_newer = (times > known) | ((times == known) & (seqs >= self._seqs[streams]))
        rows, streams = rows[is_newer], streams[is_newer]
        places = self._keep(held, rows)
        self._head[0] += 1
        try:
            self._times[streams] = times[is_newer]
            self._values[streams] = held.values[rows]
            self._seqs[streams] = seqs[is_newer]
            self._received[streams] = block.received
            self._places[streams] = places
        finally:
            self._head[0] += 1

    def checkpoint(self, cursor: Cursor) -> None:
        """Bring everything up to `cursor` to disk, so that the log before it may be dropped."""
        if self._end > _HEAP:
            self._clear()
        os.fsync(self._file)
        self._map.flush()
        self._head[1], self._head[2] = cursor.segment, cursor.offset
        self._map.flush(0, _HEAD)

    def close(self) -> None:
        """Let the payloads' file go; the map goes with this object."""
        os.close(self._file)

    def _keep(self, held: Batch, rows: NDArray[np.int64]) -> NDArray[np.uint64]:
        places = np.zeros(len(rows), np.uint64)
        for number, row in enumerate(rows.tolist()) if held.payloads else ():
            if payload := held.payloads.get(row):
                places[number] = self._write(payload)
        return places

    def _write(self, payload: bytes) -> int:
        place = self._end + 1
        data = _ENTRY.pack(len(payload), zlib.crc32(payload)) + payload
        os.pwrite(self._file, data, self._end)
        self._end += len(data)
        return place

    def _clear(self) -> None:
        """Write the payloads that still hold into a new file."""
        streams = np.flatnonzero(self._places)
        kept = {int(s): self._payload(self._file, int(self._places[s])) for s in streams}
        draft = self._heap.with_suffix(".draft")
        old, self._file, self._end = self._file, os.open(draft, os.O_RDWR | os.O_CREAT | os.O_TRUNC, 0o640), 0
        places = [self._write(held) if held else 0 for held in kept.values()]
        self._head[0] += 1
        draft.rename(self._heap)
        self._places[streams] = places
        self._head[0] += 1
        os.close(old)


def _newest(held: Batch) -> NDArray[np.int64]:
    """The row of each stream's newest observation in a batch."""
    if len(held) == 1:
        return np.zeros(1, np.int64)
    order = np.lexsort((held.times, held.streams))  # stable: of equal times the later row stands last
    streams = held.streams[order]
    is_last = np.append(streams[1:] != streams[:-1], True) if len(order) else np.zeros(0, bool)
    found: NDArray[np.int64] = order[is_last]
    return found
