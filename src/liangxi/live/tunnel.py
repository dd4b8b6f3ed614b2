"""MQTT over WebSocket: bytes in both directions between a page and the broker's socket file (MQTT 5.0, 6)."""

import asyncio
import contextlib
from pathlib import Path

from liangxi.live.http import Message, Receive, Send

NAME = "mqtt.sock"
SUBPROTOCOL = "mqtt"
_PIECE = 64 * 1024


class Tunnel:
    """The ASGI application for connections of type `websocket`."""

    def __init__(self, path: Path) -> None:
        self._path = path

    async def __call__(self, scope: Message, receive: Receive, send: Send) -> None:
        """Carry one connection until it ends; closed with 1002 without the subprotocol, 1013 without a broker."""
        await receive()
        if SUBPROTOCOL not in scope.get("subprotocols", ()):
            return await send({"type": "websocket.close", "code": 1002})
        try:
            reader, writer = await asyncio.open_unix_connection(str(self._path))
        except OSError:
            return await send({"type": "websocket.close", "code": 1013})
        await send({"type": "websocket.accept", "subprotocol": SUBPROTOCOL})
        there = asyncio.create_task(_there(receive, writer))
        back = asyncio.create_task(_back(reader, send))
        await asyncio.wait([there, back], return_when=asyncio.FIRST_COMPLETED)
        for task in (there, back):
            task.cancel()
        await asyncio.gather(there, back, return_exceptions=True)
        writer.close()
        with contextlib.suppress(OSError):
            await writer.wait_closed()
        return None


async def _there(receive: Receive, writer: asyncio.StreamWriter) -> None:
    while (message := await receive())["type"] == "websocket.receive":
        data = message.get("bytes")
        if data is None:  # MQTT travels in binary frames only (MQTT-6.0.0-1)
            return
        writer.write(data)
        await writer.drain()


async def _back(reader: asyncio.StreamReader, send: Send) -> None:
    while data := await reader.read(_PIECE):
        await send({"type": "websocket.send", "bytes": data})
    await send({"type": "websocket.close", "code": 1000})
