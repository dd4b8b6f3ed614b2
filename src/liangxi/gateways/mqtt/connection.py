"""One client's connection: packets in, packets out, in the order that the standard wants.

Readings that came in one piece of the stream are admitted and stored together. What is acknowledged is on disk; while
too much waits for the disk nothing more is read from this client.
"""

import asyncio
from collections import deque
from collections.abc import Awaitable, Coroutine, Mapping
from dataclasses import dataclass
from typing import Any, Protocol, cast

import structlog

from liangxi.gateways.mqtt import codec, packets, topics, wire
from liangxi.gateways.mqtt.answers import Answers, Due
from liangxi.gateways.mqtt.broker import Broker, Principal
from liangxi.gateways.mqtt.codec import V5, V311, Publish
from liangxi.gateways.mqtt.reasons import ProtocolError, Reason, old
from liangxi.gateways.mqtt.sessions import FOREVER, Message, Outgoing, Session

LARGEST = 1024 * 1024  # bytes of a packet
ALIASES = 32
GREETING = 10.0  # seconds within which a client says who it is
SLOW = 1024 * 1024  # bytes that wait for a client; then messages of QoS 0 are left out
log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Verdict:
    """What became of a message that the house itself takes: a reason code, and why in words."""

    reason: int = 0
    why: str = ""


GOOD = Verdict()


class House(Protocol):
    """Who may come in, and what the house itself takes instead of handing it on."""

    async def known(self, user: str | None, password: bytes | None) -> Principal | None:
        """Who a client is."""
        ...

    def take(self, principal: Principal, messages: list[Publish]) -> Awaitable[list[Verdict]]:
        """Store what the messages say; ends when it is on disk. OSError or ConnectionError: nothing was stored."""
        ...

    def is_taken(self, topic: str) -> bool:
        """True for a topic whose messages `take` stores."""
        ...

    def still(self, principal: Principal, password: bytes | None) -> bool:
        """False when the client may not stay any longer."""
        ...


