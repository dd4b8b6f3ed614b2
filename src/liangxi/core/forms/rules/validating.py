"""All answers of a form together: which questions apply, what is missing, what contradicts."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any

from liangxi.core.forms.rules.converting import NOT_PARTS, PARTS, Check, convert, is_empty
from liangxi.core.forms.shapes import Fault, Field, Form
from liangxi.kit.errors import InvalidError

MOST_CHARACTERS = 64 * 1024
MISSING = "Please fill in %(label)s."
MISSING_CHOICE = "Please choose %(label)s."
UNKNOWN = "This form does not ask for %(name)s."
TOO_LARGE = "The answers are larger than the %(limit)s characters that a form may hold."


@dataclass(slots=True)
class Findings:
    """What a check has found so far."""

    values: dict[str, Any] = field(default_factory=dict)
    faults: dict[str, tuple[Fault, Field | None]] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)


def check(
    form: Form, answers: Mapping[str, Any], known: Mapping[str, Any], complete: bool, checks: Mapping[str, Check]
) -> Findings:
    """Values and faults of `answers`; `known` holds answers given elsewhere, such as to the guide's questions.

    A question whose condition is not (yet) true is not asked: its answer is left out. Without `complete` missing
    answers and cross-field rules that cannot be decided yet are no faults.
    """
    if _size(answers, MOST_CHARACTERS) > MOST_CHARACTERS:
        raise InvalidError("forms.size", TOO_LARGE, {"limit": MOST_CHARACTERS})
    found = Findings()
    for name in sorted(map(str, set(answers) - {f.id for f in form.fields})):
        found.faults[name] = Fault(UNKNOWN, {"name": name[:60]}), None
    for name in form.order:
        one = form.field(name)
        if one.when and one.when.evaluate({**known, **found.values}) is not True:
            continue
        found.asked.append(name)
        _answer(one, answers.get(name), complete, checks, found)
    _cross(form, known, found)
    return found


def _answer(one: Field, value: Any, complete: bool, checks: Mapping[str, Check], found: Findings) -> None:
    if is_empty(value):
        if one.required and complete:
            chosen = one.type in {"choice", "multi", "bool", "date"}
            found.faults[_first_path(one)] = Fault(MISSING_CHOICE if chosen else MISSING), one
        return
    if one.type in PARTS:
        _composite(one, value, complete, checks, found)
        return
    outcome = convert(one, value, checks)
    if isinstance(outcome, Fault):
        found.faults[one.id] = outcome, one
    else:
        found.values[one.id] = outcome


def _first_path(one: Field) -> str:
    return f"{one.id}.{PARTS[one.type][0][0].id}" if one.type in PARTS else one.id


def _composite(one: Field, value: Any, complete: bool, checks: Mapping[str, Check], found: Findings) -> None:
    parts = PARTS[one.type]
    given = {parts[0][0].id: value} if isinstance(value, str) else value
    if not isinstance(given, Mapping) or set(given) - {part.id for part, _ in parts}:
        found.faults[_first_path(one)] = Fault(NOT_PARTS), one
        return
    inner = Findings()
    for part, needed in parts:
        _answer(_as(part, needed), given.get(part.id), complete, checks, inner)
    found.faults |= {f"{one.id}.{name}": fault for name, fault in inner.faults.items()}
    if not inner.faults:
        found.values[one.id] = inner.values


def _as(part: Field, needed: bool) -> Field:
    return Field(id=part.id, type=part.type, label=part.label, maximum=part.maximum, required=needed)


def _cross(form: Form, known: Mapping[str, Any], found: Findings) -> None:
    for rule in form.rules:
        if rule.field in found.faults or rule.field not in found.asked:
            continue
        if rule.condition.evaluate({**known, **found.values}) is False:
            found.faults[rule.field] = Fault("", titles=rule.message), None


def _size(value: Any, limit: int) -> int:
    """Characters held in keys and texts, counted no further than `limit` needs."""
    if isinstance(value, str):
        return len(value)
    total = 1
    inner = [*value.keys(), *value.values()] if isinstance(value, Mapping) else value
    for part in inner if isinstance(inner, list | tuple) else ():
        total += _size(part, limit - total)
        if total > limit:
            break
    return total


def as_json(value: Any, kind: str) -> Any:
    """The JSON form of a converted value: days as ISO text, money as text with two decimals, numbers as numbers."""
    match value:
        case Decimal():
            return f"{value:.2f}" if kind == "money" else float(value)
        case date():
            return value.isoformat()
        case tuple():
            return list(value)
        case _:
            return value
