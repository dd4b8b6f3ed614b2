"""Reading one's box."""

from uuid import UUID

from django.utils.translation import get_language

from liangxi.core.messages import models
from liangxi.core.messages.rules import templates
from liangxi.core.messages.shapes import Message
from liangxi.kit.errors import InvalidError


def inbox(person: str, after: str | None, limit: int) -> tuple[Message, ...]:
    """A person's messages, the newest first."""
    rows = models.Message.objects.filter(person=person)
    if after:
        rows = rows.filter(id__lt=_id(after))
    return tuple(_shape(row) for row in rows.order_by("-id")[:limit])


def _id(text: str) -> UUID:
    try:
        return UUID(text)
    except ValueError as error:
        raise InvalidError("messages.after", "This is not the end of a page.") from error


def _shape(row: models.Message) -> Message:
    title, text = templates.words(row.template, row.params, get_language() or "zh")
    return Message(id=str(row.pk), title=title, text=text, link=row.link, sent_at=row.sent_at, read_at=row.read_at)


def unread_count(person: str) -> int:
    """How many a person has not read."""
    return models.Message.objects.filter(person=person, read_at=None).count()


def mail_of(person: str) -> str:
    """The mail address that a person gave, or empty."""
    return models.Address.objects.filter(person=person).values_list("mail", flat=True).first() or ""
