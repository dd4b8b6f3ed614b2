"""What each packet asks for, but for CONNECT and PUBLISH."""

from collections.abc import Callable, Coroutine, Mapping
from typing import Any, Protocol

from liangxi.gateways.mqtt import codec
from liangxi.gateways.mqtt.answers import Answers, Due
from liangxi.gateways.mqtt.broker import Broker
from liangxi.gateways.mqtt.reasons import ProtocolError, Reason
from liangxi.gateways.mqtt.sessions import FOREVER, Session


class Client(Protocol):
    """The connection that a packet came by."""

    broker: Broker
    answers: Answers
    session: Session | None
    greeting: codec.Connect | None
    version: int
    is_over: bool

    def do(self, work: Coroutine[Any, Any, None]) -> None:
        """Begin work that takes a while."""

    async def when_kept(self, due: Due, data: bytes) -> None:
        """Answer when all that was put into the store is on disk."""

    def leave(self) -> None:
        """Hang up; the client said goodbye."""


def _acknowledged(client: Client, body: bytes) -> None:
    assert client.session is not None
    client.broker.acknowledged(client.session, codec.ack(body, client.version).packet)


def _received(client: Client, body: bytes) -> None:
    assert client.session is not None
    said = codec.ack(body, client.version)
    if said.reason >= 0x80:
        client.broker.acknowledged(client.session, said.packet)
        return
    is_known = client.broker.received(client.session, said.packet)
    reason = 0 if is_known else Reason.NOT_FOUND
    client.do(
        client.when_kept(client.answers.due(), codec.ack_packet(client.version, codec.PUBREL, said.packet, reason))
    )


def _released(client: Client, body: bytes) -> None:
    assert client.session is not None
    packet = codec.ack(body, client.version).packet
    is_known = packet in client.session.received
    client.session.received.discard(packet)
    if is_known:
        client.broker.remember(client.session)
    reason = 0 if is_known else Reason.NOT_FOUND
    client.do(client.when_kept(client.answers.due(), codec.ack_packet(client.version, codec.PUBCOMP, packet, reason)))


def _subscribe(client: Client, body: bytes) -> None:
    assert client.session is not None
    packet, wishes, properties = codec.subscribe(body, client.version)
    before = set(client.session.subscriptions)
    identifier = int(properties.get("subscription", 0))
    reasons = [client.broker.subscribe(client.session, wish, identifier) for wish in wishes]
    client.broker.remember(client.session)
    granted = [wish for wish, reason in zip(wishes, reasons, strict=True) if reason < 0x80]
    due = client.answers.due()
    client.do(_greet(client, due, codec.suback(client.version, packet, reasons), granted, before))


async def _greet(client: Client, due: Due, answer: bytes, granted: list[codec.Wish], before: set[str]) -> None:
    """The answer first, then what is retained."""
    await client.when_kept(due, answer)
    for wish in granted:
        if client.session is not None and not client.is_over:
            client.broker.greet(client.session, wish, is_new=wish.filter not in before)


def _unsubscribe(client: Client, body: bytes) -> None:
    assert client.session is not None
    packet, filters = codec.unsubscribe(body, client.version)
    reasons = [client.broker.unsubscribe(client.session, one) for one in filters]
    client.broker.remember(client.session)
    answer = codec.suback(client.version, packet, reasons, codec.UNSUBACK)
    client.do(client.when_kept(client.answers.due(), answer))


def _ping(client: Client, body: bytes) -> None:
    client.answers.give(client.answers.due(), codec.PINGRESP_PACKET)


def _goodbye(client: Client, body: bytes) -> None:
    assert client.session is not None and client.greeting is not None
    reason, properties = codec.disconnect(body, client.version)
    if "session_expiry" in properties:
        if not client.session.expiry and properties["session_expiry"]:
            raise ProtocolError(Reason.PROTOCOL)
        client.session.expiry = min(int(properties["session_expiry"]), FOREVER)
    if reason != 4:  # 4: goodbye, but publish my will
        client.greeting = client.greeting._replace(will=None)
    client.is_over = True
    client.leave()


DEEDS: Mapping[int, Callable[[Client, bytes], None]] = {
    codec.PUBACK: _acknowledged,
    codec.PUBREC: _received,
    codec.PUBREL: _released,
    codec.PUBCOMP: _acknowledged,
    codec.SUBSCRIBE: _subscribe,
    codec.UNSUBSCRIBE: _unsubscribe,
    codec.PINGREQ: _ping,
    codec.DISCONNECT: _goodbye,
}
