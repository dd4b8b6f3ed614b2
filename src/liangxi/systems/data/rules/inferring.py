"""What the columns of a file seem to be. A proposal: a person confirms it before anything is registered."""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, cast

from liangxi.systems.data.shapes import FieldProposal, ResourceField
from liangxi.systems.data.shapes.catalogue import Grade

ENOUGH = 0.9  # of the filled cells must be valid for a number with a check digit to be believed
CODE_VALUES = 50  # a column with so few different values, each often used, is a list of codes
SHOWN = 3
IDENTITIES = ("citizen_id", "uscc", "licence_number", "plate_number", "estate_number")

Check = Callable[[str], bool]


@dataclass(frozen=True, slots=True)
class Element:
    """A data element of the city's list: its titles and the other words that people head columns with."""

    name: str
    title: Mapping[str, str]
    subject: str = ""
    type: str = "text"
    grade: str = "general-1"
    is_personal: bool = False
    words: tuple[str, ...] = ()


def propose(
    headers: Sequence[str],
    rows: Sequence[Sequence[str | None]],
    elements: Sequence[Element],
    checks: Mapping[str, Check],
) -> tuple[FieldProposal, ...]:
    """One proposal a column, in order; `checks` tell by element name whether a text is a number of its kind.

    A number with a check digit outweighs the header; the header outweighs the guess by values.
    """
    taken: set[str] = set()
    found = []
    for n, header in enumerate(headers):
        values = [row[n] for row in rows]
        filled = [value for value in values if value is not None]
        element = _by_values(filled, elements, checks) or _by_header(header, elements)
        found.append(_proposal(header, n, filled, len(values), element, taken))
    return tuple(found)


def _proposal(
    header: str, n: int, filled: list[str], total: int, element: Element | None, taken: set[str]
) -> FieldProposal:
    distinct = len(set(filled))
    is_unique = total > 1 and len(filled) == total and distinct == total
    may_be_key = is_unique and type_of(filled) not in ("number", "date", "datetime", "boolean")
    name = _free(element.name if element else _slug(header, n), taken)
    title = {"zh": header or name, "en": element.title["en"] if element else header or name}
    is_personal = element.is_personal if element else False
    hints = (*(("key",) if may_be_key else ()), *((element.name,) if element else ()))
    field = ResourceField(
        name=name,
        title=title,
        type=_declared(element, type_of(filled)),
        element=element.name if element else "",
        subject=element.subject if element else "",
        is_personal=is_personal,
        grade=cast(Grade, element.grade) if element else "general-1",
    )
    examples = tuple(dict.fromkeys(filled))[:SHOWN]
    return FieldProposal(
        field=field,
        header=header,
        filled=len(filled),
        distinct=distinct,
        hints=hints,
        examples=tuple(_masked(one) if is_personal else one[:40] for one in examples),
    )


def _declared(element: Element | None, seen: str) -> str:
    """The type of the known element, unless the values cannot be of it."""
    if element is None or (element.type not in ("text", "code") and element.type != seen):
        return seen
    return element.type


def _by_values(filled: list[str], elements: Sequence[Element], checks: Mapping[str, Check]) -> Element | None:
    if not filled:
        return None
    sample = filled[:1000]
    for name, check in checks.items():
        if sum(check(value) for value in sample) >= ENOUGH * len(sample):
            return next((one for one in elements if one.name == name), None)
    return None


def _by_header(header: str, elements: Sequence[Element]) -> Element | None:
    wanted = _plain(header)
    for one in elements:
        if wanted and wanted in {_plain(word) for word in (one.name, *one.title.values(), *one.words)}:
            return one
    return None


def type_of(filled: Sequence[str]) -> str:
    """The narrowest type that every value fits; digits with a leading zero are text, since they are identifiers."""
    if not filled:
        return "text"
    for name, fits in _TYPES.items():
        if all(fits(value) for value in filled):
            return name
    often = len(set(filled)) * 2 <= len(filled)
    return "code" if often and len(set(filled)) <= CODE_VALUES and max(map(len, filled)) <= 20 else "text"


def _is_integer(value: str) -> bool:
    return bool(re.fullmatch(r"-?(0|[1-9][0-9]{0,17})", value))


def _is_number(value: str) -> bool:
    return bool(re.fullmatch(r"-?(0|[1-9][0-9]{0,17})(\.[0-9]+)?([eE][-+]?[0-9]{1,3})?", value))


def _is_day(value: str) -> bool:
    found = re.fullmatch(r"([0-9]{4})(-|/|\.|年)([0-9]{1,2})(-|/|\.|月)([0-9]{1,2})日?", value)
    return bool(found) and _is_moment(lambda: date(int(found[1]), int(found[3]), int(found[5])))  # type: ignore[index]


def _is_instant(value: str) -> bool:
    return len(value) > 10 and _is_moment(lambda: datetime.fromisoformat(value.replace("/", "-")))


def _is_moment(make: Callable[[], Any]) -> bool:
    try:
        make()
    except ValueError:
        return False
    return True


_TYPES: Mapping[str, Check] = {
    "boolean": lambda value: value.lower() in ("true", "false", "是", "否"),
    "integer": _is_integer,
    "number": _is_number,
    "date": _is_day,
    "datetime": _is_instant,
}


def _slug(header: str, n: int) -> str:
    slug = re.sub(r"[^a-z0-9]+", "_", re.sub(r"([a-z0-9])([A-Z])", r"\1_\2", header).lower()).strip("_")[:60]
    return slug if slug[:1].isalpha() else f"field_{n + 1}"


def _free(name: str, taken: set[str]) -> str:
    free, n = name, 2
    while free in taken:
        free, n = f"{name}_{n}", n + 1
    taken.add(free)
    return free


def _plain(word: str) -> str:
    return re.sub(r"[\s_()（）:：*-]+", "", word).lower()


def _masked(value: str) -> str:
    return value[:1] + "*" * min(len(value) - 1, 8)