class Connection(asyncio.Protocol):
    """From CONNECT to the end."""

    def __init__(self, broker: Broker, house: House, all_of: "set[Connection]") -> None:
        self.broker, self._house, self._all = broker, house, all_of
        self._frames = wire.Frames(LARGEST)
        self._transport: asyncio.Transport = cast(asyncio.Transport, None)
        self._held: deque[tuple[int, int, bytes]] = deque()
        self.answers: Answers = cast(Answers, None)
        self._aliases: dict[int, str] = {}
        self._batch: list[Publish] = []
        self._tasks: set[asyncio.Task[Any]] = set()
        self.greeting: codec.Connect | None = None
        self._is_checking = self._is_greeted = self.is_over = self._is_full = False
        self._most = 0xFFFF
        self._fault: ProtocolError | None = None
        self.session: Session | None = None
        self.principal: Principal | None = None
        self.version = V311
        self._called = self.heard = asyncio.get_running_loop().time()

    # ---- the transport

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """A client called."""
        self._transport = cast(asyncio.Transport, transport)
        self._transport.set_write_buffer_limits(high=SLOW // 4)
        self.answers = Answers(self._transport)
        self._all.add(self)

    def data_received(self, data: bytes) -> None:
        """A piece of the stream."""
        self.heard = asyncio.get_running_loop().time()
        if self.greeting is None and not self._frames.is_cut and data[0] != codec.CONNECT << 4:
            return self.close(Reason.PROTOCOL, "The first packet is CONNECT.")
        try:
            for frame in self._frames.feed(data):
                if self.is_over:
                    return None
                if self._is_checking:
                    self._held.append(frame)
                else:
                    self._packet(*frame)
        except ProtocolError as error:
            self._end(error)
        return self._store()

    def _end(self, error: ProtocolError) -> None:
        """The client broke the standard; while its name is looked up this waits, so that it is told in its turn."""
        if self._is_checking:
            self._fault = error
        else:
            self.close(error.reason, error.why)

    def pause_writing(self) -> None:
        """The client does not read fast enough."""
        self._is_full = True

    def resume_writing(self) -> None:
        """It has caught up."""
        self._is_full = False
        if self.session is not None:
            self.broker.pump(self.session)

    def connection_lost(self, error: Exception | None) -> None:
        """The client is gone; without a goodbye its will is published."""
        self._all.discard(self)
        self.is_over = True
        if self.session is not None:
            self.broker.detach(self.session, self, self.will)

    @property
    def will(self) -> codec.Will | None:
        """What the client leaves behind when it goes without a word."""
        return self.greeting.will if self.greeting else None

    def close(self, reason: int, why: str = "") -> None:
        """End the connection; a client of MQTT 5 is told why."""
        if self.is_over:
            return
        self.is_over = True
        if reason >= 0x80:
            self.broker.counters.refused += 1
            log.info("mqtt.closed", reason=hex(reason), why=why, client=self.session.key if self.session else None)
        if self.version == V5 and self.session is not None:
            self._transport.write(codec.disconnect_packet(reason, why))
        elif self.session is None and self.greeting is not None:
            self._transport.write(self._refusal(reason))
        self._transport.close()

    def _refusal(self, reason: int) -> bytes:
        known = Reason(reason)
        return codec.connack(self.version, known if self.version == V5 else old(known), is_present=False)

    def leave(self) -> None:
        """The client said goodbye."""
        self.is_over = True
        self._transport.close()

    def tend(self, now: float) -> None:
        """Once a second: has the client kept its word, may it stay?"""
        if self.greeting is None or self.session is None:
            if now - self._called > GREETING and not self._is_checking:
                self._transport.abort()
        elif self.greeting.keep_alive and now - self.heard > 1.5 * self.greeting.keep_alive:
            self.close(Reason.KEEP_ALIVE)
        elif self.principal is not None and not self._house.still(self.principal, self.greeting.password):
            self.close(Reason.NOT_AUTHORIZED, "The key holds no longer.")

    # ---- packets

    def _packet(self, kind: int, flags: int, body: bytes) -> None:
        if kind == codec.PUBLISH and self.session is not None:
            return self._publish(codec.publish(flags, body, self.version))
        codec.check_flags(kind, flags)
        if self.session is None:
            if kind != codec.CONNECT or self.greeting is not None:
                raise ProtocolError(Reason.PROTOCOL)
            return self._hello(body)
        deed = packets.DEEDS.get(kind)
        if deed is None:
            raise ProtocolError(Reason.PROTOCOL)
        self._store()
        return deed(self, body)

    def _hello(self, body: bytes) -> None:
        try:
            said = codec.connect(body)
        except ProtocolError as error:
            self.greeting = codec.Connect(V311, "", True, 0, None, None, None, wire.NONE)  # so that it is told
            raise error
        self.greeting, self.version = said, said.version
        if "auth_method" in said.properties:
            raise ProtocolError(Reason.AUTH_METHOD)
        if not said.client and not said.clean and said.version == V311:
            raise ProtocolError(Reason.CLIENT_ID)
        if said.will is not None and not topics.is_name(said.will.topic):
            raise ProtocolError(Reason.TOPIC)
        self._is_checking = True
        self.do(self._welcome(said))

    async def _welcome(self, said: codec.Connect) -> None:
        principal = await self._house.known(said.user, said.password)
        if self.is_over:
            return
        self._is_checking = False
        if principal is None:
            self.close(Reason.CREDENTIALS)
            return
        self.principal = principal
        expiry = int(said.properties.get("session_expiry", 0)) if said.version == V5 else 0 if said.clean else FOREVER
        client = said.client or f"auto-{id(self):x}-{self.broker.next_name()}"
        self._most = int(said.properties.get("receive_maximum", 0xFFFF))
        session, is_present, before = self.broker.attach(principal, client, self, clean=said.clean, expiry=expiry)
        if before is not None:
            before.close(Reason.TAKEN_OVER)
        self.session = session
        try:
            await self.broker.store.written()
        except OSError:
            self.close(Reason.UNAVAILABLE)
            return
        self._transport.write(
            codec.connack(self.version, 0, is_present=is_present, properties=self._offer(said, client))
        )
        self._is_greeted = True
        session.resume()
        self.broker.pump(session)
        self._catch_up()

    def _offer(self, said: codec.Connect, client: str) -> wire.Properties:
        held: dict[str, Any] = {"maximum_packet": LARGEST, "alias_maximum": ALIASES}
        if not said.client:
            held["assigned_client"] = client
        if int(said.properties.get("session_expiry", 0)) > FOREVER:
            held["session_expiry"] = FOREVER
        return held

    def _catch_up(self) -> None:
        """What came while the client's name was looked up."""
        try:
            while self._held and not self.is_over:
                self._packet(*self._held.popleft())
            if self._fault is not None:
                raise self._fault
        except ProtocolError as error:
            self._end(error)
        self._store()

    # ---- messages that come

    def _publish(self, sent: Publish) -> None:
        topic = sent.topic
        if "alias" in sent.properties:
            topic = self._alias(sent)
        if not topics.is_name(topic):
            raise ProtocolError(Reason.TOPIC)
        self.broker.counters.received += 1
        if topic is not sent.topic or "alias" in sent.properties:
            rest = {name: value for name, value in sent.properties.items() if name != "alias"}
            sent = sent._replace(topic=topic, properties=rest)
        assert self.session is not None and self.principal is not None
        if sent.qos == 2 and sent.packet in self.session.received:
            self._answer(sent)
        elif self._house.is_taken(topic):
            self._batch.append(sent)
        elif not self.principal.may_publish(topic):
            self._refuse(sent, Verdict(Reason.NOT_AUTHORIZED, "This topic is not yours."))
        else:
            self._hand_on(sent)

    def _alias(self, sent: Publish) -> str:
        alias = sent.properties["alias"]
        if alias > ALIASES:
            raise ProtocolError(Reason.ALIAS)
        if sent.topic:
            self._aliases[alias] = sent.topic
        elif alias not in self._aliases:
            raise ProtocolError(Reason.PROTOCOL)
        return self._aliases[alias]

    def _hand_on(self, sent: Publish) -> None:
        """To everybody who listens; acknowledged when it is kept for those who are away."""
        assert self.session is not None
        self._store()
        message = self.broker.message(
            sent.topic, sent.payload, sent.qos, retain=sent.retain, properties=sent.properties
        )
        if sent.qos == 2:
            self.session.received.add(sent.packet)
            self.broker.remember(self.session)
        count = self.broker.publish(message, self.session)
        if sent.qos:
            due = self.answers.due()
            reason = 0 if count else Reason.NO_SUBSCRIBERS
            self.do(self.when_kept(due, self._ack_of(sent, Verdict(reason))))

    def _ack_of(self, sent: Publish, verdict: Verdict) -> bytes:
        kind = codec.PUBACK if sent.qos == 1 else codec.PUBREC
        return codec.ack_packet(self.version, kind, sent.packet, verdict.reason, verdict.why)

    def _answer(self, sent: Publish, verdict: Verdict | None = None) -> None:
        if sent.qos:
            self._store()
            self.answers.give(self.answers.due(), self._ack_of(sent, verdict or GOOD))

    def _refuse(self, sent: Publish, verdict: Verdict) -> None:
        """MQTT 5 says why; 3.1.1 knows no refusal, so the connection ends rather than that something seems done."""
        self.broker.counters.refused += 1
        if self.version == V5 and sent.qos:
            self._answer(sent, verdict)
        else:
            raise ProtocolError(Reason(verdict.reason), verdict.why)

    def _store(self) -> None:
        """Give the house what came for it in this piece of the stream."""
        if self._batch and self.principal is not None:
            batch, self._batch = self._batch, []
            self.do(self._stored(batch, self.answers.due(len(batch)), self.principal))

    async def _stored(self, batch: list[Publish], due: Due, principal: Principal) -> None:
        try:
            verdicts = await self._house.take(principal, batch)
        except (OSError, ConnectionError) as error:
            return self.close(Reason.UNAVAILABLE, str(error))  # nothing is acknowledged: the client sends it again
        said = []
        for sent, verdict in zip(batch, verdicts, strict=True):
            if verdict.reason == Reason.NOT_AUTHORIZED and self.version != V5:
                return self.close(verdict.reason, verdict.why)
            said.append(self._judged(sent, verdict))
        return self.answers.give(due, b"".join(said))

    def _judged(self, sent: Publish, verdict: Verdict) -> bytes:
        if sent.qos == 1 and verdict is GOOD:
            return codec.puback(sent.packet)
        if sent.qos == 0:
            return b""
        if sent.qos == 2 and verdict.reason < 0x80 and self.session is not None:
            self.session.received.add(sent.packet)
        return self._ack_of(sent, verdict)

    async def when_kept(self, due: Due, data: bytes) -> None:
        """Answer when all that was put into the store is on disk."""
        try:
            await self.broker.store.written()
        except OSError as error:
            self.close(Reason.UNAVAILABLE, str(error))
            return
        self.answers.give(due, data)

    def do(self, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.ensure_future(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    # ---- messages that go

    def deliver(self, out: Outgoing) -> None:
        """See `sessions.Link`."""
        if self.is_over or not self._is_greeted:  # nothing goes before CONNACK
            return
        if out.is_received:
            self._transport.write(codec.ack_packet(self.version, codec.PUBREL, out.packet))
            return
        held = out.message
        if held.qos == 0 and self._transport.get_write_buffer_size() > SLOW:
            self.broker.counters.dropped += 1
            return
        self.broker.counters.sent += 1
        self._transport.write(codec.publish_packet(self.version, self._packet_of(out, held)))

    def _packet_of(self, out: Outgoing, held: Message) -> Publish:
        properties: Mapping[str, Any] = held.properties
        if held.until is not None:
            left = max(0, round(held.until - self.broker.now()))
            properties = {**properties, "message_expiry": left}
        return Publish(held.topic, held.payload, held.qos, held.retain, out.is_sent, out.packet, properties)

    def has_room(self, in_flight: int) -> bool:
        """See `sessions.Link`."""
        return self._is_greeted and not self.is_over and not self._is_full and in_flight < self._most
