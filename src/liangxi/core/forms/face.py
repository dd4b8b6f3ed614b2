"""The door of forms: one definition gives the page, the validation and the JSON Schema.

No data of its own and no actor: a form is a value. The page is drawn by the template tags in `templatetags/forms.py`.
"""

from collections.abc import Mapping
from typing import Any, Protocol

from django.utils.translation import get_language, gettext

from liangxi.core.forms.rules import compiling, describing, validating
from liangxi.core.forms.rules.converting import PARTS, Check
from liangxi.core.forms.shapes import Fault, Field, Form, SummaryRow, Titles, Validated
from liangxi.core.people import face as people

_CHECKS: Mapping[str, Check] = {"citizen_id": people.check_citizen_id, "uscc": people.check_uscc}


class Posted(Protocol):
    """What a browser posts (Django's QueryDict)."""

    def getlist(self, key: str, /) -> list[Any]: ...
    def keys(self) -> Any: ...


def compile_form(
    definition: Mapping[str, Any], *, lists: compiling.Lists | None = None, known: Mapping[str, str] | None = None
) -> Form:
    """The form that a definition (`id`, `title`, `fields`, `rules`) describes.

    `lists` gives the options of a code list by its name; `known` names answers given elsewhere (the guide's
    questions) with their condition types, so that conditions may ask for them. Raises InvalidError
    `forms.definition`: `fields` maps the path of each fault (`fields.3.max`) to its reason.
    """
    return compiling.compile_form(definition, lists, known or {})


def validate(
    form: Form, answers: Mapping[str, Any], *, complete: bool, known: Mapping[str, Any] | None = None
) -> Validated:
    """Check and convert `answers` (JSON types, or texts as typed into the page).

    Texts are trimmed and composed, numbers and ids made half-width; unknown fields, wrong types and broken rules
    are errors in plain words of the active language. `complete` also asks for everything required. Raises
    InvalidError `forms.size` above 64 Ki characters.
    """
    found = validating.check(form, answers, known or {}, complete, _CHECKS)
    return Validated(
        values=found.values,
        answers={name: validating.as_json(value, form.field(name).type) for name, value in found.values.items()},
        errors={path: _words(fault, field) for path, (fault, field) in found.faults.items()},
        asked=tuple(f.id for f in form.fields if f.id in set(found.asked)),
    )


def json_schema(form: Form, lang: str = "zh") -> dict[str, Any]:
    """JSON Schema 2020-12 of complete answers; whatever `validate` gives as `answers` satisfies it."""
    return describing.json_schema(form, lang)


def posted(form: Form, data: Posted) -> dict[str, Any]:
    """The answers in a posted page: lists for multiple choices, mappings for persons and addresses.

    Names that the form does not have are left to the page (buttons, tokens); programs send JSON to `validate`.
    """
    sent = set(data.keys())
    answers: dict[str, Any] = {}
    for field in form.fields:
        if field.type == "multi":
            answers[field.id] = [code for code in data.getlist(field.id) if code]
        elif field.type in PARTS:
            names = [part.id for part, _ in PARTS[field.type] if f"{field.id}.{part.id}" in sent]
            answers[field.id] = {name: data.getlist(f"{field.id}.{name}")[-1] for name in names}
        elif field.id in sent:
            answers[field.id] = data.getlist(field.id)[-1]
    return answers


def summary(form: Form, values: Mapping[str, Any], *, change_url: str = "") -> tuple[SummaryRow, ...]:
    """ "Check your answers": a line per asked field in the active language; `change_url` gets `#field-<id>`."""
    checked = validate(form, values, complete=False)
    return tuple(
        SummaryRow(
            field.id,
            say(field.label),
            written(field, checked.values.get(field.id)),
            f"{change_url}#field-{field.id}" if change_url else "",
        )
        for field in form.fields
        if field.id in checked.asked
    )


def say(titles: Titles) -> str:
    """The title in the active language."""
    return describing.say(titles, get_language() or "zh-hans")


def written(field: Field, value: Any) -> str:
    """A value as people write it: the option's title, the unit behind the number; "" for nothing."""
    if value is None:
        return ""
    match field.type:
        case "bool":
            return gettext("Yes") if value else gettext("No")
        case "choice" | "multi":
            codes = (value,) if isinstance(value, str) else value
            return gettext(", ").join(say(o.label) for o in field.options if o.code in codes)
        case "number" | "money":
            unit = say(field.unit) or (gettext("yuan") if field.type == "money" else "")
            return f"{value:,} {unit}".strip()
        case "person" | "address":
            return " ".join(str(value[part.id]) for part, _ in PARTS[field.type] if value.get(part.id))
        case _:
            return str(value)


def _words(fault: Fault, field: Field | None) -> str:
    if fault.titles:
        return say(fault.titles)
    params = dict(fault.params)
    if field:
        unit = say(field.unit)
        is_spaced = unit[:1].isascii() and unit[:1].isalpha()  # "10 yuan", but 10元 and 10%
        params |= {"label": say(field.label), "unit": f" {unit}" if is_spaced else unit}
    text = gettext(fault.message)
    return text % params if params else text
