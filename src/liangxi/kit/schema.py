"""YAML content with its lines: read, checked against a JSON Schema, every fault told with file, line and reason."""

import json
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

import jsonschema_rs
import yaml

from liangxi.kit.errors import InvalidError

Place = Sequence[str | int]
DEEPEST = 40  # levels of a document
SHOWN = 60  # characters of a value that is told


@dataclass(frozen=True, slots=True)
class Finding:
    """A fault in a file: the line counts from 1, `path` leads to the value (`items.3.when`).

    `rule` is the keyword of the JSON Schema that is broken, `wants` what it asks for and `found` what stands there, cut
    to a line; empty for other faults.
    """

    file: Path
    line: int
    path: str
    reason: str
    rule: str = ""
    wants: str = ""
    found: str = ""

    def __str__(self) -> str:
        where = f" ({self.path})" if self.path else ""
        return f"{self.file}:{self.line}: {self.reason}{where}"


class DocumentError(InvalidError):
    """A file that cannot be used; `findings` are its faults in the order of their lines."""

    def __init__(self, findings: Sequence[Finding]) -> None:
        self.findings = tuple(sorted(findings, key=lambda found: found.line))
        text = "\n".join(str(found) for found in self.findings)
        super().__init__("kit.document", "%(faults)s", {"faults": text})


class PlainLoader(getattr(yaml, "CSafeLoader", yaml.SafeLoader)):  # type: ignore[misc]
    """The plain words of YAML 1.2: `yes`, `on` and dates are texts."""

    yaml_implicit_resolvers: dict[str, list[tuple[str, re.Pattern[str]]]] = {}


_TAG = "tag:yaml.org,2002:"
for _name, _pattern, _first in (
    ("bool", r"^(?:true|false)$", "tf"),
    ("null", r"^(?:null|~|)$", ["n", "~", ""]),
    ("int", r"^[-+]?[0-9]+$", "-+0123456789"),
    ("float", r"^[-+]?(?:[0-9]+\.[0-9]*|\.[0-9]+|[0-9]+)(?:[eE][-+]?[0-9]+)?$", "-+.0123456789"),
):
    PlainLoader.add_implicit_resolver(_TAG + _name, re.compile(_pattern), list(_first))
_SCALARS: Mapping[str, Callable[[str], Any]] = {
    "bool": lambda text: text == "true",
    "null": lambda text: None,
    "int": int,
    "float": float,
}


@dataclass(frozen=True, slots=True)
class Document:
    """A sound file: `data` holds plain values (dates as texts)."""

    path: Path
    data: Any
    _tree: Any

    def line_of(self, place: Place) -> int:
        """The line of a value; the line of the nearest container when the value itself has none."""
        return _line(self._tree, place)


def load_yaml(path: Path, schema: Path) -> Document:
    """Read `path` and check it against the JSON Schema in the file `schema`.

    Raises DocumentError for what is not YAML in UTF-8, for a key written twice and for whatever breaks the schema.
    """
    try:
        text = path.read_text(encoding="utf-8")
    except UnicodeDecodeError as error:
        line = path.read_bytes()[: error.start].count(b"\n") + 1
        raise DocumentError([Finding(path, line, "", "is not UTF-8")]) from error
    return read_yaml(text, schema, name=path)


def read_yaml(text: str, schema: Path, *, name: Path) -> Document:
    """The same for a text that is called `name`."""
    tree = _tree(text, name)
    data = _plain(tree)
    findings = [_finding(name, tree, error) for error in _validator(schema).iter_errors(data)]
    if findings:
        raise DocumentError(findings)
    return Document(name, data, tree)


def plain_yaml(text: str, name: Path) -> Any:
    """The values of a text that no schema has judged; DocumentError for what is not YAML or writes a key twice."""
    return _plain(_tree(text, name))


def _tree(text: str, name: Path) -> Any:
    """The nodes of a sound text."""
    tree = _parse(text, name)
    repeated = [Finding(name, line, "", reason) for line, reason in _structure(tree, set())]
    if repeated:
        raise DocumentError(repeated)
    return tree


