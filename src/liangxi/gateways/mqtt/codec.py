"""The packets of MQTT 3.1.1 and 5.0 (OASIS), without any input or output.

`connect`, `publish`, `subscribe` ... read the body of a packet, `connack`, `publish_packet` ... write a whole one. What
breaks the standard raises `ProtocolError` with the reason code of MQTT 5.
"""

from collections.abc import Sequence
from typing import NamedTuple

from liangxi.gateways.mqtt.reasons import ProtocolError, Reason
from liangxi.gateways.mqtt.wire import MESSAGE, NONE, U16, Body, Properties, packet, properties_bytes, text, utf8
from liangxi.gateways.mqtt.wire import properties as properties_of

CONNECT, CONNACK, PUBLISH, PUBACK, PUBREC, PUBREL, PUBCOMP, SUBSCRIBE = range(1, 9)
SUBACK, UNSUBSCRIBE, UNSUBACK, PINGREQ, PINGRESP, DISCONNECT, AUTH = range(9, 16)
V311, V5 = 4, 5
_PUBACK = b"\x40\x02"
PINGRESP_PACKET = b"\xd0\x00"
_FLAGS = {PUBREL: 2, SUBSCRIBE: 2, UNSUBSCRIBE: 2}  # what the low four bits must be; elsewhere 0, of PUBLISH free


class Will(NamedTuple):
    """What is published when the client goes without a word."""

    topic: str
    payload: bytes
    qos: int
    retain: bool
    properties: Properties


class Connect(NamedTuple):
    """The first packet of a client."""

    version: int
    client: str
    clean: bool
    keep_alive: int
    will: Will | None
    user: str | None
    password: bytes | None
    properties: Properties


class Publish(NamedTuple):
    """An application message; `packet` is 0 for QoS 0."""

    topic: str
    payload: bytes
    qos: int
    retain: bool
    duplicate: bool
    packet: int
    properties: Properties


class Wish(NamedTuple):
    """One line of a subscription."""

    filter: str
    qos: int
    no_local: bool
    as_published: bool
    retain_handling: int


class Ack(NamedTuple):
    """PUBACK, PUBREC, PUBREL or PUBCOMP."""

    packet: int
    reason: int


def check_flags(kind: int, flags: int) -> None:
    """ProtocolError for flags that the standard reserves."""
    if kind != PUBLISH and flags != _FLAGS.get(kind, 0):
        raise ProtocolError(Reason.MALFORMED)


_OF_CONNECT = frozenset(
    {"session_expiry", "receive_maximum", "maximum_packet", "alias_maximum", "response_information", "user"}
    | {"problem_information", "auth_method", "auth_data"}
)
_OF_GOODBYE = frozenset({"session_expiry", "reason", "user", "server_reference"})
_OF_ACK = frozenset({"reason", "user"})


def connect(data: bytes) -> Connect:
    """CONNECT; ProtocolError also for another protocol or version."""
    body = Body(data)
    name, version = body.text(), body.byte()
    if name not in ("MQTT", "MQIsdp") or (name, version) not in (("MQTT", V311), ("MQTT", V5)):
        raise ProtocolError(Reason.VERSION)
    flags = body.byte()
    if flags & 1 or (flags >> 3) & 3 == 3 or (not flags & 4 and flags & 0x38):
        raise ProtocolError(Reason.MALFORMED)
    if version == V311 and flags & 0x40 and not flags & 0x80:
        raise ProtocolError(Reason.MALFORMED)  # a password without a user name (MQTT-3.1.2-22)
    keep_alive = body.u16()
    held = properties_of(body, _OF_CONNECT) if version == V5 else NONE
    client = body.text()
    will = _will(body, flags, version) if flags & 4 else None
    user = body.text() if flags & 0x80 else None
    password = body.binary() if flags & 0x40 else None
    body.end()
    return Connect(version, client, bool(flags & 2), keep_alive, will, user, password, held)


def _will(body: Body, flags: int, version: int) -> Will:
    held = properties_of(body, MESSAGE | {"will_delay"}) if version == V5 else NONE
    topic, payload = body.text(), body.binary()
    return Will(topic, payload, (flags >> 3) & 3, bool(flags & 0x20), held)


