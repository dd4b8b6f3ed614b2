"""YAML content with its lines: read, checked against a JSON Schema, every fault told with file, line and reason."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import lru_cache
from pathlib import Path
from typing import Any

import jsonschema_rs
from ruamel.yaml import YAML
from ruamel.yaml.comments import CommentedMap, CommentedSeq
from ruamel.yaml.error import MarkedYAMLError, YAMLError

from liangxi.kit.errors import InvalidError

Place = Sequence[str | int]


@dataclass(frozen=True, slots=True)
class Finding:
    """A fault in a file: the line counts from 1, `path` leads to the value (`items.3.when`)."""

    file: Path
    line: int
    path: str
    reason: str

    def __str__(self) -> str:
        where = f" ({self.path})" if self.path else ""
        return f"{self.file}:{self.line}: {self.reason}{where}"


class DocumentError(InvalidError):
    """A file that cannot be used; `findings` are its faults in the order of their lines."""

    def __init__(self, findings: Sequence[Finding]) -> None:
        self.findings = tuple(sorted(findings, key=lambda found: found.line))
        text = "\n".join(str(found) for found in self.findings)
        super().__init__("kit.document", "%(faults)s", {"faults": text})


@dataclass(frozen=True, slots=True)
class Document:
    """A sound file: `data` holds plain values (dates as ISO texts)."""

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
    tree = _parse(path)
    data = _plain(tree)
    findings = [
        Finding(path, _line(tree, _place(error)), ".".join(map(str, error.instance_path)), error.message)
        for error in _validator(schema).iter_errors(data)
    ]
    if findings:
        raise DocumentError(findings)
    return Document(path, data, tree)


def _place(error: jsonschema_rs.ValidationError) -> Place:
    """Where the fault stands: for a key that nobody knows the key itself, not what it stands in."""
    unknown = getattr(error.kind, "unexpected", [])
    return [*error.instance_path, *unknown[:1]]


def _parse(path: Path) -> Any:
    try:
        return YAML(typ="rt", pure=True).load(path.read_text(encoding="utf-8"))
    except UnicodeDecodeError as error:
        line = path.read_bytes()[: error.start].count(b"\n") + 1
        raise DocumentError([Finding(path, line, "", "is not UTF-8")]) from error
    except MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        reason = " ".join(str(error.problem or "cannot be read as YAML").split())
        raise DocumentError([Finding(path, mark.line + 1 if mark else 1, "", reason)]) from error
    except YAMLError as error:
        raise DocumentError([Finding(path, 1, "", str(error))]) from error


@lru_cache(maxsize=32)
def _validator(schema: Path) -> jsonschema_rs.Draft202012Validator:
    return jsonschema_rs.Draft202012Validator(json.loads(schema.read_text(encoding="utf-8")))


def _plain(node: Any) -> Any:
    """Values as JSON knows them, without the reader's own classes."""
    if isinstance(node, Mapping):
        return {str(key): _plain(value) for key, value in node.items()}
    if isinstance(node, list | tuple):
        return [_plain(value) for value in node]
    if isinstance(node, datetime | date):
        return node.isoformat()
    if isinstance(node, bool) or node is None:
        return node
    for kind in (int, float, str):
        if isinstance(node, kind):
            return kind(node)
    return str(node)


def _line(tree: Any, place: Place) -> int:
    line, node = 1, tree
    if isinstance(node, CommentedMap | CommentedSeq):
        line = node.lc.line + 1
    for step in place:
        if not isinstance(node, CommentedMap | CommentedSeq) or (
            step not in node if isinstance(node, CommentedMap) else not -1 < int(step) < len(node)
        ):
            break
        position = node.lc.key(step) if isinstance(node, CommentedMap) else node.lc.item(step)
        line = (position[0] if position else node.lc.line) + 1
        node = node[step]
    return line
