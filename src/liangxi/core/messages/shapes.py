"""What the door of messages takes and gives."""

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """A message in the reader's language; `link` is a path of the portal or empty."""

    id: str
    title: str
    text: str
    link: str
    sent_at: datetime
    read_at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Letter:
    """What leaves the house by mail or text message. `id` is the message's: a receiver drops repetitions by it."""

    id: str
    to: str
    title: str
    text: str
