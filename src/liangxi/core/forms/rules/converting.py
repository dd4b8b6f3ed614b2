"""From what a person typed or a program sent to a value of the field's type.

Every converter takes the field and a value that is neither None nor "", and returns the value or a Fault.
"""

import re
import unicodedata
from collections.abc import Callable, Mapping
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Any

from liangxi.core.forms.shapes import Fault, Field
from liangxi.kit.errors import HouseError

Check = Callable[[str], object]
"""Raises a HouseError when the number is wrong (`people.check_citizen_id`, `people.check_uscc`)."""

TEXT_LENGTH = 200
TEXTAREA_LENGTH = 2000
_MOBILE_OR_LANDLINE = re.compile(r"1[3-9]\d{9}|0\d{2,3}-?\d{7,8}|400\d{7}")
_TRUE, _FALSE = frozenset({"true", "yes", "on", "1"}), frozenset({"false", "no", "off", "0"})

# Each message is a whole sentence with the field's label in it, so that it can also stand alone in a summary.
NOT_TEXT = "%(label)s: write it as text."
TOO_LONG = "%(label)s may have at most %(limit)s characters; there are %(length)s."
TOO_SHORT = "%(label)s needs at least %(limit)s characters."
STRANGE_CHARACTERS = "%(label)s holds characters that cannot be printed; please type it again."
NOT_MATCHING = "%(label)s is not written in the expected form."
NOT_NUMBER = "%(label)s must be a number, such as 120 or 98.5."
TOO_LOW = "%(label)s must be %(limit)s%(unit)s or more."
TOO_HIGH = "%(label)s must be %(limit)s%(unit)s or less."
DECIMALS = "%(label)s may have at most %(limit)s decimal places."
WHOLE = "%(label)s must be a whole number."
NOT_BOOL = "%(label)s: choose yes or no."
NOT_DATE = "%(label)s must be a day that exists, such as 2026-11-23."
TOO_EARLY = "%(label)s may not be before %(limit)s."
TOO_LATE = "%(label)s may not be after %(limit)s."
NOT_OPTION = "%(label)s: choose one of the given answers."
TOO_MANY = "%(label)s: choose at most %(limit)s."
TOO_FEW = "%(label)s: choose at least %(limit)s."
NOT_PHONE = "%(label)s must be a mobile number of 11 digits or a landline with its area code, such as 0510-82700000."
NOT_PARTS = "%(label)s is not written in the expected form."


def clean(text: str) -> str:
    """Trimmed, line ends as \\n, canonically composed (NFC)."""
    return unicodedata.normalize("NFC", text.replace("\r\n", "\n").replace("\r", "\n")).strip()


def compact(text: str) -> str:
    """For numbers and ids: full-width digits and letters made half-width (NFKC), all blanks taken out."""
    return re.sub(r"\s", "", unicodedata.normalize("NFKC", text))


def _text(field: Field, value: Any) -> str | Fault:
    if not isinstance(value, str):
        return Fault(NOT_TEXT)
    text = clean(value)
    allowed = "\n\t" if field.type == "textarea" else ""
    if any(unicodedata.category(c) in {"Cc", "Cs", "Co", "Cn"} and c not in allowed for c in text):
        return Fault(STRANGE_CHARACTERS)
    limit = length_limit(field)
    if len(text) > limit:
        return Fault(TOO_LONG, {"limit": limit, "length": len(text)})
    if isinstance(field.minimum, Decimal) and len(text) < field.minimum:
        return Fault(TOO_SHORT, {"limit": field.minimum})
    if field.pattern and not re.search(field.pattern, text):
        return Fault(NOT_MATCHING)
    return text


def length_limit(field: Field) -> int:
    """The most characters that a text may have."""
    if isinstance(field.maximum, Decimal):
        return int(field.maximum)
    return TEXTAREA_LENGTH if field.type == "textarea" else TEXT_LENGTH


def _decimal(value: Any) -> Decimal | None:
    if isinstance(value, bool) or not isinstance(value, str | int | float | Decimal):
        return None
    written = compact(value).replace(",", "") if isinstance(value, str) else str(value)
    if isinstance(value, str) and not re.fullmatch(r"[+-]?(\d{1,15}(\.\d{1,10})?|\.\d{1,10})", written):
        return None
    try:
        number = Decimal(written)
    except InvalidOperation:
        return None
    return number if number.is_finite() else None