def _finding(name: Path, tree: Any, error: jsonschema_rs.ValidationError) -> Finding:
    path, found = ".".join(map(str, error.instance_path)), json.dumps(error.instance, ensure_ascii=False)
    return Finding(name, _line(tree, _place(error)), path, error.message, *_rule(error), found=_short(found))


def _short(text: str) -> str:
    return text if len(text) <= SHOWN else text[: SHOWN - 1] + "…"


def _place(error: jsonschema_rs.ValidationError) -> Place:
    """Where the fault stands: for a key that nobody knows the key itself, not what it stands in."""
    unknown = getattr(error.kind, "unexpected", [])
    return [*error.instance_path, *unknown[:1]]


def _rule(error: jsonschema_rs.ValidationError) -> tuple[str, str]:
    """The keyword that is broken, and what it asks for in one line."""
    wants = getattr(error.kind, "value", "")
    listed = wants if isinstance(wants, list) and not any(isinstance(one, list) for one in wants) else [wants]
    return str(getattr(error.kind, "name", "")), ", ".join(map(str, listed))


def _parse(text: str, name: Path) -> Any:
    try:
        _shallow(text, name)
        return yaml.compose(text, Loader=PlainLoader)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        reason = " ".join(str(error.problem or "cannot be read as YAML").split())
        raise DocumentError([Finding(name, mark.line + 1 if mark else 1, "", reason)]) from error
    except (yaml.YAMLError, UnicodeEncodeError) as error:
        raise DocumentError([Finding(name, 1, "", " ".join(str(error).split()))]) from error


def _shallow(text: str, name: Path) -> None:
    """DocumentError for a text nested deeper than any reader follows: composing it would overrun the stack."""
    depth = 0
    for event in yaml.parse(text, Loader=PlainLoader):
        depth += isinstance(event, yaml.CollectionStartEvent) - isinstance(event, yaml.CollectionEndEvent)
        if depth > DEEPEST:
            reason = f"is nested more than {DEEPEST} levels deep"
            line = event.start_mark.line + 1 if event.start_mark else 1
            raise DocumentError([Finding(name, line, "", reason)])


def _structure(node: Any, seen: set[int]) -> Iterator[tuple[int, str]]:
    """Line and reason of each key that stands twice, and of each alias, which a reader would have to look up."""
    if isinstance(node, yaml.ScalarNode) or node is None:
        return
    line = node.start_mark.line + 1
    if id(node) in seen:
        yield line, "is used a second time by an alias"
        return
    seen.add(id(node))
    if isinstance(node, yaml.SequenceNode):
        for one in node.value:
            yield from _structure(one, seen)
        return
    keys = set[str]()
    for key, value in node.value:
        if not isinstance(key, yaml.ScalarNode) or key.value in keys:
            yield key.start_mark.line + 1, f"found duplicate key {getattr(key, 'value', '')!r}"
            continue
        keys.add(key.value)
        yield from _structure(value, seen)


@lru_cache(maxsize=32)
def _validator(schema: Path) -> jsonschema_rs.Draft202012Validator:
    return jsonschema_rs.Draft202012Validator(json.loads(schema.read_text(encoding="utf-8")))


def _plain(node: Any) -> Any:
    """Values as JSON knows them."""
    if isinstance(node, yaml.MappingNode):
        return {key.value: _plain(value) for key, value in node.value}
    if isinstance(node, yaml.SequenceNode):
        return [_plain(value) for value in node.value]
    if node is None:
        return None
    return _SCALARS.get(node.tag.removeprefix(_TAG), str)(node.value)


def _line(tree: Any, place: Place) -> int:
    line, node = tree.start_mark.line + 1 if tree is not None else 1, tree
    for step in place:
        found = _child(node, step)
        if found is None:
            break
        line, node = found
    return line


def _child(node: Any, step: str | int) -> tuple[int, Any] | None:
    """The line of the key or the item, and its value."""
    if isinstance(node, yaml.MappingNode):
        return next(((key.start_mark.line + 1, value) for key, value in node.value if key.value == step), None)
    if isinstance(node, yaml.SequenceNode) and -1 < int(step) < len(node.value):
        value = node.value[int(step)]
        return value.start_mark.line + 1, value
    return None
