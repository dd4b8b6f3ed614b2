"""What may be stored: each reading is resolved to its stream and checked; a bad one disturbs no other."""

import math
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

import msgspec
import numpy as np

from liangxi.kit.errors import ForbiddenError, NotFoundError
from liangxi.kit.series.blocks import Batch
from liangxi.live.intake.directory import BOOLEAN, CATEGORY, GEOMETRY, NUMBER, TEXT, Directory
from liangxi.live.intake.shapes import Admitted, Reading, Refusal
from liangxi.systems.sensing.shapes import KnownThing

AHEAD = 5 * 60 * 1_000_000  # µs that a device's clock may be ahead of ours
BEHIND = 31 * 86_400 * 1_000_000  # µs that an observation may be late
LARGEST = 16 * 1024  # bytes of a result that is no number
_DAY = 86_400 * 1_000_000
_GEOMETRIES = frozenset({"Point", "LineString", "Polygon", "MultiPoint", "MultiLineString", "MultiPolygon"})

UNKNOWN = ("intake.stream.unknown", "The thing has no such property.", "property")
TYPE = ("intake.result.type", "The result is not of the type of this property.", "result")
RANGE = ("intake.result.range", "The result lies outside of what this property can be.", "result")
SIZE = ("intake.result.size", "The result is larger than 16 KB.", "result")
FUTURE = ("intake.time.future", "The time lies more than 5 minutes ahead: set the clock of the device.", "time")
PAST = ("intake.time.past", "The time lies more than 31 days back: set the clock of the device.", "time")
Why = tuple[str, str, str]


def speaker(directory: Directory, thing: KnownThing, named: str) -> KnownThing:
    """The thing that a request is about: the caller itself, or one that stands behind it as its gateway.

    NotFoundError `intake.thing.unknown`; ForbiddenError `intake.thing.state` for one that is not in service.
    """
    found = thing
    if named and named != thing.code:
        other = directory.by_code.get(named)
        if other is None or other.gateway != thing.number:
            raise NotFoundError("intake.thing.unknown", "No thing %(code)s speaks through this one.", {"code": named})
        found = other
    if found.state not in ("in_service", "maintenance"):
        raise ForbiddenError("intake.thing.state", "The thing is %(state)s and is not heard.", {"state": found.state})
    return found


def admit(directory: Directory, thing: KnownThing, readings: Sequence[Reading], now: int) -> Admitted:
    """The readings of `thing` as a batch, in order, without those that are refused. `now` is ours (µs)."""
    streams: list[int] = []
    times: list[int] = []
    values: list[float] = []
    payloads: dict[int, bytes] = {}
    indices: list[int] = []
    refusals: list[Refusal] = []
    known, kinds = thing.streams, directory.kinds
    for index, (name, at, result) in enumerate(readings):
        stream = known.get(name, 0)
        value: float | bytes | Why
        if not stream:
            value = UNKNOWN
        elif type(result) is float and kinds[stream] == NUMBER:
            value = result
        else:
            value = _READERS[int(kinds[stream])](directory, stream, result)
        if isinstance(value, tuple):
            refusals.append(Refusal(index, *value))
            continue
        if isinstance(value, bytes):
            payloads[len(streams)], value = value, math.nan
        streams.append(stream)
        times.append(at if isinstance(at, int) else micros(at))
        values.append(value)
        indices.append(index)
    batch = Batch(np.array(streams, np.uint32), _times(times), np.array(values, np.float64), payloads)
    return _bounded(directory, Admitted(batch, indices, tuple(refusals)), now)


def micros(at: datetime) -> int:
    """Microseconds since 1970 of an aware time."""
    return round(at.timestamp() * 1_000_000)


def instant(at: int) -> datetime:
    """The aware time of microseconds since 1970."""
    return datetime.fromtimestamp(at // 1_000_000, UTC).replace(microsecond=at % 1_000_000)


def result(kind: int, value: float, payload: bytes | None) -> Any:
    """What a stored value and its payload say, as JSON has it; None when the payload is lost."""
    if kind == NUMBER:
        return value
    if kind == BOOLEAN:
        return value == 1.0
    if payload is None:
        return None
    return msgspec.json.decode(payload) if kind == GEOMETRY else payload.decode()


def _times(times: Sequence[int]) -> Any:
    """Times beyond what 63 bits hold are as far off as can be, and refused like that."""
    try:
        return np.array(times, np.int64)
    except OverflowError:
        top = np.iinfo(np.int64)
        return np.array([min(max(at, top.min), top.max) for at in times], np.int64)


def _bounded(directory: Directory, found: Admitted, now: int) -> Admitted:
    """Without the rows whose time or number lies out of bounds."""
    held = found.batch
    low, high = directory.lows[held.streams], directory.highs[held.streams]
    is_ahead, is_behind = held.times > now + AHEAD, held.times < now - BEHIND
    is_out = (held.values < low) | (held.values > high)
    if not (is_ahead | is_behind | is_out).any():
        return found
    faults = [(is_ahead, FUTURE), (is_behind, PAST), (is_out, RANGE)]
    refusals, is_good = list(found.refusals), np.ones(len(held), bool)
    for is_bad, why in faults:
        for row in np.flatnonzero(is_bad & is_good).tolist():
            refusals.append(Refusal(found.indices[row], *why))
        is_good &= ~is_bad
    rows = np.flatnonzero(is_good)
    payloads = {n: held.payloads[row] for n, row in enumerate(rows.tolist()) if row in held.payloads}
    batch = Batch(held.streams[rows], held.times[rows], held.values[rows], payloads)
    refusals.sort(key=lambda one: one.index)
    return Admitted(batch, [found.indices[row] for row in rows.tolist()], tuple(refusals))


def _number(_directory: Directory, _stream: int, result: Any) -> float | Why:
    if isinstance(result, bool) or not isinstance(result, int | float):
        return TYPE
    try:
        value = float(result)
    except OverflowError:
        return RANGE
    return value if math.isfinite(value) else TYPE


def _boolean(_directory: Directory, _stream: int, result: Any) -> float | Why:
    return float(result) if isinstance(result, bool) else TYPE


def _text(_directory: Directory, _stream: int, result: Any) -> bytes | Why:
    if not isinstance(result, str) or not result or "\x00" in result:
        return TYPE
    try:
        data = result.encode()
    except UnicodeEncodeError:
        return TYPE
    return data if len(data) <= LARGEST else SIZE


def _category(directory: Directory, stream: int, result: Any) -> bytes | Why:
    if not isinstance(result, str):
        return TYPE
    return result.encode() if result in directory.options.get(stream, ()) else RANGE


def _geometry(_directory: Directory, _stream: int, result: Any) -> bytes | Why:
    if not isinstance(result, Mapping) or result.get("type") not in _GEOMETRIES or "coordinates" not in result:
        return TYPE
    data = msgspec.json.encode(result)
    return data if len(data) <= LARGEST else SIZE


_READERS: Mapping[int, Callable[[Directory, int, Any], float | bytes | Why]] = {
    NUMBER: _number,
    BOOLEAN: _boolean,
    TEXT: _text,
    CATEGORY: _category,
    GEOMETRY: _geometry,
}
