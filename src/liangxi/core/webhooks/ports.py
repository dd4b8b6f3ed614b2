"""The one way out: a POST to an address that was judged, at the very address that was judged."""

import http.client
import socket
import ssl
import threading
import time
from collections.abc import Sequence
from contextlib import suppress
from urllib.parse import urlsplit

from liangxi.core.webhooks import rules
from liangxi.core.webhooks.shapes import Answer, Parcel

DEADLINE = 15.0  # seconds for the whole exchange, however slowly a receiver drips
CONNECT = 5.0


class _Judged(http.client.HTTPSConnection):
    """A connection whose socket exists already: the name is looked up once, so it cannot point elsewhere meanwhile."""

    def __init__(self, host: str, port: int, ready: socket.socket) -> None:
        super().__init__(host, port)
        self._ready = ready

    def connect(self) -> None:
        self.sock = self._ready


def post(parcel: Parcel, networks: Sequence[rules.Network]) -> Answer:
    """Send; redirects are not followed and of the answer only the status counts."""
    parts = urlsplit(parcel.url)
    host, port = parts.hostname or "", parts.port or (443 if parts.scheme == "https" else 80)
    try:
        ready = _dial(host, port, parts.scheme, networks)
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


def _dial(host: str, port: int, scheme: str, networks: Sequence[rules.Network]) -> socket.socket:
    """A socket to the first address of a host; OSError when any of its addresses is closed to us."""
    found = [str(one[4][0]) for one in socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)]
    if closed := [one for one in found if not rules.is_open(one, scheme, networks)]:
        raise PermissionError(f"{host} is {closed[0]}, which is not open to webhooks")
    plain = socket.create_connection((found[0], port), timeout=CONNECT)
    plain.settimeout(DEADLINE)
    if scheme == "http":
        return plain
    try:
        return ssl.create_default_context().wrap_socket(plain, server_hostname=host)
    except BaseException:
        plain.close()
        raise


def _cut(ready: socket.socket) -> None:
    with suppress(OSError):
        ready.shutdown(socket.SHUT_RDWR)


def _seconds(text: str) -> float:
    return float(text) if text.isascii() and text.isdecimal() and len(text) < 9 else 0.0
