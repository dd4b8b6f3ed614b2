"""The registry in memory: from a key to a thing, from a property to a stream. Kept up by the database's NOTIFY."""

import hashlib
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np
import psycopg
import structlog
from django.db import connection

from liangxi.systems.sensing import face as sensing
from liangxi.systems.sensing.shapes import KnownThing, Profile, ResultType

CHANNEL = "liangxi_sensing"
RECONNECT = 1.0  # seconds between attempts to listen again
_KINDS: Mapping[ResultType, int] = {"number": 0, "boolean": 1, "text": 2, "category": 3, "geometry": 4}
NUMBER, BOOLEAN, TEXT, CATEGORY, GEOMETRY = range(5)
log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Held:
    """A key: whose it is and until when it holds (µs; None: no end)."""

    thing: KnownThing
    until: int | None


class Directory:
    """What the doors look things up in. One thread writes it; readers see each thing whole."""

    def __init__(self) -> None:
        self.version = 0
        self.profiles: dict[str, Profile] = {}
        self.things: dict[int, KnownThing] = {}
        self.by_code: dict[str, KnownThing] = {}
        self.kinds = np.zeros(1024, np.uint8)  # of the result of a stream
        self.lows = np.full(1024, -np.inf)
        self.highs = np.full(1024, np.inf)
        self.thing_of = np.zeros(1024, np.int64)  # the number of a stream's thing
        self.options: dict[int, frozenset[str]] = {}  # of streams of a category
        self._keys: dict[bytes, Held] = {}

    def of_key(self, secret: str, now: int) -> KnownThing | None:
        """The thing whose key this is at `now` (µs), or None."""
        held = self._keys.get(hashlib.sha256(secret.encode()).digest())
        if held is None or (held.until is not None and held.until <= now):
            return None
        return held.thing

    def refresh(self) -> int:
        """Take over what changed in the registry since the last time; the number of things that changed."""
        found = sensing.directory(after=self.version)
        for profile in found.profiles:
            self.profiles[profile.code] = profile
        for thing in found.things:
            self._put(thing)
        self.version = found.version
        return len(found.things)

    def _put(self, thing: KnownThing) -> None:
        old = self.things.get(thing.number)
        for digest, _ in old.keys if old else ():
            self._keys.pop(digest, None)
        self._describe(thing)
        self.things[thing.number] = self.by_code[thing.code] = thing
        for digest, until in thing.keys:
            self._keys[digest] = Held(thing, until)

    def _describe(self, thing: KnownThing) -> None:
        highest = max(thing.streams.values(), default=0)
        if highest >= len(self.kinds):
            self._grow(highest + 1)
        profile = self.profiles[thing.profile]
        for name, stream in thing.streams.items():
            if one := profile.properties.get(name):
                self.kinds[stream] = _KINDS[one.type]
                self.lows[stream] = -np.inf if one.low is None else one.low
                self.highs[stream] = np.inf if one.high is None else one.high
                self.thing_of[stream] = thing.number
                if one.options:
                    self.options[stream] = frozenset(one.options)

    def _grow(self, need: int) -> None:
        more = max(need, 2 * len(self.kinds)) - len(self.kinds)
        self.kinds = np.append(self.kinds, np.zeros(more, np.uint8))
        self.lows = np.append(self.lows, np.full(more, -np.inf))
        self.highs = np.append(self.highs, np.full(more, np.inf))
        self.thing_of = np.append(self.thing_of, np.zeros(more, np.int64))


class Keeper:
    """Keeps a directory up with the registry, in a thread of its own."""

    def __init__(self, directory: Directory, database_url: str, changed: Callable[[], None] = lambda: None) -> None:
        self._directory = directory
        self._url = database_url
        self._changed = changed
        self._ear: psycopg.Connection | None = None
        self._stopping = threading.Event()
        self.is_ready = threading.Event()
        self._thread = threading.Thread(target=self._keep, name="directory", daemon=True)

    def start(self) -> None:
        """Begin; `is_ready` is set when the directory was read for the first time."""
        self._thread.start()

    def stop(self) -> None:
        """End, and wait until it did."""
        self._stopping.set()
        self._thread.join()

    def _keep(self) -> None:
        while not self._stopping.is_set():
            try:
                with psycopg.connect(self._url, autocommit=True) as ear:
                    ear.execute(f"LISTEN {CHANNEL}")
                    self._listen(ear)
            except Exception as error:  # noqa: BLE001 whatever the database says: the devices' doors stay open
                log.warning("intake.directory.lost", error=str(error).strip())
            connection.close()
            self._stopping.wait(RECONNECT)

    def _listen(self, ear: psycopg.Connection) -> None:
        while not self._stopping.is_set():
            self._directory.refresh()
            self.is_ready.set()
            self._changed()
            while not self._stopping.is_set() and not any(ear.notifies(timeout=0.5, stop_after=1)):
                pass
