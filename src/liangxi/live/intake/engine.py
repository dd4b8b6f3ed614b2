"""The engine: what arrives is gathered for 2 ms, written and synced once for all, and only then acknowledged."""

import asyncio
import contextlib
import json
import threading
import time
from collections.abc import Callable
from pathlib import Path

import structlog

from liangxi.kit.series import blocks
from liangxi.kit.series import log as logs
from liangxi.kit.series.blocks import Batch
from liangxi.kit.series.latest import Table
from liangxi.kit.series.log import Cursor, Log
from liangxi.live.intake.errors import AwayError, StorageError
from liangxi.live.intake.shapes import Counters

GATHER = 0.002  # seconds that the first of a group waits for others
FULL = 64 * 1024  # bytes that are written without waiting longer
MOST = 32 * 1024 * 1024  # bytes that may wait; who comes then waits outside
OLDEST = 3600.0  # seconds after which a segment is closed, so that it can be sealed
COUNTED = 5.0  # seconds between writes of the counters
FAILED = "intake.storage"
log = structlog.get_logger()


def server_time() -> int:
    """The present time in microseconds."""
    return time.time_ns() // 1000


class Engine:
    """The log and the latest values of one home, for the one process that writes them."""

    def __init__(self, folder: Path, *, clock: Callable[[], int] = server_time) -> None:
        """Open both; what the log holds beyond the latest values is applied again."""
        self.folder = folder
        self._clock = clock
        self._log = Log(folder / "log")
        self._table = Table(folder)
        self.replayed = self._replay()
        self._pending: list[tuple[Batch, asyncio.Future[int]]] = []
        self._waiting = 0
        self._kick = asyncio.Event()
        self._room = asyncio.Event()
        self._room.set()
        self._committing: asyncio.Task[None] | None = None
        self._is_stopping = False
        self._rolled = time.monotonic()
        self.stored = threading.Condition()  # told when more is on disk
        self.followers: dict[str, Cursor] = {}
        self.delivered: dict[str, int] = {}
        self._counters = _Counted(folder / "counters.json")

    @property
    def end(self) -> Cursor:
        """Up to where the log is on disk."""
        return self._log.end

    def start(self) -> None:
        """Begin to commit, in the running loop."""
        self._committing = asyncio.create_task(self._commit_for_ever())

    async def stop(self) -> None:
        """Write what waits, then close. Everybody who waits gets an answer."""
        self._is_stopping = True
        if self._committing:
            self._kick.set()
            await self._committing
        self._counters.write()
        self._table.checkpoint(self.end)
        self._table.close()
        self._log.close()

    async def store(self, batch: Batch) -> int:
        """See `shapes.Sink`."""
        if self._committing is None or self._is_stopping:
            raise AwayError
        while self._waiting >= MOST:
            self._room.clear()
            await self._room.wait()
        done: asyncio.Future[int] = asyncio.get_running_loop().create_future()
        self._pending.append((batch, done))
        self._waiting += batch.size
        if self._waiting >= FULL:
            self._kick.set()
        elif len(self._pending) == 1:
            asyncio.get_running_loop().call_later(GATHER, self._kick.set)
        return await done

    def now(self) -> int:
        """The present time as the log has it (µs)."""
        return self._clock()

    def refuse(self, code: str, count: int) -> None:
        """Count refused readings."""
        self._counters.refused[code] = self._counters.refused.get(code, 0) + count

    def counters(self) -> Counters:
        """The counters as they stand."""
        stored, refused = self._log.next - 1, dict(self._counters.refused)
        waiting = sum(len(batch) for batch, _ in self._pending)
        return Counters(stored + waiting + refused.get(FAILED, 0), stored, dict(self.delivered), refused)

    def roll(self) -> None:
        """Close the segment, so that it can be sealed; between commits only."""
        self._rolled = time.monotonic()
        self._log.roll()

    def checkpoint(self) -> None:
        """Bring the latest values to disk and drop what every follower has behind it; between commits only."""
        end = self.end
        self._table.checkpoint(end)
        self._log.drop_before(min((end, *self.followers.values())).segment)

    async def _commit_for_ever(self) -> None:
        while self._pending or not self._is_stopping:
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(COUNTED):
                    await self._kick.wait()
            self._kick.clear()
            if self._pending:
                await self._commit()
            self._tend()

    async def _commit(self) -> None:
        group, self._pending = self._pending, []
        batch = blocks.joined([one for one, _ in group])
        try:
            await asyncio.to_thread(self._write, batch)
        except OSError as error:
            log.error("intake.storage.failed", error=str(error), observations=len(batch))
            self.refuse(FAILED, len(batch))
            self._answer(group, StorageError(error.errno or 0))
        else:
            self._answer(group, self._log.next - len(batch))
        self._waiting -= sum(one.size for one, _ in group)
        self._room.set()
        with self.stored:
            self.stored.notify_all()

    def _write(self, batch: Batch) -> None:
        self._table.reserve(batch.streams)
        self._table.apply(self._log.append(batch, self._clock()))

    @staticmethod
    def _answer(group: list[tuple[Batch, asyncio.Future[int]]], answer: int | StorageError) -> None:
        first = answer if isinstance(answer, int) else 0
        for batch, done in group:
            if not done.done():  # else who asked went away; stored all the same
                if isinstance(answer, StorageError):
                    done.set_exception(answer)
                else:
                    done.set_result(first)
            first += len(batch)

    def _tend(self) -> None:
        """Between commits: close what is full or old, keep the counters."""
        if self.end.offset >= logs.SEGMENT or (self.end.offset and time.monotonic() - self._rolled >= OLDEST):
            try:
                self.roll()
                self.checkpoint()
            except OSError as error:  # a full disk: what is stored stays, and it is tried again
                log.error("intake.roll.failed", error=str(error))
        self._counters.write_now_and_then()

    def _replay(self) -> int:
        count = 0
        for block, _ in logs.read(self._log.folder, self._table.cursor):
            self._table.reserve(block.batch.streams)
            self._table.apply(block)
            count += len(block.batch)
        return count


class _Counted:
    """Refusals by code, written every few seconds: a crash may lose the last of them."""

    def __init__(self, path: Path) -> None:
        self._path = path
        kept = json.loads(path.read_text()) if path.exists() else {}
        self.refused: dict[str, int] = kept.get("refused", {})
        self._written = time.monotonic()

    def write_now_and_then(self) -> None:
        """Write when the last time is some seconds ago."""
        if time.monotonic() - self._written >= COUNTED:
            self.write()

    def write(self) -> None:
        """Write; a full disk must not stop the intake."""
        self._written = time.monotonic()
        with contextlib.suppress(OSError):
            draft = self._path.with_suffix(".draft")
            draft.write_text(json.dumps({"refused": self.refused}))
            draft.replace(self._path)
