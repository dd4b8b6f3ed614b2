"""Draws a form with the design's classes: label, hint and error tied to each input, keyboards that fit, sources shown.

    {% load forms %}
    {% form_errors form errors %}
    {% form_fields form values errors prefill %}
    {% form_answers form values change_url %}

`prefill` maps field ids to `Prefill`. A field whose answer decides whether others are asked carries `data-asks`, so
that a page may fetch the form again when it changes; without JavaScript the next submission shows them.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from django import template

from liangxi.core.forms import face
from liangxi.core.forms.rules.converting import PARTS, length_limit
from liangxi.core.forms.shapes import Field, Form, Prefill

register = template.Library()

_AUTOCOMPLETE = {"phone": "tel", "address": "street-address"}
_INPUT_MODE = {"number": "decimal", "money": "decimal", "phone": "tel"}
_WIDGETS = {"textarea": "textarea", "choice": "choice", "multi": "choice", "bool": "choice"}
_KINDS = {"date": "date", "phone": "tel", "multi": "multi"}
MOST_CARDS = 6
"""More options than this are a native select."""


@dataclass(frozen=True, slots=True)
class _Choice:
    id: str
    code: str
    label: str
    chosen: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class _Input:
    """All that a field's template needs to know."""

    id: str
    name: str
    widget: str
    label: str
    hint: str = ""
    error: str = ""
    required: bool = False
    value: str = ""
    kind: str = "text"
    unit: str = ""
    attributes: Mapping[str, str] = field(default_factory=dict)
    choices: tuple[_Choice, ...] = ()
    parts: tuple["_Input", ...] = ()
    prefill: Prefill | None = None
    asks: bool = False

    @property
    def described_by(self) -> str:
        """The ids of hint, source and error, in the order in which they are read out."""
        told = [("hint", self.hint), ("source", self.prefill), ("error", self.error)]
        return " ".join(f"{self.id}-{name}" for name, there in told if there)


@register.inclusion_tag("forms/fields.html")
def form_fields(
    form: Form,
    values: Mapping[str, Any] | None = None,
    errors: Mapping[str, str] | None = None,
    prefill: Mapping[str, Prefill] | None = None,
    known: Mapping[str, Any] | None = None,
) -> dict[str, Any]:
    """The questions that apply to `values`, as typed or as kept; `known` are answers given elsewhere."""
    values = values or {}
    asked = face.validate(form, values, complete=False, known=known).asked
    decisive = {name for f in form.fields if f.when for name in f.when.names}
    return {
        "inputs": [
            _input(f, values.get(f.id), errors or {}, (prefill or {}).get(f.id), f.id in decisive)
            for f in form.fields
            if f.id in asked
        ]
    }


@register.inclusion_tag("forms/errors.html")
def form_errors(form: Form, errors: Mapping[str, str] | None = None) -> dict[str, Any]:
    """The summary above a form that was refused, each line a link to its field, in the order of the page."""
    order = {f.id: index for index, f in enumerate(form.fields)}
    found = sorted((errors or {}).items(), key=lambda one: order.get(one[0].partition(".")[0], len(order)))
    return {"errors": [{"id": f"field-{path.replace('.', '-')}", "text": text} for path, text in found]}


@register.inclusion_tag("forms/answers.html")
def form_answers(form: Form, values: Mapping[str, Any] | None = None, change_url: str = "") -> dict[str, Any]:
    """ "Check your answers", each with its way back."""
    return {"rows": face.summary(form, values or {}, change_url=change_url)}


def _input(one: Field, value: Any, errors: Mapping[str, str], prefill: Prefill | None, asks: bool) -> _Input:
    path = one.id
    return _Input(
        id=f"field-{path}",
        name=path,
        widget=_widget(one),
        label=face.say(one.label),
        hint=face.say(one.help),
        error=errors.get(path, ""),
        required=one.required,
        value=_typed(value),
        kind=_KINDS.get(one.type, "text"),
        unit=face.say(one.unit),
        attributes=_attributes(one),
        choices=_choices(one, value),
        parts=_parts(one, value, errors),
        prefill=prefill,
        asks=asks,
    )


def _widget(one: Field) -> str:
    if one.type in PARTS:
        return "parts"
    if one.type == "choice" and len(one.options) > MOST_CARDS:
        return "select"
    return _WIDGETS.get(one.type, "input")


def _typed(value: Any) -> str:
    if value is None or isinstance(value, Mapping | list | tuple | bool):
        return ""
    return str(value)


def _attributes(one: Field) -> dict[str, str]:
    attributes: dict[str, str] = {}
    if complete := one.autocomplete or _AUTOCOMPLETE.get(one.type, ""):
        attributes["autocomplete"] = complete
    if mode := "numeric" if one.decimals == 0 else _INPUT_MODE.get(one.type, ""):
        attributes["inputmode"] = mode
    if one.type in {"text", "textarea"}:
        attributes["maxlength"] = str(length_limit(one))
    if one.type in {"citizen_id", "uscc"}:
        attributes |= {"maxlength": "24", "autocapitalize": "characters", "spellcheck": "false"}
    if one.type == "date":
        bounds = (("min", one.minimum), ("max", one.maximum))
        attributes |= {key: bound.isoformat() for key, bound in bounds if isinstance(bound, date)}
    return attributes


def _choices(one: Field, value: Any) -> tuple[_Choice, ...]:
    if one.type == "bool":
        word = str(value).lower() if value is not None else ""
        options = [("true", face.written(one, True)), ("false", face.written(one, False))]
        chosen = {word}
    else:
        options = [(o.code, face.say(o.label)) for o in one.options]
        chosen = {str(one) for one in (value if isinstance(value, list | tuple) else (value,))}
    return tuple(
        _Choice(f"field-{one.id}" + (f"-{n}" if n else ""), code, label, code in chosen)
        for n, (code, label) in enumerate(options)
    )


def _parts(one: Field, value: Any, errors: Mapping[str, str]) -> tuple[_Input, ...]:
    parts = PARTS.get(one.type, ())
    given = value if isinstance(value, Mapping) else {parts[0][0].id: value} if parts and value else {}
    return tuple(
        _Input(
            id=f"field-{one.id}-{part.id}",
            name=f"{one.id}.{part.id}",
            widget="hidden" if part.id == "code" else "input",
            label=face.say(part.label),
            error=errors.get(f"{one.id}.{part.id}", ""),
            required=one.required and needed,
            value=_typed(given.get(part.id)),
            attributes=_attributes(part),
        )
        for part, needed in parts
    )
