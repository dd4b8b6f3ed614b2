"""The whole house behind one port: live pages natively, everything else through Django's WSGI in threads."""

import asyncio
import os
from collections.abc import Awaitable, Callable
from typing import Any, cast

import django
import structlog
from a2wsgi import WSGIMiddleware

from liangxi.kit import ids
from liangxi.live import tunnel
from liangxi.live.push import Push, Receive, Scope, Send
from liangxi.live.tunnel import Tunnel

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "liangxi.site.settings")

LARGEST_BODY = 64 * 1024 * 1024  # bytes; six files of the largest size that core.files takes
_LIVE = "/live/"
_DEVICES = "/iot/v1/"
_ROAD = "/r1/"
Application = Callable[[Scope, Receive, Send], Awaitable[None]]
_MQTT = "/mqtt"


class House:
    """The ASGI application that uvicorn runs."""

    def __init__(self) -> None:
        django.setup()
        from django.conf import settings

        from liangxi.live.delivery.app import Door as Delivery
        from liangxi.live.delivery.app import is_lookup
        from liangxi.live.delivery.face import Rounds
        from liangxi.live.exchange.app import Door as Exchanges
        from liangxi.live.exchange.face import Providers
        from liangxi.live.intake import face as intake
        from liangxi.live.intake.app import Door
        from liangxi.site.wsgi import application as web
        from liangxi.systems.data import face as data

        config = settings.CONFIG
        self.push = Push(database_url=settings.DATABASE_URL, secret=settings.SECRET_KEY)
        directory = intake.Directory()
        self._keeper = intake.Keeper(directory, settings.DATABASE_URL)
        self._line = intake.Line(config.sensing / intake.LINE)
        self._devices = Door(directory, self._line, config.sensing)
        self._rounds = Rounds(lambda asked: data.answer_lookups(asked=asked))
        self._delivery, self._is_lookup = Delivery(self._rounds), is_lookup
        self._exchanges = Exchanges(Providers(settings.CONNECTOR_NETWORKS))
        self._tunnel = Tunnel(config.sensing / tunnel.NAME)
        self._web: Any = WSGIMiddleware(cast(Any, web), workers=config.web_threads)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan":
            return await self._live(receive, send)
        if scope["type"] == "websocket":
            return await self._socket(scope, receive, send)
        structlog.contextvars.bind_contextvars(trace=str(ids.new_id()))
        return await self._door(scope)(scope, receive, send)

    def _door(self, scope: Scope) -> Application:
        """Whose request this is."""
        if scope["path"] == _LIVE:
            return self.push
        if scope["path"].startswith(_DEVICES):
            return self._devices
        if self._is_lookup(scope["method"], scope["path"]):
            return self._delivery
        if scope["path"].startswith(_ROAD):
            return self._exchanges
        return _refuse if _length(scope) > LARGEST_BODY else self._web

    async def _socket(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["path"].rstrip("/") == _MQTT:
            return await self._tunnel(scope, receive, send)
        await receive()
        return await send({"type": "websocket.close", "code": 1000})

    async def _live(self, receive: Receive, send: Send) -> None:
        """The life of the process, as ASGI tells it."""
        while (await receive())["type"] == "lifespan.startup":
            self.push.start()
            self._line.start()
            self._keeper.start()
            self._rounds.start()
            await send({"type": "lifespan.startup.complete"})
        await self.push.stop()
        await self._line.stop()
        await self._rounds.stop()
        await self._exchanges.stop()
        await asyncio.to_thread(self._keeper.stop)
        await send({"type": "lifespan.shutdown.complete"})


def _length(scope: Scope) -> int:
    value = dict(scope["headers"]).get(b"content-length", b"0")
    return int(value) if value.isdigit() else LARGEST_BODY + 1


async def _refuse(scope: Scope, receive: Receive, send: Send) -> None:
    body = f"The request is larger than {LARGEST_BODY // 1024 // 1024} MB.".encode()
    headers = [(b"content-type", b"text/plain; charset=utf-8"), (b"connection", b"close")]
    await send({"type": "http.response.start", "status": 413, "headers": headers})
    await send({"type": "http.response.body", "body": body})
