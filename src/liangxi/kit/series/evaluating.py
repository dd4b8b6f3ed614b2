"""Rules over blocks of observations, in columns: which alarms begin and end, decided the same way at every replay.

A *pair* is a rule on one stream. Its condition begins when the value is above `high` or below `low` and ends when it is
back by `hysteresis`; it must hold for `hold` (of the observations' own time) before the alarm begins. A rule of rate
looks at the change per second since the observation before. Observations that are not newer than the last one are
history: they raise nothing. A group rule counts the pairs of a place whose condition stands.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from liangxi.kit.series.blocks import Block

THRESHOLD, RATE = 0, 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Pair:
    """A rule on one stream; `group` is the number of the group (rule and place) that it counts for, -1: for itself."""

    rule: int
    stream: int
    kind: int = THRESHOLD
    high: float = np.inf
    low: float = -np.inf
    hysteresis: float = 0.0
    hold: int = 0  # µs
    group: int = -1


@dataclass(frozen=True, slots=True, kw_only=True)
class Group:
    """A rule on a place: at least `share` (0 to 1) of its pairs, of which there are `least` or more."""

    rule: int
    place: str
    share: float
    least: int


@dataclass(frozen=True, slots=True)
class Change:
    """An alarm of a rule begins or ends, on a stream or (stream 0) a place; `cause` numbers what began it."""

    rule: int
    stream: int
    place: str
    is_raised: bool
    at: int  # µs
    value: float
    cause: int


@dataclass(slots=True)
class State:
    """What is remembered of each pair and group between blocks."""

    active: NDArray[np.bool_]
    since: NDArray[np.int64]  # when the condition began, 0: it does not stand
    cause: NDArray[np.int64]  # the sequence number of the observation that began it
    times: NDArray[np.int64]  # of the last observation
    values: NDArray[np.float64]
    groups: NDArray[np.int64]  # the cause of each group's alarm, 0: none


class Evaluator:
    """Compiled pairs and groups with their state; one thread steps it."""

    def __init__(self, pairs: Sequence[Pair] = (), groups: Sequence[Group] = ()) -> None:
        self.pairs = sorted(pairs, key=lambda one: (one.stream, one.rule))
        self.groups = groups
        count = len(self.pairs)
        self._streams = np.array([one.stream for one in self.pairs], np.int64)
        self._high = np.array([one.high for one in self.pairs], np.float64)
        self._low = np.array([one.low for one in self.pairs], np.float64)
        self._back = np.array([one.hysteresis for one in self.pairs], np.float64)
        self._hold = np.array([one.hold for one in self.pairs], np.int64)
        self._is_rate = np.array([one.kind == RATE for one in self.pairs], bool)
        self._group = np.array([one.group for one in self.pairs], np.int64)
        self._sizes = np.bincount(self._group[self._group >= 0], minlength=len(self.groups))
        self.state = State(
            active=np.zeros(count, bool),
            since=np.zeros(count, np.int64),
            cause=np.zeros(count, np.int64),
            times=np.zeros(count, np.int64),
            values=np.zeros(count),
            groups=np.zeros(len(groups), np.int64),
        )

    def step(self, block: Block) -> list[Change]:
        """Take a block in; the changes that it brings, in the order of their times."""
        found: list[Change] = []
        held = block.batch
        order = np.lexsort((block.seqs, held.times, held.streams))
        streams, times, seqs = held.streams[order].astype(np.int64), held.times[order], block.first + order
        values = held.values[order]
        for rows in _rounds(streams):
            found += self._round(streams[rows], times[rows], values[rows], seqs[rows])
        return sorted(found, key=lambda one: one.at)

    def _round(
        self,
        streams: NDArray[np.int64],
        times: NDArray[np.int64],
        values: NDArray[np.float64],
        seqs: NDArray[Any],
    ) -> Iterator[Change]:
        """One observation of each of some streams, through all their pairs at once."""
        begin, end = np.searchsorted(self._streams, streams), np.searchsorted(self._streams, streams, "right")
        counts = end - begin
        rows = np.repeat(begin - np.cumsum(counts) + counts, counts) + np.arange(counts.sum())
        at, value, seq = (np.repeat(column, counts) for column in (times, values, seqs))
        is_new = (at > self.state.times[rows]) & ~np.isnan(value)
        rows, at, value, seq = rows[is_new], at[is_new], value[is_new], seq[is_new].astype(np.int64)
        measured = self._measured(rows, at, value)
        self.state.times[rows], self.state.values[rows] = at, value
        yield from self._pairs(rows, at, measured, seq)
        if len(self.groups):
            yield from self._count(rows, at, seq)

    def _measured(self, rows: NDArray[Any], at: NDArray[np.int64], value: NDArray[np.float64]) -> NDArray[np.float64]:
        """The value itself, or its change per second since the last one (nothing to compare with: no change)."""
        is_rate = self._is_rate[rows]
        if not is_rate.any():
            return value
        before, then = self.state.values[rows], self.state.times[rows]
        rate = (value - before) / np.maximum((at - then) / 1e6, 1e-6)
        return np.where(is_rate, np.where(then > 0, rate, 0.0), value)

    def _pairs(
        self, rows: NDArray[Any], at: NDArray[np.int64], value: NDArray[np.float64], seq: NDArray[np.int64]
    ) -> Iterator[Change]:
        state, high, low, back = self.state, self._high[rows], self._low[rows], self._back[rows]
        is_out = (value > high) | (value < low)
        is_back = (value <= high - back) & (value >= low + back)
        was_active, since = state.active[rows], state.since[rows]
        begins = is_out & ~was_active & (since == 0)
        state.since[rows[begins]], state.cause[rows[begins]] = at[begins], seq[begins]
        state.since[rows[~is_out & ~was_active]] = 0
        raised = is_out & ~was_active & (at - state.since[rows] >= self._hold[rows])
        cleared = was_active & is_back
        for number in np.flatnonzero(raised | cleared).tolist():
            row, is_raised = int(rows[number]), bool(raised[number])
            state.active[row] = is_raised
            if not is_raised:
                state.since[row] = 0
            one = self.pairs[row]
            if one.group < 0:
                cause = int(state.cause[row])
                yield Change(one.rule, one.stream, "", is_raised, int(at[number]), float(value[number]), cause)

    def _count(self, rows: NDArray[Any], at: NDArray[np.int64], seq: NDArray[np.int64]) -> Iterator[Change]:
        """The groups whose members were heard: the share of those whose condition stands."""
        members = self._group[rows]
        for number in np.unique(members[members >= 0]).tolist():
            group, size = self.groups[number], int(self._sizes[number])
            standing = int(self.state.active[self._group == number].sum())
            share = standing / size
            is_met = size >= group.least and share >= group.share
            cause = int(self.state.groups[number])
            if is_met == (cause > 0):
                continue
            of_group = members == number
            cause = int(seq[of_group].max()) if is_met else cause
            self.state.groups[number] = cause if is_met else 0
            yield Change(group.rule, 0, group.place, is_met, int(at[of_group].max()), share, cause)

    def adopt(self, old: "Evaluator") -> None:
        """Go on from the state of `old` with the pairs and groups that are the same."""
        known = {(one.rule, one.stream): row for row, one in enumerate(old.pairs)}
        for row, one in enumerate(self.pairs):
            before = known.get((one.rule, one.stream))
            if before is not None and old.pairs[before].kind == one.kind:
                for name in ("active", "since", "cause", "times", "values"):
                    getattr(self.state, name)[row] = getattr(old.state, name)[before]
        places = {(one.rule, one.place): number for number, one in enumerate(old.groups)}
        for number, group in enumerate(self.groups):
            before = places.get((group.rule, group.place))
            if before is not None:
                self.state.groups[number] = old.state.groups[before]


def _rounds(streams: NDArray[np.int64]) -> Iterator[NDArray[Any]]:
    """Rows of sorted `streams`, so that each stream stands once in a round and its observations in order over them."""
    if not len(streams):
        return
    starts = np.flatnonzero(np.append(True, streams[1:] != streams[:-1]))
    place = np.arange(len(streams)) - np.repeat(starts, np.diff(np.append(starts, len(streams))))
    for number in range(int(place.max()) + 1):
        yield np.flatnonzero(place == number)


class Silence:
    """Who was heard when, by a clock that no one sets: silence is counted only while we listen.

    Numbers are those of streams or of things; `after` are seconds, 0: never silent.
    """

    def __init__(self) -> None:
        self._after = np.zeros(0)
        self._heard = np.zeros(0)
        self.silent = np.zeros(0, bool)

    def watch(self, after: NDArray[np.float64], now: float) -> None:
        """Take over the silences that count, by number; who is new was heard when he came."""
        grown = max(len(after), len(self._heard))
        more = grown - len(self._heard)
        self._heard = np.append(self._heard, np.full(more, now))
        self.silent = np.append(self.silent, np.zeros(more, bool))
        self._after = np.append(after, np.zeros(grown - len(after)))

    def hear(self, numbers: NDArray[Any], now: float) -> NDArray[Any]:
        """These were heard just now; those of them that had been silent."""
        numbers = np.unique(numbers[numbers < len(self._heard)])
        self._heard[numbers] = now
        back: NDArray[Any] = numbers[self.silent[numbers]]
        self.silent[back] = False
        return back

    def recall(self, number: int) -> None:
        """This one is known to be silent."""
        if number < len(self.silent):
            self.silent[number] = True

    def sweep(self, now: float) -> NDArray[Any]:
        """Those that have become silent by now."""
        found = np.flatnonzero((self._after > 0) & ~self.silent & (now - self._heard >= self._after))
        self.silent[found] = True
        return found
