"""Observations in messages: whose they are, what of them may be stored, and what the house knows now.

`things/<code>/observations` carries what `POST /iot/v1/observations` takes; `things/<code>/properties/<name>` carries
one result as JSON, or `{"time": ..., "result": ...}`. Both are stored by the intake before they are acknowledged.
"""

from collections.abc import Iterable, Mapping
from functools import lru_cache
from pathlib import Path
from typing import Any

import msgspec
import numpy as np

from liangxi.gateways.mqtt import topics
from liangxi.gateways.mqtt.sessions import Message
from liangxi.kit.errors import InvalidError
from liangxi.kit.series.blocks import Block
from liangxi.kit.series.latest import Latest, Reader
from liangxi.live.intake import face as intake
from liangxi.systems.sensing.shapes import KnownThing

ROOT = "things"
OBSERVATIONS, PROPERTIES = "observations", "properties"
_encode = msgspec.json.Encoder().encode


class Timed(msgspec.Struct, forbid_unknown_fields=True):
    """A result that says when it was so."""

    result: Any
    time: intake.When | None = None


_value, _timed = msgspec.json.Decoder(), msgspec.json.Decoder(Timed)


@lru_cache(maxsize=16_384)
def place(topic: str) -> tuple[str, str] | None:
    """The thing and the property that a topic is about ("" for a body of observations); None for another topic."""
    parts = topic.split("/")
    if parts[0] != ROOT:
        return None
    if len(parts) == 4 and parts[2] == PROPERTIES:
        return parts[1], parts[3]
    return (parts[1], "") if len(parts) == 3 and parts[2] == OBSERVATIONS else None


def read(code: str, name: str, payload: bytes, now: int) -> list[intake.Reading]:
    """The readings of a message about a thing; HouseError when it holds none. Without a time they are of `now` (µs)."""
    if not name:
        sent = intake.body(payload)
        if sent.thing not in ("", code):
            why = "The thing is named by the topic."
            raise InvalidError("intake.thing.topic", why, fields={"thing": why})
        return list(sent.readings)
    try:
        if b'"result"' in payload:
            timed = _timed.decode(payload)
            return [intake.Reading(name, now if timed.time is None else intake.when(timed.time, 0), timed.result)]
        return [intake.Reading(name, now, _value.decode(payload))]
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise InvalidError("intake.malformed", "The body is not right: %(why)s", {"why": str(error)}) from error


class Known:
    """What was observed last, as retained messages of `things/<code>/properties/<name>`."""

    def __init__(self, directory: intake.Directory, folder: Path) -> None:
        self._directory = directory
        self._folder = folder
        self._reader: Reader | None = None

    def under(self, levels: tuple[str, ...]) -> Iterable[Message]:
        """See `broker.Current`."""
        if levels[0] not in (ROOT, "+", "#"):
            return
        code = levels[1] if len(levels) > 1 and levels[0] != "#" else "#"
        one = self._directory.by_code.get(code)
        things = list(self._directory.things.values()) if code in ("+", "#") else [one] if one else []
        for thing in things:
            yield from self._of(thing, levels)

    def _of(self, thing: KnownThing, levels: tuple[str, ...]) -> Iterable[Message]:
        wanted = {
            name: stream
            for name, stream in thing.streams.items()
            if topics.matches(levels, f"{ROOT}/{thing.code}/{PROPERTIES}/{name}")
        }
        found = self._look(list(wanted.values())) if wanted else None
        if found is None:
            return
        for at, (name, stream) in enumerate(wanted.items()):
            if found.seqs[at]:
                said = (int(found.times[at]), float(found.values[at]), int(found.seqs[at]))
                yield _message(self._directory, thing.code, name, stream, said, found.payloads)

    def _look(self, streams: list[int]) -> Latest | None:
        try:
            self._reader = self._reader or Reader(self._folder)
        except (FileNotFoundError, ValueError):  # nothing was ever stored
            return None
        return self._reader.of(np.array(streams, np.uint32))

    def told(self, block: Block) -> Iterable[Message]:
        """A stored block as messages, in its order."""
        held, names = block.batch, self._names
        for row, stream in enumerate(held.streams.tolist()):
            known = names(stream)
            if known is not None:
                said = (int(held.times[row]), float(held.values[row]), block.first + row)
                payloads = {stream: held.payloads[row]} if row in held.payloads else {}
                yield _message(self._directory, known[0], known[1], stream, said, payloads)

    def _names(self, stream: int) -> tuple[str, str] | None:
        number = int(self._directory.thing_of[stream]) if stream < len(self._directory.thing_of) else 0
        thing = self._directory.things.get(number)
        if thing is None:
            return None
        return next(((thing.code, name) for name, one in thing.streams.items() if one == stream), None)


def _message(
    directory: intake.Directory, code: str, name: str, stream: int, said: tuple[int, float, int],
    payloads: Mapping[int, bytes],
) -> Message:  # fmt: skip
    at, value, seq = said
    result = intake.result(int(directory.kinds[stream]), value, payloads.get(stream))
    body = _encode({"time": intake.instant(at), "result": result, "seq": seq})
    return Message(f"{ROOT}/{code}/{PROPERTIES}/{name}", body, 0)
