"""The way out: a connection to an address that was judged, at the very address that was judged.

A name is looked up once and each of its addresses judged, so that it cannot point into the house meanwhile (SSRF).
"""

import http.client
import ipaddress
import socket
import ssl
import threading
from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from urllib.parse import urlsplit, urlunsplit

Network = ipaddress.IPv4Network | ipaddress.IPv6Network
CONNECT = 5.0  # seconds to wait for a connection


@dataclass(frozen=True, slots=True)
class Reply:
    """What came back: `headers` by their names in small letters; `is_whole` is False when `largest` was passed."""

    status: int
    headers: Mapping[str, str]
    content: bytes
    is_whole: bool


def is_open(address: str, scheme: str, networks: Iterable[Network]) -> bool:
    """True for an address that the house may call: public and over TLS, or in a network that the operator named."""
    found = ipaddress.ip_address(address.partition("%")[0])
    if isinstance(found, ipaddress.IPv6Address) and found.ipv4_mapped:
        found = found.ipv4_mapped
    if any(found.version == network.version and found in network for network in networks):
        return True
    return scheme in ("https", "ssh") and found.is_global and not found.is_multicast


def judged(host: str, port: int, scheme: str, networks: Sequence[Network]) -> str:
    """The first address of a host. PermissionError when any of its addresses is closed to us; OSError for no such host.

    `scheme` is https or ssh (open to all public addresses) or anything else (only the named networks).
    """
    found = [str(one[4][0]) for one in socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)]
    if closed := [one for one in found if not is_open(one, scheme, networks)]:
        raise PermissionError(f"{host} is {closed[0]}, which is not open to the house")
    return found[0]


def dial(host: str, port: int, scheme: str, networks: Sequence[Network], patience: float) -> socket.socket:
    """A socket to a judged address, over TLS for https; each answer is waited for `patience` seconds."""
    plain = socket.create_connection((judged(host, port, scheme, networks), port), timeout=CONNECT)
    plain.settimeout(patience)
    if scheme != "https":
        return plain
    try:
        return ssl.create_default_context().wrap_socket(plain, server_hostname=host)
    except BaseException:
        plain.close()
        raise


def request(
    *,
    method: str,
    url: str,
    networks: Sequence[Network],
    headers: Mapping[str, str],
    body: bytes | None = None,
    largest: int,
    deadline: float,
) -> Reply:
    """One request at a judged address; redirects are not followed, and it ends after `deadline` seconds at the latest.

    Of the answer at most `largest` bytes are read; with 0 none, and only status and headers count.
    OSError (PermissionError for an address that is closed to us) when there is no answer.
    """
    parts = urlsplit(url)
    host, port = parts.hostname or "", parts.port or (443 if parts.scheme == "https" else 80)
    ready = dial(host, port, parts.scheme, networks, deadline)
    link = http.client.HTTPConnection(host, port)
    link.sock = ready
    watch = threading.Timer(deadline, _cut, [ready])
    watch.start()
    try:
        target = urlunsplit(("", "", parts.path or "/", parts.query, ""))
        link.request(method, target, body, {**headers, "User-Agent": "liangxi", "Connection": "close"})
        answer = link.getresponse()
        content = answer.read(largest + 1) if largest else b""
    except http.client.HTTPException as error:
        raise ConnectionError(f"{type(error).__name__}: {error}") from error
    finally:
        watch.cancel()
        link.close()
    told = {name.lower(): value for name, value in answer.getheaders()}
    return Reply(answer.status, told, content[:largest], len(content) <= largest)


def _cut(ready: socket.socket) -> None:
    with suppress(OSError):
        ready.shutdown(socket.SHUT_RDWR)
