"""What happens to messages."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class MessageSent:
    """A message lies in a person's box; subject: the person. It may also be on its way by mail and text message."""

    message: str
    person: str
