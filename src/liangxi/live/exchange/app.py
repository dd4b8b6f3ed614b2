"""The door of proxied calls: judged, written down, asked, written down, and only then answered.

Refusals are problem details in the language of the caller, with `X-Road-Error` as a flag that they come from the house
and not from the provider.
"""

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import Any, TypeVar

import msgspec
import structlog
from django.db import DatabaseError, InterfaceError, OperationalError, close_old_connections
from django.utils import translation
from django.utils.translation.trans_real import parse_accept_lang_header

from liangxi.kit import ids
from liangxi.kit.errors import HouseError, InvalidError, UnauthenticatedError
from liangxi.live import http
from liangxi.live.exchange.provider import Headers, Providers, too_large_answer
from liangxi.live.exchange.spools import Spool
from liangxi.live.http import Message, Receive, Send, TooLargeError
from liangxi.systems.data.errors import AwayError
from liangxi.systems.federation import face as federation
from liangxi.systems.federation.shapes import Begun, Body, Call, Opened

ROOT = "/r1/"
THREADS = 4  # for the short transactions of all calls; none is held while a provider thinks
T = TypeVar("T")
_ERRORS = {
    400: "Client.InvalidRequest", 401: "Client.Unauthenticated", 403: "Server.ServerProxy.AccessDenied",
    404: "Server.ServerProxy.UnknownService", 409: "Server.ServerProxy.Conflict", 413: "Client.RequestTooLarge",
    422: "Client.InvalidRequest", 429: "Server.ServerProxy.QuotaExceeded", 502: "Server.ServerProxy.NetworkError",
    503: "Server.ServerProxy.Busy", 504: "Server.ServerProxy.ServiceTimeout",
}  # fmt: skip
_log = structlog.get_logger()


