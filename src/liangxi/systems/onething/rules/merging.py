"""Two devices at one application: the later one is told, and nothing that was typed is lost."""

from collections.abc import Mapping, Sequence
from typing import Any


def merged(
    values: Mapping[str, Any], touched: Mapping[str, Sequence[Any]], sent: Mapping[str, Any], seen: int
) -> tuple[dict[str, Any], list[str]]:
    """Which of the answers `sent` are kept, and the fields that another device has changed since.

    `seen` is the version of the draft that the sender had before him; `touched` says for each field at which version
    it changed last and what it was before. What was sent back unchanged gives way to the newer answer without a word.
    """
    kept: dict[str, Any] = {}
    overtaken: list[str] = []
    for field, value in sent.items():
        at, before = touched.get(field, (0, None))
        if value == values.get(field) or at <= seen:
            kept[field] = value
        elif value != before:
            overtaken.append(field)
    return kept, overtaken
