"""The door of code lists."""

from collections.abc import Iterable, Mapping
from datetime import date

from liangxi.core.codes import actions, queries
from liangxi.core.codes.shapes import Code
from liangxi.kit.actor import Actor


def entries(*, list_id: str, on: date | None = None) -> tuple[Code, ...]:
    """The codes of a list that hold on a day (today), in the list's order; NotFoundError `codes.list.unknown`."""
    return queries.entries(list_id, on)


def code(*, list_id: str, code: str, on: date | None = None) -> Code:
    """One code on a day (today); NotFoundError `codes.code.unknown`."""
    return queries.code(list_id, code, on)


def load(*, by: Actor, list_id: str, title: Mapping[str, str], entries: Iterable[Code]) -> int:
    """Replace a list; needs `codes.manage`. InvalidError names a code whose periods overlap. The number of codes."""
    return actions.load(by, list_id, title, entries)
