"""Announce and deliver.

Order. Deliveries of one handler and one subject happen in the order of their ids. Ids are drawn before commit, so a
lower id may become visible later than a higher one; therefore announcers hold a *shared* advisory lock on the subject
until they commit, and a deliverer looks for the head of the queue only after it could take (and has released) the
exclusive one: whatever was announced before is then visible. Announcers never wait for each other.
"""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

import msgspec
import structlog
from django.db import connection, transaction

from liangxi.core.events import registry, rules
from liangxi.core.events.errors import PostponeError
from liangxi.kit import ids, time

log = structlog.get_logger()

_LOCKS = 0x4C58  # the first key of our advisory locks on subjects, also in `events_post`

_POST = "SELECT events_post(%s::jsonb)"

_HEADS = """
SELECT d.handler, d.subject FROM events_delivery d
WHERE d.state = 'due' AND d.due_at <= %s AND NOT EXISTS (
  SELECT 1 FROM events_delivery e WHERE e.handler = d.handler AND e.subject = d.subject
  AND e.state IN ('due', 'dead') AND e.id < d.id)
ORDER BY d.id LIMIT %s
"""

_GATE = f"""
SELECT CASE WHEN pg_try_advisory_lock({_LOCKS}, hashtext(%s)) THEN pg_advisory_unlock({_LOCKS}, hashtext(%s))
ELSE false END
"""

_CLAIM = """
SELECT d.id, d.tries, v.type, v.data::text FROM events_delivery d JOIN events_event v ON v.id = d.event_id
WHERE d.id = (SELECT e.id FROM events_delivery e WHERE e.handler = %s AND e.subject = %s
              AND e.state IN ('due', 'dead') ORDER BY e.id LIMIT 1)
AND d.state = 'due' AND d.due_at <= %s
FOR UPDATE OF d SKIP LOCKED
"""


def announce(event: object, subject: str) -> None:
    """Write the outbox row and one delivery per wire, in one statement of the caller's transaction."""
    if not connection.in_atomic_block:
        raise RuntimeError("announce() belongs into the transaction of the change that it tells of")
    _post(post([event], subject))


def push(topics: Sequence[str], data: dict[str, Any]) -> None:
    """PostgreSQL itself holds the notices back until the transaction commits, and drops them on rollback."""
    _post(post([], "", topics, data))


def post(
    happened: Iterable[object], subject: str, topics: Sequence[str] = (), data: dict[str, Any] | None = None
) -> dict[str, Any]:
    """Events and notices as the function `events_post` takes them."""
    return {
        "subject": subject,
        "time": time.now(),
        "events": [
            {
                "uid": ids.new_id(),
                "type": rules.type_name(type(event)),
                "data": rules.sound(event),
                "handlers": registry.names_for(type(event)),
            }
            for event in happened
        ],
        "notices": [rules.notice(topic, data or {}) for topic in topics],
    }


def _post(letters: dict[str, Any]) -> None:
    with connection.cursor() as cursor:
        cursor.execute(_POST, [msgspec.json.encode(letters).decode()])


def deliver_due(limit: int) -> int:
    """Deliver until nothing is due or `limit` deliveries were tried; returns how many succeeded."""
    tried = succeeded = 0
    while tried < limit:
        with connection.cursor() as cursor:
            cursor.execute(_HEADS, [time.now(), limit - tried])
            heads = cursor.fetchall()
        outcomes = [_deliver(handler, subject) for handler, subject in heads]
        settled = [outcome for outcome in outcomes if outcome is not None]
        if not settled:  # nothing is due, or other workers hold all of it
            break
        tried += len(settled)
        succeeded += sum(settled)
    return succeeded


def _deliver(handler: str, subject: str) -> bool | None:
    """Try the head of one queue: True done, False failed, None when another worker or announcer is at it."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(_GATE, [subject, subject])
        if not cursor.fetchone()[0]:
            return None
        cursor.execute(_CLAIM, [handler, subject, time.now()])
        row = cursor.fetchone()
        if row is None:
            return None
        delivery, tries, type_name, data = row
        try:
            with transaction.atomic():
                _handle(handler, type_name, data)
                connection.check_constraints()  # a deferred constraint must fail the handler, not the commit
        except PostponeError as later:
            _reschedule(delivery, tries, later.until, str(later))
            return False
        except Exception as error:
            _fail(delivery, tries + 1, f"{type(error).__name__}: {error}"[:4000])
            log.warning("events.delivery.failed", handler=handler, subject=subject, tries=tries + 1, exc_info=error)
            return False
        cursor.execute(
            "UPDATE events_delivery SET state = 'done', settled_at = %s, error = '' WHERE id = %s",
            [time.now(), delivery],
        )
        return True


def _handle(handler: str, type_name: str, data: str) -> None:
    wire = registry.named(handler)
    if wire is None or rules.type_name(wire.event_type) != type_name:
        raise LookupError(f"no wire {handler} for {type_name} in this process")
    wire.handler(rules.decode(data, wire.event_type))


def _reschedule(delivery: int, tries: int, due_at: datetime, error: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE events_delivery SET tries = %s, due_at = %s, error = %s WHERE id = %s",
            [tries, due_at, error.replace("\x00", ""), delivery],
        )


def _fail(delivery: int, tries: int, error: str) -> None:
    _reschedule(delivery, tries, time.now() + rules.backoff(tries), error)
    if tries >= rules.MAX_TRIES:
        with connection.cursor() as cursor:
            cursor.execute("UPDATE events_delivery SET state = 'dead' WHERE id = %s", [delivery])


def settle_dead(delivery: int, state: str, by: str, reason: str) -> bool:
    """Bring a dead delivery back (`due`) or pass over it (`skipped`); False when it is not dead."""
    with transaction.atomic(), connection.cursor() as cursor:
        now = time.now()
        cursor.execute(
            "UPDATE events_delivery SET state = %s, tries = 0, due_at = %s, settled_by = %s, reason = %s,"
            " settled_at = CASE WHEN %s = 'skipped' THEN %s END WHERE id = %s AND state = 'dead' RETURNING id",
            [state, now, by, reason, state, now, delivery],
        )
        found = cursor.fetchone() is not None
        cursor.execute("SELECT pg_notify('liangxi_events', '')")
    return found
