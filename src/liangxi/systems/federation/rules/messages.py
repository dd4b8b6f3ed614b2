"""Messages by the X-Road Message Protocol for REST (PR-REST 1.0): `/r1/{node}/{class}/{member}/{subsystem}/{service}`.

Which part of a path may go on, which headers, and the hash that ties an answer to its request.
"""

import base64
import hashlib
import re
from collections.abc import Iterable
from urllib.parse import unquote

from liangxi.kit.errors import InvalidError

ROOT = "/r1/"
MEMBER_CLASS = "GOV"
LONGEST = 4000  # characters of path and query
_HOPS = frozenset({
    "connection", "keep-alive", "proxy-authenticate", "proxy-authorization", "te", "trailer", "transfer-encoding",
    "upgrade", "host", "content-length", "expect",
})  # fmt: skip
_OURS = frozenset({"authorization", "cookie", "set-cookie", "forwarded", "x-real-ip"})
_OURS_BEGIN = ("x-road-", "x-forwarded-", "liangxi-")
_CONTROL = re.compile(r"[\x00-\x20\x7f\\]")
_STRANGE = re.compile(r"%(?![0-9A-Fa-f]{2})")


def parse_path(raw: str) -> tuple[tuple[str, str, str, str, str], str]:
    """Service id and the rest of a raw path (percent-encoded, without the query).

    InvalidError `federation.path` for what is no service id, or whose rest would leave the address of the service:
    dots, encoded slashes, backslashes, control characters.
    """
    parts = raw.removeprefix(ROOT).split("/")
    if len(parts) < 5 or len(raw) > LONGEST or not all(parts[:5]) or _STRANGE.search(raw):
        raise _no_path()
    try:
        named = [unquote(part, errors="strict") for part in parts]
    except UnicodeDecodeError as error:
        raise _no_path() from error
    if any(part in (".", "..") or "/" in part or _CONTROL.search(part.replace(" ", "")) for part in named):
        raise _no_path()
    rest = "/".join(parts[5:])
    node, kind, member, subsystem, service = named[:5]
    return (node, kind, member, subsystem, service), f"/{rest}" if rest else ""


def _no_path() -> InvalidError:
    says = "Call /r1/{node}/GOV/{department}/{API}/{service}, with a path of plain names behind it."
    return InvalidError("federation.path", says, fields={"path": says})


def passed_headers(headers: Iterable[tuple[str, str]]) -> list[tuple[str, str]]:
    """What of a request or an answer goes on: not what is of one hop, of the house, or names the caller."""
    found = [(name.lower(), value) for name, value in headers]
    own = {one.strip().lower() for name, value in found if name == "connection" for one in value.split(",")}
    return [
        (name, value) for name, value in found if name not in _HOPS | _OURS | own and not name.startswith(_OURS_BEGIN)
    ]


def head(first_line: str, headers: Iterable[tuple[str, str]]) -> bytes:
    """The head of a message as it is hashed: its first line, then its headers by name, one a line."""
    return "\n".join([first_line, *sorted(f"{name.lower()}: {value}" for name, value in headers), ""]).encode()


def message_hash(head: bytes, digest: bytes, size: int) -> str:
    """base64 of SHA512(SHA512(head) + SHA512(body)), or of SHA512(head) when there is no body (PR-REST §4.3)."""
    first = hashlib.sha512(head).digest()
    return base64.b64encode(hashlib.sha512(first + digest).digest() if size else first).decode()


def member_id(node: str, org: str) -> str:
    """How a department is named to others: `{node}/GOV/{code}`."""
    return f"{node}/{MEMBER_CLASS}/{org}"
