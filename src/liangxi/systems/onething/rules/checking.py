"""What must hold of a package before a city may publish it. Every situation is enumerated, none is sampled."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from itertools import islice
from typing import Any

from liangxi.kit import conditions
from liangxi.kit.conditions import Condition
from liangxi.kit.errors import InvalidError
from liangxi.systems.onething.rules import situation
from liangxi.systems.onething.shapes import Answers, Example, Item, Package, Question, Saving

Path = tuple[str | int, ...]
MOST = 5_000  # situations that a checker and a reader can walk through
_CONDITION_TYPES = {"bool": "bool", "number": "number", "choice": "text"}


@dataclass(frozen=True, slots=True)
class Finding:
    """A fault of a package: where it is (path inside the file), what is wrong and how to mend it.

    `message` and `hint` are msgids, filled from `params`.
    """

    path: Path
    message: str
    hint: str
    params: Mapping[str, object] = field(default_factory=dict)


def _finding(path: Path, message: str, hint: str = "", **params: object) -> Finding:
    return Finding(path, message, hint, params)


def situations(package: Package) -> Iterator[Answers]:
    """Every complete set of answers that the package's conditions can tell apart."""
    yield from extended(package, {}, conditions.cells(all_conditions(package)))


def extended(package: Package, answers: dict[str, Any], cells: dict[str, tuple[Any, ...]]) -> Iterator[Answers]:
    """Every way to answer the questions that `answers` leave open, with one value of each of `cells`."""
    following = next((q for q in situation.relevant_questions(package, answers) if q.id not in answers), None)
    if following is None:
        yield answers
        return
    for value in values_of(following, cells.get(following.id, ())):
        yield from extended(package, {**answers, following.id: value}, cells)


def values_of(question: Question, cells: tuple[Any, ...]) -> tuple[Any, ...]:
    """One answer to a question from each of `cells`, as far as it allows them; its options where it has some."""
    if question.type == "bool":
        return (True, False)
    if question.type == "choice":
        return tuple(value for value, _ in question.options)
    low, high = question.minimum, question.maximum
    inside = tuple(v for v in cells if (low is None or v >= low) and (high is None or v <= high))
    return inside or (low if low is not None else 0,)


def all_conditions(package: Package) -> tuple[Condition, ...]:
    """Every condition of a package, in the order of its text."""
    return tuple(condition for _, condition in _placed_conditions(package))


def _placed_conditions(package: Package) -> Iterator[tuple[Path, Condition]]:
    yield from ((("ask", n, "when"), q.when) for n, q in enumerate(package.questions))
    for n, item in enumerate(package.items):
        yield ("items", n, "when"), item.when
        yield from ((("items", n, "promised_when", k, "when"), c) for k, (c, _) in enumerate(item.promised_when))
    yield from ((("form", n, "when"), f.when) for n, f in enumerate(package.fields))
    yield from ((("materials", n, "when"), m.when) for n, m in enumerate(package.materials))


def findings(package: Package) -> tuple[Finding, ...]:
    """Every fault of `package`; an empty tuple means that it may be published."""
    structural = (*_references(package), *_conditions(package))
    if structural:
        return structural
    every = tuple(islice(situations(package), MOST + 1))
    if len(every) > MOST:
        return (_finding(("ask",), "has more than %(most)s situations", "split the package", most=MOST),)
    if circles := tuple(_circles(package, every)):  # nothing that waits for itself can be counted or tried
        return circles
    return (
        *_dead(package, every),
        *_endings(every, package),
        *_results(package, every),
        *_justification(package),
        *_coverage(package),
        *_examples(package),
    )


