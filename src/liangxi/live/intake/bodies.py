"""What a device sends: the JSON of one reading or of many, read into readings."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, NamedTuple

import msgspec

from liangxi.kit.errors import InvalidError
from liangxi.live.http import MalformedError, TooLargeError
from liangxi.live.intake import admission
from liangxi.live.intake.shapes import Reading

MOST = 10_000  # readings of a request
Result = float | bool | str | dict[str, Any]
When = datetime | int


class One(msgspec.Struct, forbid_unknown_fields=True):
    """One reading, or many."""

    property: str = ""
    time: When | None = None
    result: Result | None = None
    thing: str = ""
    readings: list[tuple[str, When, Result]] | None = None


class Sent(NamedTuple):
    """Readings, the thing that the sender speaks for ("": itself), and whether it was one reading by itself."""

    readings: Sequence[Reading]
    thing: str
    is_single: bool


_of_one = msgspec.json.Decoder(One)


def decoded(decoder: msgspec.json.Decoder[Any], body: bytes) -> Any:
    """The body as its decoder has it; MalformedError says where it is wrong."""
    try:
        return decoder.decode(body)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise MalformedError("intake.malformed", "The body is not right: %(why)s", {"why": str(error)}) from error


def body(data: bytes) -> Sent:
    """The readings of a body; MalformedError, TooLargeError, InvalidError that names what is missing."""
    sent = decoded(_of_one, data)
    if sent.readings is None:
        if not sent.property or sent.time is None or sent.result is None:
            missing = [name for name in ("property", "time", "result") if getattr(sent, name) in ("", None)]
            why = "This must be filled in."
            raise InvalidError("intake.reading", "The reading is not complete.", fields=dict.fromkeys(missing, why))
        rows: list[tuple[str, When, Result]] = [(sent.property, sent.time, sent.result)]
    else:
        rows = sent.readings
    if not 1 <= len(rows) <= MOST:
        raise TooLargeError("intake.readings", "Send from 1 to 10,000 readings at once.")
    found = [Reading(name, when(at, place), result) for place, (name, at, result) in enumerate(rows)]
    return Sent(found, sent.thing, sent.readings is None)


def when(at: When, place: int) -> int:
    """Microseconds since 1970 of a time as it was sent; InvalidError for one without its offset."""
    if isinstance(at, int):
        return at * 1000
    if at.tzinfo is None:
        why = "A time has its offset, such as 2026-11-25T08:00:00+08:00."
        raise InvalidError("intake.time.offset", why, fields={f"readings.{place}.time": why})
    return admission.micros(at)
