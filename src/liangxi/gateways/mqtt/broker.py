"""The broker: sessions, who hears what, what is retained, wills. One loop runs it; nothing waits for a network."""

import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from typing import Protocol

import structlog

from liangxi.gateways.mqtt import store as stores
from liangxi.gateways.mqtt import topics
from liangxi.gateways.mqtt.codec import Will, Wish
from liangxi.gateways.mqtt.reasons import Reason
from liangxi.gateways.mqtt.sessions import FOREVER, LONGEST, Link, Message, Outgoing, Session, Subscription
from liangxi.gateways.mqtt.store import Store
from liangxi.gateways.mqtt.topics import Tree
from liangxi.gateways.mqtt.wire import Properties

RETAINED = 100_000  # topics with a retained message
log = structlog.get_logger()


class Principal(Protocol):
    """Who a client is and what it may do."""

    @property
    def who(self) -> str:
        """The name that its sessions belong to."""
        ...

    def may_publish(self, topic: str) -> bool: ...

    def may_hear(self, topic: str) -> bool: ...

    def may_subscribe(self, levels: tuple[str, ...]) -> bool:
        """False for a filter that could never find anything it may hear."""
        ...


class Current(Protocol):
    """Topics whose retained message is what the house knows now."""

    def under(self, levels: tuple[str, ...]) -> Iterable[Message]:
        """The messages of the topics that a filter covers."""
        ...


class Nothing:
    """No such topics."""

    def under(self, levels: tuple[str, ...]) -> Iterable[Message]:
        """See `Current`."""
        return ()


@dataclass(slots=True)
class Counters:
    """Since the broker began; `dropped`: messages of QoS 0 for a client that was too slow."""

    received: int = 0
    sent: int = 0
    dropped: int = 0
    refused: int = 0


@dataclass(slots=True)
class _Farewell:
    will: Will
    principal: Principal
    due: float


