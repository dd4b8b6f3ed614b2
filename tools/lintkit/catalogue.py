"""The Chinese catalogue is complete and of one mind: every msgid of a template or a module has one translation, which
keeps its fields."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

from django.utils.translation.template import templatize

from tools.lintkit.faults import Fault
from tools.lintkit.source import Module, modules
from tools.messages import CONTEXT, parse

_MARKS = frozenset({"gettext", "gettext_lazy", "gettext_noop", "ngettext", "ngettext_lazy", "_", "_n"})
_CONTEXT_MARKS = frozenset({"pgettext", "pgettext_lazy", "npgettext", "npgettext_lazy"})
_STRING = r"""(?:u?'(?:[^'\\]|\\.)*'|u?"(?:[^"\\]|\\.)*")"""
_CALL = re.compile(rf"\b(n?p?gettext|_)\(({_STRING}(?:,\s*{_STRING})*)")
_FIELD = re.compile(r"%\(\w+\)[sd]|\{\w+\}")


def faults(root: Path) -> Iterator[Fault]:
    """Msgids without a Chinese translation or with two, and translations that lost or invented a field."""
    known: dict[str, str] = {}
    for path in sorted((root / "src/liangxi").rglob("locale/zh_Hans/LC_MESSAGES/*.po")):
        for msgid, text in _read(path).items():
            if known.setdefault(msgid, text) != text:
                where = path.relative_to(root).as_posix()
                yield Fault("catalogue", where, f"{_shown(msgid)} is {known[msgid]!r} elsewhere")
    for where, msgid in messages(root):
        translated = known.get(msgid, "")
        if not translated:
            yield Fault("catalogue", where, f"no Chinese translation of {_shown(msgid)}")
        elif set(_FIELD.findall(translated)) - set(_FIELD.findall(msgid)):
            yield Fault("catalogue", where, f"the translation of {_shown(msgid)} has fields that the msgid has not")


def _read(path: Path) -> dict[str, str]:
    """Msgid (after its context, without its plural) -> Chinese, which has one form; the header left out."""
    return {key.partition("\x00")[0]: forms[0] for key, forms in parse(path).items() if key}


def _shown(key: str) -> str:
    context, _, msgid = key.rpartition(CONTEXT)
    return f"{msgid!r} ({context})" if context else repr(msgid)


def messages(root: Path) -> Iterator[tuple[str, str]]:
    """Every (place, msgid after its context) of the templates and modules."""
    for module in modules(root):
        for msgid in _of_module(module):
            yield module.where, msgid
    for path in sorted((root / "src/liangxi").rglob("templates/**/*")):
        if path.suffix in (".html", ".txt"):
            for msgid in _of_template(path.read_text()):
                yield path.relative_to(root).as_posix(), msgid


def _of_module(module: Module) -> Iterator[str]:
    for node in ast.walk(module.tree):
        if isinstance(node, ast.Call):
            name = ast.unparse(node.func).split(".")[-1]
            texts = [_constant(argument) or "" for argument in node.args]
            if name in _MARKS and texts and texts[0]:
                yield texts[0]
            elif name in _CONTEXT_MARKS and len(texts) > 1 and texts[1]:
                yield f"{texts[0]}{CONTEXT}{texts[1]}"
            elif name.endswith("Error") and len(texts) > 1 and "." in texts[0] and texts[1]:
                yield texts[1]  # HouseError(code, message): the message is a msgid


def _of_template(text: str) -> Iterator[str]:
    for call in _CALL.finditer(templatize(text)):
        strings = [str(ast.literal_eval(s.removeprefix("u"))) for s in re.findall(_STRING, call[2])]
        yield CONTEXT.join(strings[:2]) if "p" in call[1] else strings[0]


def _constant(node: ast.expr) -> str | None:
    return node.value if isinstance(node, ast.Constant) and isinstance(node.value, str) else None
