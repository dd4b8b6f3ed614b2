"""Reads of the outbox."""

import json
from typing import Any

from django.db import connection

from liangxi.core.events.shapes import DeadLetter, StoredEvent


def _event(row: tuple[Any, ...]) -> StoredEvent:
    position, uid, type_name, subject, at, data = row
    return StoredEvent(position, uid, type_name, subject, at, json.loads(data))


def stream(after: int, limit: int) -> tuple[StoredEvent, ...]:
    """Events behind position `after`, only up to the oldest transaction that may still add a lower position."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT id, uid, type, subject, time, data::text FROM events_event"
            " WHERE id > %s AND xact < pg_snapshot_xmin(pg_current_snapshot()) ORDER BY id LIMIT %s",
            [after, limit],
        )
        return tuple(_event(row) for row in cursor.fetchall())


def dead_letters(limit: int) -> tuple[DeadLetter, ...]:
    """The deliveries that gave up, oldest first."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT v.id, v.uid, v.type, v.subject, v.time, v.data::text, d.id, d.handler, d.tries, d.error,"
            " (SELECT count(*) FROM events_delivery w WHERE w.handler = d.handler AND w.subject = d.subject"
            "  AND w.state IN ('due', 'dead') AND w.id > d.id)"
            " FROM events_delivery d JOIN events_event v ON v.id = d.event_id"
            " WHERE d.state = 'dead' ORDER BY d.id LIMIT %s",
            [limit],
        )
        return tuple(
            DeadLetter(
                delivery=row[6], handler=row[7], event=_event(row[:6]), tries=row[8], error=row[9], waiting=row[10]
            )
            for row in cursor.fetchall()
        )
