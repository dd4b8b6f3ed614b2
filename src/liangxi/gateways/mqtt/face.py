"""The door of the broker: one edge that is started and stopped."""

import asyncio
from pathlib import Path

from django.db import connection

from liangxi.gateways.mqtt import rights
from liangxi.gateways.mqtt.broker import Broker
from liangxi.gateways.mqtt.house import House
from liangxi.gateways.mqtt.readings import Known
from liangxi.gateways.mqtt.server import Address, Feed, Server
from liangxi.gateways.mqtt.store import Held, Postgres
from liangxi.live.intake import face as intake

__all__ = ["Address", "Edge"]


class Edge:
    """Broker, its ports, its store, and the feed of what was observed."""

    def __init__(self, directory: intake.Directory, sink: intake.Sink, folder: Path, database_url: str) -> None:
        """`folder` is where observations are kept; the directory has been read."""
        known = Known(directory, folder)
        self._store = Postgres(database_url)
        self.broker = Broker(self._store, known, recall=lambda who: rights.recalled(directory, who))
        self._server = Server(self.broker, House(directory, sink))
        self._feed = Feed(self.broker, known, folder)

    @property
    def ports(self) -> list[int]:
        """The ports that are open."""
        return self._server.ports

    async def start(self, *addresses: Address) -> None:
        """Take over what outlived the broker before, then listen."""
        held = await asyncio.to_thread(self._store.load)
        await asyncio.to_thread(self._recognise, held)
        self.broker.restore(held)
        await self._server.start(*addresses)
        self._feed.start()

    def _recognise(self, held: Held) -> None:
        try:
            self.broker.recognise(held)
        finally:
            connection.close()  # of this thread of the pool

    async def stop(self) -> None:
        """Say goodbye to everybody and write what is left."""
        await self._feed.stop()
        await self._server.stop()
        await self._store.stop()
