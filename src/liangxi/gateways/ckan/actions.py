"""What an action is, and its parameters, which come as JSON or as texts of an address."""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from liangxi.kit.actor import Actor
from liangxi.kit.errors import HouseError, InvalidError


class MalformedError(HouseError):
    """The body is not JSON."""

    status = 400


@dataclass(frozen=True, slots=True)
class Action:
    """What answers, and whether it writes and so needs a key."""

    run: "Callable[[Actor | None, Asked], Any]"
    writes: bool = False


@dataclass(frozen=True, slots=True)
class Asked:
    """The parameters of one call. Each reader raises InvalidError naming the parameter."""

    said: Mapping[str, Any]

    def text(self, name: str, default: str = "") -> str:
        """A text."""
        value = self.said.get(name, default)
        if value is None:
            return default
        if not isinstance(value, str | int | float):
            raise wrong(name, "This must be text.")
        return str(value).strip()

    def needed(self, name: str) -> str:
        """A text that must be there."""
        value = self.text(name)
        if not value:
            raise wrong(name, "Missing value")
        return value

    def number(self, name: str, default: int, most: int) -> int:
        """A whole number from 0 to `most`."""
        text = self.text(name, str(default))
        if not text.isascii() or not text.isdecimal() or len(text) > 9 or int(text) > most:
            raise wrong(name, "Enter a whole number that is not out of range.")
        return int(text)

    def flag(self, name: str, default: bool) -> bool:
        """Yes or no."""
        return str(self.said.get(name, default)).lower() in ("true", "1", "yes")

    def words(self, name: str) -> tuple[str, ...]:
        """A list, or a text with commas."""
        value = self.said.get(name) or []
        is_json = isinstance(value, str) and value.lstrip().startswith("[")
        listed = self._parsed(name, []) if is_json else value.split(",") if isinstance(value, str) else value
        if not isinstance(listed, list) or not all(isinstance(one, str) for one in listed):
            raise wrong(name, "This must be a list of texts.")
        return tuple(one.strip() for one in listed if one.strip())

    def mapping(self, name: str) -> Mapping[str, Any]:
        """An object, or its JSON."""
        found = self._parsed(name, {})
        if not isinstance(found, dict):
            raise wrong(name, "This must be an object.")
        return found

    def listed(self, name: str) -> list[Any]:
        """A list, or its JSON."""
        found = self._parsed(name, [])
        if not isinstance(found, list):
            raise wrong(name, "This must be a list.")
        return found

    def _parsed(self, name: str, default: Any) -> Any:
        value = self.said.get(name)
        if value in (None, ""):
            return default
        if not isinstance(value, str):
            return value
        try:
            return json.loads(value)
        except ValueError as error:
            raise wrong(name, "This cannot be read as JSON.") from error


def wrong(name: str, why: str) -> InvalidError:
    """The refusal of a parameter."""
    return InvalidError(f"ckan.{name}", why, fields={name: why})
