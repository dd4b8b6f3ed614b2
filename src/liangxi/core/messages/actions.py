"""Sending, reading, and what leaves the house."""

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db import transaction

from liangxi.core.audit import face as audit
from liangxi.core.events import face as events
from liangxi.core.messages.events import MessageSent
from liangxi.core.messages.models import Address, Message
from liangxi.core.messages.ports import FilePort, Port
from liangxi.core.messages.rules import templates
from liangxi.core.messages.shapes import Letter
from liangxi.core.people import face as people
from liangxi.core.people.events import ProxyChanged
from liangxi.kit import actor, time
from liangxi.kit.actor import Actor
from liangxi.kit.errors import InvalidError, NotFoundError

HOUSE = actor.system("messages").with_purpose("message")
_MAIL = re.compile(r"[^@\s\x00-\x1f]{1,64}@[^@\s\x00-\x1f.]+(\.[^@\s\x00-\x1f.]+)+")


def send(by: Actor, to_person: str, template: str, params: Mapping[str, Any], key: str, link: str) -> bool:
    """Put a message into a person's box, once a key."""
    by.require("message.send")
    templates.words(template, params, "zh")  # a message that cannot be said is refused, not kept
    with transaction.atomic():
        row, is_new = Message.objects.get_or_create(
            key=key,
            defaults={
                "person": UUID(to_person),
                "template": template,
                "params": dict(params),
                "link": link,
                "sent_at": time.now(),
            },
        )
        if is_new:
            events.announce(MessageSent(message=str(row.pk), person=to_person), subject=to_person)
            events.push(topics=[f"person:{to_person}"], data={"kind": "message"})
    return is_new


def mark_read(by: Actor, id: str) -> None:
    """Only the first reading is noted."""
    try:
        row = Message.objects.filter(pk=UUID(id), person=by.person or UUID(int=0)).first()
    except ValueError:
        row = None
    if row is None:
        raise NotFoundError("messages.unknown", "You have no such message.")
    Message.objects.filter(pk=row.pk, read_at=None).update(read_at=time.now())


def set_mail(by: Actor, mail: str) -> None:
    """Where the person wants his messages too; empty: nowhere else."""
    if by.person is None:
        raise NotFoundError("messages.person", "Only residents have a box for messages.")
    mail = mail.strip()
    if mail and (len(mail) > 254 or not _MAIL.fullmatch(mail)):
        message = "Enter a mail address such as name@example.com."
        raise InvalidError("messages.mail", message, fields={"mail": message})
    with transaction.atomic():
        if mail:
            Address.objects.update_or_create(person=UUID(by.person), defaults={"mail": mail})
        else:
            Address.objects.filter(person=UUID(by.person)).delete()
        audit.record(by=by, action="messages.mail.changed", object=f"person:{by.person}")


def post(event: MessageSent) -> None:
    """Handler: the message leaves by text message and by mail, where the person has the one or the other."""
    row = Message.objects.get(pk=event.message)
    title, text = templates.words(row.template, row.params, "zh")
    phone = people.person(by=HOUSE, id=event.person).phone
    mail = Address.objects.filter(person=event.person).values_list("mail", flat=True).first()
    if phone:
        short = templates.short(row.template, row.params, "zh")
        port("sms").send(Letter(id=str(row.pk), to=phone, title=title, text=short))
    if mail:
        port("mail").send(Letter(id=str(row.pk), to=mail, title=title, text=text))


ROLES = {
    "agent": {"zh": "经办人", "en": "agent"},
    "preparer": {"zh": "填报人", "en": "preparer"},
    "signer": {"zh": "签署人", "en": "signer"},
    "viewer": {"zh": "查看人", "en": "viewer"},
    "relative": {"zh": "家人代办", "en": "a relative"},
}


def tell_proxy(event: ProxyChanged) -> None:
    """Handler: whom a role to act for another concerns is told what became of it, once."""
    send(
        HOUSE,
        event.to_person,
        f"proxy.{event.what}",
        {"name": event.subject_name, "agent": event.agent_name, "role": ROLES[event.role],
         "until": event.until.isoformat()},
        f"proxy:{event.proxy}:{event.what}",
        "/me/proxies/",
    )  # fmt: skip


def port(name: str) -> Port:
    """The way out called `sms` or `mail`: files below the home."""
    return FilePort(Path(settings.CONFIG.home) / "outbox" / f"{name}.jsonl")
