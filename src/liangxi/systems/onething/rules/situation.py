"""From answers to matters, materials, days and what was saved. Pure; `today` never enters."""

from collections.abc import Mapping
from math import isfinite
from typing import Any

from liangxi.kit.errors import InvalidError
from liangxi.systems.onething.shapes import (
    Answers,
    Cost,
    Guide,
    GuideItem,
    GuideMaterial,
    Item,
    Material,
    Matter,
    Package,
    Question,
    Saving,
)

_TRUE = {"true", "yes", "1", True}
_FALSE = {"false", "no", "0", False}


def read_answers(package: Package, raw: Mapping[str, Any]) -> dict[str, Any]:
    """Typed answers from what a page or a program sent; empty ones are left out.

    Unknown questions and values of a wrong kind raise InvalidError `onething.answers` with a message per question.
    """
    answers, errors = _read(package, raw)
    if errors:
        raise InvalidError("onething.answers", "Some answers cannot be used.", fields=errors)
    return relevant_only(package, answers)


def wrong_answers(package: Package, raw: Mapping[str, Any]) -> dict[str, str]:
    """Why answers cannot be used, by question."""
    return _read(package, raw)[1]


def _read(package: Package, raw: Mapping[str, Any]) -> tuple[dict[str, Any], dict[str, str]]:
    known = {question.id: question for question in package.questions}
    errors: dict[str, str] = {key: "This package has no such question." for key in raw if key not in known}
    answers: dict[str, Any] = {}
    for key, question in known.items():
        value = raw.get(key)
        if value is None or value == "":
            continue
        try:
            answers[key] = _typed(question, value)
        except ValueError as error:
            errors[key] = str(error)
    return answers, errors


def _typed(question: Question, value: Any) -> Any:
    if question.type == "bool":
        return _as_bool(value)
    if question.type == "number":
        return _as_number(question, value)
    if not isinstance(value, str) or value not in {key for key, _ in question.options}:
        raise ValueError("Choose one of the options.")
    return value


def _as_bool(value: Any) -> bool:
    plain = value.lower() if isinstance(value, str) else value
    if isinstance(plain, str | int) and plain in _TRUE | _FALSE:
        return plain in _TRUE
    raise ValueError("Answer yes or no.")


def _as_number(question: Question, value: Any) -> float | int:
    try:
        number = float(value)
    except (TypeError, ValueError, OverflowError):
        raise ValueError("Enter a number.") from None
    low, high = question.minimum, question.maximum
    if not isfinite(number):
        raise ValueError("Enter a number.")
    if low is not None and number < low:
        raise ValueError("The number is too small.")
    if high is not None and number > high:
        raise ValueError("The number is too large.")
    return int(number) if number.is_integer() else number


def relevant_only(package: Package, answers: Answers) -> dict[str, Any]:
    """Drop answers to questions that the other answers make irrelevant, so that they decide nothing."""
    kept: dict[str, Any] = {}
    for question in package.questions:
        if question.id in answers and question.when.evaluate(kept) is True:
            kept[question.id] = answers[question.id]
    return kept


def relevant_questions(package: Package, answers: Answers) -> tuple[Question, ...]:
    """The questions that apply after `answers`, in the order of asking."""
    return tuple(q for q in package.questions if q.when.evaluate(answers) is True)


def chosen_items(package: Package, answers: Answers) -> tuple[Item, ...]:
    """The matters that certainly apply."""
    return tuple(item for item in package.items if item.when.evaluate(answers) is True)


def possible_items(package: Package, answers: Answers) -> tuple[Item, ...]:
    """The matters that depend on questions not answered yet."""
    open_ids = {q.id for q in package.questions if q.id not in answers and q.when.evaluate(answers) is not False}
    return tuple(i for i in package.items if i.when.evaluate(answers) is None and i.when.names & open_ids)


def promised_days(item: Item, answers: Answers) -> int:
    """Working days promised for one matter in this situation."""
    for condition, days in item.promised_when:
        if condition.evaluate(answers) is True:
            return days
    return item.matter.promised.days


