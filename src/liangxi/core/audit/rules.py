"""What a record is made of: pure."""

import hashlib
import os
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

import msgspec
import rfc8785

from liangxi.kit.actor import Actor
from liangxi.kit.errors import InvalidError

READ_VERBS = ("read", "fetch", "view", "reveal", "export", "search")
"""The last word of an action that means: somebody looked at personal data."""

_SALT_BYTES = 16
_SAFE = 2**53  # integers below it are the same in every JSON reader


def written(value: Mapping[str, Any]) -> str:
    """JSON that has a canonical form (RFC 8785); InvalidError `audit.detail` for what has none.

    The sealing brings it into that form; here only what could fail there is looked at: integers beyond 2**53, NaN.
    """
    try:
        if not all(_is_plain(one) for one in value.values()):
            rfc8785.dumps(msgspec.to_builtins(value, str_keys=True))
        return msgspec.json.encode(value).decode()
    except (rfc8785.CanonicalizationError, TypeError, UnicodeEncodeError) as error:
        raise InvalidError(
            "audit.detail", "The audit record cannot be written: %(why)s", {"why": str(error)}
        ) from error


def _is_plain(value: Any) -> bool:
    """True for what has a canonical form beyond doubt: texts, small numbers, objects and lists of such."""
    if isinstance(value, dict):
        return all(type(name) is str and _is_plain(one) for name, one in value.items())
    if type(value) is list:
        return all(map(_is_plain, value))
    return value is None or type(value) in (str, bool) or (type(value) is int and abs(value) < _SAFE)


def salted(value: str, salt: bytes) -> str:
    """SHA-256 over salt and value, in hex: without the salt nobody can tell which value it was."""
    return hashlib.sha256(salt + value.encode()).hexdigest()


def protect(personal: Mapping[str, str]) -> tuple[dict[str, dict[str, str]], dict[str, str]]:
    """Hashes for the record and salts (hex) for the table that may forget.

    The record also commits to the salt, so that a changed salt shows while a dropped one is an erasure.
    """
    hashes, salts = {}, {}
    for name, value in personal.items():
        salt = os.urandom(_SALT_BYTES)
        hashes[name] = {"hash": salted(value, salt), "salt": hashlib.sha256(salt).hexdigest()}
        salts[name] = salt.hex()
    return hashes, salts


def instant(at: datetime) -> str:
    """RFC 3339 in UTC with microseconds."""
    return at.astimezone(UTC).isoformat(timespec="microseconds").replace("+00:00", "Z")


def person_of(object: str, detail: Mapping[str, Any]) -> str:
    """The person whom a record is about: the object itself (`person:<id>`) or `person` in its detail."""
    if object.startswith("person:"):
        return object.removeprefix("person:")
    return str(detail.get("person") or "")


def leaf(by: Actor, at: datetime, **said: Any) -> dict[str, Any]:
    """The record's fields but its number; empty ones are left out."""
    fields = {
        "time": instant(at),
        "actor": by.account,
        "kind": by.kind,
        "unit": by.org,
        "firm": by.firm,
        "on_behalf": by.on_behalf_of,
        "trace": by.trace,
        **said,
    }
    kept = {name: value for name, value in fields.items() if value}
    return {"actor": "", "action": "", "object": ""} | kept
