"""开放: what may be opened to everybody, and what the privacy gate looks for before a version is public.

Opening is decided about a resource; its terms are those of a grant (columns, masks, rows), beside them

    {"quasi": ["district", "born"], "group": 5, "counts": ["households"]}

`quasi` are the quasi-identifiers: every combination of their values, as they are shown, must occur in `group` rows or
more (k-anonymity). `counts` are columns that count persons or households: a number from 1 to below `group` is a small
cell. Both are judged over what the public would read, not over what the lake holds. The limits below are design.
"""

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from liangxi.systems.data.rules import sharing
from liangxi.systems.data.rules.catalogue import GRADES
from liangxi.systems.data.shapes import ResourceDefinition, ResourceField
from liangxi.systems.data.shapes.opening import Finding

GROUP = 5
ANSWER_DAYS = 10  # working days for the answer to a request for data
KEPT = 7  # characters of an identifier that a mask may leave
LEAST_GROUP, MOST_GROUP = 2, 1000
PLAIN_GRADE = "general-2"  # a field up to this grade may be shown as it is
MASKED_GRADE = "general-3"  # up to this one masked; above it not at all
CANDIDATES = 10_000  # values of a column that are judged by their check digits
CARD_SHARE = 0.5  # of the values of a column must be valid card numbers to be believed: one in ten is by chance
IDENTIFIERS = (
    "citizen_id", "household_number", "phone", "mobile", "passport", "id_card", "bank_card", "plate_number",
    "licence_holder", "medical_record", "social_security_number",
)  # fmt: skip
IDENTIFYING_WORDS = (
    "身份号码", "身份证", "护照", "手机", "银行卡", "社保卡", "社会保障号", "病历", "户号", "车牌", "号牌号码",
    "住院号",
)  # fmt: skip
PATTERNS: Mapping[str, str] = {  # RE2, of candidates inside a text
    "citizen-id": r"\b[1-9][0-9]{5}(?:18|19|20)[0-9]{2}(?:0[1-9]|1[0-2])(?:0[1-9]|[12][0-9]|3[01])[0-9]{3}[0-9Xx]\b",
    "phone": r"\b1[3-9][0-9]{9}\b",
    "bank-card": r"\b[3-6][0-9]{15,18}\b",
    "plate": r"[京津沪渝冀豫云辽黑湘皖鲁新苏浙赣鄂桂甘晋蒙陕吉闽贵粤青藏川宁琼][A-HJ-NP-Z][A-HJ-NP-Z0-9]{5,6}\b",
}

Faults = dict[str, str]


def check_terms(terms: Mapping[str, Any], made: ResourceDefinition) -> Faults:
    """What is wrong with wanted terms, by field: columns, masks, rows, quasi, group, counts."""
    known = {field.name: field for field in made.fields}
    faults = sharing.check_terms({**terms, "minimum_group": 0}, known, known)
    shown = [name for name in terms.get("columns") or () if name in known]
    for name in ("quasi", "counts"):
        if not set(terms.get(name) or ()) <= set(shown):
            faults[name] = "Choose among the fields that are opened."
    if any(known[name].type not in ("integer", "number") for name in terms.get("counts") or () if name in known):
        faults["counts"] = "Only numbers count persons."
    group = terms.get("group")
    if isinstance(group, bool) or not isinstance(group, int) or not LEAST_GROUP <= group <= MOST_GROUP:
        faults["group"] = "Enter a whole number from 2 to 1000."
    if is_about_persons(made, shown) and not terms.get("quasi"):
        faults["quasi"] = "The data is about persons: say which fields together may point at one."
    return faults


def is_about_persons(made: ResourceDefinition, shown: Iterable[str]) -> bool:
    """True when a row tells something about a person: a key or a shown field is one's own."""
    names = set(shown)
    return any(
        (one.is_personal or one.subject == "person") and (one.name in names or one.is_key) for one in made.fields
    )


def standing_findings(made: ResourceDefinition, terms: Mapping[str, Any]) -> tuple[Finding, ...]:
    """What the catalogue alone tells: attribute, terms, grades, personal fields, names of identifiers.

    Judged before a version is opened and at every reading, so that what is graded higher is closed at once.
    """
    faults = check_terms(terms, made)
    found = [
        Finding(check="attribute", passed=made.opening.attribute != "not-open", kind=made.opening.attribute),
        Finding(check="terms", passed=not faults, kind=",".join(sorted(faults)), count=len(faults)),
    ]
    for field in made.fields:
        if field.name in terms["columns"]:
            found += _of_field(field, (terms.get("masks") or {}).get(field.name))
    return tuple(found)


def _of_field(field: ResourceField, mask: Mapping[str, Any] | None) -> list[Finding]:
    """An identifier that is masked away is none; a token still tells rows of one person apart, so it is one."""
    is_bare, is_gone = mask is None, mask is not None and mask["kind"] == "null"
    limit = PLAIN_GRADE if is_bare else MASKED_GRADE
    found = [
        Finding(check="grade", column=field.name, kind=field.grade,
                passed=is_gone or GRADES.index(field.grade) <= GRADES.index(limit)),
    ]  # fmt: skip
    if field.is_personal:
        found.append(Finding(check="personal", column=field.name, passed=not is_bare))
    if word := identifying(field):
        is_hidden = is_gone or (mask is not None and mask["kind"] == "keep" and mask["prefix"] + mask["suffix"] <= KEPT)
        found.append(Finding(check="name", column=field.name, kind=word, passed=is_hidden))
    return found


def identifying(field: ResourceField) -> str:
    """The word that says that a field identifies a person: its element, its name or its title; empty for none."""
    for name in (field.element, field.name):
        if name in IDENTIFIERS:
            return name
    title = field.title.get("zh", "")
    return next((word for word in IDENTIFYING_WORDS if word in title), "")


def content_finding(column: str, kind: str, values: Sequence[str], is_valid: Callable[[str], bool]) -> Finding:
    """Whether candidates of a kind in a column are such numbers. One is too many, but for cards, which chance makes."""
    valid = sum(1 for value in values if is_valid(value))
    passed = valid < CARD_SHARE * len(values) if kind == "bank-card" and values else not valid
    return Finding(check="content", column=column, kind=kind, passed=passed, count=valid)


def is_card(text: str) -> bool:
    """The check digit of card numbers (ISO/IEC 7812, Luhn)."""
    digits = [int(one) for one in text[::-1]]
    doubled = sum(sum(divmod(2 * one, 10)) for one in digits[1::2])
    return (sum(digits[::2]) + doubled) % 10 == 0


def is_plate(text: str) -> bool:
    """A plate number as GA 36 writes it; there is no check digit."""
    return bool(re.fullmatch(PATTERNS["plate"], text))


def passes(findings: Iterable[Finding]) -> bool:
    """Whether the gate lets a version through."""
    return all(one.passed for one in findings)