class Broker:
    """All sessions of one place."""

    def __init__(
        self,
        store: Store,
        current: Current | None = None,
        *,
        recall: Callable[[str], Principal | None] = lambda who: None,
        clock: Callable[[], float] = time.time,
    ) -> None:
        """`recall` says who a client was whose session was found on disk; None: nobody any more."""
        self.counters = Counters()
        self.sessions: dict[tuple[str, str], Session] = {}
        self.store = store
        self._current = current or Nothing()
        self._recall = recall
        self._clock = clock
        self._tree: Tree[tuple[tuple[str, str], str], tuple[Session, Subscription, str]] = Tree()
        self._principals: dict[tuple[str, str], Principal] = {}
        self._retained: dict[str, Message] = {}
        self._wills: dict[tuple[str, str], _Farewell] = {}
        self._turns: dict[str, int] = {}
        self._row = self._names = 0

    def recognise(self, held: stores.Held) -> None:
        """Find out who the clients of sessions found on disk are; may ask the database."""
        for session in held.sessions:
            if (principal := self._recall(session.key[0])) is not None:
                self._principals[session.key] = principal

    def restore(self, held: stores.Held) -> None:
        """Take over what outlived the broker before; sessions of nobody that is recognised are forgotten."""
        self._row = held.row
        for message in held.retained:
            self._retained[message.topic] = message
        for session in held.sessions:
            if session.key not in self._principals:
                self.store.put([stores.forgotten(session)])
                continue
            self.sessions[session.key] = session
            session.ends = session.ends or self._clock() + session.expiry
            for one in session.subscriptions.values():
                self._listen(session, one)

    def now(self) -> float:
        """The present time, seconds of Unix time."""
        return self._clock()

    def next_name(self) -> int:
        """A number for a client that has no name."""
        self._names += 1
        return self._names

    # ---- clients come and go

    def attach(
        self, principal: Principal, client: str, link: Link, *, clean: bool, expiry: int
    ) -> tuple[Session, bool, Link | None]:
        """The session of a client, whether it was there before, and the connection that it is taken from."""
        key = (principal.who, client)
        session = self.sessions.get(key)
        before = session.link if session else None
        self._wills.pop(key, None)
        if before is not None and before.will is not None and (clean or not before.will.properties.get("will_delay")):
            self._say(_Farewell(before.will, self._principals[key], self._clock()))  # MQTT 5.0, 3.1.4
        if session is not None and (clean or (session.ends is not None and session.ends <= self._clock())):
            self._forget(session)
            session = None
        is_present = session is not None
        session = session or Session(key)
        session.link, session.ends, session.expiry = link, None, min(expiry, FOREVER)
        self.sessions[key], self._principals[key] = session, principal
        if session.is_kept:
            self.store.put([stores.kept(session)])
        elif is_present:
            self.store.put([stores.forgotten(session)])
        return session, is_present, before

    def detach(self, session: Session, link: Link, will: Will | None) -> None:
        """A connection ended; `will` is what it leaves behind (None: it said goodbye)."""
        if session.link is not link:
            return
        session.link = None
        session.ends = self._clock() + session.expiry
        if will is not None:
            delay = min(int(will.properties.get("will_delay", 0)), session.expiry)
            self._wills[session.key] = _Farewell(will, self._principals[session.key], self._clock() + delay)
        if not session.is_kept:
            self._forget(session)
        else:
            self.store.put([stores.kept(session)])
        self.sweep()

    def sweep(self) -> None:
        """Publish the wills that are due, forget the sessions that are over."""
        now = self._clock()
        for key, farewell in [one for one in self._wills.items() if one[1].due <= now]:
            del self._wills[key]
            self._say(farewell)
        for session in [one for one in self.sessions.values() if one.ends is not None and one.ends <= now]:
            self._forget(session)

    def _say(self, farewell: _Farewell) -> None:
        will = farewell.will
        if farewell.principal.may_publish(will.topic):
            properties = {name: value for name, value in will.properties.items() if name != "will_delay"}
            message = Message(will.topic, will.payload, will.qos, will.retain, properties, self._until(properties))
            self.publish(message, None)

    def _forget(self, session: Session) -> None:
        for one in session.subscriptions.values():
            self._ignore(session, one.filter)
        self.store.put([stores.forgotten(session)])
        self.sessions.pop(session.key, None)
        if session.link is None and session.key not in self._wills:
            self._principals.pop(session.key, None)

    # ---- subscriptions

    def subscribe(self, session: Session, wish: Wish, identifier: int = 0) -> int:
        """The granted QoS, or why not; what is retained is sent behind `greet`."""
        found = topics.parsed(wish.filter)
        if found is None:
            return Reason.FILTER
        if found.group and wish.no_local:
            return Reason.PROTOCOL
        if not self._principals[session.key].may_subscribe(found.levels):
            return Reason.NOT_AUTHORIZED
        one = Subscription(wish.filter, wish.qos, wish.no_local, wish.as_published, identifier)
        session.subscriptions[wish.filter] = one
        self._listen(session, one)
        return wish.qos

    def greet(self, session: Session, wish: Wish, *, is_new: bool) -> None:
        """Send what is retained below a filter that was just subscribed to."""
        found, one = topics.parsed(wish.filter), session.subscriptions.get(wish.filter)
        if found is None or one is None or found.group or wish.retain_handling == 2:
            return
        if wish.retain_handling == 1 and not is_new:
            return
        principal, now = self._principals[session.key], self._clock()
        for message in self._kept_under(found.levels):
            if (message.until is None or message.until > now) and principal.may_hear(message.topic):
                self._send(session, message, [one], is_retained=True)

    def unsubscribe(self, session: Session, text: str) -> int:
        """The reason code."""
        if session.subscriptions.pop(text, None) is None:
            return Reason.NO_SUBSCRIPTION
        self._ignore(session, text)
        return Reason.SUCCESS

    def remember(self, session: Session) -> None:
        """Keep what the session is now, when it is kept at all."""
        if session.is_kept:
            self.store.put([stores.kept(session)])

    def _listen(self, session: Session, one: Subscription) -> None:
        found = topics.parsed(one.filter)
        if found is not None:
            self._tree.put(found.levels, (session.key, one.filter), (session, one, found.group))

    def _ignore(self, session: Session, text: str) -> None:
        found = topics.parsed(text)
        if found is not None:
            self._tree.drop(found.levels, (session.key, text))

    def _kept_under(self, levels: tuple[str, ...]) -> Iterator[Message]:
        yield from self._current.under(levels)
        if not {"+", "#"} & set(levels):
            if message := self._retained.get("/".join(levels)):
                yield message
            return
        yield from [one for topic, one in self._retained.items() if topics.matches(levels, topic)]

    # ---- messages

    def has_listeners(self, topic: str) -> bool:
        """True when somebody subscribed to it."""
        return bool(self._tree.of(topic))

    def publish(self, message: Message, sender: Session | None) -> int:
        """Hand a message to everybody who listens and may; how many do. `store.written()` then says that it is kept."""
        if message.retain:
            self._retain(message)
        chosen: dict[tuple[str, str], tuple[Session, list[Subscription]]] = {}
        groups: dict[str, list[tuple[Session, Subscription]]] = {}
        for _, (session, one, group) in self._tree.of(message.topic):
            if one.no_local and session is sender:
                continue
            if not self._principals[session.key].may_hear(message.topic):
                continue
            if group:
                groups.setdefault(f"{group}/{one.filter}", []).append((session, one))
            else:
                chosen.setdefault(session.key, (session, []))[1].append(one)
        for session, ones in chosen.values():
            self._send(session, message, ones)
        for name, members in groups.items():
            session, one = self._turn(name, members)
            self._send(session, message, [one])
        return len(chosen) + len(groups)

    def _turn(self, name: str, members: list[tuple[Session, Subscription]]) -> tuple[Session, Subscription]:
        """The next of a group, one who is there if anybody is."""
        there = [one for one in members if one[0].link is not None] or members
        turn = self._turns[name] = self._turns.get(name, -1) + 1
        return there[turn % len(there)]

    def _retain(self, message: Message) -> None:
        if not message.payload:
            self._retained.pop(message.topic, None)
        elif len(self._retained) < RETAINED or message.topic in self._retained:
            self._retained[message.topic] = replace(message)
        else:
            log.error("mqtt.retained.full", topic=message.topic)
            return
        self.store.put([stores.retained(message)])

    def _send(self, session: Session, message: Message, ones: list[Subscription], *, is_retained: bool = False) -> None:
        qos = min(message.qos, max(one.qos for one in ones))
        if session.link is None and (not session.is_kept or qos == 0):
            return
        properties = message.properties
        if identifiers := [one.identifier for one in ones if one.identifier]:
            properties = {**properties, "subscription": identifiers}
        retain = is_retained or (message.retain and any(one.as_published for one in ones))
        held = Message(message.topic, message.payload, qos, retain, properties, message.until)
        if not qos:
            session.take(Outgoing(held))
            return
        if session.length >= LONGEST:
            self._give_up(session)
            return
        out = Outgoing(held, session.next_packet())
        if session.is_kept:
            self._row += 1
            out.row = self._row
            self.store.put([stores.queued(session, out)])
        session.take(out)
        self.pump(session)

    def _give_up(self, session: Session) -> None:
        """Too much waits: the session ends, so that its client learns that it missed something."""
        log.warning("mqtt.session.full", client=session.key[1], who=session.key[0], waiting=session.length)
        link = session.link
        session.ends = self._clock()
        self._forget(session)
        if link is not None:
            link.close(Reason.QUOTA)

    def pump(self, session: Session) -> None:
        """Send what waits while there is room."""
        gone = session.pump(self._clock())
        self.store.put([stores.done(out) for out in gone if out.row])

    def acknowledged(self, session: Session, packet: int) -> None:
        """The client is done with a message (PUBACK, PUBCOMP)."""
        out = session.finish(packet)
        if out is not None and out.row:
            self.store.put([stores.done(out)])
        self.pump(session)

    def received(self, session: Session, packet: int) -> bool:
        """The client has a message of QoS 2 (PUBREC); False when it was never sent."""
        out = session.in_flight.get(packet)
        if out is None:
            return False
        out.is_received = True
        if out.row:
            self.store.put([stores.received(out)])
        return True

    def _until(self, properties: Properties) -> float | None:
        expiry = properties.get("message_expiry")
        return None if expiry is None else self._clock() + int(expiry)

    def message(self, topic: str, payload: bytes, qos: int, *, retain: bool, properties: Properties) -> Message:
        """A message that was just received."""
        return Message(topic, payload, qos, retain, properties, self._until(properties))
