"""Events: frozen values named for what happened, each wired or meant for the outside, each on the events page.

`python -m tools.lintkit.events` writes the page `docs/events.md` from the source.
"""

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from tools.lintkit.faults import Fault
from tools.lintkit.source import ROOT, Module, modules, words

WIRING = "src/liangxi/site/wiring.py"
PAGE = "docs/events.md"
IRREGULAR = frozenset({"sent", "paid", "held", "told", "found", "lost", "met", "given", "taken", "drawn", "withdrawn"})
_HEAD = """# Events

What the rooms announce, and who listens. Written by `python -m tools.lintkit.events` from the source; a test holds it
equal. An event is a frozen value, delivered at least once and in order per subject; all wires stand in
`src/liangxi/site/wiring.py`.
"""


@dataclass(frozen=True, slots=True)
class Event:
    """One event class: its room, name, fields with their types, first line of its docstring, whether it is frozen."""

    room: str
    name: str
    where: str
    says: str
    fields: tuple[tuple[str, str], ...]
    is_frozen: bool


def events(root: Path) -> list[Event]:
    """Every event class of every room."""
    return [_event(module, node) for module in modules(root) if module.part == "events" for node in _public(module)]


def faults(root: Path) -> Iterator[Fault]:
    """Events that are not frozen, not named in the past, not wired or not on the page."""
    wired = wires(root)
    for event in events(root):
        if not event.is_frozen:
            yield Fault("events", event.where, "an event is a @dataclass(frozen=True): what happened does not change")
        last = words(event.name)[-1]
        if not (last.endswith("ed") or last in IRREGULAR):
            yield Fault("event-names", event.where, "an event is named by what happened: a past participle at the end")
        if event.name not in wired:
            yield Fault("events", event.where, "wire it in site/wiring.py, or list it there in FOR_THE_OUTSIDE")
    written = root / PAGE
    if not written.exists() or written.read_text() != page(root):
        yield Fault("events", PAGE, "is not what the source says: run python -m tools.lintkit.events")


def wires(root: Path) -> dict[str, list[str]]:
    """Event name -> names of its wires; an event of FOR_THE_OUTSIDE has none."""
    path = root / WIRING
    found: dict[str, list[str]] = {}
    for node in ast.walk(ast.parse(path.read_text()) if path.exists() else ast.Module([], [])):
        if isinstance(node, ast.Call) and _last(node.func) == "wire" and node.args:
            names = [k.value.value for k in node.keywords if k.arg == "name" and isinstance(k.value, ast.Constant)]
            found.setdefault(_last(node.args[0]), []).extend(str(name) for name in names)
        if isinstance(node, ast.Assign | ast.AnnAssign) and "FOR_THE_OUTSIDE" in ast.unparse(node).split("=")[0]:
            for name in ast.walk(node.value or node):
                if isinstance(name, ast.Attribute | ast.Name):
                    found.setdefault(_last(name), [])
    return found


def page(root: Path) -> str:
    """The events page in Markdown, by room."""
    wired = wires(root)
    rows: dict[str, list[str]] = {}
    for event in events(root):
        fields = ", ".join(f"`{name}: {kind}`" for name, kind in event.fields)
        goes = ", ".join(f"`{name}`" for name in wired.get(event.name, ())) or "the outside"
        rows.setdefault(event.room, []).append(f"| `{event.name}` | {event.says} | {fields} | {goes} |")
    head = "| event | when | carries | goes to |\n|---|---|---|---|\n"
    parts = [f"\n## {room}\n\n{head}" + "\n".join(lines) + "\n" for room, lines in sorted(rows.items())]
    return _HEAD + "".join(parts)


def _public(module: Module) -> Iterator[ast.ClassDef]:
    return (node for node in module.classes() if not node.name.startswith("_"))


def _event(module: Module, node: ast.ClassDef) -> Event:
    said = (ast.get_docstring(node) or "").split("\n\n")[0].replace("\n", " ")
    fields = [
        (line.target.id, ast.unparse(line.annotation).replace("|", "\\|"))
        for line in node.body
        if isinstance(line, ast.AnnAssign) and isinstance(line.target, ast.Name)
    ]
    frozen = any("frozen=True" in ast.unparse(decorator) for decorator in node.decorator_list)
    return Event(module.room, node.name, f"{module.name}.{node.name}", said, tuple(fields), frozen)


def _last(node: ast.expr) -> str:
    return ast.unparse(node).split(".")[-1]


if __name__ == "__main__":
    (ROOT / PAGE).write_text(page(ROOT))