def _references(package: Package) -> Iterator[Finding]:
    known = {item.matter.id for item in package.items}
    named = [("items", n, "after", item.after) for n, item in enumerate(package.items)]
    named += [("form", n, "for", field.items) for n, field in enumerate(package.fields)]
    named += [("materials", n, "for", material.items) for n, material in enumerate(package.materials)]
    for part, n, key, matters in named:
        for matter in sorted(set(matters) - known):
            yield _finding((part, n, key), "names %(matter)s, which is not in this package", "known: %(known)s",
                           matter=matter, known=_list(known))  # fmt: skip
    for n, material in enumerate(package.materials):
        if "commitment" in material.ways and not material.commitment:
            yield _finding(("materials", n), "may be replaced by a commitment that has no text",
                           "add `commitment: {zh, en}`")  # fmt: skip


def question_types(package: Package) -> dict[str, str]:
    """The condition type of each question: bool, number or text."""
    return {question.id: _CONDITION_TYPES[question.type] for question in package.questions}


def _conditions(package: Package) -> Iterator[Finding]:
    types = question_types(package)
    for path, condition in _placed_conditions(package):
        try:
            condition.check(types)
        except InvalidError as error:
            yield Finding(path, error.message, "questions: %(known)s", {**error.params, "known": _list(types)})


def _circles(package: Package, every: tuple[Answers, ...]) -> Iterator[Finding]:
    for answers in every:
        try:
            situation.longest_chain(situation.chosen_items(package, answers), answers)
        except InvalidError:
            yield _finding(("items",), "matters wait for each other in a circle in the situation %(situation)s",
                           "break the circle of `after`", situation=_said(answers))  # fmt: skip
            return


def _dead(package: Package, every: tuple[Answers, ...]) -> Iterator[Finding]:
    alive = {item.matter.id for answers in every for item in situation.chosen_items(package, answers)}
    for n, item in enumerate(package.items):
        if item.matter.id not in alive:
            yield _finding(("items", n), "%(matter)s applies in no situation", "correct its `when` or remove it",
                           matter=item.matter.id)  # fmt: skip
    used = {name for condition in all_conditions(package) for name in condition.names}
    used |= {field.source.removeprefix("ask.") for field in package.fields}
    for n, question in enumerate(package.questions):
        if question.id not in used:
            yield _finding(("ask", n), "the answer to %(question)s decides nothing", "use it in a `when` or remove it",
                           question=question.id)  # fmt: skip


def _endings(every: tuple[Answers, ...], package: Package) -> Iterator[Finding]:
    for answers in every:
        if not situation.chosen_items(package, answers):
            yield _finding(("items",), "the situation %(situation)s leads to no matter",
                           "every path must end in one", situation=_said(answers))  # fmt: skip


def _results(package: Package, every: tuple[Answers, ...]) -> Iterator[Finding]:
    """In each situation: a certificate's holder is asked for, a result that somebody needs is there before."""
    told: dict[tuple[object, ...], Finding] = {}
    for answers in every:
        chosen = situation.chosen_items(package, answers)
        for n, item in enumerate(package.items):
            if item in chosen:
                for one in (*_holder(package, n, answers), *_late_results(package, n, chosen, answers)):
                    told[n, one.message, *one.params.values()] = one
    yield from (told[key] for key in sorted(told, key=str))


def _holder(package: Package, n: int, answers: Answers) -> Iterator[Finding]:
    matter = package.items[n].matter
    field = next((f for f in package.fields if matter.result and f.id == matter.result.holder), None)
    if matter.result is None or field is None:
        return
    shown = field.when.evaluate(answers) is True and field.definition.get("required")
    if not shown:
        yield _finding(("items", n), "the holder %(holder)s of the certificate of %(matter)s is not always asked for",
                       "make the field required, and its `when` no narrower than the matter's",
                       holder=matter.result.holder, matter=matter.id)  # fmt: skip


def _late_results(package: Package, n: int, chosen: tuple[Item, ...], answers: Answers) -> Iterator[Finding]:
    item = package.items[n]
    before = _ancestors(item, chosen)
    for one in situation.materials_for(package, chosen, answers):
        if one.how != "result" or item.matter.id not in one.material.items:
            continue
        givers = {other.matter.id for other in chosen if other.matter.result and other.matter.result.type == one.via}
        if not givers & (before | {item.matter.id}):
            yield _finding(("items", n), "%(matter)s uses the result %(result)s and does not wait for %(givers)s",
                           "name the matter in `after`",
                           matter=item.matter.id, result=one.via, givers=_list(givers))  # fmt: skip


