"""Observations in messages: whose they are, what of them may be stored, and what the house knows now.

`things/<code>/observations` carries what `POST /iot/v1/observations` takes; `things/<code>/properties/<name>` carries
one result as JSON, or `{"time": ..., "result": ...}`. Both are stored by the intake before they are acknowledged.
"""

from collections.abc import Callable, Iterable, Mapping
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
        self._topics: dict[int, str] = {}

    def under(self, levels: tuple[str, ...]) -> Iterable[Message]:
        """See `broker.Current`."""
        if levels[0] not in (ROOT, "+", "#"):
            return
        code = levels[1] if len(levels) > 1 and levels[0] != "#" else "#"
        one = self._directory.by_code.get(code)
        things = list(self._directory.things.values()) if code in ("+", "#") else [one] if one else []
        wanted = [
            (topic, stream) for thing in things for topic, stream in _topics(thing) if topics.matches(levels, topic)
        ]
        found = self._look([stream for _, stream in wanted]) if wanted else None
        for at, (topic, stream) in enumerate(wanted if found is not None else ()):
            assert found is not None
            if found.seqs[at]:
                said = (int(found.times[at]), float(found.values[at]), int(found.seqs[at]))
                yield self._message(topic, stream, said, found.payloads)

    def _look(self, streams: list[int]) -> Latest | None:
        try:
            self._reader = self._reader or Reader(self._folder)
        except (FileNotFoundError, ValueError):  # nothing was ever stored
            return None
        return self._reader.of(np.array(streams, np.uint32))

    def told(self, block: Block, is_wanted: Callable[[str], bool]) -> Iterable[Message]:
        """What of a stored block somebody wants to hear, in its order; of the rest nothing is composed."""
        held = block.batch
        for row, stream in enumerate(held.streams.tolist()):
            topic = self._topic(stream)
            if topic and is_wanted(topic):
                said = (int(held.times[row]), float(held.values[row]), block.first + row)
                payloads = {stream: held.payloads[row]} if row in held.payloads else {}
                yield self._message(topic, stream, said, payloads)

    def _topic(self, stream: int) -> str:
        """The topic of a stream, which it keeps; empty while the directory does not know the stream."""
        known = self._topics.get(stream)
        if known is None:
            number = int(self._directory.thing_of[stream]) if stream < len(self._directory.thing_of) else 0
            thing = self._directory.things.get(number)
            self._topics |= {one: topic for topic, one in _topics(thing)} if thing else {}
            known = self._topics.get(stream, "")
        return known

    def _message(self, topic: str, stream: int, said: tuple[int, float, int], payloads: Mapping[int, bytes]) -> Message:
        at, value, seq = said
        result = intake.result(int(self._directory.kinds[stream]), value, payloads.get(stream))
        return Message(topic, _encode({"time": intake.instant(at), "result": result, "seq": seq}), 0)


def _topics(thing: KnownThing) -> Iterable[tuple[str, int]]:
    """The topics of a thing with their streams."""
    return ((f"{ROOT}/{thing.code}/{PROPERTIES}/{name}", stream) for name, stream in thing.streams.items())
