"""The one way out: a POST to an address that was judged, at the very address that was judged."""

import http.client
import socket
import threading
import time
from collections.abc import Sequence
from contextlib import suppress
from urllib.parse import urlsplit

from liangxi.core.webhooks import rules
from liangxi.core.webhooks.shapes import Answer, Parcel
from liangxi.kit import outward

DEADLINE = 15.0  # seconds for the whole exchange, however slowly a receiver drips


class _Judged(http.client.HTTPSConnection):
    """A connection whose socket exists already: the name is looked up once, so it cannot point elsewhere meanwhile."""

    def __init__(self, host: str, port: int, ready: socket.socket) -> None:
        super().__init__(host, port)
        self._ready = ready

    def connect(self) -> None:
        self.sock = self._ready


def post(parcel: Parcel, networks: Sequence[outward.Network]) -> Answer:
    """Send; redirects are not followed and of the answer only the status counts."""
    parts = urlsplit(parcel.url)
    host, port = parts.hostname or "", parts.port or (443 if parts.scheme == "https" else 80)
    try:
        ready = outward.dial(host, port, parts.scheme, networks, DEADLINE)
    except (OSError, UnicodeError) as error:
        return Answer(0, f"{type(error).__name__}: {error}"[:500])
    headers, body = rules.request(parcel.event, parcel.mode, parcel.secrets, int(time.time()))
    connection = _Judged(host, port, ready)
    watch = threading.Timer(DEADLINE, _cut, [ready])
    watch.start()
    try:
        target = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
        connection.request("POST", target, body, {**headers, "User-Agent": "liangxi", "Connection": "close"})
        answer = connection.getresponse()
    except (OSError, http.client.HTTPException) as error:
        return Answer(0, f"{type(error).__name__}: {error}"[:500])
    finally:
        watch.cancel()
        connection.close()
    why = "" if 200 <= answer.status < 300 else f"HTTP {answer.status} {answer.reason}"[:500]
    return Answer(answer.status, why, _seconds(answer.headers.get("Retry-After", "")))


def _cut(ready: socket.socket) -> None:
    with suppress(OSError):
        ready.shutdown(socket.SHUT_RDWR)


def _seconds(text: str) -> float:
    return float(text) if text.isascii() and text.isdecimal() and len(text) < 9 else 0.0
