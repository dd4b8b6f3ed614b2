"""Record, seal, erase."""

from collections.abc import Mapping
from typing import Any

from django.db import connection

from liangxi.core.audit import rules
from liangxi.kit import time
from liangxi.kit.actor import Actor


def record(by: Actor, personal: Mapping[str, str], **said: Any) -> None:
    """One INSERT in the caller's transaction; no lock, no number, no chain."""
    salts = ""
    if personal:
        said["personal"], kept = rules.protect(personal)
        salts = rules.canonical(kept).decode()
    body = rules.canonical(rules.leaf(by, time.now(), **said)).decode()
    with connection.cursor() as cursor:
        cursor.execute("INSERT INTO audit_outbox (body, salts) VALUES (%s, %s)", (body, salts))


def erase(seq: int, name: str) -> bool:
    """Drop a salt; False when there is none."""
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM audit_salt WHERE seq = %s AND name = %s", [seq, name])
        return bool(cursor.rowcount)
