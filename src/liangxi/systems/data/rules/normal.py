"""Names and addresses in one form, so that what is the same is written the same.

Full-width signs become narrow (NFKC), traditional characters simplified (OpenCC `t2s`), numerals before a door figures.
Nobody is the less found for a rare or traditional character: what OpenCC does not know stays as it is.
"""

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache, lru_cache

from opencc import OpenCC

_BLANKS = re.compile(r"\s+")
_DOTS = re.compile(r"[·•・.。‧]")
_NUMERALS = "〇零一二三四五六七八九十百两"
_DIGITS = {"〇": 0, "零": 0, "一": 1, "二": 2, "两": 2, "三": 3, "四": 4, "五": 5, "六": 6, "七": 7, "八": 8, "九": 9}
_UNITS = "号|弄|幢|单元|室|层"
_WORDED = re.compile(rf"[{_NUMERALS}]+(?=(?:{_UNITS}))")
_NUMBERED = re.compile(rf"([0-9A-Z]+(?:-[0-9A-Z]+)*)({_UNITS})")
_SAME_UNIT = (("號", "号"), ("#", "号"), ("栋", "幢"), ("座", "幢"), ("楼层", "层"), ("房间", "室"), ("房", "室"))
_CHAIN = ("号", "幢", "单元", "室")
_CITY = re.compile(r"^(?:中国)?(?:江苏省|江苏)?(?:无锡市)?")
_FORMS = (
    "股份有限公司", "有限责任公司", "集团有限公司", "有限公司", "合伙企业", "个人独资企业", "农民专业合作社",
    "专业合作社", "集团", "公司",
)  # fmt: skip
_FIRM_CITY = re.compile(r"^(?:江苏省|江苏)?(?:无锡市|无锡)")


@cache
def _simplifier() -> OpenCC:
    return OpenCC("t2s")


@lru_cache(maxsize=65_536)
def plain(text: str) -> str:
    """Narrow, simplified, in capitals, without blanks."""
    return str(_simplifier().convert(_BLANKS.sub("", unicodedata.normalize("NFKC", text)))).upper()


def person_name(text: str) -> str:
    """The name of a person; the dot within foreign names is left out."""
    return _DOTS.sub("", plain(text))


def firm_name(text: str) -> tuple[str, str]:
    """The name of a firm: what names it, and its legal form. The city before it and brackets are left out."""
    name = _FIRM_CITY.sub("", re.sub(r"[()\[\]【】]", "", plain(text)))
    form = next((one for one in _FORMS if name.endswith(one) and len(name) > len(one)), "")
    return name.removesuffix(form), form


def figure(numeral: str) -> str:
    """A numeral below a thousand in figures: 二十一 is 21, 一二〇 is 120."""
    if not set(numeral) & set("十百"):
        return "".join(str(_DIGITS[one]) for one in numeral)
    total, digit = 0, 0
    for one in numeral:
        if one in "十百":
            total += (digit or 1) * (10 if one == "十" else 100)
            digit = 0
        else:
            digit = _DIGITS[one]
    return str(total + digit)


@dataclass(frozen=True, slots=True)
class Address:
    """An address: its words (district, road, estate) and its numbers by unit, such as {"号": "12", "室": "401"}."""

    words: str
    numbers: Mapping[str, str]


@lru_cache(maxsize=65_536)
def address(text: str) -> Address:
    """An address in parts. `12-3-401室` is read from its end: room, unit, building."""
    line = _CITY.sub("", plain(text))
    for other, unit in _SAME_UNIT:
        line = line.replace(other, unit)
    line = _WORDED.sub(lambda found: figure(found[0]), line)
    numbers: dict[str, str] = {}
    for value, unit in _NUMBERED.findall(line):
        parts = [part.lstrip("0") or "0" for part in value.split("-")]
        at = _CHAIN.index(unit) if unit in _CHAIN else -1
        for back, part in enumerate(reversed(parts)):
            known = _CHAIN[at - back] if 0 <= at - back < len(_CHAIN) and at >= 0 else f"{unit}{back}"
            numbers.setdefault(known if back else unit, part)
    return Address(_NUMBERED.sub("", line), numbers)
