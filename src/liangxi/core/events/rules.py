"""Names, repetition and open formats of events: pure."""

import dataclasses
from datetime import UTC, timedelta
from typing import Any

import msgspec

from liangxi.core.events.shapes import StoredEvent

MAX_TRIES = 8
NOTICE_LIMIT = 7900  # bytes; PostgreSQL refuses a NOTIFY payload of 8000 and more


def type_name(event_type: type) -> str:
    """`room.EventName` of a dataclass declared in `liangxi.<floor>.<room>.events`."""
    parts = event_type.__module__.split(".")
    room = parts[-2] if parts[-1] == "events" and len(parts) > 1 else parts[-1]
    return f"{room}.{event_type.__name__}"


def sound(event: object) -> object:
    """The event itself; TypeError when it is not a frozen dataclass. Its fields must have a JSON form."""
    kind = type(event)
    if not (dataclasses.is_dataclass(kind) and kind.__dataclass_params__.frozen):  # type: ignore[attr-defined]
        raise TypeError(f"{kind.__name__} is not a frozen dataclass")
    return event


def decode(text: str, event_type: type) -> Any:
    """The dataclass again; unknown fields are ignored and new fields need defaults, so old rows stay readable."""
    return msgspec.json.decode(text, type=event_type)


def backoff(tries: int) -> timedelta:
    """The pause after the `tries`-th failure: 3, 9, 27 ... 2187 s; the eight tries span about an hour."""
    return timedelta(seconds=3**tries)


def notice(topic: str, data: dict[str, Any]) -> str:
    """JSON of a live notice; data that would not fit is left out and `reload` tells the page to ask again."""
    if len(topic.encode()) > 200:
        raise ValueError("a topic is at most 200 bytes")
    payload = msgspec.json.encode({"topic": topic, "data": data})
    if len(payload) > NOTICE_LIMIT:
        payload = msgspec.json.encode({"topic": topic, "data": {}, "reload": True})
    return payload.decode()


def as_cloudevent(row: StoredEvent) -> dict[str, Any]:
    """The event in CloudEvents 1.0 JSON format (https://github.com/cloudevents/spec, `formats/json-format.md`)."""
    return {
        "specversion": "1.0",
        "id": str(row.uid),
        "source": f"urn:liangxi:{row.type.partition('.')[0]}",
        "type": f"liangxi.{row.type}",
        "subject": row.subject,
        "time": row.time.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z"),
        "datacontenttype": "application/json",
        "data": row.data,
    }
