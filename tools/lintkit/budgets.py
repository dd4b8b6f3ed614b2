"""Sizes: a file of 400 lines, a function of 40, 6 arguments. (Complexity 8 is held by ruff.)"""

import ast
from collections.abc import Iterator
from pathlib import Path

from tools.lintkit.faults import Fault
from tools.lintkit.source import Module, modules

FILE_LINES = 400
FUNCTION_LINES = 40  # without its docstring and decorators
ARGUMENTS = 6  # a function whose arguments are all keywords (a face, a value's maker) may take twice as many
Function = ast.FunctionDef | ast.AsyncFunctionDef


def faults(root: Path) -> Iterator[Fault]:
    """Files, functions and argument lists over their budget."""
    for module in modules(root, "src/liangxi", "tools", "tests"):
        lines = module.text.count("\n")
        if lines > FILE_LINES:
            yield Fault("budgets", module.where, f"{lines} lines, a file may have {FILE_LINES}")
        for node in ast.walk(module.tree):
            if isinstance(node, Function):
                yield from _of_function(module, node)


def _of_function(module: Module, node: Function) -> Iterator[Fault]:
    where = f"{module.where}:{node.name}"
    lines = (node.end_lineno or node.lineno) - node.lineno + 1 - _docstring_lines(node)
    if lines > FUNCTION_LINES:
        yield Fault("budgets", where, f"{lines} lines, a function may have {FUNCTION_LINES}")
    if module.where.startswith("tests/"):
        return  # a test asks for as many fixtures as it needs
    positional = [a.arg for a in (*node.args.posonlyargs, *node.args.args) if a.arg not in ("self", "cls")]
    count = len(positional) + len(node.args.kwonlyargs)
    limit = ARGUMENTS if positional else 2 * ARGUMENTS
    if count > limit:
        yield Fault("budgets", where, f"{count} arguments, a function may take {limit}")


def _docstring_lines(node: Function) -> int:
    first = node.body[0]
    if ast.get_docstring(node, clean=False) is None:
        return 0
    return (first.end_lineno or first.lineno) - first.lineno + 1
