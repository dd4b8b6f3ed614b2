"""The door for devices over HTTP, a bare ASGI application below `/iot/v1/`.

`POST observations` with `Authorization: Bearer <key of the thing>` and one reading
`{"property": "pm25", "time": "2026-11-25T08:00:00+08:00", "result": 35.2}`, or many at once
`{"readings": [["pm25", "2026-11-25T08:00:00+08:00", 35.2], ...]}`; a time may also be a whole number of
milliseconds since 1970. `"thing"` names one that speaks through the caller. 201 comes after the disk has it.
`GET latest` answers the latest results of a thing, `POST claims` registers a thing with a claim key.
"""

from asyncio import to_thread
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs

import msgspec
import numpy as np
from django.db import close_old_connections

from liangxi.kit.errors import HouseError, InvalidError, NotFoundError, UnauthenticatedError
from liangxi.kit.series.latest import Latest, Reader
from liangxi.live import http
from liangxi.live.http import Message, Receive, Send
from liangxi.live.intake import admission, bodies
from liangxi.live.intake.directory import Directory
from liangxi.live.intake.engine import server_time
from liangxi.live.intake.errors import AwayError
from liangxi.live.intake.shapes import Admitted, Refusal, Sink
from liangxi.systems.sensing import face as sensing
from liangxi.systems.sensing.shapes import KnownThing

ROOT = "/iot/v1/"
LARGEST = 1024 * 1024  # bytes of a request


class Claim(msgspec.Struct, forbid_unknown_fields=True):
    """A thing that registers itself."""

    code: str
    title: str


_of_claim = msgspec.json.Decoder(Claim)


class Door:
    """The ASGI application."""

    def __init__(
        self, directory: Directory, sink: Sink, folder: Path, *, clock: Callable[[], int] = server_time
    ) -> None:
        self._directory = directory
        self._sink = sink
        self._folder = folder
        self._clock = clock
        self._latest: Reader | None = None

    async def __call__(self, scope: Message, receive: Receive, send: Send) -> None:
        """Answer one request; every refusal is problem details (RFC 9457)."""
        try:
            status, said = await self._answer(scope, receive)
            await http.answer(send, status, msgspec.json.encode(said), http.JSON)
        except HouseError as error:
            await http.refuse(send, error)

    async def _answer(self, scope: Message, receive: Receive) -> tuple[int, Any]:
        asked = (scope["method"], scope["path"].removeprefix(ROOT).rstrip("/"))
        key = http.bearer(scope)
        if asked == ("POST", "observations"):
            return await self._observations(self._caller(key), await http.body(receive, LARGEST))
        if asked == ("GET", "latest"):
            named = parse_qs(scope["query_string"].decode("latin-1")).get("thing", [""])[0]
            return 200, self._latest_of(self._caller(key), named)
        if asked == ("POST", "claims"):
            return await self._claim(key, await http.body(receive, LARGEST))
        if asked[1] in ("observations", "latest", "claims"):
            error = HouseError("intake.method", "This address does not take that method.")
            error.status = 405
            raise error
        raise NotFoundError("intake.address", "There is nothing at this address.")

    def _caller(self, key: str) -> KnownThing:
        if not self._directory.version:
            raise AwayError
        found = self._directory.of_key(key, self._clock())
        if found is None:
            raise UnauthenticatedError("intake.key", "Send the key of the thing: Authorization: Bearer <key>.")
        return found

    async def _observations(self, caller: KnownThing, body: bytes) -> tuple[int, Any]:
        sent = bodies.body(body)
        thing = admission.speaker(self._directory, caller, sent.thing)
        found = admission.admit(self._directory, thing, sent.readings, self._clock())
        for refusal in found.refusals:
            self._sink.refuse(refusal.code, 1)
        if not len(found.batch):
            raise _refused(found, is_single=sent.is_single)
        first = await self._sink.store(found.batch)
        if sent.is_single:
            return 201, {"thing": thing.code, "seq": first}
        refused = [_told(one) for one in found.refusals]
        return 201, {"thing": thing.code, "stored": len(found.batch), "seq": first, "refused": refused}

    def _latest_of(self, caller: KnownThing, named: str) -> dict[str, Any]:
        thing = admission.speaker(self._directory, caller, named)
        self._latest = self._latest or _reader(self._folder)
        streams = np.array(list(thing.streams.values()), np.uint32)
        found = self._latest.of(streams)
        latest = {
            name: self._said(found, at, stream)
            for at, (name, stream) in enumerate(thing.streams.items())
            if found.seqs[at]
        }
        return {"thing": thing.code, "latest": latest}

    def _said(self, found: Latest, at: int, stream: int) -> dict[str, Any]:
        kind, value = int(self._directory.kinds[stream]), float(found.values[at])
        return {
            "time": admission.instant(int(found.times[at])),
            "result": admission.result(kind, value, found.payloads.get(stream)),
            "seq": int(found.seqs[at]),
        }

    async def _claim(self, key: str, body: bytes) -> tuple[int, Any]:
        sent = bodies.decoded(_of_claim, body)
        issued = await to_thread(_claimed, key, sent.code, sent.title)
        return 201, {"thing": issued.thing, "key": issued.secret}


def _reader(folder: Path) -> Reader:
    try:
        return Reader(folder)
    except (FileNotFoundError, ValueError) as error:  # the intake never ran here
        raise AwayError from error


def _claimed(key: str, code: str, title: str) -> Any:
    try:
        return sensing.claim(secret=key, code=code, title=title)
    finally:
        close_old_connections()


def _refused(found: Admitted, *, is_single: bool) -> InvalidError:
    """Nothing of the request could be stored."""
    first = found.refusals[0]
    fields = {
        (one.field if is_single else f"readings.{one.index}.{one.field}"): one.message for one in found.refusals[:100]
    }
    return InvalidError(first.code, first.message, fields=fields)


def _told(one: Refusal) -> Mapping[str, Any]:
    return {"index": one.index, "code": one.code, "title": one.message, "field": one.field}
