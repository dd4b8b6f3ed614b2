"""The wire of MQTT: cutting a stream into packets, and the kinds of values that packets are made of (MQTT 5.0, 1.5)."""

import struct
from collections.abc import Callable, Iterator, Mapping
from functools import lru_cache
from typing import Any

from liangxi.gateways.mqtt.reasons import ProtocolError, Reason

U16, _U32 = struct.Struct(">H"), struct.Struct(">I")
Properties = Mapping[str, Any]
NONE: Properties = {}


class Frames:
    """Cuts what arrives into packets; what is not whole waits for more. At most `largest` bytes a packet."""

    def __init__(self, largest: int) -> None:
        self._largest = largest
        self._rest = b""

    @property
    def is_cut(self) -> bool:
        """True while a packet is not whole."""
        return bool(self._rest)

    def feed(self, data: bytes) -> Iterator[tuple[int, int, bytes]]:
        """Kind, flags and body of each whole packet; ProtocolError for a length that is none or too large."""
        held, at = self._rest + data if self._rest else data, 0
        end = len(held)
        try:
            while end - at >= 2:
                first, size, body = held[at], held[at + 1], at + 2
                if size >= 0x80:
                    found = _length(held, at + 1)
                    if found is None:
                        break
                    size, body = found
                if size > self._largest:
                    raise ProtocolError(Reason.PACKET_TOO_LARGE)
                if body + size > end:
                    break
                at = body + size
                yield first >> 4, first & 15, held[body:at]
        finally:
            self._rest = held[at:]


def _length(held: bytes, at: int) -> tuple[int, int] | None:
    """A length of up to four bytes at `at` and the place behind it; None when it is not whole yet."""
    value = shift = 0
    for place in range(at, min(at + 4, len(held))):
        value |= (held[place] & 0x7F) << shift
        if held[place] < 0x80:
            return value, place + 1
        shift += 7
    if len(held) - at >= 4:
        raise ProtocolError(Reason.MALFORMED)
    return None


class Body:
    """A body that is read from front to back."""

    def __init__(self, data: bytes) -> None:
        self.data, self.at = data, 0

    def take(self, count: int) -> bytes:
        found = self.data[self.at : self.at + count]
        if len(found) != count:
            raise ProtocolError(Reason.MALFORMED)
        self.at += count
        return found

    def byte(self) -> int:
        return self.take(1)[0]

    def u16(self) -> int:
        return int(U16.unpack(self.take(2))[0])

    def u32(self) -> int:
        return int(_U32.unpack(self.take(4))[0])

    def binary(self) -> bytes:
        return self.take(self.u16())

    def text(self) -> str:
        return utf8(self.binary())

    def pair(self) -> tuple[str, str]:
        return self.text(), self.text()

    def number(self) -> int:
        found = _length(self.data[:], self.at)
        if found is None:
            raise ProtocolError(Reason.MALFORMED)
        value, self.at = found
        return value

    def rest(self) -> bytes:
        return self.take(len(self.data) - self.at)

    def end(self) -> None:
        if self.at != len(self.data):
            raise ProtocolError(Reason.MALFORMED)


@lru_cache(maxsize=16_384)  # topics come again and again
def utf8(data: bytes) -> str:
    """A string as MQTT has it: well-formed UTF-8 without U+0000 (MQTT-1.5.4)."""
    try:
        found = data.decode()
    except UnicodeDecodeError as error:
        raise ProtocolError(Reason.MALFORMED) from error
    if "\0" in found:
        raise ProtocolError(Reason.MALFORMED)
    return found


