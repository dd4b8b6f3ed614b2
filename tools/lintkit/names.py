"""Names: no file is called after nothing, every word of a name is in the glossary or plain English; no signals."""

import ast
import csv
from collections.abc import Iterator
from pathlib import Path

from tools.lintkit.faults import Fault
from tools.lintkit.source import Module, modules, words

FORBIDDEN = frozenset({"utils", "util", "helpers", "helper", "manager", "managers", "base", "common", "misc"})
SIGNALS = ("django.dispatch", "django.db.models.signals", "django.core.signals", "django.contrib.auth.signals")
GLOSSARY = "cities/wuxi/glossary.csv"
PLAIN_WORDS = "tools/lintkit/plain_words.txt"
COLUMNS = ["中文", "identifier", "standard term", "meaning"]


def forbidden_names(root: Path) -> Iterator[Fault]:
    """Modules and folders whose name says nothing about what is in them."""
    for module in modules(root, "src/liangxi", "tools"):
        bad = FORBIDDEN & set(module.name.split("."))
        if bad:
            yield Fault("names", module.where, f"'{', '.join(sorted(bad))}' says nothing: name it after what it does")


def signals(root: Path) -> Iterator[Fault]:
    """Imports of Django's signals: events are announced and wired on one page."""
    for module in modules(root):
        for node in ast.walk(module.tree):
            names = [node.module or ""] if isinstance(node, ast.ImportFrom) else []
            if isinstance(node, ast.ImportFrom):
                names += [f"{node.module}.{alias.name}" for alias in node.names]
            if isinstance(node, ast.Import):
                names += [alias.name for alias in node.names]
            if any(name in SIGNALS for name in names):
                yield Fault("signals", module.where, "signals are banned: announce an event, wire it in site/wiring.py")


def glossary(root: Path) -> list[dict[str, str]]:
    """The rows of the glossary. ValueError when the columns are not the four agreed."""
    with (root / GLOSSARY).open(newline="") as handle:
        reader = csv.DictReader(handle)
        if reader.fieldnames != COLUMNS:
            raise ValueError(f"{GLOSSARY}: the columns are {', '.join(COLUMNS)}")
        return list(reader)


def glossary_rows(root: Path) -> Iterator[Fault]:
    """Rows that lack a term, an identifier or a meaning, and terms or identifiers that stand twice."""
    seen: set[str] = set()
    for row in glossary(root):
        where = f"{GLOSSARY}:{row['identifier']}"
        if not (row["中文"] and row["identifier"] and row["meaning"]):
            yield Fault("glossary", where, "a row has a Chinese term, an identifier and a meaning")
        for key in (row["中文"], row["identifier"]):
            if key in seen:
                yield Fault("glossary", where, f"'{key}' stands twice: one word, one meaning")
            seen.add(key)


def glossary_words(root: Path) -> Iterator[Fault]:
    """Words of models, shapes, events and face functions that neither glossary nor plain words know."""
    known = {word for row in glossary(root) for word in words(row["identifier"])}
    known |= set((root / PLAIN_WORDS).read_text().split())
    for module in modules(root):
        for name in _spoken(module):
            unknown = sorted({word for word in words(name) if word not in known and _singular(word) not in known})
            if unknown:
                says = f"'{', '.join(unknown)}' is not in {GLOSSARY}, nor a plain word in {PLAIN_WORDS}"
                yield Fault("glossary", f"{module.name}.{name}", says)


def _spoken(module: Module) -> Iterator[str]:
    """The names that other people read: classes of models, shapes and events, functions of a face."""
    if module.part in ("models", "shapes", "events"):
        yield from (node.name for node in module.classes() if not node.name.startswith("_"))
    if module.part == "face":
        functions = (node for node in module.tree.body if isinstance(node, ast.FunctionDef))
        yield from (node.name for node in functions if not node.name.startswith("_"))


def _singular(word: str) -> str:
    if word.endswith("ies"):
        return word[:-3] + "y"
    return word.removesuffix("s")
