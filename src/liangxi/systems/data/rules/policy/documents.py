"""A policy as a document, as grants keep it.

    columns: [{name: citizen_id, mask: keep 6 4}, {name: born, mask: year}, {name: status}]
    rows: status = "open"
    within: [{column: division, parameter: division}]
    parameters: {division: string}
    purposes: [rescue]
    ways: [point]
    lookup: [citizen_id]

A mask is written `keep PREFIX SUFFIX`, `token KEY`, `bucket WIDTH`, `month`, `year` or `nothing`. What may be left out
has the value that `shapes.Policy` gives it.
"""

import re
from collections.abc import Mapping
from typing import Any

import msgspec

from liangxi.kit.errors import InvalidError
from liangxi.systems.data.rules.policy.errors import FieldError
from liangxi.systems.data.rules.policy.shapes import (
    Bucket,
    Keep,
    Mask,
    Month,
    Nothing,
    Policy,
    Shown,
    Token,
    Type,
    Way,
    Within,
    Year,
)

_MASK = re.compile(r"keep (?P<prefix>\d{1,4}) (?P<suffix>\d{1,4})|token (?P<key>\w{1,64})|bucket (?P<width>\d{1,10})"
                   r"|(?P<word>month|year|nothing)", re.ASCII)  # fmt: skip
_WORDS: Mapping[str, Mask] = {"month": Month(), "year": Year(), "nothing": Nothing()}


class _Column(msgspec.Struct, forbid_unknown_fields=True, omit_defaults=True):
    name: str
    mask: str = ""


class _Within(msgspec.Struct, forbid_unknown_fields=True):
    column: str
    parameter: str


class _Document(msgspec.Struct, forbid_unknown_fields=True, omit_defaults=True):
    columns: list[_Column]
    rows: str = "false"
    within: list[_Within] = []
    parameters: dict[str, Type] = {}
    purposes: list[str] = []
    ways: list[Way] = []
    lookup: list[str] = []
    groups: list[str] = []
    measures: list[str] = []
    subject: str = ""
    minimum_group: int = 5


def policy_of(document: Mapping[str, Any]) -> Policy:
    """The policy that a document says; InvalidError `data.policy.document` naming the place. Not yet `checked`."""
    try:
        said = msgspec.convert(document, _Document)
    except msgspec.ValidationError as error:
        place = str(error).rpartition("$")[2].strip("`.") or "policy"
        raise InvalidError(
            "data.policy.document",
            "The policy cannot be read: %(reason)s.",
            {"reason": str(error)},
            fields={place: str(error)},
        ) from error
    return Policy(
        columns=tuple(Shown(column.name, _mask_of(column)) for column in said.columns),
        rows=said.rows,
        within=tuple(Within(within.column, within.parameter) for within in said.within),
        parameters=tuple(sorted(said.parameters.items())),
        purposes=frozenset(said.purposes),
        ways=frozenset(said.ways),
        lookup=tuple(said.lookup),
        groups=tuple(said.groups),
        measures=tuple(said.measures),
        subject=said.subject,
        minimum_group=said.minimum_group,
    )


def document_of(policy: Policy) -> dict[str, Any]:
    """The document of a policy: `policy_of(document_of(p)) == p`, up to the order of its parameters."""
    said = _Document(
        columns=[_Column(shown.name, _words_of(shown.mask)) for shown in policy.columns],
        rows=policy.rows if isinstance(policy.rows, str) else str(policy.condition),
        within=[_Within(within.column, within.parameter) for within in policy.within],
        parameters=dict(policy.parameters),
        purposes=sorted(policy.purposes),
        ways=sorted(policy.ways),
        lookup=list(policy.lookup),
        groups=list(policy.groups),
        measures=list(policy.measures),
        subject=policy.subject,
        minimum_group=policy.minimum_group,
    )
    document: dict[str, Any] = msgspec.to_builtins(said)
    return document


def _mask_of(column: _Column) -> Mask | None:
    if not column.mask:
        return None
    found = _MASK.fullmatch(column.mask)
    if not found:
        raise FieldError(
            "data.policy.document", "%(field)s: a mask is keep, token, bucket, month, year or nothing.", column.name
        )
    if found["word"]:
        return _WORDS[found["word"]]
    if found["key"]:
        return Token(found["key"])
    if found["width"]:
        return Bucket(int(found["width"]))
    return Keep(prefix=int(found["prefix"]), suffix=int(found["suffix"]))


def _words_of(mask: Mask | None) -> str:
    match mask:
        case None:
            return ""
        case Keep(prefix=prefix, suffix=suffix):
            return f"keep {prefix} {suffix}"
        case Token(key):
            return f"token {key}"
        case Bucket(width):
            return f"bucket {width}"
        case _:
            return type(mask).__name__.lower()
