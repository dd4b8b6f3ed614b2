"""What must outlive the broker: sessions that are kept, what waits for their clients, retained messages.

All that comes in one turn of the loop is one transaction; `written` returns when it is on disk.
"""

import asyncio
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

import msgspec
import psycopg
import structlog

from liangxi.gateways.mqtt import wire
from liangxi.gateways.mqtt.sessions import Message, Outgoing, Session, Subscription

log = structlog.get_logger()
Step = tuple[str, Sequence[Any]]
_SESSION = """
INSERT INTO mqtt_session (who, client, expiry, ends, subscriptions, received) VALUES (%s, %s, %s, %s, %s, %s)
ON CONFLICT (who, client) DO UPDATE SET expiry = excluded.expiry, ends = excluded.ends,
    subscriptions = excluded.subscriptions, received = excluded.received
"""
_FORGET = """
WITH gone AS (DELETE FROM mqtt_session WHERE who = %s AND client = %s RETURNING id)
DELETE FROM mqtt_message USING gone WHERE session_id = gone.id
"""
_QUEUE = """
INSERT INTO mqtt_message (id, session_id, packet, topic, payload, qos, retain, properties, until)
SELECT %s, id, %s, %s, %s, %s, %s, %s, %s FROM mqtt_session WHERE who = %s AND client = %s
"""
_RECEIVED = "UPDATE mqtt_message SET is_received = true WHERE id = %s"
_DONE = "DELETE FROM mqtt_message WHERE id = %s"
_RETAIN = """
INSERT INTO mqtt_retained (topic, payload, qos, properties, until) VALUES (%s, %s, %s, %s, %s)
ON CONFLICT (topic) DO UPDATE SET payload = excluded.payload, qos = excluded.qos, properties = excluded.properties,
    until = excluded.until
"""
_CLEAR = "DELETE FROM mqtt_retained WHERE topic = %s"


class Store(Protocol):
    """Where it is kept."""

    def put(self, steps: Iterable[Step]) -> None:
        """Write soon; nobody waits for it."""

    async def written(self) -> None:
        """Everything that was put is on disk; OSError when it is not."""
        ...


class Memory:
    """Keeps nothing: for a broker whose clients need no durable sessions."""

    def put(self, steps: Iterable[Step]) -> None:
        """See `Store`."""

    async def written(self) -> None:
        """See `Store`."""


@dataclass(slots=True)
class Held:
    """What was found on disk."""

    sessions: list[Session] = field(default_factory=list)
    retained: list[Message] = field(default_factory=list)
    row: int = 0  # the highest that was ever given


class Postgres:
    """Keeps it in the house's database; one connection, groups of steps as they come."""

    def __init__(self, url: str) -> None:
        self._url = url
        self._link: psycopg.Connection | None = None
        self._steps: list[Step] = []
        self._round: asyncio.Future[None] | None = None
        self._next: asyncio.Future[None] | None = None
        self._task: asyncio.Task[None] | None = None

    def load(self) -> Held:
        """What the broker knew when it ended."""
        with psycopg.connect(self._url) as link:
            found = Held(row=link.execute("SELECT coalesce(max(id), 0) FROM mqtt_message").fetchone()[0])  # type: ignore[index]
            numbered = dict(_sessions(link))
            found.sessions = list(numbered.values())
            for number, out in _messages(link):
                session = numbered[number]
                session.numbers.add(out.packet)
                session.packets = out.packet
                if out.is_received:
                    session.in_flight[out.packet] = out
                else:
                    session.waiting.append(out)
            found.retained = [
                Message(topic, payload, qos, True, _read(properties), until)
                for topic, payload, qos, properties, until in link.execute(
                    "SELECT topic, payload, qos, properties, until FROM mqtt_retained"
                )
            ]
        return found

    def put(self, steps: Iterable[Step]) -> None:
        """See `Store`."""
        self._steps.extend(steps)
        if self._task is None and self._steps:
            self._task = asyncio.create_task(self._write_all())

    async def written(self) -> None:
        """See `Store`."""
        if self._task is None:
            return
        if self._next is None:
            self._next = asyncio.get_running_loop().create_future()
        await asyncio.shield(self._next)

    async def stop(self) -> None:
        """Write what is left and hang up."""
        while self._task is not None:
            await asyncio.wait([self._task])
        if self._link is not None:
            self._link.close()

    async def _write_all(self) -> None:
        try:
            while self._steps or self._next is not None:
                steps, self._steps = self._steps, []
                done, self._next = self._next, None
                try:
                    await asyncio.to_thread(self._write, steps)
                except psycopg.Error as error:
                    log.error("mqtt.store.failed", error=str(error).strip(), steps=len(steps))
                    if self._link is not None:
                        self._link.close()
                    if done is not None:
                        done.set_exception(OSError(str(error)))
                        done.exception()  # who waits has it; nobody else needs to
                else:
                    if done is not None:
                        done.set_result(None)
        finally:
            self._task = None

    def _write(self, steps: list[Step]) -> None:
        if self._link is None or self._link.closed:
            self._link = psycopg.connect(self._url)
        with self._link.transaction(), self._link.pipeline():
            for sql, values in steps:
                self._link.execute(sql, values)


def kept(session: Session) -> Step:
    """A session as it is now."""
    heard = msgspec.json.encode(list(session.subscriptions.values())).decode()
    return _SESSION, (*session.key, session.expiry, session.ends, heard, sorted(session.received))


def forgotten(session: Session) -> Step:
    """A session is over, with what waited for it."""
    return _FORGET, session.key


def queued(session: Session, out: Outgoing) -> Step:
    """A message waits for a client."""
    held = out.message
    said = (held.topic, held.payload, held.qos, held.retain, wire.properties_bytes(held.properties), held.until)
    return _QUEUE, (out.row, out.packet, *said, *session.key)


def received(out: Outgoing) -> Step:
    """The client has it."""
    return _RECEIVED, (out.row,)


def done(out: Outgoing) -> Step:
    """The client is done with it."""
    return _DONE, (out.row,)


def retained(message: Message) -> Step:
    """The last message of a topic; an empty one clears it."""
    if not message.payload:
        return _CLEAR, (message.topic,)
    properties = wire.properties_bytes(message.properties)
    return _RETAIN, (message.topic, message.payload, message.qos, properties, message.until)


def _sessions(link: psycopg.Connection) -> Iterator[tuple[int, Session]]:
    rows = link.execute("SELECT id, who, client, expiry, ends, subscriptions, received FROM mqtt_session")
    for number, who, client, expiry, ends, heard, received in rows:
        subscriptions = {one["filter"]: Subscription(**one) for one in heard}
        yield number, Session((who, client), expiry, subscriptions, received=set(received), ends=ends)


def _messages(link: psycopg.Connection) -> Iterator[tuple[int, Outgoing]]:
    rows = link.execute(
        "SELECT id, session_id, packet, topic, payload, qos, retain, properties, until, is_received "
        "FROM mqtt_message ORDER BY id"
    )
    for row, session, packet, topic, payload, qos, retain, properties, until, is_received in rows:
        message = Message(topic, payload, qos, retain, _read(properties), until)
        yield session, Outgoing(message, packet, row, is_sent=True, is_received=is_received)


def _read(properties: bytes) -> wire.Properties:
    return wire.message_properties(properties)
