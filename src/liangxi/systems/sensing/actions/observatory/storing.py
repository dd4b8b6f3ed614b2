"""Observations into the log: rows of open streams, gathered and handed over as one batch."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from liangxi.kit.errors import HouseError
from liangxi.kit.series import wire
from liangxi.kit.series.blocks import Batch
from liangxi.systems.sensing import models
from liangxi.systems.sensing.queries import readings
from liangxi.systems.sensing.rules import observatory as laws
from liangxi.systems.sensing.rules.recording import Recorded


class AwayError(HouseError):
    """The intake does not run, or the disk does not take it; nothing was stored."""

    status = 503


@dataclass(frozen=True, slots=True)
class Row:
    """What is to be stored of a stream."""

    stream: int
    recorded: Recorded


def types_of(stream: models.Datastream) -> tuple[str, ...]:
    """The types of observation that a stream takes, one for each of its properties."""
    return tuple(stream.types) if stream.is_multi else (stream.observation_type or laws.ANY,)


def store(rows: Sequence[Row]) -> int:
    """The id of the first of the rows, which are on disk now. AwayError `sta.away` when they could not be stored."""
    payloads = {n: one.recorded.payload for n, one in enumerate(rows) if one.recorded.payload is not None}
    streams = np.array([one.stream for one in rows], np.uint32)
    times = np.array([one.recorded.time for one in rows], np.int64)
    values = np.array([one.recorded.value for one in rows], np.float64)
    try:
        return wire.hand_over(readings.folder(), Batch(streams, times, values, payloads))
    except OSError as error:
        raise AwayError(
            "sta.away", "Observations cannot be stored at the moment; nothing of the request was."
        ) from error
