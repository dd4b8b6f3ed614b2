"""How conditions are written: tokens, grammar (recursive descent) and the stable text form.

or      := and {"or" and}              and  := unary {"and" unary}          unary := "not" unary | test
test    := "true" | "false" | "(" or ")" | "is known" "(" name ")" | name | side op side
         | name "between" literal "and" literal | name ["not"] "in" set | name "has" text
set     := "(" literal {"," literal} ")" | ("[" | "(") literal ".." literal ("]" | ")")
literal := number | text | date("YYYY-MM-DD") | "true" | "false"
"""

import re
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from types import UnionType
from typing import Any, NoReturn

from liangxi.kit.errors import InvalidError

LONGEST = 2000
DEEPEST = 30

Value = bool | int | Decimal | str | date


@dataclass(frozen=True, slots=True)
class Constant:
    value: bool


@dataclass(frozen=True, slots=True)
class Name:
    name: str


@dataclass(frozen=True, slots=True)
class Flag:
    name: str


@dataclass(frozen=True, slots=True)
class Known:
    name: str


@dataclass(frozen=True, slots=True)
class Compare:
    name: str
    operator: str
    right: Value | Name


@dataclass(frozen=True, slots=True)
class Range:
    name: str
    low: Value
    high: Value
    low_open: bool = False
    high_open: bool = False


@dataclass(frozen=True, slots=True)
class Member:
    name: str
    literals: tuple[Value, ...]


@dataclass(frozen=True, slots=True)
class Has:
    name: str
    literal: str


@dataclass(frozen=True, slots=True)
class Not:
    part: "Node"


@dataclass(frozen=True, slots=True)
class And:
    parts: tuple["Node", ...]


@dataclass(frozen=True, slots=True)
class Or:
    parts: tuple["Node", ...]


Node = Constant | Flag | Known | Compare | Range | Member | Has | Not | And | Or

_TOKEN = re.compile(
    r"""\s*(?:(?P<known>is\s+known\b)
    |(?P<number>-?\d+(?:\.\d+)?)
    |(?P<text>"[^"]*"|'[^']*')
    |(?P<name>[A-Za-z_][A-Za-z0-9_]*(?:[.-][A-Za-z0-9_]+)*)
    |(?P<mark><=|>=|!=|\.\.|[=<>()\[\],])
    |(?P<wrong>\S))""",
    re.VERBOSE,
)
_WORDS = frozenset({"and", "or", "not", "in", "between", "has", "true", "false", "is"})
_FLIP = {"=": "=", "!=": "!=", "<": ">", "<=": ">=", ">": "<", ">=": "<="}

# Each message stands whole, so that it can be translated.
_COMPARE_WITH_ONE = 'Character %(position)s of the condition: write one "=" to compare.'
_WORDS_FOR_LOGIC = "Character %(position)s of the condition: write and, or, not as words."
_HALF_WIDTH = "Character %(position)s of the condition: write operators and quotes in half-width characters."
_OPEN_QUOTE = "Character %(position)s of the condition: the quote is not closed."
_NO_ARITHMETIC = "Character %(position)s of the condition: there is no arithmetic here; compare values as they are."
_UNEXPECTED = "Character %(position)s of the condition: %(found)s was not expected here."
_ENDS_EARLY = "Character %(position)s of the condition: something is missing at the end."
_NEEDS_NAME = "Character %(position)s of the condition: a question's name must stand here."
_NEEDS_LITERAL = "Character %(position)s of the condition: a number, a quoted text or a date must stand here."
_QUOTE_TEXT = 'Character %(position)s of the condition: put texts in quotes, such as "%(found)s".'
_BAD_DATE = 'Character %(position)s of the condition: write a date as date("2026-11-23").'
_BAD_RANGE = "Character %(position)s of the condition: the range begins after its end."
_MIXED = "Character %(position)s of the condition: the values of a list must be of one type."
_TOO_LONG = "The condition is longer than %(limit)s characters."
_TOO_DEEP = "Character %(position)s of the condition: more than %(limit)s parentheses deep."


@dataclass(frozen=True, slots=True)
class _Token:
    kind: str
    text: str
    position: int


def _fail(message: str, position: int, **params: object) -> NoReturn:
    raise InvalidError("conditions.syntax", message, {"position": position, **params})


