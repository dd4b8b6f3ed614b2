"""The log: segments of blocks, appended and synced; read again from any cursor; a torn tail is cut at the start."""

import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from liangxi.kit.series import blocks
from liangxi.kit.series.blocks import Batch, Block

SEGMENT = 64 * 1024 * 1024  # bytes after which the next segment begins
_CHUNK = 4 * 1024 * 1024
_SUFFIX = ".log"


@dataclass(frozen=True, slots=True, order=True)
class Cursor:
    """A place in the log: the first sequence number of a segment, and an offset in it."""

    segment: int = 0
    offset: int = 0


def segments(folder: Path) -> list[int]:
    """The segments in `folder` by their first sequence numbers, oldest first."""
    return sorted(int(path.stem) for path in folder.glob(f"*{_SUFFIX}"))


def path_of(folder: Path, segment: int) -> Path:
    """The file of a segment."""
    return folder / f"{segment:020d}{_SUFFIX}"


class Log:
    """The writing end; one process holds it. Not for two threads at once."""

    def __init__(self, folder: Path) -> None:
        """Open the log in `folder`, made when missing; what a crash left behind the last sound block is cut off."""
        folder.mkdir(parents=True, exist_ok=True)
        self.folder = folder
        self.cut = 0  # bytes of a torn tail that opening removed
        known = segments(folder)
        self._segment = known[-1] if known else 1
        self.next = self._segment  # the sequence number of the next observation
        self._offset = 0
        self._received = 0
        if known:
            self._recover(path_of(folder, self._segment))
        self._file = self._open()

    @property
    def end(self) -> Cursor:
        """The place behind the last block that is on disk."""
        return Cursor(self._segment, self._offset)

    def append(self, batch: Batch, received: int) -> Block:
        """Write a batch and sync it; OSError when the disk does not take it, and then nothing of it stays.

        `received` (µs) never runs backwards in the log, whatever the clock does.
        """
        self._received = max(received, self._received)
        block = Block(self.next, self._received, batch)
        data = memoryview(blocks.encode(block))
        try:
            done = 0
            while done < len(data):
                done += os.pwrite(self._file, data[done:], self._offset + done)
            os.fdatasync(self._file)
        except OSError:
            self._abandon()
            raise
        self._offset += len(data)
        self.next = block.next
        return block

    def roll(self) -> bool:
        """Close the segment and begin the next; False when it is empty."""
        if not self._offset:
            return False
        segment, file = self._segment, self._file
        self._segment, self._offset, before = self.next, 0, self._offset
        try:
            self._file = self._open()
        except OSError:
            self._segment, self._offset, self._file = segment, before, file
            raise
        os.close(file)
        return True

    def drop_before(self, segment: int) -> None:
        """Remove the segments that lie wholly before `segment`."""
        for old in segments(self.folder):
            if old < min(segment, self._segment):
                path_of(self.folder, old).unlink()

    def close(self) -> None:
        """Let the file go."""
        os.close(self._file)

    def _open(self) -> int:
        path = path_of(self.folder, self._segment)
        file = os.open(path, os.O_RDWR | os.O_CREAT, 0o640)
        folder = os.open(self.folder, os.O_RDONLY)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)
        return file

    def _abandon(self) -> None:
        """Take back what was half written; what cannot be taken back is overwritten, or cut at the next start."""
        try:
            os.ftruncate(self._file, self._offset)
            os.fdatasync(self._file)
        except OSError:
            pass

    def _recover(self, path: Path) -> None:
        for block, cursor in read(self.folder, Cursor(self._segment)):
            self.next, self._received, self._offset = block.next, block.received, cursor.offset
        self.cut = path.stat().st_size - self._offset
        if self.cut:
            os.truncate(path, self._offset)


def read(folder: Path, start: Cursor, until: Cursor | None = None) -> Iterator[tuple[Block, Cursor]]:
    """The blocks from `start` on (up to `until`), each with the cursor behind it.

    Ends at the first place where no sound block stands: the present end, or a tail that is being written.
    """
    known = [one for one in segments(folder) if one >= start.segment and (until is None or one <= until.segment)]
    for segment in known:
        offset = start.offset if segment == start.segment else 0
        limit = until.offset if until and until.segment == segment else None
        for block, end in _blocks(path_of(folder, segment), offset, limit):
            yield block, Cursor(segment, end)


def _blocks(path: Path, offset: int, limit: int | None) -> Iterator[tuple[Block, int]]:
    try:
        file = os.open(path, os.O_RDONLY)
    except FileNotFoundError:  # sealed and dropped meanwhile
        return
    try:
        want = _CHUNK
        while data := os.pread(file, want if limit is None else min(want, limit - offset), offset):
            at = 0
            while found := blocks.decode(data, at):
                block, at = found
                yield block, offset + at
            if at == 0 and len(data) < want:
                return
            want = _CHUNK if at else 2 * want
            offset += at
    finally:
        os.close(file)
