"""What the bare ASGI doors share: the key of a caller, a body within its size, an answer, a refusal (RFC 9457)."""

import json
from collections.abc import Awaitable, Callable
from typing import Any

from liangxi.kit.errors import HouseError

JSON = (b"content-type", b"application/json")
_PROBLEM = (b"content-type", b"application/problem+json")
_PASSING = (503, 507)  # what may be asked again soon
Message = dict[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
Header = tuple[bytes, bytes]


class TooLargeError(HouseError):
    """The request is larger than one may be."""

    status = 413


class MalformedError(HouseError):
    """The body is not what this address takes."""

    status = 400


def bearer(scope: Message) -> str:
    """The key of `Authorization: Bearer <key>`, empty without one (RFC 6750)."""
    for name, value in scope["headers"]:
        if name == b"authorization":
            kind, _, key = value.decode("latin-1").partition(" ")
            return str(key.strip()) if kind.lower() == "bearer" else ""
    return ""


async def body(receive: Receive, largest: int) -> bytes:
    """The whole body; TooLargeError `live.size` beyond `largest` bytes, MalformedError `live.cut` when it ends."""
    parts, size = [], 0
    while True:
        message = await receive()
        if message["type"] == "http.disconnect":
            raise MalformedError("live.cut", "The request ended early.")
        parts.append(message.get("body", b""))
        size += len(parts[-1])
        if size > largest:
            raise TooLargeError("live.size", "The request is larger than %(limit)s KB.", {"limit": largest // 1024})
        if not message.get("more_body"):
            return parts[0] if len(parts) == 1 else b"".join(parts)


async def answer(send: Send, status: int, data: bytes, *headers: Header) -> None:
    """Send an answer with its length."""
    length = (b"content-length", b"%d" % len(data))
    await send({"type": "http.response.start", "status": status, "headers": [*headers, length]})
    await send({"type": "http.response.body", "body": data})


async def refuse(send: Send, error: HouseError) -> None:
    """Send a refusal as problem details."""
    headers = [(b"www-authenticate", b"Bearer")] if error.status == 401 else []
    headers += [(b"retry-after", b"2")] if error.status in _PASSING else []
    await answer(send, error.status, json.dumps(error.problem(str)).encode(), _PROBLEM, *headers)
