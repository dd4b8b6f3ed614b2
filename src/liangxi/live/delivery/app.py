"""The door for programs of departments that look up rows, a bare ASGI application below `/data/v1/`.

`GET <resource>/records/<key>` with `Authorization: Bearer <key of the department>`: the rows of a key, as the grant
shows them. A key of several columns has one part of the address for each, in their order; the first ones are enough.
`?by=citizen_id` looks up by another column, `?columns=a,b` answers fewer.

`POST <resource>/batch` with `{"keys": ["...", ...]}` (up to 1,000; a list for a key of several columns) and, if wanted,
`by`, `columns`, `"answer": "found"`: who is there and who is not. An answer leaves when its record is durable.
"""

from typing import Any, Literal
from urllib.parse import parse_qs, unquote

import msgspec

from liangxi.kit.errors import HouseError, InvalidError, UnauthenticatedError
from liangxi.live import http
from liangxi.live.delivery.rounds import Rounds
from liangxi.live.http import Message, Receive, Send
from liangxi.systems.data.shapes import Lookup, LookupAnswer

ROOT = "/data/v1/"
LARGEST = 256 * 1024  # bytes of a request
_PRIVATE = (b"cache-control", b"private, no-store")


class Batch(msgspec.Struct, forbid_unknown_fields=True):
    """A batch check."""

    keys: list[str | list[str]]
    by: list[str] = []
    columns: list[str] = []
    answer: Literal["rows", "found"] = "rows"


_of_batch = msgspec.json.Decoder(Batch)


def is_lookup(method: str, path: str) -> bool:
    """True for what this door answers; other addresses below `/data/v1/` are Django's."""
    if not path.startswith(ROOT):
        return False
    parts = path[len(ROOT) :].split("/", 2)
    return len(parts) >= 2 and (
        (method in ("GET", "HEAD") and parts[1] == "records" and len(parts) == 3)
        or (method == "POST" and parts[1] == "batch" and len(parts) == 2)
    )


class Door:
    """The ASGI application."""

    def __init__(self, rounds: Rounds) -> None:
        self._rounds = rounds

    async def __call__(self, scope: Message, receive: Receive, send: Send) -> None:
        """Answer one request; every refusal is problem details (RFC 9457)."""
        try:
            said = await (self._batch(scope, receive) if scope["method"] == "POST" else self._records(scope))
            await http.answer(send, 200, msgspec.json.encode(said), http.JSON, _PRIVATE)
        except HouseError as error:
            await http.refuse(send, error)

    async def _records(self, scope: Message) -> Any:
        resource, key = _address(scope)
        said = parse_qs(scope["query_string"].decode("latin-1"))
        by, columns = (_names(said.get(name, [])) for name in ("by", "columns"))
        found = await self._rounds.ask(Lookup(_secret(scope), resource, (key,), by, columns))
        return {**_head(found), "rows": found.rows[0]}

    async def _batch(self, scope: Message, receive: Receive) -> Any:
        resource, secret = _address(scope)[0], _secret(scope)
        try:
            sent = _of_batch.decode(await http.body(receive, LARGEST))
        except (msgspec.DecodeError, UnicodeDecodeError) as error:
            why = {"why": str(error)}
            raise http.MalformedError("data.delivery.malformed", "The body is not right: %(why)s", why) from error
        keys = tuple((one,) if isinstance(one, str) else tuple(one) for one in sent.keys)
        asked = Lookup(secret, resource, keys, tuple(sent.by), tuple(sent.columns))
        found = await self._rounds.ask(asked)
        if sent.answer == "found":
            return {**_head(found), "found": [bool(rows) for rows in found.rows]}
        results = [{"key": key, "rows": rows} for key, rows in zip(sent.keys, found.rows, strict=True)]
        return {**_head(found), "results": results}


def _head(found: LookupAnswer) -> dict[str, Any]:
    return {"resource": found.resource, "version": found.version, "batch": found.batch}


def _address(scope: Message) -> tuple[str, tuple[str, ...]]:
    """The resource and the parts of the key, each decoded by itself: a part may hold a slash."""
    path = (scope.get("raw_path") or scope["path"].encode()).decode("latin-1").partition("?")[0]
    resource, _, *key = path.removeprefix(ROOT).split("/")
    try:
        parts = tuple(unquote(part, errors="strict") for part in key)
    except UnicodeDecodeError as error:
        says = "This is no text in UTF-8."
        raise InvalidError("data.delivery.key", says, fields={"key": says}) from error
    return resource, parts


def _names(said: list[str]) -> tuple[str, ...]:
    return tuple(name for text in said for name in text.split(",") if name)


def _secret(scope: Message) -> str:
    key = http.bearer(scope)
    if not key:
        raise UnauthenticatedError("data.key.unknown", "Send the key of the department: Authorization: Bearer <key>.")
    return key
