"""What changes for whom between two editions of a package: every situation of both is walked through. Pure."""

import difflib
from collections.abc import Iterator
from dataclasses import fields as fields_of
from itertools import islice
from typing import Any

from liangxi.kit import conditions
from liangxi.kit.errors import InvalidError
from liangxi.systems.onething.rules import checking, previewing, situation
from liangxi.systems.onething.shapes import Answers, Cost, Package
from liangxi.systems.onething.shapes.studio import (
    Change,
    Comparison,
    DiffLine,
    Effect,
    SituationRow,
    TextChanges,
    Texts,
)

NEW, GONE, CHANGED = "new", "gone", "changed"
_CONTEXT = 3  # lines shown around a changed one


def compare(before: Package, after: Package, texts: tuple[Texts, Texts]) -> Comparison:
    """The situations that change, those with the same effect together, the effect that meets most first."""
    cells = _cells(before, after)
    found: dict[tuple[str, Effect], list[Answers]] = {}
    same = 0
    for kind, old, new in islice(_pairs(before, after, cells), checking.MOST):
        effect = _effect(_row(before, old), _row(after, new))
        if kind == CHANGED and effect.is_nothing:
            same += 1
        else:
            found.setdefault((kind, effect), []).append(new if new is not None else old or {})
    changes = [Change(kind, effect, tuple(_distinct(met))) for (kind, effect), met in found.items()]
    return Comparison(
        before=before,
        after=after,
        audiences=(before.audience, after.audience),
        choices=previewing.choices(before, cells) | previewing.choices(after, cells) if cells else {},
        changes=tuple(sorted(changes, key=lambda one: -len(one.situations))),
        same=same,
        texts=text_changes(*texts),
    )


def _row(package: Package, answers: Answers | None) -> SituationRow | None:
    return None if answers is None else previewing.row(package, answers)


def _cells(before: Package, after: Package) -> dict[str, tuple[Any, ...]] | None:
    """The cells that the conditions of both tell apart; None where a question means something else than before."""
    try:
        return conditions.cells([*checking.all_conditions(before), *checking.all_conditions(after)])
    except InvalidError:
        return None


def _pairs(
    before: Package, after: Package, cells: dict[str, tuple[Any, ...]] | None
) -> Iterator[tuple[str, Answers | None, Answers | None]]:
    """Each situation of `after` with what the same person would have answered before; then those that are gone."""
    if cells is None:  # nobody's situation is the same
        yield from ((NEW, None, answers) for answers in checking.situations(after))
        yield from ((GONE, answers, None) for answers in checking.situations(before))
        return
    for new in checking.extended(after, {}, cells):
        if not _answerable(before, new):
            yield NEW, None, new
            continue
        kept = situation.relevant_only(before, new)
        yield from ((CHANGED, old, new) for old in checking.extended(before, kept, cells))
    for old in checking.extended(before, {}, cells):
        if not _answerable(after, old):
            yield GONE, old, None


def _answerable(package: Package, answers: Answers) -> bool:
    """Whether the questions of `package` that have these names take these answers."""
    known = {name: answers[name] for name in answers if any(question.id == name for question in package.questions)}
    return not situation.wrong_answers(package, known)


def _distinct(met: list[Answers]) -> Iterator[Answers]:
    seen: set[str] = set()
    for answers in met:
        if (said := repr(sorted(answers.items()))) not in seen:
            seen.add(said)
            yield answers


def _effect(old: SituationRow | None, new: SituationRow | None) -> Effect:
    days = [{one.matter.id: one.promised_days for one in row.guide.items} if row else {} for row in (old, new)]
    brought = [tuple(one.material.id for one in row.guide.asked) if row else () for row in (old, new)]
    shown = [row.fields if row else () for row in (old, new)]
    costs = [row.guide.saving.together if row else None for row in (old, new)]
    return Effect(
        matters=_moved(tuple(days[0]), tuple(days[1])),
        materials=_moved(*brought),
        fields=_moved(*shown),
        limits=tuple((key, days[0][key], n) for key, n in days[1].items() if key in days[0] and days[0][key] != n),
        costs=tuple(_cost_changes(costs[0], costs[1])),
    )


def _cost_changes(old: Cost | None, new: Cost | None) -> Iterator[tuple[str, int, int]]:
    for field in fields_of(Cost):
        was, now = (getattr(one, field.name) if one else 0 for one in (old, new))
        if was != now:
            yield field.name, was, now


def _moved(old: tuple[str, ...], new: tuple[str, ...]) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """What was added, what was removed."""
    return tuple(one for one in new if one not in old), tuple(one for one in old if one not in new)


def text_changes(before: Texts, after: Texts) -> TextChanges:
    """What two editions write otherwise, line by line."""
    return TextChanges(
        tuple(_diff(before.package, after.package)),
        tuple(_diff(before.matters, after.matters)),
    )


def _diff(before: str, after: str) -> Iterator[DiffLine]:
    old, new = before.splitlines(), after.splitlines()
    for group in difflib.SequenceMatcher(None, old, new, autojunk=False).get_grouped_opcodes(_CONTEXT):
        yield DiffLine("@", "", group[0][1] + 1, group[0][3] + 1)
        for tag, i1, i2, j1, j2 in group:
            if tag == "equal":
                yield from (DiffLine(" ", old[i1 + k], i1 + k + 1, j1 + k + 1) for k in range(i2 - i1))
                continue
            yield from (DiffLine("-", old[i], i + 1, 0) for i in range(i1, i2))
            yield from (DiffLine("+", new[j], 0, j + 1) for j in range(j1, j2))
