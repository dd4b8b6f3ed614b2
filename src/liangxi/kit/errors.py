"""The one error that a face raises and an edge translates."""

from collections.abc import Callable, Mapping
from typing import Any


class HouseError(Exception):
    """A refusal that a person or a program can act on.

    `code` is stable and dotted (`cases.version.stale`); `message` is English and a gettext msgid with
    `%(name)s` placeholders filled from `params`; `fields` maps a field's path to its own message, so that
    a form can show each error beside its field. `status` is the HTTP status that the edges answer with.
    """

    status = 422

    def __init__(
        self,
        code: str,
        message: str,
        params: Mapping[str, Any] | None = None,
        *,
        fields: Mapping[str, str] | None = None,
    ) -> None:
        self.code = code
        self.message = message
        self.params = dict(params or {})
        self.fields = dict(fields or {})
        super().__init__(code, message, self.params)

    def __str__(self) -> str:
        return f"{self.sentence(str)} [{self.code}]"

    def sentence(self, say: Callable[[str], str]) -> str:
        """The message in the words of `say` (gettext), filled in."""
        text = say(self.message)
        return text % self.params if self.params else text

    def problem(self, say: Callable[[str], str]) -> dict[str, Any]:
        """The refusal as problem details (RFC 9457), with the code and the messages by field beside them."""
        return {
            "type": "about:blank",
            "title": self.sentence(say),
            "status": self.status,
            "code": self.code,
            "errors": {field: say(message) for field, message in self.fields.items()},
        }


class InvalidError(HouseError):
    """The input breaks a rule; `fields` says where."""


class NotFoundError(HouseError):
    """What is named does not exist, or must not be known to the one who asks."""

    status = 404


class UnauthenticatedError(HouseError):
    """Nobody whom the house knows asks: no key, or one that does not hold."""

    status = 401


class ForbiddenError(HouseError):
    """The actor lacks the right, the scope or the purpose."""

    status = 403


class ConflictError(HouseError):
    """Somebody else was first, or the same key came with other content."""

    status = 409
