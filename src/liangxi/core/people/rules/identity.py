"""Numbers of persons and firms: what is checked, how check digits are made, how they are masked.

Only length, alphabet, date and check digit decide. Place codes are returned as hints and never refused: cards are
issued long after birth, districts are renamed, and 81, 82, 83 (residents of Hong Kong, Macau, Taiwan) and 9
(permanent residents from abroad) are no places at all.
"""

import re
import unicodedata
from dataclasses import dataclass
from datetime import date
from typing import Literal

from liangxi.kit import time
from liangxi.kit.errors import InvalidError

_CITIZEN_WEIGHTS = tuple(2 ** (17 - i) % 11 for i in range(17))
_CITIZEN_CHECKS = "10X98765432"
_USCC_ALPHABET = "0123456789ABCDEFGHJKLMNPQRTUWXY"
_USCC_WEIGHTS = tuple(3**i % 31 for i in range(17))
_CITIZEN_SHAPE = re.compile(r"[0-9]{17}[0-9X]")
_USCC_SHAPE = re.compile(rf"[{_USCC_ALPHABET}]{{2}}[0-9]{{6}}[{_USCC_ALPHABET}]{{10}}")
_MOBILE = re.compile(r"(?:\+?86)?(1[3-9][0-9]{9})")
_LANDLINE = re.compile(r"(?:\+?86)?(0[0-9]{2,3}[2-9][0-9]{6,7})")
_KINDS: dict[str, Literal["resident", "permit", "permanent_residence"]] = {
    "81": "permit",
    "82": "permit",
    "83": "permit",
}


@dataclass(frozen=True, slots=True)
class CitizenId:
    """What a citizen id (GB 11643) says. `value` is normalised; the place is a hint and empty for `9…` numbers."""

    value: str
    kind: Literal["resident", "permit", "permanent_residence"]
    sex: Literal["M", "F"]
    birth_date: date
    place_code_hint: str


@dataclass(frozen=True, slots=True)
class Uscc:
    """What a unified social credit code (GB 32100) says. `value` is normalised; the place is a hint."""

    value: str
    registrar: str
    kind: str
    place_code_hint: str


def _normal(value: object, field: str) -> str:
    if not isinstance(value, str):
        raise _invalid("people.value.not_text", "This must be text.", field)
    return re.sub(r"[\s-]", "", unicodedata.normalize("NFKC", value)).upper()


def _invalid(code: str, message: str, field: str) -> InvalidError:
    return InvalidError(code, message, fields={field: message})


def citizen_id_check(first: str) -> str:
    """The 18th character for the first 17 digits: ISO 7064 MOD 11-2 (GB 11643 appendix)."""
    return _CITIZEN_CHECKS[sum(int(c) * w for c, w in zip(first, _CITIZEN_WEIGHTS, strict=True)) % 11]


def uscc_check(first: str) -> str:
    """The 18th character for the first 17: (31 - sum(c_i * 3^i) mod 31) mod 31 (GB 32100 §5)."""
    total = sum(_USCC_ALPHABET.index(c) * w for c, w in zip(first, _USCC_WEIGHTS, strict=True))
    return _USCC_ALPHABET[-total % 31]


def check_citizen_id(value: object, *, field: str = "citizen_id") -> CitizenId:
    """Read an 18-character citizen id, or raise InvalidError `people.citizen_id.*` naming `field`.

    Accepts lower-case x, blanks and full-width digits. Numbers of 15 digits ended in 2013 and are refused.
    """
    text = _normal(value, field)
    if re.fullmatch(r"[0-9]{15}", text):
        raise _invalid("people.citizen_id.old", "Numbers of 15 digits ended in 2013; enter the 18 characters.", field)
    if not _CITIZEN_SHAPE.fullmatch(text):
        raise _invalid("people.citizen_id.shape", "A citizen id has 17 digits and a last character 0-9 or X.", field)
    try:
        birth = date(int(text[6:10]), int(text[10:12]), int(text[12:14]))
    except ValueError:
        birth = date.min
    if not date(1880, 1, 1) <= birth <= time.today():
        raise _invalid("people.citizen_id.birth_date", "Characters 7 to 14 are not a possible day of birth.", field)
    if citizen_id_check(text[:17]) != text[17]:
        raise _invalid("people.citizen_id.check", "The last character does not match; compare with the card.", field)
    is_foreign = text[0] == "9"
    kind = "permanent_residence" if is_foreign else _KINDS.get(text[:2], "resident")
    return CitizenId(text, kind, "M" if int(text[16]) % 2 else "F", birth, "" if is_foreign else text[:6])


def check_uscc(value: object, *, field: str = "uscc") -> Uscc:
    """Read a unified social credit code, or raise InvalidError `people.uscc.*` naming `field`.

    The registering body may be a letter (N: rural collectives, common in the villages; A; Y). The inner check digit
    of the organisation code is not judged: codes converted in 2015-2017 exist that break it.
    """
    text = _normal(value, field)
    if len(text) != 18:
        raise _invalid("people.uscc.length", "A unified social credit code has 18 characters.", field)
    if not _USCC_SHAPE.fullmatch(text):
        raise _invalid("people.uscc.shape", "Only digits and capitals without I, O, S, V, Z; 3 to 8 are digits.", field)
    if uscc_check(text[:17]) != text[17]:
        raise _invalid("people.uscc.check", "The last character does not match; compare with the licence.", field)
    return Uscc(text, text[0], text[1], text[2:8])


def check_phone(value: object, *, field: str = "phone") -> str:
    """The national number of a mobile (11 digits) or a landline with area code, digits only; else InvalidError."""
    text = _normal(value, field)
    match = _MOBILE.fullmatch(text) or _LANDLINE.fullmatch(text)
    if not match:
        raise _invalid("people.phone.shape", "Enter a mobile number of 11 digits or a landline with area code.", field)
    return match[1]


def mask_citizen_id(value: str) -> str:
    """`320211********1234`: place and last four stay, birth date and half the sequence go."""
    return f"{value[:6]}{'*' * 8}{value[-4:]}" if len(value) == 18 else "*" * len(value)


def mask_phone(value: str) -> str:
    """`138****5678`; shorter numbers keep their last four."""
    if len(value) == 11:
        return f"{value[:3]}****{value[-4:]}"
    return "*" * max(len(value) - 4, 0) + value[-4:] if len(value) > 4 else "*" * len(value)


def mask_name(value: str) -> str:
    """`张*`, `王**`: the first character stays. Names in other scripts hide their length too (`A***`)."""
    if len(value) < 2:
        return "*" * len(value)
    is_han = "㐀" <= value[0] <= "鿿" or value[0] >= "\U00020000"
    return value[0] + ("*" * (len(value) - 1) if is_han else "***")
