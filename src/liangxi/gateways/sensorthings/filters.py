"""OData's expressions (ABNF of OData 4.0, with what SensorThings adds) as the door of sensing takes them."""

import re
from collections.abc import Mapping
from datetime import UTC, datetime
from functools import partial, reduce
from typing import Any

from odata_query import ast
from odata_query.exceptions import ODataException
from odata_query.grammar import ODataLexer, ODataParser

from liangxi.kit.errors import InvalidError
from liangxi.systems.sensing.shapes.observatory import Call, Expression, Geometry, Interval, Path, Value

_OPERATORS: Mapping[type, str] = {
    ast.Eq: "eq", ast.NotEq: "ne", ast.Lt: "lt", ast.LtE: "le", ast.Gt: "gt", ast.GtE: "ge", ast.And: "and",
    ast.Or: "or", ast.Add: "add", ast.Sub: "sub", ast.Mult: "mul", ast.Div: "div", ast.Mod: "mod", ast.Not: "not",
    ast.USub: "neg",
}  # fmt: skip
_MOMENT = r"\d{4}-\d\d-\d\dT\d\d:\d\d(?::\d\d(?:\.\d+)?)?(?:Z|[+-]\d\d:\d\d)"
_SPAN = re.compile(rf"({_MOMENT})/({_MOMENT})")
_QUOTED = re.compile(r"('(?:[^']|'')*')")
LONGEST = 20_000  # characters of an expression
DEEPEST = 60


def _parser() -> ODataParser:
    """OData's own, with whatever functions are called: which there are is for sensing to say."""
    parser = ODataParser()
    parser._function_call = ast.Call  # type: ignore[method-assign]
    return parser


def refused(option: str, why: str) -> InvalidError:
    """An option of the query that is not right."""
    return InvalidError("sta.option", "%(option)s: %(why)s", {"option": option, "why": why}, fields={option: why})


def expression(text: str, option: str) -> Expression:
    """What an expression says; InvalidError `sta.option` for what is none."""
    if len(text) > LONGEST:
        raise refused(option, "The expression is too long.")
    try:
        found = _parser().parse(ODataLexer().tokenize(_prepared(text)))
        return _turned(found, {}, 0)
    except (ODataException, RecursionError, NotImplementedError) as error:
        raise refused(option, " ".join(str(error).split())[:300] or "It cannot be read.") from error
    except (ValueError, TypeError, AttributeError) as error:
        raise refused(option, "It cannot be read.") from error


def _prepared(text: str) -> str:
    """What SensorThings writes otherwise than OData, outside of quotes: `@iot.id`, and intervals."""
    parts = _QUOTED.split(text)
    for at in range(0, len(parts), 2):
        parts[at] = _SPAN.sub(r"interval(\1,\2)", parts[at].replace("@iot.id", "id"))
    return "".join(parts).strip()


def _turned(node: Any, names: Mapping[str, tuple[str, ...]], depth: int) -> Expression:
    if depth > DEEPEST:
        raise refused("$filter", "The expression is nested too deeply.")
    turn = partial(_turned, names=names, depth=depth + 1)
    found: Expression
    match node:
        case ast.Compare(comparator=ast.In(), left=left, right=ast.List(val=values)):
            each = [Call("eq", (turn(left), turn(one))) for one in values]
            found = reduce(lambda some, one: Call("or", (some, one)), each)
        case ast.Compare() | ast.BinOp() | ast.BoolOp():
            found = Call(_OPERATORS[type(_operator(node))], (turn(node.left), turn(node.right)))
        case ast.UnaryOp(op=op, operand=operand):
            found = Call(_OPERATORS[type(op)], (turn(operand),))
        case ast.Identifier() | ast.Attribute():
            found = _path(node, names)
        case ast.CollectionLambda(owner=owner, operator=operator, lambda_=body):
            found = _any(owner, operator, body, names, depth + 1)
        case ast.Call(func=func, args=args):
            found = _called(_name(func), [turn(arg) for arg in args])
        case _:
            found = Value(_literal(node))
    return found


def _operator(node: Any) -> Any:
    return node.comparator if isinstance(node, ast.Compare) else node.op


def _name(one: ast.Identifier) -> str:
    return ".".join((*one.namespace, one.name))


def _called(name: str, args: list[Expression]) -> Expression:
    if name == "interval" and len(args) == 2:
        start, end = (one.value for one in args if isinstance(one, Value))
        return Value(Interval(start, end))
    return Call(name, tuple(args))


def _any(owner: Any, operator: Any, body: Any, names: Mapping[str, tuple[str, ...]], depth: int) -> Expression:
    path = _path(owner, names)
    if body is None:
        return Call("any", (path, Call("ne", (Path((*path.steps, "id")), Value(None)))))
    held = _turned(body.expression, {**names, body.identifier.name: path.steps}, depth)
    if isinstance(operator, ast.All):
        return Call("not", (Call("any", (path, Call("not", (held,)))),))
    return Call("any", (path, held))


def _path(node: Any, names: Mapping[str, tuple[str, ...]]) -> Path:
    steps: list[str] = []
    while isinstance(node, ast.Attribute):
        steps.append(node.attr)
        node = node.owner
    first = _name(node)
    return Path((*names.get(first, (first,)), *reversed(steps)))


def _literal(node: Any) -> Any:
    if isinstance(node, ast.Geography):
        return Geometry(str(node.val))
    value = node.py_val
    if isinstance(value, datetime) and value.tzinfo is None:
        return value.replace(tzinfo=UTC)
    return value
