"""Reads of what was observed: the latest values that the intake keeps, and the history on disk."""

import json
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np
from django.conf import settings

from liangxi.kit.series import archive
from liangxi.kit.series.blocks import Batch, Block
from liangxi.kit.series.evaluating import Evaluator
from liangxi.kit.series.latest import Reader
from liangxi.systems.sensing import models
from liangxi.systems.sensing.rules import recording
from liangxi.systems.sensing.rules.profiles import OPEN
from liangxi.systems.sensing.shapes import Observation, Property, Span, Thing, Trial

MOST_THINGS = 1000  # of a trial
_EXAMPLES = 20


def folder() -> Path:
    """Where the intake of this home keeps observations."""
    place: Path = settings.CONFIG.sensing
    return place


def micros(at: datetime) -> int:
    """Microseconds since 1970."""
    return round(at.timestamp() * 1_000_000)


def instant(at: int) -> datetime:
    """The aware time of microseconds since 1970."""
    return datetime.fromtimestamp(at // 1_000_000, UTC).replace(microsecond=at % 1_000_000)


def result(one: Property | None, value: float, payload: bytes | None, *, is_open: bool = False) -> Any:
    """A stored result as its property has it; a stream of the open interface says itself what it is."""
    if is_open:
        return recording.said(value, payload)[0]
    if payload is not None:
        return json.loads(payload) if one and one.type == "geometry" else payload.decode()
    if np.isnan(value):
        return None
    return value == 1.0 if one and one.type == "boolean" else value


def latest(things: Sequence[Thing], kinds: dict[str, dict[str, Property]]) -> dict[str, dict[str, Observation]]:
    """By code of the thing and property; nothing of a stream that never spoke."""
    streams = [(thing, name, stream) for thing in things for name, stream in thing.streams.items()]
    try:
        reader = Reader(folder())
    except (FileNotFoundError, ValueError):  # nothing was ever stored here
        return {}
    numbers = np.array([stream for _, _, stream in streams], np.uint32)
    found = reader.of(numbers)
    told: dict[str, dict[str, Observation]] = {}
    for at, (thing, name, stream) in enumerate(streams):
        if found.seqs[at]:
            said = result(
                kinds[thing.profile].get(name),
                float(found.values[at]),
                found.payloads.get(stream),
                is_open=thing.profile == OPEN,
            )
            one = Observation(
                instant(int(found.times[at])), said, int(found.seqs[at]), instant(int(found.received[at]))
            )
            told.setdefault(thing.code, {})[name] = one
    return told


def readings(
    one: Property | None, stream: models.Datastream, since: datetime, until: datetime, limit: int
) -> list[Observation]:
    """The newest `limit` observations of a stream in a span, by time."""
    found = archive.read(folder(), stream.pk, micros(since), micros(until))
    rows = range(max(0, len(found["time"]) - limit), len(found["time"]))
    return [
        Observation(
            instant(int(found["time"][row])),
            result(one, float(found["value"][row]), found["payload"][row], is_open=stream.is_open),
            int(found["seq"][row]),
        )
        for row in rows
    ]


def spans(stream: int, since: datetime, until: datetime, step: int) -> list[Span]:
    """The roll-ups of a stream."""
    found = archive.rolled(folder(), stream, micros(since), micros(until), step)
    return [Span(instant(one.begin), one.n, one.sum / one.n, one.min, one.max, one.last) for one in found]


def tried(evaluator: Evaluator, things: dict[int, models.Thing], since: datetime, until: datetime) -> Trial:
    """What the evaluator would have raised in a span, fed in the order of time."""
    parts = [archive.read(folder(), stream, micros(since), micros(until)) for stream in things]
    columns = {name: np.concatenate([part[name] for part in parts]) for name in ("stream", "time", "value")}
    order = np.argsort(columns["time"], kind="stable")
    batch = Batch(columns["stream"][order], columns["time"][order], columns["value"][order])
    raised = [change for change in evaluator.step(Block(1, 0, batch)) if change.is_raised] if len(batch) else []
    examples = tuple(
        (things[one.stream].code if one.stream else one.place, instant(one.at)) for one in raised[:_EXAMPLES]
    )
    return Trial(len(raised), len(batch), examples)
