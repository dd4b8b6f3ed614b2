"""YAML as people keep it: values written so that `schema` reads the same again, single values changed in place."""

from collections.abc import Sequence
from typing import Any

import yaml

from liangxi.kit.schema import PlainLoader

_INLINE = 100  # characters of a mapping or list that still stands on one line
_WIDTH = 10_000  # no text is folded: a line of the file is a line of the page


class _Dumper(yaml.SafeDumper):
    """Writes plain what the loader reads as a text (dates, yes, on), and quotes what it would not."""

    yaml_implicit_resolvers = PlainLoader.yaml_implicit_resolvers

    def ignore_aliases(self, data: Any) -> bool:
        """Nothing is written as a reference: a reader would have to look it up."""
        return True

    def increase_indent(self, flow: bool = False, indentless: bool = False) -> None:
        """Lists stand indented below their key."""
        super().increase_indent(flow, False)


def _inline(dumper: _Dumper, node: yaml.CollectionNode) -> yaml.CollectionNode:
    """A short collection of plain values stands on one line."""
    members = [part for pair in node.value for part in (pair if isinstance(pair, tuple) else (pair,))]
    short = sum(len(member.value) + 2 for member in members if isinstance(member, yaml.ScalarNode)) < _INLINE
    node.flow_style = not members or (short and all(isinstance(member, yaml.ScalarNode) for member in members))
    return node


_Dumper.add_representer(dict, lambda dumper, data: _inline(dumper, yaml.SafeDumper.represent_dict(dumper, data)))
_Dumper.add_representer(list, lambda dumper, data: _inline(dumper, yaml.SafeDumper.represent_list(dumper, data)))


def write(data: Any) -> str:
    """`data` (mappings, lists, texts, numbers, true, false, null) as YAML; `schema.read_yaml` gives it back."""
    text: str = yaml.dump(data, Dumper=_Dumper, allow_unicode=True, sort_keys=False, width=_WIDTH)
    return text


def replaced(text: str, place: Sequence[str | int], value: str) -> str:
    """`text` with the single value at `place` written anew; comments and all else stay. LookupError where none is."""
    node: Any = yaml.compose(text, Loader=PlainLoader)
    for step in place:
        node = _child(node, step)
    if not isinstance(node, yaml.ScalarNode):
        raise LookupError(place)
    written = write({"value": value}).removeprefix("{value: ").removesuffix("}\n")
    return text[: node.start_mark.index] + written + text[node.end_mark.index :]


def _child(node: Any, step: str | int) -> Any:
    if isinstance(node, yaml.MappingNode):
        for key, value in node.value:
            if key.value == step:
                return value
    if isinstance(node, yaml.SequenceNode) and isinstance(step, int) and step < len(node.value):
        return node.value[step]
    raise LookupError(step)