def predecessors(item: Item, chosen: tuple[Item, ...]) -> tuple[str, ...]:
    """The ids of the matters that `item` waits for among those chosen."""
    here = {other.matter.id for other in chosen}
    return tuple(key for key in item.after if key in here)


def longest_chain(chosen: tuple[Item, ...], answers: Answers) -> int:
    """Working days until the last result when matters run side by side: the heaviest path through the DAG."""
    done: dict[str, int] = {}
    waiting = list(chosen)
    while waiting:
        ready = [i for i in waiting if all(key in done for key in predecessors(i, chosen))]
        if not ready:
            raise InvalidError("onething.cycle", "The matters of this package wait for each other in a circle.")
        for item in ready:
            start = max((done[key] for key in predecessors(item, chosen)), default=0)
            done[item.matter.id] = start + promised_days(item, answers)
        waiting = [i for i in waiting if i.matter.id not in done]
    return max(done.values(), default=0)


def way_of(material: Material, chosen: tuple[Item, ...]) -> tuple[str, str]:
    """The first way that this situation allows, as (how, via); a result needs its matter among those chosen."""
    results = {item.matter.result.type for item in chosen if item.matter.result}
    for way in material.ways:
        how, _, via = way.partition(":")
        if how != "result" or via in results:
            return how, via
    return "upload", ""


def materials_for(package: Package, chosen: tuple[Item, ...], answers: Answers) -> tuple[GuideMaterial, ...]:
    """The materials that the chosen matters need, each once, each with the way it is satisfied."""
    here = {item.matter.id for item in chosen}
    needed = [m for m in package.materials if here & set(m.items) and m.when.evaluate(answers) is True]
    return tuple(GuideMaterial(m, *way_of(m, chosen)) for m in needed)


def visible_fields(package: Package, chosen: tuple[Item, ...], answers: Answers) -> tuple[str, ...]:
    """The ids of the form's fields that at least one chosen matter needs in this situation."""
    here = {item.matter.id for item in chosen}
    return tuple(f.id for f in package.fields if here & set(f.items) and f.when.evaluate(answers) is True)


def saving(package: Package, chosen: tuple[Item, ...], answers: Answers, channel: str = "online") -> Saving:
    """The four reductions and the fields, before (each matter alone, one after the other) and after."""
    matters = [item.matter for item in chosen]
    alone = Cost(
        steps=sum(m.alone.steps for m in matters),
        materials=sum(len(m.alone.materials) for m in matters),
        days=sum(promised_days(item, answers) for item in chosen),
        trips=sum(m.alone.trips for m in matters),
        fields=sum(len(m.alone.fields) for m in matters),
    )
    asked = [m for m in materials_for(package, chosen, answers) if m.how == "upload"]
    together = Cost(
        steps=package.steps if chosen else 0,
        materials=len(asked),
        days=longest_chain(chosen, answers),
        trips=package.trips[channel] if chosen else 0,
        fields=len(visible_fields(package, chosen, answers)),
    )
    return Saving(alone, together)


def guide(package: Package, answers: Answers) -> Guide:
    """Everything a person wants to know about this situation before starting."""
    chosen = chosen_items(package, answers)
    questions = relevant_questions(package, answers)
    by_id: dict[str, Matter] = {item.matter.id: item.matter for item in package.items}
    return Guide(
        package=package,
        answers=answers,
        questions=questions,
        next=next((q for q in questions if q.id not in answers), None),
        items=tuple(
            GuideItem(i.matter, promised_days(i, answers), tuple(by_id[k] for k in predecessors(i, chosen)))
            for i in chosen
        ),
        possible=tuple(i.matter for i in possible_items(package, answers)),
        materials=materials_for(package, chosen, answers),
        departments=tuple(dict.fromkeys(i.matter.org for i in chosen)),
        fee=sum(i.matter.fee for i in chosen),
        statutory_days=max((i.matter.statutory.days for i in chosen), default=0),
        saving=saving(package, chosen, answers),
    )
