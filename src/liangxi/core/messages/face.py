"""The door of messages: a box for every resident, and copies by text message and mail."""

from collections.abc import Mapping
from typing import Any

from liangxi.core.messages import actions, queries
from liangxi.core.messages.events import MessageSent
from liangxi.core.messages.shapes import Message
from liangxi.core.people.events import ProxyChanged
from liangxi.kit.actor import Actor


def send(*, by: Actor, to_person: str, template: str, params: Mapping[str, Any], key: str, link: str = "") -> bool:
    """Tell a person (register id) something, inside the caller's transaction; False when `key` was told before.

    Texts in `params` may be given by language (`{"zh", "en"}`). For the house itself (`message.send`). InvalidError
    `messages.template` for an unknown template or a missing value. Announces MessageSent.
    """
    return actions.send(by, to_person, template, params, key, link)


def inbox(*, by: Actor, after: str | None = None, limit: int = 50) -> tuple[Message, ...]:
    """The messages of the person of `by` in his language, the newest first; `after` is the last id seen.

    InvalidError `messages.after` when it is none.
    """
    return queries.inbox(by.person, after, max(1, min(limit, 200))) if by.person else ()


def unread_count(*, by: Actor) -> int:
    """How many messages the person of `by` has not read."""
    return queries.unread_count(by.person) if by.person else 0


def mark_read(*, by: Actor, id: str) -> None:
    """Note that one's own message was read; NotFoundError for another's."""
    actions.mark_read(by, id)


def mail_of(*, by: Actor) -> str:
    """The mail address to which copies go, or empty."""
    return queries.mail_of(by.person) if by.person else ""


def set_mail(*, by: Actor, mail: str) -> None:
    """Choose where copies go by mail, empty for nowhere; InvalidError naming `mail`."""
    actions.set_mail(by, mail)


def post(event: MessageSent) -> None:
    """Handler: send the copies. A crash may send one twice, with the same id."""
    actions.post(event)


def tell_proxy(event: ProxyChanged) -> None:
    """Handler: who was asked to act for another, or whose role was answered or ended, is told."""
    actions.tell_proxy(event)
