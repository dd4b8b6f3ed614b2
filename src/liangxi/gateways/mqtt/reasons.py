"""Reason codes of MQTT 5.0 (2.4) and what 3.1.1 says instead."""

from enum import IntEnum


class Reason(IntEnum):
    """Why something was done or not; 0x80 and above: it was not."""

    SUCCESS = 0x00
    NO_SUBSCRIBERS = 0x10
    NO_SUBSCRIPTION = 0x11
    UNSPECIFIED = 0x80
    MALFORMED = 0x81
    PROTOCOL = 0x82
    IMPLEMENTATION = 0x83
    VERSION = 0x84
    CLIENT_ID = 0x85
    CREDENTIALS = 0x86
    NOT_AUTHORIZED = 0x87
    UNAVAILABLE = 0x88
    BUSY = 0x89
    SHUTTING_DOWN = 0x8B
    AUTH_METHOD = 0x8C
    KEEP_ALIVE = 0x8D
    TAKEN_OVER = 0x8E
    FILTER = 0x8F
    TOPIC = 0x90
    IN_USE = 0x91
    NOT_FOUND = 0x92
    RECEIVE_MAXIMUM = 0x93
    ALIAS = 0x94
    PACKET_TOO_LARGE = 0x95
    RATE = 0x96
    QUOTA = 0x97
    PAYLOAD = 0x99


_OLD = {Reason.SUCCESS: 0, Reason.VERSION: 1, Reason.CLIENT_ID: 2, Reason.UNAVAILABLE: 3, Reason.SHUTTING_DOWN: 3,
        Reason.BUSY: 3, Reason.CREDENTIALS: 4}  # fmt: skip


def old(reason: Reason) -> int:
    """The return code of CONNACK in 3.1.1; 5 (not authorised) where it has no other."""
    return _OLD.get(reason, 5)


class ProtocolError(Exception):
    """A client broke the standard or asked for what it may not; the connection ends with `reason`."""

    def __init__(self, reason: Reason, why: str = "") -> None:
        super().__init__(why or reason.name)
        self.reason, self.why = reason, why
