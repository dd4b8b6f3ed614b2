"""An observation of the open interface as the log holds it: a number, and what else was said as JSON beside it.

The keys of the JSON, each only where it is needed: `r` a result that is no plain number, `f` the feature of interest,
`e` the end of the phenomenon time, `t` the result time, `v` the valid time, `q` quality, `p` parameters; of a change
`i` the id that the observation had before, of a removal `d`. Times are microseconds since 1970.
"""

import json
import math
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from liangxi.kit.errors import InvalidError
from liangxi.systems.sensing.rules.observatory import fits, instant, span

LARGEST = 64 * 1024  # bytes of what is said beside the number
_EXACT = 2**53  # whole numbers up to here are doubles
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICRO = timedelta(microseconds=1)


@dataclass(frozen=True, slots=True)
class Recorded:
    """A row of the log: its time (µs), number (NaN: none) and JSON (None: nothing else was said)."""

    time: int
    value: float
    payload: bytes | None


def micros(at: datetime) -> int:
    """Microseconds since 1970."""
    return (at - _EPOCH) // _MICRO


def text_of(at: int, end: int | None = None) -> str:
    """A time, or an interval, as ISO 8601 in UTC."""
    first = _iso(at)
    return first if end is None or end == at else f"{first}/{_iso(end)}"


def _iso(at: int) -> str:
    found = _EPOCH + timedelta(microseconds=at)
    return found.isoformat(timespec="milliseconds" if at % 1000 == 0 else "microseconds").replace("+00:00", "Z")


def recorded(
    given: Mapping[str, Any], *, types: tuple[str, ...], is_multi: bool, feature: int | None, id: int | None, now: int
) -> Recorded:
    """What an observation with the properties `given` is in the log.

    `types` are the types of observation of its stream, `id` is that of the one which it changes. InvalidError
    `sta.observation` naming the property.
    """
    said: dict[str, Any] = {}
    start, end = _times(given, now)
    if end != start:
        said["e"] = end
    result = given.get("result")
    _check_result(result, types, is_multi)
    value = math.nan
    if isinstance(result, bool) or not isinstance(result, int | float) or abs(result) > _EXACT:
        said["r"] = result
        value = float(result) if isinstance(result, bool) else math.nan
    else:
        value = float(result)
    for name, key in (("resultQuality", "q"), ("parameters", "p")):
        if given.get(name) is not None:
            said[key] = given[name]
    said |= _beside(given, feature, id)
    payload = json.dumps(said, ensure_ascii=False, allow_nan=False).encode() if said else None
    if payload and len(payload) > LARGEST:
        raise _wrong("result", "The observation is larger than 64 KB.")
    return Recorded(start, value, payload)


def _times(given: Mapping[str, Any], now: int) -> tuple[int, int]:
    if given.get("phenomenonTime") is None:
        return now, now
    try:
        start, end = span(given["phenomenonTime"])
    except ValueError as error:
        raise _wrong(
            "phenomenonTime", "A time has a date, a time and an offset; an interval is two with a slash."
        ) from error
    return micros(start), micros(end)


def _beside(given: Mapping[str, Any], feature: int | None, id: int | None) -> dict[str, Any]:
    said: dict[str, Any] = {}
    if feature is not None:
        said["f"] = feature
    if id is not None:
        said["i"] = id
    try:
        if given.get("resultTime") is not None:
            said["t"] = micros(instant(given["resultTime"]))
    except ValueError as error:
        raise _wrong("resultTime", "A time has a date, a time and an offset.") from error
    try:
        if given.get("validTime") is not None:
            said["v"] = [micros(at) for at in span(given["validTime"])]
    except ValueError as error:
        raise _wrong(
            "validTime", "A time has a date, a time and an offset; an interval is two with a slash."
        ) from error
    return said


def _check_result(result: Any, types: tuple[str, ...], is_multi: bool) -> None:
    results = result if is_multi else [result]
    if is_multi and not (isinstance(result, list) and len(result) == len(types)):
        raise _wrong("result", "The result is a list of as many values as the stream has properties.")
    for one, type in zip(results, types, strict=False):
        if one is not None and not fits(type, one):
            raise _wrong("result", "The result is not of the type of observation of the stream.")


def removed(time: int, id: int) -> Recorded:
    """The row that takes an observation back."""
    return Recorded(time, math.nan, json.dumps({"d": 1, "i": id}).encode())


def said(value: float, payload: bytes | None) -> tuple[Any, Mapping[str, Any]]:
    """The result of a row, and what was said beside it."""
    beside: Mapping[str, Any] = json.loads(payload) if payload else {}
    if "r" in beside:
        return beside["r"], beside
    if math.isnan(value):
        return None, beside
    return (int(value) if value.is_integer() else value), beside


def _wrong(field: str, why: str) -> InvalidError:
    return InvalidError("sta.observation", why, fields={field: why})
