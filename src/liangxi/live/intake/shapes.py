"""What the doors of the intake hand over, and what they are told."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple, Protocol

from liangxi.kit.series.blocks import Batch


class Reading(NamedTuple):
    """What a device says: a property of its profile, when it was so (aware, or µs since 1970), and the result."""

    property: str
    time: datetime | int
    result: Any


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why one reading of a request was not stored: its place in the request, a stable code, a sentence, its field."""

    index: int
    code: str
    message: str
    field: str


@dataclass(frozen=True, slots=True)
class Admitted:
    """What of a request may be stored, and what not. `indices` are the places of the batch's rows in the request."""

    batch: Batch
    indices: Sequence[int]
    refusals: tuple[Refusal, ...]


class Sink(Protocol):
    """Where batches go: the engine itself, or the line to the process that has it."""

    async def store(self, batch: Batch) -> int:
        """The sequence number of the first observation, once all of them are on disk.

        Waits while too much waits already. StorageError when the disk does not take them, AwayError when the intake
        does not run: then nothing of the batch was acknowledged.
        """
        ...

    def refuse(self, code: str, count: int) -> None:
        """Count refused readings."""
        ...


@dataclass(frozen=True, slots=True)
class Counters:
    """Observations since the log began: received (stored, waiting or failed), stored, delivered by follower.

    `refused` counts readings by code; `intake.storage` are those that the disk did not take.
    """

    received: int
    stored: int
    delivered: dict[str, int]
    refused: dict[str, int]
