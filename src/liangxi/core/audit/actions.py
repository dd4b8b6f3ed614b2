"""Record, seal, erase."""

from collections.abc import Mapping, Sequence
from typing import Any

from django.db import connection

from liangxi.core.audit import rules
from liangxi.kit import time
from liangxi.kit.actor import Actor


def record(by: Actor, personal: Mapping[str, str], **said: Any) -> None:
    """One INSERT in the caller's transaction; no lock, no number, no chain."""
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO audit_outbox (body, salts) VALUES (%(body)s, %(salts)s)", written(by, personal, **said)
        )


def record_many(records: Sequence[Mapping[str, str]]) -> None:
    """Many records in their order by one INSERT; each is one line of a text, since arrays are dear to write."""
    if records:
        bodies, salts = ("\n".join(one[part] for one in records) for part in ("body", "salts"))
        with connection.cursor() as cursor:
            cursor.execute(
                "INSERT INTO audit_outbox (body, salts) SELECT body, coalesce(salt, '') FROM "
                "unnest(string_to_array(%s, chr(10)), string_to_array(%s, chr(10))) AS t(body, salt)",
                [bodies, salts],
            )


def written(by: Actor, personal: Mapping[str, str], **said: Any) -> dict[str, str]:
    """The record as the outbox keeps it; its number and its canonical form come with the seal."""
    salts: dict[str, str] = {}
    if personal:
        said["personal"], salts = rules.protect(personal)
    return {"body": rules.written(rules.leaf(by, time.now(), **said)), "salts": rules.written(salts) if salts else ""}


def erase(seq: int, name: str) -> bool:
    """Drop a salt; False when there is none."""
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM audit_salt WHERE seq = %s AND name = %s", [seq, name])
        return bool(cursor.rowcount)
