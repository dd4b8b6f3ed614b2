"""Every situation of a package with what it comes to, and the answers by which to look for one. Pure."""

from collections.abc import Iterator, Mapping
from itertools import islice
from typing import Any

from liangxi.kit import conditions
from liangxi.systems.onething.rules import checking, situation
from liangxi.systems.onething.shapes import Answers, Package, Question
from liangxi.systems.onething.shapes.studio import Choice, SituationPage, SituationRow


def page(package: Package, wanted: Mapping[str, str], start: int, size: int) -> SituationPage:
    """Situations number `start` to `start + size` among those that answer as `wanted` says (question -> `key_of`)."""
    everything = tuple(islice(checking.situations(package), checking.MOST))
    found = [answers for answers in everything if _fits(answers, wanted)]
    rows = tuple(row(package, answers) for answers in found[start : start + size])
    cells = conditions.cells(checking.all_conditions(package))
    return SituationPage(package, choices(package, cells), rows, len(found), len(everything))


def row(package: Package, answers: Answers) -> SituationRow:
    """One situation."""
    fields = situation.visible_fields(package, situation.chosen_items(package, answers), answers)
    return SituationRow(situation.guide(package, answers), fields)


def key_of(value: Any) -> str:
    """A value as an address carries it."""
    return str(value).lower() if isinstance(value, bool) else str(value)


def _fits(answers: Answers, wanted: Mapping[str, str]) -> bool:
    return all(name in answers and key_of(answers[name]) == key for name, key in wanted.items())


def choices(package: Package, cells: Mapping[str, tuple[Any, ...]]) -> dict[str, tuple[Choice, ...]]:
    """The answers to each question that conditions with these `cells` tell apart."""
    return {one.id: tuple(_choices(one, cells.get(one.id, ()))) for one in package.questions}


def _choices(question: Question, cells: tuple[Any, ...]) -> Iterator[Choice]:
    values = checking.values_of(question, cells)
    if question.type != "number":
        yield from (Choice(value) for value in values)
        return
    cuts = cells[1::2]  # a line of cells is: before, cut, between, cut, ..., after
    for value in values:
        if value in cuts:
            yield Choice(value, value, value)
        else:
            below = [cut for cut in cuts if cut < value]
            above = [cut for cut in cuts if cut > value]
            yield Choice(value, max(below, default=None), min(above, default=None))
