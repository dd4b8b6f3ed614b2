"""The JSON Schema (2020-12) of a form, for programs that file by API."""

from decimal import Decimal
from typing import Any

from liangxi.core.forms.rules.converting import PARTS, length_limit
from liangxi.core.forms.shapes import Field, Form, Titles

DIALECT = "https://json-schema.org/draft/2020-12/schema"
_NOT_BLANK = r"\S"


def json_schema(form: Form, lang: str) -> dict[str, Any]:
    """The schema of complete answers in their JSON form.

    What a schema can say is in it: types, bounds, options, what is always required. Conditions of single fields
    stand as `x-when`; cross-field rules and check digits remain with `validate`.
    """
    return {
        "$schema": DIALECT,
        "title": say(form.title, lang),
        "type": "object",
        "properties": {f.id: _field(f, lang) for f in form.fields},
        "required": [f.id for f in form.fields if f.required and f.when is None],
        "additionalProperties": False,
    }


def say(titles: Titles, lang: str) -> str:
    """The title in `lang` (`zh-hans`, `en`), else in the other language."""
    first, second = ("en", "zh") if lang.startswith("en") else ("zh", "en")
    return titles.get(first) or titles.get(second, "")


def _field(one: Field, lang: str) -> dict[str, Any]:
    schema: dict[str, Any] = {"title": say(one.label, lang), **_type(one, lang)}
    if one.help:
        schema["description"] = say(one.help, lang)
    if one.unit:
        schema["x-unit"] = say(one.unit, lang)
    if one.when:
        schema["x-when"] = str(one.when)
    return schema


_FIXED: dict[str, dict[str, Any]] = {
    "money": {"type": "string", "pattern": r"^-?\d{1,15}\.\d{2}$"},
    "bool": {"type": "boolean"},
    "date": {"type": "string", "format": "date"},
    "citizen_id": {"type": "string", "pattern": r"^\d{17}[\dX]$"},
    "uscc": {"type": "string", "pattern": r"^[0-9A-HJ-NPQRTUWXY]{18}$"},
    "phone": {"type": "string", "pattern": r"^(1[3-9]\d{9}|0\d{2,3}-?\d{7,8}|400\d{7})$"},
}


def _type(one: Field, lang: str) -> dict[str, Any]:
    match one.type:
        case "text" | "textarea":
            return _text(one)
        case "number":
            return _number(one)
        case "choice":
            return {"type": "string", **_options(one, lang)}
        case "multi":
            return _multi(one, lang)
        case "person" | "address":
            return _record(one, lang)
        case _:
            return _FIXED[one.type]


def _record(one: Field, lang: str) -> dict[str, Any]:
    parts = PARTS[one.type]
    return {
        "type": "object",
        "properties": {part.id: _field(part, lang) for part, _ in parts},
        "required": [part.id for part, needed in parts if needed],
        "additionalProperties": False,
    }


def _text(one: Field) -> dict[str, Any]:
    schema: dict[str, Any] = {"type": "string", "maxLength": length_limit(one)}
    if one.required:
        schema |= {"minLength": 1, "pattern": _NOT_BLANK}
    if isinstance(one.minimum, Decimal):
        schema["minLength"] = int(one.minimum)
    if one.pattern:
        schema["pattern"] = one.pattern
    return schema


def _number(one: Field) -> dict[str, Any]:
    schema: dict[str, Any] = {"type": "integer" if one.decimals == 0 else "number"}
    if isinstance(one.minimum, Decimal):
        schema["minimum"] = _plain(one.minimum)
    if isinstance(one.maximum, Decimal):
        schema["maximum"] = _plain(one.maximum)
    if one.decimals:
        schema["multipleOf"] = float(Decimal(10) ** -one.decimals)
    return schema


def _plain(value: Decimal) -> int | float:
    return int(value) if value == value.to_integral_value() else float(value)


def _options(one: Field, lang: str) -> dict[str, Any]:
    return {
        "enum": [o.code for o in one.options],
        "x-titles": {o.code: say(o.label, lang) for o in one.options},
    }


def _multi(one: Field, lang: str) -> dict[str, Any]:
    schema: dict[str, Any] = {"type": "array", "items": {"type": "string", **_options(one, lang)}, "uniqueItems": True}
    low = int(one.minimum) if isinstance(one.minimum, Decimal) else 0
    if one.required:
        low = max(low, 1)
    if low:
        schema["minItems"] = low
    if isinstance(one.maximum, Decimal):
        schema["maxItems"] = int(one.maximum)
    return schema
