"""What can be heard beside events of cases: a room's events, offered by the page of the wires."""

from liangxi.core.webhooks.shapes import Topic
from liangxi.kit.actor import Actor

_offered: dict[str, Topic] = {}


def offer(topic: Topic) -> None:
    """Let a type of event be subscribed to; again the same: nothing changes."""
    _offered[topic.type] = topic


def of(type: str) -> Topic | None:
    """What was offered under a type; None for events of cases."""
    return _offered.get(type)


def types() -> tuple[str, ...]:
    """The types that were offered."""
    return tuple(sorted(_offered))


def may_hear(by: Actor, type: str) -> bool:
    """Whether an account may ask for events of a type: of cases that it may read, of what its post may."""
    topic = _offered.get(type)
    if topic is None:
        return by.may("case.own") or by.may("case.read")
    return by.kind != "public" and by.org is not None and by.may(topic.permission)