class Door:
    """The ASGI application below `/r1/`."""

    def __init__(self, providers: Providers) -> None:
        self._providers = providers
        self._threads = ThreadPoolExecutor(THREADS, thread_name_prefix="exchange")

    async def stop(self) -> None:
        """Let calls under way end their transactions, then close the connections."""
        await asyncio.to_thread(self._threads.shutdown)
        await self._providers.close()

    async def __call__(self, scope: Message, receive: Receive, send: Send) -> None:
        """Answer one call."""
        call: Call | None = None
        try:
            call = _call(scope)
            opened = await self._do(federation.open_call, call=call)
            self._providers.enter(opened.api, opened.concurrency)
            try:
                await self._exchange(call, opened, (scope, receive, send))
            finally:
                self._providers.leave(opened.api)
        except HouseError as refused:
            await _refuse(scope, send, refused, call)
        except (DatabaseError, InterfaceError, OperationalError):
            _log.exception("exchange.call.failed")
            await _refuse(scope, send, AwayError("federation.away", "The house cannot answer now. Ask again."), call)

    async def _do(self, act: Callable[..., T], **said: Any) -> T:
        """A short transaction in a thread."""

        def work() -> T:
            close_old_connections()
            return act(**said)

        return await asyncio.get_running_loop().run_in_executor(self._threads, work)

    async def _exchange(self, call: Call, opened: Opened, line: tuple[Message, Receive, Send]) -> None:
        scope, receive, send = line
        limit = {"limit": opened.most_asked // 1024}
        request = Spool(
            opened.most_asked, TooLargeError("live.size", "The request is larger than %(limit)s KB.", limit)
        )
        answer = Spool(opened.most_answered, too_large_answer(opened.most_answered))
        try:
            await _take(receive, request)
            headers = _request_headers(scope, call, opened)
            first = f"{call.method} {ROOT}{'/'.join(call.service)}{call.target}"
            asked = Body(head=federation.message_head(first, headers), digest=request.digest, size=request.size)
            begun = await self._do(federation.begin_exchange, call=call, opened=opened, asked=asked)
            status, told = await self._asked(call, opened, begun, (headers, request, answer))
            id, said = begun.id, federation.passed_headers(told)
            if opened.ask:  # what another node refused is told as its refusal
                said += [one for one in told if one[0] == "x-road-error"]
            answered = Body(head=federation.message_head(str(status), said), digest=answer.digest, size=answer.size)
            if opened.keeps:
                await self._keep(id, ((asked.head, request), (answered.head, answer)))
            await self._do(federation.end_exchange, call=call, opened=opened, id=id, status=status, answered=answered)
            hashed = federation.message_hash(asked.head, asked.digest, asked.size)
            await _pass_on(send, status, [*said, *_road(call, hashed, id)], answer)
        finally:
            request.close()
            answer.close()

    async def _asked(
        self, call: Call, opened: Opened, begun: Begun, way: tuple[Headers, Spool, Spool]
    ) -> tuple[int, Headers]:
        """The provider's answer; a failure is written down before it is told."""
        headers, request, answer = way
        try:
            found: tuple[int, Headers] = await self._providers.ask(
                call.method, opened.url, [*headers, *begun.headers], request, (opened.timeout, answer)
            )
        except HouseError as failed:
            await self._do(federation.fail_exchange, id=begun.id, error=failed)
            raise
        return found

    async def _keep(self, id: str, sides: tuple[tuple[bytes, Spool], tuple[bytes, Spool]]) -> None:
        for side, (head, spool) in zip(("request", "answer"), sides, strict=True):
            await asyncio.to_thread(partial(spool.keep, head, federation.place_of(id=id, side=side)))


def _call(scope: Message) -> Call:
    """What is asked, by path and headers. InvalidError; UnauthenticatedError without a key."""
    raw = (scope.get("raw_path") or scope["path"].encode()).decode("latin-1").partition("?")[0]
    service, rest = federation.parse_path(raw)
    query = scope["query_string"].decode("latin-1")
    if not query.isascii() or not query.isprintable():
        raise InvalidError("federation.path", "The query must be percent-encoded.")
    headers = {name.decode("latin-1"): value.decode("latin-1") for name, value in scope["headers"]}
    key, client = http.bearer(scope), headers.get("x-road-client", "").strip("/")
    token = headers.get("liangxi-node", "")
    if not key and not token:
        raise UnauthenticatedError("data.key.unknown", "Send the key of the department: Authorization: Bearer <key>.")
    if not client:
        says = "Name the department that asks: X-Road-Client: {node}/GOV/{department}."
        raise InvalidError("federation.client", says, fields={"X-Road-Client": says})
    return Call(
        method=scope["method"],
        service=service,
        target=rest + (f"?{query}" if query else ""),
        client=client,
        id=headers.get("x-road-id") or str(ids.new_id()),
        user=headers.get("x-road-userid", ""),
        issue=headers.get("x-road-issue", ""),
        secret=key,
        path=raw + (f"?{query}" if query else ""),
        token=token,
    )


async def _take(receive: Receive, spool: Spool) -> None:
    while True:
        message = await receive()
        if message["type"] == "http.disconnect":
            raise http.MalformedError("live.cut", "The request ended early.")
        spool.add(message.get("body", b""))
        if not message.get("more_body"):
            return


def _request_headers(scope: Message, call: Call, opened: Opened) -> Headers:
    """What the provider sees: the caller's own headers but those of the hop, and who asks for which service."""
    said = [(name.decode("latin-1"), value.decode("latin-1")) for name, value in scope["headers"]]
    passed = federation.passed_headers(said)
    if all(name != "accept" for name, _ in passed):
        passed.append(("accept", "application/json"))
    road = {"client": opened.client, "service": opened.service, "id": call.id, "userid": call.user, "issue": call.issue}
    return [*passed, *((f"x-road-{name}", value) for name, value in road.items() if value)]


def _road(call: Call, hashed: str, id: str) -> Headers:
    """The headers of the protocol on an answer (PR-REST §4.3)."""
    return [
        ("x-road-client", call.client),
        ("x-road-service", "/".join(call.service)),
        ("x-road-id", call.id),
        ("x-road-request-id", id),
        ("x-road-request-hash", hashed),
        ("cache-control", "private, no-store"),
    ]


async def _pass_on(send: Send, status: int, headers: Headers, body: Spool) -> None:
    listed = [(name.encode("latin-1"), value.encode("latin-1")) for name, value in headers]
    listed.append((b"content-length", str(body.size).encode()))
    await send({"type": "http.response.start", "status": status, "headers": listed})
    async for piece in body.pieces():
        await send({"type": "http.response.body", "body": piece, "more_body": True})
    await send({"type": "http.response.body", "body": b""})


async def _refuse(scope: Message, send: Send, error: HouseError, call: Call | None) -> None:
    accepted = dict(scope["headers"]).get(b"accept-language", b"").decode("latin-1").lower()[:200]
    known = [name[:2] for name, _ in parse_accept_lang_header(accepted) if name[:2] in ("zh", "en")]
    with translation.override("en" if known[:1] == ["en"] else "zh-hans"):
        said = msgspec.json.encode(error.problem(translation.gettext))
    headers = [(b"content-type", b"application/problem+json; charset=utf-8"), (b"cache-control", b"private, no-store")]
    headers.append((b"x-road-error", _ERRORS.get(error.status, "Server.ServerProxy.InternalError").encode()))
    if call is not None and call.id.isascii() and call.id.isprintable():
        headers.append((b"x-road-id", call.id.encode()))
    if error.status in (429, 503):
        headers.append((b"retry-after", b"2"))
    if error.status == 401:
        headers.append((b"www-authenticate", b"Bearer"))
    await http.answer(send, error.status, said, *headers)
