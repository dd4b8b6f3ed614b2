"""The line between the web processes and the engine's (`kit.series.wire`): blocks one way, sequence numbers the other.

A block of no observations carries counts of refusals as its one payload.
"""

import asyncio
import contextlib
import json
import os
import struct
from pathlib import Path

import structlog

from liangxi.kit.series import blocks
from liangxi.kit.series.blocks import Batch, Block
from liangxi.kit.series.wire import ANSWER, REQUEST, SOCKET
from liangxi.live.intake.engine import Engine
from liangxi.live.intake.errors import AwayError, StorageError

NAME = SOCKET
RECONNECT = 0.2  # seconds between attempts to reach the engine
_LIMIT = 4 * 1024 * 1024
log = structlog.get_logger()


class Exchange:
    """The engine's end."""

    def __init__(self, engine: Engine, path: Path) -> None:
        self._engine = engine
        self._path = path
        self._server: asyncio.Server | None = None
        self._calls: set[asyncio.Task[None]] = set()

    async def start(self) -> None:
        """Open the socket file; what a killed process left of it is replaced."""
        self._path.unlink(missing_ok=True)
        before = os.umask(0o077)
        try:
            self._server = await asyncio.start_unix_server(self._serve, str(self._path), limit=_LIMIT)
        finally:
            os.umask(before)

    async def stop(self) -> None:
        """Hang up. What was received is still stored by the engine."""
        if self._server:
            self._server.close()
            for call in list(self._calls):
                call.cancel()
            await asyncio.gather(*self._calls, return_exceptions=True)
        self._path.unlink(missing_ok=True)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._calls.add(task)
        try:
            while True:
                number, block = await _request(reader)
                if len(block.batch) == 0:
                    for code, count in json.loads(block.batch.payloads.get(0, b"{}")).items():
                        self._engine.refuse(code, count)
                    continue
                call = asyncio.create_task(self._store(number, block.batch, writer))
                self._calls.add(call)
                call.add_done_callback(self._calls.discard)
        except (asyncio.IncompleteReadError, ConnectionError, asyncio.CancelledError):
            pass
        finally:
            self._calls.discard(task)
            writer.close()

    async def _store(self, number: int, batch: Batch, writer: asyncio.StreamWriter) -> None:
        try:
            answer = await self._engine.store(batch)
        except StorageError as error:
            answer = -error.errno
        except AwayError:
            return  # the line is cut in a moment, which is the answer
        writer.write(ANSWER.pack(number, answer))


class Line:
    """The web's end: a `Sink` that hands over all that came in one turn of the loop as one block."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._writer: asyncio.StreamWriter | None = None
        self._pending: list[tuple[Batch, asyncio.Future[int]]] = []
        self._sent: dict[int, list[tuple[Batch, asyncio.Future[int]]]] = {}
        self._refused: dict[str, int] = {}
        self._number = 0
        self._task: asyncio.Task[None] | None = None

    def start(self) -> None:
        """Reach for the engine, in the running loop, again and again."""
        self._task = asyncio.create_task(self._hold())

    async def stop(self) -> None:
        """Hang up."""
        if self._task:
            self._task.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._task

    async def store(self, batch: Batch) -> int:
        """See `shapes.Sink`."""
        if self._writer is None:
            raise AwayError
        loop = asyncio.get_running_loop()
        done: asyncio.Future[int] = loop.create_future()
        if not self._pending:
            loop.call_soon(self._flush)
        self._pending.append((batch, done))
        return await done

    def refuse(self, code: str, count: int) -> None:
        """Count refused readings; told with the next flush."""
        if not self._refused and not self._pending:
            asyncio.get_running_loop().call_soon(self._flush)
        self._refused[code] = self._refused.get(code, 0) + count

    def _flush(self) -> None:
        group, self._pending = self._pending, []
        refused, self._refused = self._refused, {}
        if self._writer is None:
            return _fail(group)
        if refused:
            told = blocks.batch([], {0: json.dumps(refused).encode()})
            self._writer.write(REQUEST.pack(0) + blocks.encode(Block(0, 0, told)))
        if group:
            self._number = self._number % 0xFFFFFFFF + 1
            self._sent[self._number] = group
            whole = blocks.joined([batch for batch, _ in group])
            self._writer.write(REQUEST.pack(self._number) + blocks.encode(Block(0, 0, whole)))
        return None

    async def _hold(self) -> None:
        try:
            while True:
                with contextlib.suppress(OSError, asyncio.IncompleteReadError):
                    reader, self._writer = await asyncio.open_unix_connection(str(self._path), limit=_LIMIT)
                    await self._listen(reader)
                self._cut()
                await asyncio.sleep(RECONNECT)
        finally:
            self._cut()

    async def _listen(self, reader: asyncio.StreamReader) -> None:
        while True:
            number, first = ANSWER.unpack(await reader.readexactly(ANSWER.size))
            for batch, done in self._sent.pop(number, ()):
                if not done.done():
                    if first < 0:
                        done.set_exception(StorageError(-first))
                    else:
                        done.set_result(first)
                first += len(batch) if first >= 0 else 0

    def _cut(self) -> None:
        """The line is gone: nobody knows what became of what was sent, so it counts as not stored."""
        if self._writer:
            self._writer.close()
            self._writer = None
        for group in (*self._sent.values(), self._pending):
            _fail(group)
        self._sent, self._pending = {}, []


def _fail(group: list[tuple[Batch, asyncio.Future[int]]]) -> None:
    for _, done in group:
        if not done.done():
            done.set_exception(AwayError())


async def _request(reader: asyncio.StreamReader) -> tuple[int, Block]:
    head = await reader.readexactly(REQUEST.size + 4)
    number, length = struct.unpack("<II", head)
    if length > blocks.LARGEST:
        raise ConnectionError("no block")
    found = blocks.decode(head[REQUEST.size :] + await reader.readexactly(length))
    if found is None:
        log.error("intake.line.damaged", bytes=length)
        raise ConnectionError("no block")
    return number, found[0]
