"""What the door of webhooks takes and gives."""

from collections.abc import Callable, Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

Mode = Literal["structured", "binary"]
"""How a CloudEvent lies in the request: whole in the body, or its attributes as headers."""
State = Literal["active", "disabled"]
PING = "webhooks.Ping"
"""The type of the event that a subscriber asks for to try his address."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Topic:
    """Events of a room that posts with `permission` may hear of.

    `reaches(organisation, subjects)` gives those subjects of which the organisation may hear; it is asked when events
    are handed out and again before they are sent, for many at once. `told` are the fields that leave the
    house; `path` is the address where more is to be asked, filled in with them.
    """

    type: str
    permission: str
    reaches: Callable[[str, Collection[str]], Collection[str]]
    told: tuple[str, ...]
    path: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Subscription:
    """Events of `types` go to `url`. `reason` says why it is disabled; `failing_since` the first failure in a row.

    `until_old` is the end of the time in which the secret before the last rotation signs as well.
    """

    id: str
    name: str
    owner: str
    url: str
    types: tuple[str, ...]
    mode: Mode
    state: State
    reason: str
    made_at: datetime
    until_old: datetime | None
    failing_since: datetime | None
    delivered_at: datetime | None
    waiting: int
    dead: int


@dataclass(frozen=True, slots=True)
class IssuedSecret:
    """A subscription with the secret that signs its deliveries (`whsec_...`), which is told this once."""

    subscription: Subscription
    secret: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Sent:
    """One event for one subscription: due, done, dead or dropped (its subscriber may not see the case any more)."""

    id: int
    subscription: str
    event: str
    type: str
    subject: str
    at: datetime
    state: str
    tries: int
    due_at: datetime
    error: str
    settled_at: datetime | None


@dataclass(frozen=True, slots=True)
class Parcel:
    """A delivery as it leaves: where to, in which way, which event, signed with which secrets."""

    id: int
    url: str
    mode: Mode
    event: dict[str, Any]
    secrets: tuple[bytes, ...]


@dataclass(frozen=True, slots=True)
class Answer:
    """What the receiver said: its status (0 when there was no answer), why it failed, when it wants to be asked."""

    status: int
    error: str = ""
    retry_after: float = 0
