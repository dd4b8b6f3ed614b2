"""The watch: follows the log behind a cursor, steps the rules, and writes down the alarms that begin and end.

It never holds up the storing. When it was killed it goes on from its last snapshot; what it had told already is told
again and changes nothing. Silence is counted by a clock that nobody can set, and only while we listen.
"""

import contextlib
import threading
import time
from collections.abc import Callable, Iterable

import numpy as np
import structlog
from django.db import connection

from liangxi.kit.series import log as logs
from liangxi.kit.series.blocks import Block
from liangxi.kit.series.evaluating import Change, Evaluator, Group, Pair, Silence
from liangxi.kit.series.log import Cursor
from liangxi.live.intake.admission import instant
from liangxi.live.intake.directory import Directory
from liangxi.live.intake.engine import Engine
from liangxi.systems.sensing import face as sensing
from liangxi.systems.sensing.shapes import AlarmChange, KnownThing, RuleInForce

NAME = "rules"
REST = 0.02  # seconds between steps: blocks that come meanwhile are read together
SWEEP = 1.0  # seconds between looks for silence
KEPT = 5.0  # seconds between snapshots
_STATE = ("active", "since", "cause", "times", "values")
log = structlog.get_logger()


class Watch:
    """Rules over the log of one engine, in a thread of its own."""

    def __init__(self, engine: Engine, directory: Directory, *, clock: Callable[[], float] = time.monotonic) -> None:
        self._engine, self._directory, self._clock = engine, directory, clock
        self._evaluator = Evaluator()
        self._offline = Silence()
        self._absent: dict[int, Silence] = {}
        self._rule_of_thing = np.zeros(0, np.int64)
        self._subjects: dict[int, tuple[str, str]] = {}
        self._path = engine.folder / "rules.npz"
        self._untold: list[AlarmChange] = []
        self._is_to_recall = False
        self._told = 0  # the last sequence number whose changes are written down
        self._stale, self._stopping = threading.Event(), threading.Event()
        self._stale.set()
        self._cursor = self._resume()
        engine.followers[NAME] = self._cursor
        self._swept = self._kept = clock()
        self._thread = threading.Thread(target=self._run, name="watch", daemon=True)

    def start(self) -> None:
        """Begin to follow."""
        self._thread.start()

    def stop(self) -> None:
        """End, and keep where it was."""
        self._stopping.set()
        with self._engine.stored:
            self._engine.stored.notify_all()
        self._thread.join()

    def refresh(self) -> None:
        """The registry or the rules changed: compile anew before the next step."""
        self._stale.set()

    def turn(self) -> int:
        """Take in what is new in the log and look for silence; the number of changes written down."""
        if self._stale.is_set():
            self._stale.clear()
            self._compile()
        done = self._tell()
        for block, cursor in logs.read(self._engine.folder / "log", self._cursor, self._engine.end):
            self._untold += [*self._heard(block), *map(self._change, self._evaluator.step(block))]
            self._cursor, self._told = cursor, block.next - 1
            done += self._tell()
        if self._is_to_recall:
            self._is_to_recall = False
            standing = sensing.standing_alarms()
            self._recall_silences(standing)
            self._recall_pairs(standing)
        if self._clock() - self._swept >= SWEEP:
            self._swept = self._clock()
            self._untold += self._silent()
            done += self._tell()
            sensing.sweep_alarms()
        return done

    def keep(self) -> None:
        """Write the snapshot and let the log go up to it; not while something is untold."""
        if self._untold:
            return
        self._kept = self._clock()
        state, pairs = self._evaluator.state, self._evaluator.pairs
        keys = np.array([(one.rule, one.stream) for one in pairs], np.int64).reshape(-1, 2)
        places = np.array([f"{one.rule}:{one.place}" for one in self._evaluator.groups], np.str_)
        cursor = np.array([self._cursor.segment, self._cursor.offset, self._told])
        draft = self._path.with_suffix(".draft")
        with draft.open("wb") as file:
            held = {name: getattr(state, name) for name in _STATE}
            np.savez(file, keys=keys, cursor=cursor, groups=state.groups, places=places, **held)
        draft.replace(self._path)
        self._engine.followers[NAME] = self._cursor

    def _resume(self) -> Cursor:
        """The cursor and state of the last snapshot; without one, the oldest block there is."""
        with contextlib.suppress(OSError, ValueError, KeyError), np.load(self._path) as kept:
            pairs = [Pair(rule=int(rule), stream=int(stream)) for rule, stream in kept["keys"]]
            groups = [
                Group(rule=int(rule), place=place, share=1.0, least=1)
                for rule, _, place in (str(text).partition(":") for text in kept["places"])
            ]
            self._evaluator = Evaluator(pairs, groups)
            for name in _STATE:
                getattr(self._evaluator.state, name)[:] = kept[name]
            self._evaluator.state.groups[:] = kept["groups"]
            segment, offset, told = (int(number) for number in kept["cursor"])
            self._told = self._engine.delivered[NAME] = told
            return Cursor(segment, offset)
        return Cursor()

    def _run(self) -> None:
        while not self._stopping.is_set():
            try:
                self.turn()
                if self._clock() - self._kept >= KEPT:
                    self.keep()
            except Exception as error:  # noqa: BLE001 the rules wait for the database or for a repair; storing goes on
                log.warning("intake.watch.failed", error=str(error).strip())
                self._stale.set()
                connection.close()
                self._stopping.wait(1.0)
            with self._engine.stored:
                if self._cursor == self._engine.end and not self._stopping.is_set():
                    self._engine.stored.wait(0.5)
            self._stopping.wait(REST)
        with contextlib.suppress(OSError):
            self.keep()
        connection.close()

    def _compile(self) -> None:
        """Pairs of rules and streams, from the registry and the rules as they stand."""
        rules = sensing.rules_in_force()
        things = [one for one in list(self._directory.things.values()) if one.state in ("in_service", "maintenance")]
        self._subjects = {stream: (thing.code, name) for thing in things for name, stream in thing.streams.items()}
        places: dict[tuple[int, str], int] = {}
        found: list[Group] = []
        pairs: list[Pair] = []
        for one in rules:
            if one.rule.kind in ("absence", "offline"):
                continue
            for thing in _under(one, things):
                stream = thing.streams.get(one.rule.property, 0)
                group = _group(one, thing.place, places, found) if stream and one.rule.kind == "group" else -1
                if stream:
                    pairs.append(sensing.pair_of(one, stream=stream, group=group))
        fresh = Evaluator(pairs, found)
        fresh.adopt(self._evaluator)
        self._evaluator = fresh
        self._listen(rules, things)
        self._recall_silences(sensing.standing_alarms())
        self._is_to_recall = True

    def _listen(self, rules: Iterable[RuleInForce], things: list[KnownThing]) -> None:
        """Which silences count."""
        after = np.zeros(max((one.number for one in things), default=0) + 1)
        self._rule_of_thing = np.zeros(len(after), np.int64)
        absent: dict[int, Silence] = {}
        for one in rules:
            if one.rule.kind == "offline":
                for thing in _under(one, things):
                    after[thing.number], self._rule_of_thing[thing.number] = one.rule.after, one.number
            elif one.rule.kind == "absence":
                silence = absent[one.number] = self._absent.get(one.number) or Silence()
                streams = [thing.streams.get(one.rule.property, 0) for thing in _under(one, things)]
                of_rule = np.zeros(max(streams, default=0) + 1)
                of_rule[streams] = one.rule.after
                of_rule[0] = 0
                silence.watch(of_rule, self._clock())
        self._offline.watch(after, self._clock())
        self._absent = absent

    def _recall_silences(self, standing: Iterable[AlarmChange]) -> None:
        """Silences whose alarm stands in the database."""
        for alarm in standing:
            thing = self._directory.by_code.get(alarm.thing)
            if thing and alarm.rule in self._absent:
                self._absent[alarm.rule].recall(thing.streams.get(alarm.property, 0))
            elif thing and not alarm.property:
                self._offline.recall(thing.number)

    def _recall_pairs(self, standing: Iterable[AlarmChange]) -> None:
        """Alarms that stand in the database and that the state does not know, after it was lost.

        Only when the log has been caught up with: before, the state is that of an earlier time, and knows itself.
        """
        rows = {(one.rule, one.stream): row for row, one in enumerate(self._evaluator.pairs)}
        places = {(one.rule, one.place): number for number, one in enumerate(self._evaluator.groups)}
        state = self._evaluator.state
        for alarm in standing:
            thing = self._directory.by_code.get(alarm.thing)
            row = rows.get((alarm.rule, thing.streams.get(alarm.property, 0))) if thing else None
            number = None if thing else places.get((alarm.rule, alarm.place))
            if row is not None and not state.active[row]:
                state.active[row], state.cause[row], state.since[row] = True, alarm.cause, 1
            elif number is not None and not state.groups[number]:
                state.groups[number] = max(alarm.cause, 1)

    def _heard(self, block: Block) -> Iterable[AlarmChange]:
        """Silences that end with a block."""
        now, streams = self._clock(), block.batch.streams.astype(np.int64)
        known = streams[streams < len(self._directory.thing_of)]
        for number in self._offline.hear(self._directory.thing_of[known], now).tolist():
            yield self._of_thing(number, block.received, block.next - 1, is_raised=False)
        for rule, silence in self._absent.items():
            for stream in silence.hear(streams, now).tolist():
                yield self._of_stream(rule, stream, block.received, block.next - 1, is_raised=False)

    def _silent(self) -> Iterable[AlarmChange]:
        """Silences that have become too long; the cause is the last observation of all, before any that ends it."""
        now, at, cause = self._clock(), self._engine.now(), self._engine.counters().stored
        for number in self._offline.sweep(now).tolist():
            if number in self._directory.things:
                yield self._of_thing(number, at, cause, is_raised=True)
        for rule, silence in self._absent.items():
            for stream in silence.sweep(now).tolist():
                yield self._of_stream(rule, stream, at, cause, is_raised=True)

    def _of_thing(self, number: int, at: int, cause: int, *, is_raised: bool) -> AlarmChange:
        rule, thing = int(self._rule_of_thing[number]), self._directory.things[number]
        return AlarmChange(rule=rule, thing=thing.code, is_raised=is_raised, at=instant(at), cause=cause)

    def _of_stream(self, rule: int, stream: int, at: int, cause: int, *, is_raised: bool) -> AlarmChange:
        thing, name = self._subjects.get(stream, ("", ""))
        return AlarmChange(rule=rule, thing=thing, property=name, is_raised=is_raised, at=instant(at), cause=cause)

    def _change(self, one: Change) -> AlarmChange:
        thing, name = self._subjects.get(one.stream, ("", ""))
        return AlarmChange(
            rule=one.rule,
            thing=thing,
            property=name,
            place=one.place,
            is_raised=one.is_raised,
            at=instant(one.at),
            value=one.value,
            cause=one.cause,
        )

    def _tell(self) -> int:
        """Write down what is not told yet; it stays until the database took it, and no further block is read before."""
        done = sensing.record_changes(changes=self._untold) if self._untold else 0
        self._untold = []
        self._engine.delivered[NAME] = self._told
        return done


def _group(one: RuleInForce, place: str, places: dict[tuple[int, str], int], found: list[Group]) -> int:
    """The number of the group of a rule at a place, made when it is the first there."""
    if (one.number, place) not in places:
        places[one.number, place] = len(found)
        found.append(Group(rule=one.number, place=place, share=one.rule.share, least=one.rule.least))
    return places[one.number, place]


def _under(one: RuleInForce, things: Iterable[KnownThing]) -> Iterable[KnownThing]:
    """The things that a rule is about."""
    rule = one.rule
    for thing in things:
        is_named = thing.code == rule.thing if rule.thing else thing.org_path.startswith(one.org_path)
        if is_named and thing.profile == rule.profile:
            yield thing
