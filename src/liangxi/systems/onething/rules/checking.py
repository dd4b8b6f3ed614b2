"""What must hold of a package before a city may publish it. Every situation is enumerated, none is sampled."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from liangxi.kit import conditions
from liangxi.kit.conditions import Condition
from liangxi.kit.errors import InvalidError
from liangxi.systems.onething.rules import situation
from liangxi.systems.onething.shapes import Answers, Example, Item, Package, Question, Saving

Path = tuple[str | int, ...]
_CONDITION_TYPES = {"bool": "bool", "number": "number", "choice": "text"}


@dataclass(frozen=True, slots=True)
class Finding:
    """A fault of a package: where it is (path inside the file), what is wrong and how to mend it."""

    path: Path
    message: str
    hint: str


def situations(package: Package) -> Iterator[Answers]:
    """Every complete set of answers that the package's conditions can tell apart."""
    values = conditions.cells(_all_conditions(package))
    yield from _extend(package, {}, values)


def _extend(package: Package, answers: dict[str, Any], cells: dict[str, tuple[Any, ...]]) -> Iterator[Answers]:
    following = next((q for q in situation.relevant_questions(package, answers) if q.id not in answers), None)
    if following is None:
        yield answers
        return
    for value in _values(following, cells.get(following.id, ())):
        yield from _extend(package, {**answers, following.id: value}, cells)


def _values(question: Question, cells: tuple[Any, ...]) -> tuple[Any, ...]:
    if question.type == "bool":
        return (True, False)
    if question.type == "choice":
        return tuple(value for value, _ in question.options)
    low, high = question.minimum, question.maximum
    inside = tuple(v for v in cells if (low is None or v >= low) and (high is None or v <= high))
    return inside or (low if low is not None else 0,)


def _all_conditions(package: Package) -> tuple[Condition, ...]:
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
    every = tuple(situations(package))
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
    for n, item in enumerate(package.items):
        for key in set(item.after) - known:
            yield Finding(
                ("items", n, "after"), f"waits for {key}, which is not in this package", f"known: {_list(known)}"
            )
    for n, field in enumerate(package.fields):
        for key in set(field.items) - known:
            yield Finding(("form", n, "for"), f"names {key}, which is not in this package", f"known: {_list(known)}")
    for n, material in enumerate(package.materials):
        for key in set(material.items) - known:
            yield Finding(
                ("materials", n, "for"), f"names {key}, which is not in this package", f"known: {_list(known)}"
            )
        if "commitment" in material.ways and not material.commitment:
            yield Finding(
                ("materials", n), "may be replaced by a commitment that has no text", "add `commitment: {zh, en}`"
            )


def _conditions(package: Package) -> Iterator[Finding]:
    types = {q.id: _CONDITION_TYPES[q.type] for q in package.questions}
    for path, condition in _placed_conditions(package):
        try:
            condition.check(types)
        except InvalidError as error:
            yield Finding(path, error.message % error.params, f"questions: {_list(types)}")


def _circles(package: Package, every: tuple[Answers, ...]) -> Iterator[Finding]:
    for answers in every:
        try:
            situation.longest_chain(situation.chosen_items(package, answers), answers)
        except InvalidError:
            yield Finding(("items",), f"matters wait for each other in a circle in the situation {dict(answers)}",
                          "break the circle of `after`")  # fmt: skip
            return


def _dead(package: Package, every: tuple[Answers, ...]) -> Iterator[Finding]:
    alive = {item.matter.id for answers in every for item in situation.chosen_items(package, answers)}
    for n, item in enumerate(package.items):
        if item.matter.id not in alive:
            yield Finding(("items", n), f"{item.matter.id} applies in no situation", "correct its `when` or remove it")
    used = {name for condition in _all_conditions(package) for name in condition.names}
    used |= {field.source.removeprefix("ask.") for field in package.fields}
    for n, question in enumerate(package.questions):
        if question.id not in used:
            yield Finding(("ask", n), f"the answer to {question.id} decides nothing", "use it in a `when` or remove it")