def _ancestors(item: Item, chosen: tuple[Item, ...]) -> set[str]:
    found: set[str] = set()
    waiting = list(situation.predecessors(item, chosen))
    while waiting:
        key = waiting.pop()
        if key not in found:
            found.add(key)
            waiting += situation.predecessors(next(one for one in chosen if one.matter.id == key), chosen)
    return found


def savings(package: Package) -> Iterator[tuple[Answers, Saving]]:
    """四减 of every situation, against the recorded baseline of its matters."""
    for answers in situations(package):
        yield answers, situation.saving(package, situation.chosen_items(package, answers), answers)


def _justification(package: Package) -> Iterator[Finding]:
    matters = {item.matter.id: item.matter for item in package.items}
    for n, material in enumerate(package.materials):
        for key in material.items:
            if material.id not in matters[key].alone.materials:
                yield _finding(("materials", n, "for"), "%(matter)s does not ask for %(material)s by its own rules",
                               "a package may not ask for more than its matters do",
                               matter=key, material=material.id)  # fmt: skip


def _coverage(package: Package) -> Iterator[Finding]:
    fields = {field.id: field.items for field in package.fields}
    offered = {m.id for m in package.materials}
    for n, item in enumerate(package.items):
        matter, result = item.matter, item.matter.result
        if lacking := {f for f in matter.alone.fields if matter.id not in fields.get(f, ())}:
            yield _finding(("items", n), "%(matter)s needs the fields %(missing)s, which `form` lacks",
                           "add them to `form` or their `for`", matter=matter.id, missing=_list(lacking))  # fmt: skip
        if missing := set(matter.alone.materials) - offered:
            yield _finding(("items", n), "%(matter)s needs the materials %(missing)s",
                           "list them in `materials` with the way they are satisfied",
                           matter=matter.id, missing=_list(missing))  # fmt: skip
        if result and (absent := {result.holder, *result.fields} - fields.keys()):
            yield _finding(("items", n), "the certificate of %(matter)s states %(missing)s, never asked",
                           "add the fields to `form`", matter=matter.id, missing=_list(absent))  # fmt: skip


def _examples(package: Package) -> Iterator[Finding]:
    for n, example in enumerate(package.examples):
        for message, params in broken_expectations(package, example):
            yield _finding(("examples", n), message, "correct the package or the example", **params)


def broken_expectations(package: Package, example: Example) -> Iterator[tuple[str, dict[str, object]]]:
    """What an example expects and does not get: messages with what fills them."""
    try:
        answers = situation.read_answers(package, example.answers)
    except InvalidError as error:
        yield "cannot be answered: %(questions)s", {"questions": _list(error.fields)}
        return
    found = situation.guide(package, answers)
    if found.next is not None:
        yield "leaves the question %(question)s open", {"question": found.next.id}
    items = tuple(i.matter.id for i in found.items)
    if items != example.items:
        yield "expects the matters %(wanted)s, gets %(got)s", {"wanted": _list(example.items), "got": _list(items)}
    uploads = tuple(m.material.id for m in found.asked)
    if uploads != example.uploads:
        yield "expects to ask for %(wanted)s, asks for %(got)s", {
            "wanted": _list(example.uploads), "got": _list(uploads)}  # fmt: skip
    days = found.saving.together.days
    if days != example.days:
        yield "expects %(wanted)s working days, gets %(got)s", {"wanted": example.days, "got": days}


def _said(answers: Answers) -> str:
    return ", ".join(f"{name} = {value}" for name, value in answers.items()) or "(no question)"


def _list(values: Any) -> str:
    ordered = values if isinstance(values, tuple) else sorted(values)
    return ", ".join(ordered) or "none"
