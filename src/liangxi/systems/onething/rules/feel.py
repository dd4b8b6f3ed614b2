"""The entries of a decision table as conditions: unary tests and literals of FEEL (OMG DMN 1.5, chapters 7 and 10)."""

import re
from collections.abc import Iterator

from liangxi.kit import conditions
from liangxi.kit.condition_syntax import And, Compare, Constant, Name, Node, Not, Or
from liangxi.kit.conditions import Condition
from liangxi.kit.errors import InvalidError

_NAME = re.compile(r"[a-z][a-z0-9_]*")
_NOT = re.compile(r"not\s*\((.*)\)", re.DOTALL)
_RANGE = re.compile(r"([\[\](])(.+)\.\.(.+)([\[\])])", re.DOTALL)
_COMPARE = re.compile(r"(<=|>=|<|>|!=|=)\s*(.+)", re.DOTALL)
_LITERAL = re.compile(r'"[^"]*"|-?\d+(\.\d+)?|true|false|date\("[^"]*"\)')
TRUE, FALSE = Constant(True), Constant(False)


def is_name(text: str) -> bool:
    """Whether an input expression can be a question of a package."""
    return _NAME.fullmatch(text) is not None


def literal(text: str) -> str | None:
    """An output entry that is a literal, as it is written; None for what must be computed."""
    return text.strip() if _LITERAL.fullmatch(text.strip()) else None


def unary_tests(name: str, text: str) -> Node:
    """When the tests of an input entry hold for `name`. InvalidError for what a condition cannot say."""
    stripped = text.strip()
    if stripped in ("", "-"):
        return TRUE
    if found := _NOT.fullmatch(stripped):
        return negated(any_of([_test(name, one) for one in _parts(found[1])]))
    return any_of([_test(name, one) for one in _parts(stripped)])


def _test(name: str, text: str) -> Node:
    if text == "null":
        return conditions.parse(f"not is known({name})").node
    if text in ("true", "false"):
        return conditions.parse(name if text == "true" else f"not {name}").node
    if found := _RANGE.fullmatch(text):
        opening = "(" if found[1] in "](" else "["
        closing = ")" if found[4] in "[)" else "]"
        return _parsed(f"{name} in {opening}{found[2]}..{found[3]}{closing}")
    if found := _COMPARE.fullmatch(text):
        return _parsed(f"{name} {found[1]} {found[2]}")
    return _parsed(f"{name} = {text}")


def _parsed(text: str) -> Node:
    node = conditions.parse(text).node
    if isinstance(node, And | Or) or (isinstance(node, Compare) and isinstance(node.right, Name)):
        raise InvalidError("onething.dmn", "compares with something that is no number, text or date")
    return node


def _parts(text: str) -> Iterator[str]:
    """The tests between the commas that stand outside quotes and brackets."""
    part, depth, is_quoted = "", 0, False
    for character in text:
        is_quoted ^= character == '"'
        depth += 0 if is_quoted else (character == "(") - (character == ")")
        if character == "," and depth == 0 and not is_quoted:
            yield part.strip()
            part = ""
        else:
            part += character
    yield part.strip()


def all_of(nodes: list[Node]) -> Node:
    """Every one of them."""
    kept = [part for node in nodes for part in (node.parts if isinstance(node, And) else (node,)) if node != TRUE]
    if FALSE in kept:
        return FALSE
    kept = list(dict.fromkeys(kept))
    return TRUE if not kept else kept[0] if len(kept) == 1 else And(tuple(kept))


def any_of(nodes: list[Node]) -> Node:
    """One of them at least."""
    kept = [part for node in nodes for part in (node.parts if isinstance(node, Or) else (node,)) if node != FALSE]
    if TRUE in kept:
        return TRUE
    kept = list(dict.fromkeys(kept))
    return FALSE if not kept else kept[0] if len(kept) == 1 else Or(tuple(kept))


def negated(node: Node) -> Node:
    """The contrary."""
    if isinstance(node, Constant):
        return Constant(not node.value)
    return node.part if isinstance(node, Not) else Not(node)


def condition(node: Node) -> Condition:
    """The condition of a tree, as its text is read again; InvalidError where it is too long or too deep."""
    return conditions.parse(str(Condition(node)))
