"""The door of core.events.

A handler hears every event at least once and, for one subject, in order. It runs in the same transaction as the mark
that it is done: what it writes to the database happens exactly once. What it does outside the database (a file, a
mail) may happen twice after a crash and needs a key of its own, such as the event's. Handlers must be quick: the
subject's row locks are held meanwhile.
"""

from collections.abc import Iterable, Sequence
from typing import Any, TypeVar

from liangxi.core.events import actions, queries, registry, rules
from liangxi.core.events.shapes import DeadLetter, Handler, StoredEvent, Wire
from liangxi.kit.actor import Actor
from liangxi.kit.errors import InvalidError, NotFoundError

E = TypeVar("E")


def announce(event: object, *, subject: str) -> None:
    """Tell everybody who is wired that `event` (a frozen dataclass of some room's `events.py`) happened to `subject`.

    Writes the outbox row and the deliveries in the caller's transaction (RuntimeError when there is none) and wakes
    the worker on commit. One statement.
    """
    actions.announce(event, subject)


def post(*, happened: Iterable[object], subject: str, topics: Sequence[str], data: dict[str, Any]) -> dict[str, Any]:
    """`announce` and `push` as a value, JSON for the function `events_post` of the database.

    For a room that writes its change by a function of its own and calls that one in it: one trip instead of many.
    """
    return actions.post(happened, subject, topics, data)


def wire(event_type: type[E], handler: Handler, *, name: str) -> None:
    """Let `handler(event)` hear every later event of `event_type`; `name` is stable, unique and kept in deliveries.

    Called from `site/wiring.py` only.
    """
    registry.wire(event_type, handler, name)


def wires() -> tuple[Wire, ...]:
    """All wires of this process, by name: for the page that shows them and the test that all events are wired."""
    return registry.wires()


def deliver_due(*, limit: int = 100) -> int:
    """Deliver what is due, at most `limit` tries, and return how many handlers succeeded. Called by workers.

    Any number of workers may run. A failed handler is tried again after 3, 9, 27 ... seconds; after the eighth time
    the delivery is dead and later events of the same handler and subject wait behind it.
    """
    return actions.deliver_due(limit)


def push(*, topics: Sequence[str], data: dict[str, Any]) -> None:
    """Send a transient notice to the pages that watch one of `topics`, when the transaction commits.

    Pages get `{"topic", "data"}`; when data exceeds what PostgreSQL carries (8000 bytes), `{"topic", "data": {},
    "reload": true}`. Nothing is stored.
    """
    actions.push(topics, data)


def stream(*, by: Actor, after: int = 0, limit: int = 100) -> tuple[StoredEvent, ...]:
    """Events with position > `after`, oldest first, without gaps that fill later. Needs `events.manage`."""
    by.require("events.manage")
    return queries.stream(after, limit)


def as_cloudevent(row: StoredEvent) -> dict[str, Any]:
    """The event as CloudEvents 1.0 JSON."""
    return rules.as_cloudevent(row)


def dead_letters(*, by: Actor, limit: int = 200) -> tuple[DeadLetter, ...]:
    """Deliveries that gave up, oldest first. Needs `events.manage`."""
    by.require("events.manage")
    return queries.dead_letters(limit)


def retry(*, by: Actor, delivery: int) -> None:
    """Let a dead delivery run again, with all its tries. Needs `events.manage`; NotFoundError when it is not dead."""
    by.require("events.manage")
    if not actions.settle_dead(delivery, "due", by.account, ""):
        raise _not_dead(delivery)


def skip(*, by: Actor, delivery: int, reason: str) -> None:
    """Pass over a dead delivery for good; who and why stay on its row. Needs `events.manage` and a reason."""
    by.require("events.manage")
    if not reason.strip():
        raise InvalidError("events.skip.reason", "Say why this delivery is passed over.", fields={"reason": "required"})
    if not actions.settle_dead(delivery, "skipped", by.account, reason.strip()):
        raise _not_dead(delivery)


def _not_dead(delivery: int) -> NotFoundError:
    return NotFoundError(
        "events.delivery.not_dead", "Delivery %(delivery)s does not wait for a decision.", {"delivery": delivery}
    )
