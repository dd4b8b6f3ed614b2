"""Decision tables of a DMN file as conditions (OMG DMN 1.1 to 1.5, chapter 8). Pure; nothing is fetched.

| hit policy | becomes |
|---|---|
| U unique | the rules that give a value, after a proof that no two rules hit together |
| A any | the same, where rules that hit together give the same |
| F first | a rule counts where no earlier one with another value hits |
| C collect (without an aggregation) | each rule that gives a value |

P, R, O and aggregations order or count what conditions only choose, and are refused. Where no rule hits, no condition
holds, except that of a default output.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import combinations, product
from math import prod
from typing import Any
from xml.etree.ElementTree import Element  # a type only

from defusedxml import DefusedXmlException
from defusedxml.ElementTree import ParseError, fromstring

from liangxi.kit import conditions
from liangxi.kit.condition_syntax import Node
from liangxi.kit.conditions import Condition
from liangxi.kit.errors import InvalidError
from liangxi.systems.onething.rules import feel
from liangxi.systems.onething.shapes.decisions import Decision, DecisionFault, Decisions, OutputCondition

_POLICIES = {"UNIQUE": "U", "ANY": "A", "FIRST": "F", "COLLECT": "C"}
_MOST_RULES, _MOST_CELLS = 200, 5_000


@dataclass(frozen=True, slots=True)
class _Rule:
    """A row: its number from 1, when it hits, what it gives to each output (as written; "": nothing)."""

    number: int
    hits: Node
    gives: tuple[str, ...]


class _UnmappableError(Exception):
    """A fault on the way."""

    def __init__(self, where: str, reason: str, **params: object) -> None:
        self.fault = DecisionFault(where, reason, params)
        super().__init__(self.fault.text)


def read(content: bytes, types: Mapping[str, str] | None = None) -> Decisions:
    """The decision tables in a file, or everything that cannot be taken over.

    `types` are the condition types of the questions of a package (number, text, bool); without them any name serves.
    """
    try:
        root = fromstring(content, forbid_dtd=True)
    except (ParseError, DefusedXmlException, ValueError, LookupError) as error:
        return Decisions((), (DecisionFault("file", "is no XML that may be read: %(why)s", {"why": error}),))
    tables = [(one, table) for one in _all(root, "decision") if (table := _child(one, "decisionTable")) is not None]
    if not tables:
        return Decisions((), (DecisionFault("file", "holds no decision table"),))
    found: list[Decision] = []
    faults: list[DecisionFault] = []
    for decision, table in tables:
        name = decision.get("name") or decision.get("id") or "decision"
        try:
            found.append(_decision(name, table, types))
        except _UnmappableError as error:
            faults.append(error.fault)
    return Decisions(() if faults else tuple(found), tuple(faults))


def _decision(name: str, table: Element, types: Mapping[str, str] | None) -> Decision:
    policy = table.get("hitPolicy", "UNIQUE")
    if policy not in _POLICIES or table.get("aggregation"):
        said = f"{policy} {table.get('aggregation', '')}".strip()
        raise _UnmappableError(name, "the hit policy %(policy)s has no condition; use U, F, A or C", policy=said)
    inputs = [_input(name, number, one, types) for number, one in enumerate(_all(table, "input"), 1)]
    outputs = [one.get("name") or one.get("label") or name for one in _all(table, "output")]
    elements = _all(table, "rule")
    if len(elements) > _MOST_RULES:
        raise _UnmappableError(name, "has more than %(most)s rules", most=_MOST_RULES)
    rules = [_rule(name, number, one, inputs, len(outputs)) for number, one in enumerate(elements, 1)]
    if policy in ("UNIQUE", "ANY"):
        _prove(name, rules, are_equal_allowed=policy == "ANY")
    given: list[OutputCondition] = []
    for place, output in enumerate(_all(table, "output")):
        default = _default(f"{name}, output {place + 1}", output)
        given += _output(name, outputs[place], place, rules, default, is_first=policy == "FIRST")
    if types is not None:
        _check_types(name, given, types)
    return Decision(name, _POLICIES[policy], tuple(given))


def _check_types(name: str, given: list[OutputCondition], types: Mapping[str, str]) -> None:
    for one in given:
        try:
            one.condition.check(types)
        except InvalidError as error:
            raise _UnmappableError(f"{name}, {one.output}", error.message, **error.params) from error


def _input(name: str, number: int, element: Element, types: Mapping[str, str] | None) -> str:
    where, expression = f"{name}, input {number}", _child(element, "inputExpression")
    text = _text(expression)
    if not feel.is_name(text):
        raise _UnmappableError(where, "%(text)s is no question: write the id of one", text=text or "(empty)")
    if types is not None and text not in types:
        raise _UnmappableError(where, "the package has no question %(text)s", text=text)
    return text


def _rule(name: str, number: int, element: Element, inputs: list[str], outputs: int) -> _Rule:
    where = f"{name}, rule {number}"
    tests, gives = (_all(element, part) for part in ("inputEntry", "outputEntry"))
    if len(tests) != len(inputs) or len(gives) != outputs:
        raise _UnmappableError(where, "has not as many entries as the table has columns")
    hits = []
    for place, (question, test) in enumerate(zip(inputs, tests, strict=True), 1):
        try:
            hits.append(feel.unary_tests(question, _text(test)))
        except InvalidError as error:
            why = error.message % error.params if error.params else error.message
            params = {"text": _text(test), "why": why}
            raise _UnmappableError(f"{where}, input {place}", "%(text)s: %(why)s", **params) from error
    return _Rule(
        number, feel.all_of(hits), tuple(_literal(f"{where}, output {n}", one) for n, one in enumerate(gives, 1))
    )


def _literal(where: str, element: Element) -> str:
    text = _text(element)
    if text in ("", "-", "null"):
        return ""
    value = feel.literal(text)
    if value is None:
        raise _UnmappableError(
            where, "%(text)s is computed; only a text, a number, true or false can be chosen", text=text
        )
    return value


def _default(where: str, output: Element) -> str:
    entry = _child(output, "defaultOutputEntry")
    return "" if entry is None else _literal(where, entry)


def _output(
    name: str, output: str, place: int, rules: list[_Rule], default: str, *, is_first: bool
) -> Iterator[OutputCondition]:
    """When an output has each of its values; `false` needs no condition of its own."""
    values = dict.fromkeys([*(rule.gives[place] for rule in rules), default])
    for value in values:
        if value in ("", "false"):
            continue
        hits = [_counted(rule, rules, place, is_first=is_first) for rule in rules if rule.gives[place] == value]
        if value == default:
            hits.append(feel.negated(feel.any_of([rule.hits for rule in rules])))
        try:
            yield OutputCondition(output, value, feel.condition(feel.any_of(hits)))
        except InvalidError as error:
            raise _UnmappableError(f"{name}, {output}", error.message, **error.params) from error


def _counted(rule: _Rule, rules: list[_Rule], place: int, *, is_first: bool) -> Node:
    """When a rule counts: with `first`, where no earlier rule with another value hits."""
    if not is_first:
        return rule.hits
    earlier = [one.hits for one in rules[: rule.number - 1] if one.gives[place] != rule.gives[place]]
    return feel.all_of([rule.hits, *(feel.negated(one) for one in earlier)])


def _prove(name: str, rules: list[_Rule], *, are_equal_allowed: bool) -> None:
    """No two rules hit together (that give different values); the first pair that does is told with an example."""
    for one, other in combinations(rules, 2):
        if are_equal_allowed and one.gives == other.gives:
            continue
        pair = Condition(one.hits), Condition(other.hits)
        cells = conditions.cells(pair)
        if prod(len(values) for values in cells.values()) > _MOST_CELLS:
            raise _UnmappableError(name, "rules %(one)s and %(other)s cannot be compared: too many inputs",
                              one=one.number, other=other.number)  # fmt: skip
        for values in product(*cells.values()):
            answers: dict[str, Any] = dict(zip(cells, values, strict=True))
            if all(each.evaluate(answers) for each in pair):
                said = ", ".join(f"{key} = {value}" for key, value in answers.items())
                raise _UnmappableError(name, "rules %(one)s and %(other)s hit together: %(example)s",
                                  one=one.number, other=other.number, example=said)  # fmt: skip


def _all(element: Element, name: str) -> list[Element]:
    """Children of that name in any version of DMN; below the root, decisions at any depth."""
    found = element.iter() if name == "decision" else element
    return [one for one in found if isinstance(one.tag, str) and one.tag.rpartition("}")[2] == name]


def _child(element: Element, name: str) -> Element | None:
    return next(iter(_all(element, name)), None)


def _text(element: Element | None) -> str:
    inner = _child(element, "text") if element is not None else None
    return (inner.text or "").strip() if inner is not None else ""