def _complain(text: str, at: int) -> NoReturn:
    character = text[at]
    if character in "\"'":
        _fail(_OPEN_QUOTE, at + 1)
    if character in "&|!":
        _fail(_WORDS_FOR_LOGIC, at + 1)
    if character in "+-*/%":
        _fail(_NO_ARITHMETIC, at + 1)
    if ord(character) > 0x7F:
        _fail(_HALF_WIDTH, at + 1)
    _fail(_UNEXPECTED, at + 1, found=character)


def _tokens(text: str) -> list[_Token]:
    if len(text) > LONGEST:
        raise InvalidError("conditions.syntax", _TOO_LONG, {"position": LONGEST, "limit": LONGEST})
    found, at = [], 0
    while match := _TOKEN.match(text, at):
        kind = match.lastgroup or ""
        if kind == "wrong":
            _complain(text, match.start(kind))
        if kind == "name" and match[kind] in _WORDS:
            kind = "word"
        found.append(_Token(kind, match[match.lastgroup or 0], match.start(match.lastgroup or 0) + 1))
        at = match.end()
    found.append(_Token("end", "", len(text) + 1))
    return found


def parse(text: str) -> Node:
    """The tree of `text`; raises InvalidError `conditions.syntax`."""
    parser = _Parser(_tokens(text))
    node = parser.any_of()
    parser.expect("end", "")
    return node


class _Parser:
    def __init__(self, tokens: list[_Token]) -> None:
        self.tokens = tokens
        self.index = 0
        self.depth = 0

    @property
    def next(self) -> _Token:
        return self.tokens[self.index]

    def take(self) -> _Token:
        token = self.tokens[self.index]
        self.index += 1
        return token

    def accept(self, kind: str, *texts: str) -> _Token | None:
        return self.take() if self.next.kind == kind and (not texts or self.next.text in texts) else None

    def expect(self, kind: str, text: str) -> None:
        if not self.accept(kind, text):
            self.refuse()

    def refuse(self, message: str = _UNEXPECTED) -> NoReturn:
        token = self.next
        before = self.tokens[self.index - 1] if self.index else token
        if token.kind == "end":
            _fail(_ENDS_EARLY, token.position)
        if token.text == before.text == "=" and token is not before:
            _fail(_COMPARE_WITH_ONE, token.position)
        _fail(message, token.position, found=token.text)

    def any_of(self) -> Node:
        self.depth += 1
        if self.depth > DEEPEST:
            _fail(_TOO_DEEP, self.next.position, limit=DEEPEST)
        parts = [self.all_of()]
        while self.accept("word", "or"):
            parts.append(self.all_of())
        self.depth -= 1
        return _joined(Or, parts)

    def all_of(self) -> Node:
        parts = [self.unary()]
        while self.accept("word", "and"):
            parts.append(self.unary())
        return _joined(And, parts)

    def unary(self) -> Node:
        turns = 0
        while self.accept("word", "not"):
            turns += 1
        node = self.test()
        return _negated(node) if turns % 2 else node

    def test(self) -> Node:
        if self.accept("mark", "("):
            node = self.any_of()
            self.expect("mark", ")")
            return node
        if self.accept("known"):
            self.expect("mark", "(")
            name = self.name()
            self.expect("mark", ")")
            return Known(name)
        if token := self.accept("word", "true", "false"):
            return Constant(token.text == "true")
        if self.next.kind in {"number", "text"} or self.next.text == "date":
            literal = self.literal()
            return Compare(operator=_FLIP[self.operator()], name=self.name(), right=literal)
        return self.about(self.name())

    def about(self, name: str) -> Node:
        """What is said about `name`, which has just been read."""
        if self.next.kind == "mark" and self.next.text in _FLIP:
            return Compare(name, self.operator(), self.side())
        if self.accept("word", "between"):
            start, low = self.next.position, self.literal()
            self.expect("word", "and")
            return _range(start, Range(name, low, self.literal()))
        if self.accept("word", "has"):
            if self.next.kind != "text":
                self.refuse(_NEEDS_LITERAL)
            return Has(name, str(self.literal()))
        if self.accept("word", "not"):
            self.expect("word", "in")
            return _negated(self.among(name))
        return self.among(name) if self.accept("word", "in") else Flag(name)

    def among(self, name: str) -> Node:
        start = self.next.position
        opening = self.accept("mark", "(", "[")
        if not opening:
            self.refuse()
        literals = [self.literal()]
        if self.accept("mark", ".."):
            high = self.literal()
            closing = self.accept("mark", ")", "]")
            if not closing:
                self.refuse()
            return _range(start, Range(name, literals[0], high, opening.text == "(", closing.text == ")"))
        while self.accept("mark", ","):
            literals.append(self.literal())
        self.expect("mark", ")" if opening.text == "(" else "]")
        if len({_kind(literal) for literal in literals}) > 1:
            _fail(_MIXED, start)
        return Member(name, tuple(dict.fromkeys(literals)))

    def operator(self) -> str:
        token = self.accept("mark", *_FLIP)
        if not token:
            self.refuse()
        return token.text

    def side(self) -> Value | Name:
        if self.next.kind == "name" and self.next.text != "date":
            return Name(self.take().text)
        return self.literal()

    def name(self) -> str:
        token = self.accept("name")
        if not token:
            self.refuse(_NEEDS_NAME)
        return token.text

    def literal(self) -> Value:
        token = self.next
        if token.kind == "number":
            self.take()
            return _number(token.text)
        if token.kind == "text":
            self.take()
            return token.text[1:-1]
        if self.accept("word", "true", "false"):
            return token.text == "true"
        if token.kind == "name" and token.text == "date":
            return self.day()
        return self.refuse(_QUOTE_TEXT if token.kind == "name" else _NEEDS_LITERAL)

    def day(self) -> date:
        start = self.take().position
        self.expect("mark", "(")
        token = self.accept("text")
        if not token:
            _fail(_BAD_DATE, start)
        self.expect("mark", ")")
        try:
            return date.fromisoformat(token.text[1:-1])
        except ValueError:
            _fail(_BAD_DATE, token.position)


