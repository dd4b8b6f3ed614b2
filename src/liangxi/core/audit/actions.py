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
    """Many records in their order by one INSERT."""
    if records:
        bodies, salts = [one["body"] for one in records], [one["salts"] for one in records]
        with connection.cursor() as cursor:
            cursor.execute(
                "INSERT INTO audit_outbox (body, salts) SELECT * FROM unnest(%s::text[], %s::text[])", [bodies, salts]
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