def _number(field: Field, value: Any) -> int | Decimal | Fault:
    number = _decimal(value)
    if number is None:
        return Fault(NOT_NUMBER)
    exponent = number.normalize().as_tuple().exponent
    if field.decimals is not None and isinstance(exponent, int) and -exponent > field.decimals:
        return Fault(DECIMALS, {"limit": field.decimals}) if field.decimals else Fault(WHOLE)
    if isinstance(field.minimum, Decimal) and number < field.minimum:
        return Fault(TOO_LOW, {"limit": field.minimum})
    if isinstance(field.maximum, Decimal) and number > field.maximum:
        return Fault(TOO_HIGH, {"limit": field.maximum})
    if field.type == "money":
        return number.quantize(Decimal("0.01"))
    return int(number) if number == number.to_integral_value() else number


def _bool(field: Field, value: Any) -> bool | Fault:
    if isinstance(value, bool):
        return value
    word = value.strip().lower() if isinstance(value, str) else ""
    if word in _TRUE | _FALSE:
        return word in _TRUE
    return Fault(NOT_BOOL)


def _date(field: Field, value: Any) -> date | Fault:
    if isinstance(value, str):
        written = re.sub(r"[年月./]", "-", compact(value)).rstrip("日")
        match = re.fullmatch(r"(\d{4})-(\d{1,2})-(\d{1,2})", written)
        try:
            value = date(*map(int, match.groups())) if match else None
        except ValueError:
            value = None
    if type(value) is not date:
        return Fault(NOT_DATE)
    if isinstance(field.minimum, date) and value < field.minimum:
        return Fault(TOO_EARLY, {"limit": field.minimum.isoformat()})
    if isinstance(field.maximum, date) and value > field.maximum:
        return Fault(TOO_LATE, {"limit": field.maximum.isoformat()})
    return value


def _choice(field: Field, value: Any) -> str | Fault:
    return value if isinstance(value, str) and any(o.code == value for o in field.options) else Fault(NOT_OPTION)


def _multi(field: Field, value: Any) -> tuple[str, ...] | Fault:
    chosen = [value] if isinstance(value, str) else value
    if not isinstance(chosen, list | tuple):
        return Fault(NOT_OPTION)
    codes = [o.code for o in field.options]
    if any(c not in codes for c in chosen) or len(set(chosen)) < len(chosen):
        return Fault(NOT_OPTION)
    if isinstance(field.minimum, Decimal) and len(chosen) < field.minimum:
        return Fault(TOO_FEW, {"limit": field.minimum})
    if isinstance(field.maximum, Decimal) and len(chosen) > field.maximum:
        return Fault(TOO_MANY, {"limit": field.maximum})
    return tuple(sorted(chosen, key=codes.index))


def _phone(field: Field, value: Any) -> str | Fault:
    if not isinstance(value, str):
        return Fault(NOT_TEXT)
    number = compact(value).removeprefix("+86").replace("–", "-")
    return number if _MOBILE_OR_LANDLINE.fullmatch(number) else Fault(NOT_PHONE)


def _checked(check: Check) -> Callable[[Field, Any], str | Fault]:
    def convert(field: Field, value: Any) -> str | Fault:
        if not isinstance(value, str):
            return Fault(NOT_TEXT)
        number = compact(value).upper()
        try:
            check(number)
        except HouseError as error:
            return Fault(error.message, error.params)
        return number

    return convert


_PLAIN: Mapping[str, Callable[[Field, Any], Any]] = {
    "text": _text,
    "textarea": _text,
    "number": _number,
    "money": _number,
    "bool": _bool,
    "date": _date,
    "choice": _choice,
    "multi": _multi,
    "phone": _phone,
}

NAME_PART = Field(id="name", type="text", label={"zh": "姓名", "en": "Name"}, maximum=Decimal(50))
NUMBER_PART = Field(id="citizen_id", type="citizen_id", label={"zh": "公民身份号码", "en": "Citizen number"})
ADDRESS_PART = Field(id="text", type="text", label={"zh": "详细地址", "en": "Address"}, maximum=Decimal(120))
CODE_PART = Field(id="code", type="text", label={"zh": "标准地址编码", "en": "Address code"}, maximum=Decimal(40))
PARTS: Mapping[str, tuple[tuple[Field, bool], ...]] = {
    "person": ((NAME_PART, True), (NUMBER_PART, True)),
    "address": ((ADDRESS_PART, True), (CODE_PART, False)),
}
"""The fields inside a composite field, and whether each is needed."""


def convert(field: Field, value: Any, checks: Mapping[str, Check]) -> Any:
    """The value of a plain (not composite) field, or a Fault; `checks` by field type."""
    if field.type in checks:
        return _checked(checks[field.type])(field, value)
    return _PLAIN[field.type](field, value)


def is_empty(value: Any) -> bool:
    """Nothing was answered: absent, blank, or a choice of nothing."""
    if isinstance(value, str):
        return not value.strip()
    if isinstance(value, Mapping):
        return all(is_empty(v) for v in value.values())
    return value is None or value in ([], ())