def _endings(every: tuple[Answers, ...], package: Package) -> Iterator[Finding]:
    for answers in every:
        if not situation.chosen_items(package, answers):
            yield Finding(("items",), f"the situation {dict(answers)} leads to no matter", "every path must end in one")


def _results(package: Package, every: tuple[Answers, ...]) -> Iterator[Finding]:
    """In each situation: a certificate's holder is asked for, a result that somebody needs is there before."""
    told: set[tuple[int, str]] = set()
    for answers in every:
        chosen = situation.chosen_items(package, answers)
        for n, item in enumerate(package.items):
            if item in chosen:
                for message in (*_holder(package, item, answers), *_late_results(package, item, chosen, answers)):
                    told.add((n, message))
    yield from (Finding(("items", n), message, "") for n, message in sorted(told))


def _holder(package: Package, item: Item, answers: Answers) -> Iterator[str]:
    result = item.matter.result
    field = next((f for f in package.fields if result and f.id == result.holder), None)
    if result is None or field is None:
        return
    shown = field.when.evaluate(answers) is True and field.definition.get("required")
    if not shown:
        yield f"the holder {result.holder} of the certificate of {item.matter.id} is not always asked for"


def _late_results(package: Package, item: Item, chosen: tuple[Item, ...], answers: Answers) -> Iterator[str]:
    before = _ancestors(item, chosen)
    for one in situation.materials_for(package, chosen, answers):
        if one.how != "result" or item.matter.id not in one.material.items:
            continue
        givers = {other.matter.id for other in chosen if other.matter.result and other.matter.result.type == one.via}
        if not givers & (before | {item.matter.id}):
            yield f"{item.matter.id} uses the result {one.via} and does not wait for {_list(givers)}"


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
                yield Finding(("materials", n, "for"), f"{key} does not ask for {material.id} by its own rules",
                              "a package may not ask for more than its matters do")  # fmt: skip


def _coverage(package: Package) -> Iterator[Finding]:
    fields = {field.id: field.items for field in package.fields}
    offered = {m.id for m in package.materials}
    for n, item in enumerate(package.items):
        lacking = {f for f in item.matter.alone.fields if item.matter.id not in fields.get(f, ())}
        if lacking:
            yield Finding(("items", n), f"{item.matter.id} needs the fields {_list(lacking)}, which `form` lacks",
                          "add them to `form` or their `for`")  # fmt: skip
        if missing := set(item.matter.alone.materials) - offered:
            yield Finding(("items", n), f"{item.matter.id} needs the materials {_list(missing)}",
                          "list them in `materials` with the way they are satisfied")  # fmt: skip
        result = item.matter.result
        if result and (absent := {result.holder, *result.fields} - fields.keys()):
            yield Finding(("items", n), f"the certificate of {item.matter.id} states {_list(absent)}, never asked",
                          "add the fields to `form`")  # fmt: skip


def _examples(package: Package) -> Iterator[Finding]:
    for n, example in enumerate(package.examples):
        yield from (Finding(("examples", n), message, "correct the package or the example")
                    for message in broken_expectations(package, example))  # fmt: skip


def broken_expectations(package: Package, example: Example) -> Iterator[str]:
    """What an example expects and does not get."""
    answers = situation.read_answers(package, example.answers)
    found = situation.guide(package, answers)
    if found.next is not None:
        yield f"leaves the question {found.next.id} open"
    items = tuple(i.matter.id for i in found.items)
    if items != example.items:
        yield f"expects the matters {_list(example.items)}, gets {_list(items)}"
    uploads = tuple(m.material.id for m in found.asked)
    if uploads != example.uploads:
        yield f"expects to ask for {_list(example.uploads)}, asks for {_list(uploads)}"
    if found.saving.together.days != example.days:
        yield f"expects {example.days} working days, gets {found.saving.together.days}"


def _list(values: Any) -> str:
    ordered = values if isinstance(values, tuple) else sorted(values)
    return ", ".join(ordered) or "none"
