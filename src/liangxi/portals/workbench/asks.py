"""What the form of a deed asks for, as a table: each line is a control on the page and a part of the command's body."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from django.http import QueryDict
from django.utils.translation import gettext

from liangxi.core.cases.shapes import CaseView
from liangxi.core.forms import face as forms
from liangxi.core.people import face as people
from liangxi.kit.actor import Actor
from liangxi.portals.words import findings, procedures, triggers
from liangxi.portals.workbench.papers import Answer

Kind = Literal["area", "line", "number", "choice", "colleague", "office", "readers", "answers", "file"]
Options = list[tuple[str, str]]


@dataclass(frozen=True, slots=True)
class Ask:
    """One line of a form: `name` is the field of the body, `label` and `hint` are msgids."""

    name: str
    kind: Kind
    label: str
    hint: str = ""
    optional: bool = False


def body(asks: Sequence[Ask], sent: QueryDict) -> dict[str, Any]:
    """The body of the command from what the page sent; what is empty is left out."""
    found: dict[str, Any] = {}
    for ask in asks:
        value = _value(ask, sent)
        if value in ("", None, [], {}):
            continue
        if ask.kind in ("colleague", "office"):
            found["to"] = found.get("to", {}) | {"account" if ask.kind == "colleague" else "org": value}
        else:
            found[ask.name] = value
    return found


def _value(ask: Ask, sent: QueryDict) -> Any:
    if ask.kind == "readers":
        return [one for one in sent.getlist(ask.name) if one]
    if ask.kind == "answers":
        named = {name: sent.get(name, "").strip() for name in sent if name.startswith(f"{ask.name}.")}
        return {name.removeprefix(f"{ask.name}."): text for name, text in named.items() if text}
    text = sent.get(ask.name, "").strip()
    if ask.kind == "number" or ask.name in ("seat", "flag"):
        return int(text) if text.isascii() and text.isdecimal() and len(text) < 9 else text
    return text


def lines(asks: Sequence[Ask], by: Actor, case: CaseView, answers: list[Answer]) -> list[dict[str, Any]]:
    """The controls of a form, ready to be drawn."""
    return [
        {
            "name": ask.name,
            "kind": ask.kind,
            "label": gettext(ask.label),
            "hint": gettext(ask.hint) if ask.hint else "",
            "optional": ask.optional,
            "options": _options(ask, by, case),
            "answers": [one for one in answers if one.is_mine and one.can_ask] if ask.kind == "answers" else [],
        }
        for ask in asks
    ]


def _options(ask: Ask, by: Actor, case: CaseView) -> Options:
    if ask.kind == "colleague":
        able = people.colleagues(by=by, permission="case.decide", org=case.org)
        return [(one.account, one.name) for one in able if one.account != by.account or ask.name == "account"]
    if ask.kind == "readers":
        able = people.colleagues(by=by, permission="case.read", org=case.org)
        return [(one.account, one.name) for one in able if one.account != by.account]
    if ask.kind == "office":
        return [(one.code, forms.say(one.name)) for one in people.organisations() if one.kind in ("department", "zone")]
    return _choices(ask.name, case) if ask.kind == "choice" else []


def _choices(name: str, case: CaseView) -> Options:
    words: Mapping[str, str] = {
        "kind": procedures(),
        "finding": findings(),
        "commitment": {"kept": gettext("It was kept"), "broken": gettext("It was false")},
        "outcome": {"approve": gettext("Approve"), "deny": gettext("Deny")},
    }.get(name, {})
    if name == "seat":
        return [(str(one.n), one.lies_with or one.org) for one in case.seats if one.is_added and one.outcome is None]
    if name == "flag":
        return [(str(one.n), triggers().get(one.trigger, one.trigger)) for one in case.flags if not one.finding]
    return list(words.items())
