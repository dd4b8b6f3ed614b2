"""Notices to open pages: PostgreSQL's NOTIFY on one side, server-sent events on the other.

One connection per process listens on `liangxi_live`; each open page has a short queue. A page that reads too slowly, or
was cut off while the database was away, is told to reload instead of being sent what it missed: notices are hints, the
truth is what the page shows when it is loaded.
"""

import asyncio
import contextlib
import json
from collections import defaultdict
from collections.abc import Awaitable, Callable
from typing import Any
from urllib.parse import parse_qs

import psycopg
import structlog

from liangxi.kit import tickets
from liangxi.kit.errors import ForbiddenError

Scope = dict[str, Any]
Receive = Callable[[], Awaitable[dict[str, Any]]]
Send = Callable[[dict[str, Any]], Awaitable[None]]

CHANNEL = "liangxi_live"
MOST_PAGES = 5000  # open pages in one process; the next is asked to come back later
QUEUE = 64  # notices that wait for one slow page
HEARTBEAT = 15.0  # seconds; keeps proxies from closing a silent stream
STALLED = 30.0  # seconds without the page taking a byte
RECONNECT = 1.0  # seconds between attempts to listen again

RELOAD = b"event: reload\ndata: {}\n\n"
BEAT = b": \n\n"

log = structlog.get_logger()


class Page:
    """One open page: what waits to be sent to it."""

    def __init__(self) -> None:
        self._queue: asyncio.Queue[bytes | None] = asyncio.Queue(QUEUE)

    def put(self, message: bytes | None) -> None:
        """Queue `message` (None: the end); a page that is too slow loses its queue and is told to reload."""
        if self._queue.full():
            while not self._queue.empty():
                self._queue.get_nowait()
            self._queue.put_nowait(RELOAD)
        self._queue.put_nowait(message)

    async def next(self) -> bytes | None:
        """The next message, a heartbeat when nothing comes for a while, None at the end."""
        try:
            async with asyncio.timeout(HEARTBEAT):
                return await self._queue.get()
        except TimeoutError:
            return BEAT


class Push:
    """The ASGI application behind `/live/?t=<ticket>`."""

    def __init__(self, *, database_url: str, secret: str) -> None:
        self._database_url = database_url
        self._secret = secret
        self._pages: dict[str, set[Page]] = defaultdict(set)
        self._open: set[Page] = set()
        self._listening: asyncio.Task[None] | None = None

    def start(self) -> None:
        """Begin to listen to the database, from within the running loop."""
        self._listening = asyncio.create_task(self._listen())

    def end_pages(self) -> None:
        """End every open stream, so that the process can stop; pages connect again by themselves."""
        for page in self._open:
            page.put(None)

    async def stop(self) -> None:
        """End every stream and stop listening."""
        self.end_pages()
        if self._listening:
            self._listening.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._listening

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        try:
            topics = tickets.read(_ticket(scope), secret=self._secret)
        except tickets.ExpiredTicketError:
            return await _answer(send, 204, b"")  # tells an EventSource not to come back
        except ForbiddenError as error:
            return await _answer(send, error.status, str(error).encode())
        if scope["method"] != "GET":
            return await _answer(send, 405, b"Use GET.")
        if len(self._open) >= MOST_PAGES:
            return await _answer(send, 503, b"Too many open pages.", (b"retry-after", b"30"))
        await self._serve(topics, receive, send)
        return None

    async def _serve(self, topics: tuple[str, ...], receive: Receive, send: Send) -> None:
        page = Page()
        self._open.add(page)
        for topic in topics:
            self._pages[topic].add(page)
        leaving = asyncio.create_task(_until_left(receive, page))
        try:
            await _stream(page, send)
        finally:
            leaving.cancel()
            self._forget(page, topics)

    def _forget(self, page: Page, topics: tuple[str, ...]) -> None:
        self._open.discard(page)
        for topic in topics:
            self._pages[topic].discard(page)
            if not self._pages[topic]:
                del self._pages[topic]

    async def _listen(self) -> None:
        """Hear notices for ever; when the database went away, come back and tell every page to reload."""
        was_away = False
        while True:
            try:
                connection = await psycopg.AsyncConnection.connect(self._database_url, autocommit=True)
                async with connection:
                    await connection.execute(f"LISTEN {CHANNEL}")
                    if was_away:
                        self._tell(self._open, RELOAD)
                    async for notice in connection.notifies():
                        self._hear(notice.payload)
            except psycopg.Error as error:
                log.warning("live.database.lost", error=str(error).strip())
            was_away = True
            await asyncio.sleep(RECONNECT)

    def _hear(self, payload: str) -> None:
        try:
            topic = json.loads(payload)["topic"]
        except (ValueError, KeyError, TypeError):
            log.warning("live.notice.refused", payload=payload[:200])
            return
        pages = self._pages.get(topic)
        if pages:
            kind = topic.partition(":")[0]
            self._tell(pages, f"event: {kind}\ndata: {payload}\n\n".encode())

    @staticmethod
    def _tell(pages: set[Page], message: bytes) -> None:
        for page in pages:
            page.put(message)


def _ticket(scope: Scope) -> str:
    query: str = scope["query_string"].decode("latin-1")
    return parse_qs(query).get("t", [""])[0]


async def _until_left(receive: Receive, page: Page) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass
    page.put(None)


async def _stream(page: Page, send: Send) -> None:
    headers = [
        (b"content-type", b"text/event-stream; charset=utf-8"),
        (b"cache-control", b"no-store"),
        (b"x-accel-buffering", b"no"),
    ]
    await send({"type": "http.response.start", "status": 200, "headers": headers})
    message: bytes | None = b"retry: 2000\n\n"
    while message is not None:
        try:
            async with asyncio.timeout(STALLED):
                await send({"type": "http.response.body", "body": message, "more_body": True})
        except TimeoutError:
            break
        message = await page.next()
    await send({"type": "http.response.body", "body": b""})


async def _answer(send: Send, status: int, body: bytes, *headers: tuple[bytes, bytes]) -> None:
    kind = (b"content-type", b"text/plain; charset=utf-8")
    await send({"type": "http.response.start", "status": status, "headers": [kind, *headers]})
    await send({"type": "http.response.body", "body": body})
