"""Identifiers: time-ordered UUIDs (RFC 9562, version 7)."""

import os
import uuid

from liangxi.kit import time


def new_id() -> uuid.UUID:
    """A UUID version 7: 48 bits of Unix milliseconds, then 74 random bits, so that keys sort by birth."""
    millis = int(time.now().timestamp() * 1000)
    random = int.from_bytes(os.urandom(10), "big")
    value = (millis & 0xFFFFFFFFFFFF) << 80
    value |= 0x7 << 76 | (random >> 68 & 0xFFF) << 64
    value |= 0b10 << 62 | random & 0x3FFFFFFFFFFFFFFF
    return uuid.UUID(int=value)
