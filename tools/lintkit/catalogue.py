"""The Chinese catalogue is complete: every msgid of a template or a module has a translation that keeps its fields."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

from django.utils.translation.template import templatize

from tools.lintkit.faults import Fault
from tools.lintkit.source import Module, modules

_MARKS = frozenset({"gettext", "gettext_lazy", "gettext_noop", "ngettext", "ngettext_lazy", "_", "_n"})
_CONTEXT_MARKS = frozenset({"pgettext", "pgettext_lazy", "npgettext", "npgettext_lazy"})
_STRING = r"""(?:u?'(?:[^'\\]|\\.)*'|u?"(?:[^"\\]|\\.)*")"""
_CALL = re.compile(rf"\b(n?p?gettext|_)\(({_STRING}(?:,\s*{_STRING})*)")
_FIELD = re.compile(r"%\(\w+\)[sd]|\{\w+\}")
_PLURALS = 2


def faults(root: Path) -> Iterator[Fault]:
    """Msgids without a Chinese translation, and translations that lost or invented a field."""
    known = catalogue(root)
    for where, msgid in messages(root):
        translated = known.get(msgid, "")
        if not translated:
            yield Fault("catalogue", where, f"no Chinese translation of {msgid!r}")
        elif set(_FIELD.findall(translated)) - set(_FIELD.findall(msgid)):
            yield Fault("catalogue", where, f"the translation of {msgid!r} has fields that the msgid has not")


def catalogue(root: Path) -> dict[str, str]:
    """msgid -> Chinese, from the catalogues of all rooms (Django merges them the same way)."""
    found: dict[str, str] = {}
    for path in sorted((root / "src/liangxi").rglob("locale/zh_Hans/LC_MESSAGES/*.po")):
        found |= {msgid: text for msgid, text in read_po(path).items() if text}
    return found


def read_po(path: Path) -> dict[str, str]:
    """The entries of one catalogue, msgid -> msgstr (the first form of a plural); obsolete and fuzzy ones left out."""
    found: dict[str, str] = {}
    for block in re.split(r"\n\s*\n", path.read_text()):
        lines = [line for line in block.splitlines() if not line.startswith("#")]
        if re.search(r"^#,.*\bfuzzy\b", block, re.MULTILINE):
            continue
        entry: dict[str, str] = {}
        key = ""
        for line in lines:
            word, _, rest = line.partition(" ") if not line.startswith('"') else (key, "", line)
            key = word
            entry[key] = entry.get(key, "") + str(ast.literal_eval(rest.strip()))
        for part in ("msgid", "msgid_plural"):
            if entry.get(part):
                found[entry[part]] = entry.get("msgstr") or entry.get("msgstr[0]", "")
    return found


def messages(root: Path) -> Iterator[tuple[str, str]]:
    """Every (place, msgid) of the templates and modules."""
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
            texts = [_constant(argument) for argument in node.args]
            if name in _MARKS:
                yield from filter(None, texts[: _PLURALS if name.startswith("n") else 1])
            elif name in _CONTEXT_MARKS:
                yield from filter(None, texts[1:2])
            elif name.endswith("Error") and len(texts) > 1 and "." in (texts[0] or "") and texts[1]:
                yield texts[1]  # HouseError(code, message): the message is a msgid


def _of_template(text: str) -> Iterator[str]:
    for call in _CALL.finditer(templatize(text)):
        strings = [str(ast.literal_eval(s.removeprefix("u"))) for s in re.findall(_STRING, call[2])]
        yield from strings[1:2] if "p" in call[1] else strings[: _PLURALS if call[1].startswith("n") else 1]


def _constant(node: ast.expr) -> str | None:
    return node.value if isinstance(node, ast.Constant) and isinstance(node.value, str) else None