def _joined(kind: type[And] | type[Or], parts: list[Node]) -> Node:
    flat: list[Node] = []
    for part in parts:
        flat += part.parts if isinstance(part, kind) else [part]
    return flat[0] if len(flat) == 1 else kind(tuple(flat))


def _negated(node: Node) -> Node:
    return node.part if isinstance(node, Not) else Not(node)


def _number(text: str) -> int | Decimal:
    value = Decimal(text)
    return int(value) if value == value.to_integral_value() else value


def _kind(value: Value) -> str:
    return "number" if isinstance(value, int | Decimal) and not isinstance(value, bool) else type(value).__name__


def _range(position: int, node: Range) -> Range:
    if _kind(node.low) != _kind(node.high) or _kind(node.low) not in {"number", "date"}:
        _fail(_MIXED, position)
    low: Any = node.low
    if low > node.high:
        _fail(_BAD_RANGE, position)
    return node


def text_of(node: Node) -> str:
    """The stable text of a tree: one spelling for each meaning."""
    match node:
        case Constant(value):
            return _written(value)
        case Flag(name):
            return name
        case Known(name):
            return f"is known({name})"
        case Compare(name, operator, right):
            return f"{name} {operator} {right.name if isinstance(right, Name) else _written(right)}"
        case Has(name, literal):
            return f"{name} has {_written(literal)}"
        case _:
            return _compound(node)


def _compound(node: Node) -> str:
    match node:
        case Range(name, low, high, False, False):
            return f"{name} between {_written(low)} and {_written(high)}"
        case Range(name, low, high, low_open, high_open):
            return f"{name} in {'(' if low_open else '['}{_written(low)}..{_written(high)}{')' if high_open else ']'}"
        case Member(name, literals):
            return f"{name} in ({', '.join(map(_written, literals))})"
        case Not(part):
            return f"not {_wrapped(part, And | Or)}"
        case And(parts):
            return " and ".join(_wrapped(part, Or) for part in parts)
        case Or(parts):
            return " or ".join(map(text_of, parts))
        case _:
            raise TypeError(node)


def _wrapped(node: Node, looser: type | UnionType) -> str:
    return f"({text_of(node)})" if isinstance(node, looser) else text_of(node)


def _written(value: Value) -> str:
    match value:
        case bool():
            return "true" if value else "false"
        case str():
            return f"'{value}'" if '"' in value else f'"{value}"'
        case date():
            return f'date("{value.isoformat()}")'
        case _:
            return f"{value:f}" if isinstance(value, Decimal) else str(value)