_READ: Mapping[str, Callable[[Body], Any]] = {
    "byte": Body.byte, "u16": Body.u16, "u32": Body.u32, "number": Body.number,
    "text": Body.text, "binary": Body.binary, "pair": Body.pair,
}  # fmt: skip
PROPERTIES: Mapping[int, tuple[str, str]] = {  # MQTT 5.0, 2.2.2.2
    0x01: ("payload_format", "byte"), 0x02: ("message_expiry", "u32"), 0x03: ("content_type", "text"),
    0x08: ("response_topic", "text"), 0x09: ("correlation", "binary"), 0x0B: ("subscription", "number"),
    0x11: ("session_expiry", "u32"), 0x12: ("assigned_client", "text"), 0x13: ("server_keep_alive", "u16"),
    0x15: ("auth_method", "text"), 0x16: ("auth_data", "binary"), 0x17: ("problem_information", "byte"),
    0x18: ("will_delay", "u32"), 0x19: ("response_information", "byte"), 0x1A: ("response_info", "text"),
    0x1C: ("server_reference", "text"), 0x1F: ("reason", "text"), 0x21: ("receive_maximum", "u16"),
    0x22: ("alias_maximum", "u16"), 0x23: ("alias", "u16"), 0x24: ("maximum_qos", "byte"),
    0x25: ("retain_available", "byte"), 0x26: ("user", "pair"), 0x27: ("maximum_packet", "u32"),
    0x28: ("wildcard_available", "byte"), 0x29: ("subscription_available", "byte"),
    0x2A: ("shared_available", "byte"),
}  # fmt: skip
_CODES = {name: (code, kind) for code, (name, kind) in PROPERTIES.items()}
MESSAGE = frozenset({"payload_format", "message_expiry", "content_type", "response_topic", "correlation", "user"})
_FLAG_VALUES = frozenset({"payload_format", "problem_information", "response_information"})
_POSITIVE = frozenset({"receive_maximum", "maximum_packet", "alias", "subscription"})


def properties(body: Body, allowed: frozenset[str]) -> Properties:
    """Properties; ProtocolError for one that has no place here, stands twice or holds what it may not."""
    size = body.number()
    if not size:
        return NONE
    held, found = Body(body.take(size)), dict[str, Any]()
    while held.at < size:
        name, kind = PROPERTIES.get(held.number(), ("", ""))
        if name not in allowed:
            raise ProtocolError(Reason.MALFORMED if not name else Reason.PROTOCOL)
        value = _READ[kind](held)
        if name == "user":
            found.setdefault("user", []).append(value)
        elif name in found or (name in _FLAG_VALUES and value > 1) or (name in _POSITIVE and not value):
            raise ProtocolError(Reason.PROTOCOL)
        else:
            found[name] = value
    return found


def packet(kind: int, body: bytes, flags: int = 0) -> bytes:
    """A whole packet."""
    return bytes([kind << 4 | flags]) + number(len(body)) + body


def number(value: int) -> bytes:
    """A variable byte integer."""
    if value < 0x80:
        return bytes([value])
    found = bytearray()
    while value >= 0x80:
        found.append(value & 0x7F | 0x80)
        value >>= 7
    found.append(value)
    return bytes(found)


def text(value: str) -> bytes:
    """A string with its length."""
    data = value.encode()
    return U16.pack(len(data)) + data


def _binary(value: bytes) -> bytes:
    return U16.pack(len(value)) + value


_WRITE: Mapping[str, Callable[[Any], bytes]] = {
    "byte": lambda value: bytes([value]), "u16": U16.pack, "u32": _U32.pack, "number": number, "text": text,
    "binary": _binary, "pair": lambda value: text(value[0]) + text(value[1]),
}  # fmt: skip


def properties_bytes(held: Properties) -> bytes:
    """Properties with their length."""
    parts = []
    for name, value in held.items():
        code, kind = _CODES[name]
        for one in value if name in ("user", "subscription") and isinstance(value, list) else [value]:
            parts.append(bytes([code]) + _WRITE[kind](one))
    body = b"".join(parts)
    return number(len(body)) + body


def message_properties(data: bytes) -> Properties:
    """The properties of a message as `properties_bytes` wrote them."""
    return properties(Body(data), MESSAGE)
