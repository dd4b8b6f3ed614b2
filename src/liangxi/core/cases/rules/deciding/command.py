"""What a command is, what the table of commands says of each, and how bodies are read."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from liangxi.core.cases.rules.plan import Plan
from liangxi.core.cases.rules.state import Event, Node, State
from liangxi.kit.errors import InvalidError

NOTE_LENGTH = 2000
WAYS = ("elicence", "data", "commitment", "result", "upload", "later")


@dataclass(frozen=True, slots=True)
class Command:
    """A command on the node `case_no` at an instant; `body` as each command says.

    `account` and `name` are who gives it, `seats` the numbers of the seats that he may fill now.
    """

    case_no: str
    action: str
    at: datetime
    body: Mapping[str, Any]
    account: str = ""
    name: str = ""
    seats: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Rule:
    """One command: what it makes happen, when the state allows it, and who may give it.

    `right` is a permission on the organisation that answers for the node (the window for the root), or: applicant,
    either (the applicant, or the window for him), seat (whoever may fill a seat), reader (staff who may read it),
    system (the house alone).
    """

    events: Callable[[Plan, State, Node, Command], list[Event]]
    possible: Callable[[State, Node], bool]
    right: str


def bad(field: str, message: str) -> InvalidError:
    """The error of a body, naming the field."""
    return InvalidError("cases.body", message, fields={field: message})


def text(body: Mapping[str, Any], field: str, *, required: bool = False) -> str:
    """A stripped text of the body."""
    value = body.get(field, "")
    if not isinstance(value, str):
        raise bad(field, "This must be text.")
    value = value.strip()
    if required and not value:
        raise bad(field, "This must be filled in.")
    if len(value) > NOTE_LENGTH:
        raise bad(field, "This is too long.")
    return value


def reason(body: Mapping[str, Any], *, required: bool = True) -> dict[str, str]:
    """The reason in words and the legal ground as a code."""
    return {"reason": text(body, "reason", required=required), "reason_code": text(body, "reason_code")}


def whole_number(body: Mapping[str, Any], field: str, low: int, high: int, *, default: int | None = None) -> int:
    """A whole number of the body within bounds."""
    value = body.get(field, default)
    if isinstance(value, bool) or not isinstance(value, int) or not low <= value <= high:
        raise bad(field, f"Enter a whole number from {low} to {high}.")
    return value


def reasons(body: Mapping[str, Any], field: str) -> dict[str, str]:
    """A mapping of keys to reasons."""
    value = body.get(field) or {}
    if not isinstance(value, Mapping) or not all(isinstance(v, str) for v in value.values()):
        raise bad(field, "This must map keys to reasons.")
    return {str(key): why.strip()[:NOTE_LENGTH] for key, why in value.items()}


def form(body: Mapping[str, Any], field: str = "form") -> dict[str, Any]:
    """Answers by field."""
    value = body.get(field) or {}
    if not isinstance(value, Mapping):
        raise bad(field, "This must map fields to answers.")
    return {str(key): answer for key, answer in value.items()}


def materials(body: Mapping[str, Any]) -> dict[str, dict[str, str]]:
    """The materials given, by key."""
    given = body.get("materials") or ()
    if not isinstance(given, list | tuple):
        raise bad("materials", "This must be a list of materials.")
    found = {}
    for one in given:
        if not isinstance(one, Mapping) or not isinstance(one.get("key"), str) or one.get("how") not in WAYS:
            raise bad("materials", "Each material has a key, a way and a reference.")
        found[one["key"]] = {"key": one["key"], "how": one["how"], "ref": str(one.get("ref", ""))}
    return found


def people(body: Mapping[str, Any], field: str, *, required: bool = False) -> list[dict[str, str]]:
    """Members of staff as `{"account", "name"}`; the room that gives the command has looked them up."""
    given = body.get(field) or []
    if not isinstance(given, list) or not all(isinstance(one, Mapping) and "account" in one for one in given):
        raise bad(field, "This must be a list of members of staff.")
    if required and not given:
        raise bad(field, "Choose at least one member of staff.")
    if len(given) > 20:
        raise bad(field, "At most twenty.")
    return [{"account": str(one["account"]), "name": str(one.get("name", ""))} for one in given]
