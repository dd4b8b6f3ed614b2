"""A session: what a client subscribed to, what it has not acknowledged yet, what waits while it is away."""

from collections import deque
from dataclasses import dataclass, field
from typing import Protocol

from liangxi.gateways.mqtt.codec import Will
from liangxi.gateways.mqtt.wire import NONE, Properties

LONGEST = 10_000  # messages that may wait for a client
FOREVER = 7 * 86_400  # seconds that a session is kept at most while its client is away


@dataclass(slots=True)
class Message:
    """An application message on its way: `until` (seconds of Unix time) is when it is no use any more."""

    topic: str
    payload: bytes
    qos: int
    retain: bool = False
    properties: Properties = field(default_factory=lambda: NONE)
    until: float | None = None


@dataclass(slots=True)
class Outgoing:
    """A message for one client. `row` is its place in the store, 0 where it is kept in memory only."""

    message: Message
    packet: int = 0
    row: int = 0
    is_sent: bool = False
    is_received: bool = False  # the client has it (PUBREC), PUBREL is on its way


@dataclass(frozen=True, slots=True)
class Subscription:
    """A filter of a session and how it wants to hear."""

    filter: str
    qos: int
    no_local: bool = False
    as_published: bool = False
    identifier: int = 0


class Link(Protocol):
    """The connection of a session, as the session sees it."""

    def deliver(self, out: Outgoing) -> None:
        """Write a PUBLISH, or the PUBREL of one that the client has."""

    def has_room(self, in_flight: int) -> bool:
        """True while the client may be sent a further message that it acknowledges."""
        ...

    @property
    def will(self) -> Will | None:
        """What its client leaves behind."""
        ...

    def close(self, reason: int) -> None:
        """End the connection."""


@dataclass(slots=True)
class Session:
    """One client's session; `key` is who the client is and its client identifier."""

    key: tuple[str, str]
    expiry: int = 0  # seconds that it outlives its connection
    subscriptions: dict[str, Subscription] = field(default_factory=dict)
    in_flight: dict[int, Outgoing] = field(default_factory=dict)
    waiting: deque[Outgoing] = field(default_factory=deque)
    received: set[int] = field(default_factory=set)  # packets of QoS 2 that came and are not released
    numbers: set[int] = field(default_factory=set)  # packets that are given to a message
    link: Link | None = None
    ends: float | None = None  # seconds of Unix time at which it is forgotten; None while its client is there
    packets: int = 0

    @property
    def is_kept(self) -> bool:
        """True when it outlives its connection, so that what waits for it must outlive the broker."""
        return self.expiry > 0

    @property
    def length(self) -> int:
        """How many messages wait or are not acknowledged."""
        return len(self.waiting) + len(self.in_flight)

    def next_packet(self) -> int:
        """A packet number that nothing holds; `LONGEST` keeps some free."""
        while True:
            self.packets = self.packets % 0xFFFF + 1
            if self.packets not in self.numbers:
                self.numbers.add(self.packets)
                return self.packets

    def take(self, out: Outgoing) -> None:
        """Send the message now, or when there is room."""
        if out.message.qos == 0:
            if self.link is not None:
                self.link.deliver(out)
            return
        self.waiting.append(out)

    def pump(self, now: float) -> list[Outgoing]:
        """Send what waits while there is room; what became useless before `now` is given back."""
        gone = []
        while self.waiting and self.link is not None and self.link.has_room(len(self.in_flight)):
            out = self.waiting.popleft()
            if out.message.until is not None and out.message.until <= now:
                self.numbers.discard(out.packet)
                gone.append(out)
                continue
            self.in_flight[out.packet] = out
            self.link.deliver(out)
            out.is_sent = True
        return gone

    def finish(self, packet: int) -> Outgoing | None:
        """The message of a packet is done with; None when there is none."""
        self.numbers.discard(packet)
        return self.in_flight.pop(packet, None)

    def resume(self) -> None:
        """Send again what the client has not acknowledged, in its order (MQTT 4.4)."""
        for out in self.in_flight.values():
            if self.link is not None:
                self.link.deliver(out)
