"""Values that the faces of this room give and take."""

import uuid
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

Handler = Callable[[Any], None]


@dataclass(frozen=True, slots=True)
class Wire:
    """An event type, the function that reacts, and the stable name under which deliveries are kept."""

    event_type: type
    handler: Handler
    name: str


@dataclass(frozen=True, slots=True)
class StoredEvent:
    """A row of the outbox; `position` grows with every event and is the cursor of `stream`."""

    position: int
    uid: uuid.UUID
    type: str  # room.EventName
    subject: str
    time: datetime
    data: dict[str, Any]


@dataclass(frozen=True, slots=True)
class DeadLetter:
    """A delivery that gave up; its handler sees nothing more of `subject` until it is retried or skipped."""

    delivery: int
    handler: str
    event: StoredEvent
    tries: int
    error: str
    waiting: int  # later deliveries of the same handler and subject that wait behind it