def publish(flags: int, data: bytes, version: int) -> Publish:
    """PUBLISH."""
    qos = (flags >> 1) & 3
    if qos == 3 or (flags & 8 and not qos):
        raise ProtocolError(Reason.MALFORMED)
    size = len(data)
    if size < 2:
        raise ProtocolError(Reason.MALFORMED)
    at = 2 + (data[0] << 8 | data[1])
    topic, packet = utf8(data[2:at]), 0
    if qos:
        if size < at + 2:
            raise ProtocolError(Reason.MALFORMED)
        packet = data[at] << 8 | data[at + 1]
        at += 2
        if not packet:
            raise ProtocolError(Reason.MALFORMED)
    elif size < at:
        raise ProtocolError(Reason.MALFORMED)
    if version == V311:
        return Publish(topic, data[at:], qos, bool(flags & 1), bool(flags & 8), packet, NONE)
    body = Body(data)
    body.at = at
    held = properties_of(body, MESSAGE | {"alias"})
    return Publish(topic, body.rest(), qos, bool(flags & 1), bool(flags & 8), packet, held)


def ack(data: bytes, version: int) -> Ack:
    """PUBACK, PUBREC, PUBREL or PUBCOMP."""
    body = Body(data)
    packet, reason = body.u16(), 0
    if version == V5 and body.at < len(data):
        reason = body.byte()
        if body.at < len(data):
            properties_of(body, _OF_ACK)
    body.end()
    if not packet:
        raise ProtocolError(Reason.MALFORMED)
    return Ack(packet, reason)


def subscribe(data: bytes, version: int) -> tuple[int, list[Wish], Properties]:
    """SUBSCRIBE: packet, wishes, properties."""
    body = Body(data)
    packet = body.u16()
    held = properties_of(body, frozenset({"subscription", "user"})) if version == V5 else NONE
    wishes = []
    while body.at < len(data):
        name, options = body.text(), body.byte()
        qos, handling = options & 3, (options >> 4) & 3
        if qos == 3 or handling == 3 or options & (0xC0 if version == V5 else 0xFC):
            raise ProtocolError(Reason.MALFORMED)
        wishes.append(Wish(name, qos, bool(options & 4), bool(options & 8), handling))
    if not wishes or not packet:
        raise ProtocolError(Reason.PROTOCOL)
    return packet, wishes, held


def unsubscribe(data: bytes, version: int) -> tuple[int, list[str]]:
    """UNSUBSCRIBE: packet, filters."""
    body = Body(data)
    packet = body.u16()
    if version == V5:
        properties_of(body, frozenset({"user"}))
    filters = []
    while body.at < len(data):
        filters.append(body.text())
    if not filters or not packet:
        raise ProtocolError(Reason.PROTOCOL)
    return packet, filters


def disconnect(data: bytes, version: int) -> tuple[int, Properties]:
    """DISCONNECT: reason, properties."""
    if version == V311 or not data:
        Body(data).end()
        return 0, NONE
    body = Body(data)
    reason = body.byte()
    held = properties_of(body, _OF_GOODBYE) if len(data) > 1 else NONE
    body.end()
    return reason, held


def connack(version: int, reason: int, *, is_present: bool, properties: Properties = NONE) -> bytes:
    """CONNACK; `reason` is that of the version."""
    body = bytes([is_present, reason])
    return packet(CONNACK, body + (properties_bytes(properties) if version == V5 else b""))


def publish_packet(version: int, message: Publish) -> bytes:
    """PUBLISH."""
    flags = message.retain | message.qos << 1 | message.duplicate << 3
    parts = [text(message.topic)]
    if message.qos:
        parts.append(U16.pack(message.packet))
    if version == V5:
        parts.append(properties_bytes(message.properties))
    parts.append(message.payload)
    return packet(PUBLISH, b"".join(parts), flags)


def puback(number_of: int) -> bytes:
    """The PUBACK of what is all right."""
    return _PUBACK + U16.pack(number_of)


def ack_packet(version: int, kind: int, number_of: int, reason: int = 0, why: str = "") -> bytes:
    """PUBACK, PUBREC, PUBREL or PUBCOMP; 3.1.1 has no reasons."""
    head = kind << 4 | (2 if kind == PUBREL else 0)
    if version == V311 or not (reason or why):
        return bytes([head, 2]) + U16.pack(number_of)
    body = U16.pack(number_of) + bytes([reason]) + properties_bytes({"reason": why} if why else NONE)
    return packet(kind, body, head & 15)


def suback(version: int, number_of: int, reasons: Sequence[int], kind: int = SUBACK) -> bytes:
    """SUBACK, or UNSUBACK (which in 3.1.1 says nothing more)."""
    body = U16.pack(number_of)
    if version == V5:
        body += b"\0" + bytes(reasons)
    elif kind == SUBACK:
        body += bytes(reason if reason < 0x80 else 0x80 for reason in reasons)
    return packet(kind, body)


def disconnect_packet(reason: int, why: str = "") -> bytes:
    """DISCONNECT of a server: only MQTT 5 knows one."""
    return packet(DISCONNECT, bytes([reason]) + properties_bytes({"reason": why} if why else NONE))
