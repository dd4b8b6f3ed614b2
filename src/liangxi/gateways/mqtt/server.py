"""The listening ends of the broker, its clock, and the feed that tells listeners what was stored."""

import asyncio
import contextlib
import socket
import ssl
from dataclasses import asdict, dataclass
from pathlib import Path

import structlog

from liangxi.gateways.mqtt.broker import Broker
from liangxi.gateways.mqtt.connection import Connection, House
from liangxi.gateways.mqtt.readings import Known
from liangxi.gateways.mqtt.reasons import Reason
from liangxi.kit.series import log as logs
from liangxi.kit.series.log import Cursor

TICK = 1.0  # seconds between looks at the clock
FEED = 0.1  # seconds between looks at the log
BACKLOG = 4096
COUNTED = 60.0  # seconds between lines of the log that say what was counted
MOST = 20_000  # connections at once
log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Address:
    """A bound socket to listen on; with `tls` over TLS."""

    socket: socket.socket
    tls: ssl.SSLContext | None = None


class Server:
    """Clients of one broker."""

    def __init__(self, broker: Broker, house: House) -> None:
        self._broker, self._house = broker, house
        self._connections: set[Connection] = set()
        self._servers: list[asyncio.Server] = []
        self._ticking: asyncio.Task[None] | None = None

    @property
    def ports(self) -> list[int]:
        """The ports that are open."""
        names = [one.sockets[0].getsockname() for one in self._servers]
        return [int(name[1]) for name in names if isinstance(name, tuple)]

    @property
    def count(self) -> int:
        """Connections that are open."""
        return len(self._connections)

    async def start(self, *addresses: Address) -> None:
        """Begin to answer."""
        loop = asyncio.get_running_loop()
        for one in addresses:
            is_file = one.socket.family == socket.AF_UNIX
            open_ = loop.create_unix_server if is_file else loop.create_server
            self._servers.append(await open_(self._called, sock=one.socket, ssl=one.tls, backlog=BACKLOG))
        self._ticking = asyncio.create_task(self._tick())

    async def stop(self) -> None:
        """Say goodbye to everybody; sessions that are kept stay."""
        for one in self._servers:
            one.close()
        if self._ticking:
            self._ticking.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._ticking
        for connection in list(self._connections):
            connection.close(Reason.SHUTTING_DOWN)
        while self._connections:
            await asyncio.sleep(0.01)
        await self._broker.store.written()

    def _called(self) -> Connection:
        connection = Connection(self._broker, self._house, self._connections)
        if len(self._connections) >= MOST:
            asyncio.get_running_loop().call_soon(connection.close, Reason.BUSY)
        return connection

    async def _tick(self) -> None:
        told = asyncio.get_running_loop().time()
        while True:
            await asyncio.sleep(TICK)
            now = asyncio.get_running_loop().time()
            for connection in list(self._connections):
                connection.tend(now)
            self._broker.sweep()
            if now - told >= COUNTED:
                told = now
                log.info("mqtt.counted", connections=self.count, **asdict(self._broker.counters))


class Feed:
    """Follows the log of observations and tells those who listen, as messages of QoS 0."""

    def __init__(self, broker: Broker, known: Known, folder: Path) -> None:
        self._broker, self._known, self._folder = broker, known, folder / "log"
        self._at: Cursor | None = None
        self._task: asyncio.Task[None] | None = None

    def start(self) -> None:
        """Begin with what is stored from now on."""
        self._task = asyncio.create_task(self._follow())

    async def stop(self) -> None:
        """End."""
        if self._task:
            self._task.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._task

    async def _follow(self) -> None:
        while True:
            if self._at is None:
                self._at = await asyncio.to_thread(_end, self._folder)
            else:
                self._tell(self._at)
            await asyncio.sleep(FEED)

    def _tell(self, start: Cursor) -> None:
        for block, end in logs.read(self._folder, start):
            self._at = end
            for message in self._known.told(block, self._broker.has_listeners):
                self._broker.publish(message, None)


def _end(folder: Path) -> Cursor | None:
    """The present end of the log; None while there is none."""
    known = logs.segments(folder)
    if not known:
        return None
    end = Cursor(known[-1])
    for _, behind in logs.read(folder, end):
        end = behind
    return end
