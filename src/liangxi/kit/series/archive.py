"""The history: sealed files by class and day, sorted by stream and time, with roll-ups; Parquet, for any engine.

    history/<class>/<day>/raw-<first>-<last>.parquet    stream, time, value, seq, payload
    history/<class>/<day>/300-<first>-<last>.parquet    stream, bucket, n, sum, min, max, last (also 3600-)

The day is that of the phenomenon in the city's time. The names carry the sequence numbers within, so that sealing again
after a crash writes the same files. Of equal stream and time the highest sequence number holds, at every reading. A
bucket that two files (or the unsealed tail) share is counted from the observations themselves.
"""

import os
import shutil
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache
from pathlib import Path
from typing import Any

import duckdb
import numpy as np
from numpy.typing import NDArray

from liangxi.kit.series import log as logs
from liangxi.kit.series.blocks import Block
from liangxi.kit.series.log import Cursor

STEPS = (300, 3600)  # seconds of a roll-up's bucket
_CITY = 8 * 3600 * 1_000_000  # µs that the city's day begins before that of UTC
_DAY = 86_400 * 1_000_000
_EPOCH = date(1970, 1, 1)
_MOST_DAYS = 700_000  # either way from 1970: about as far as a calendar day can be
_NAMES = ("stream", "time", "value", "seq", "payload")
_ROLL = "bucket, n, sum, min, max, last"
Columns = dict[str, NDArray[Any]]


@dataclass(frozen=True, slots=True)
class Bucket:
    """A roll-up: begin (µs), and of the numbers in it how many, sum, least, greatest, and the last in time."""

    begin: int
    n: int
    sum: float
    min: float
    max: float
    last: float


def seal(folder: Path, blocks: Iterable[Block], class_of: Mapping[int, str]) -> int:
    """Write the observations of `blocks` into the history below `folder`; how many, of equal ones one.

    `class_of` gives the class of a stream; one that is not in it is `standard`.
    """
    rows = _columns(blocks)
    count = len(rows["stream"])
    if not count:
        return 0
    kept = [class_of.get(stream, "standard") for stream in np.unique(rows["stream"]).tolist()]
    by_stream = np.array(kept)[np.searchsorted(np.unique(rows["stream"]), rows["stream"])]
    days = (rows["time"] + _CITY) // _DAY
    for keep in np.unique(by_stream).tolist():
        for day in np.unique(days[by_stream == keep]).tolist():
            chosen = (by_stream == keep) & (days == day)
            _write(_place(folder, keep, day), {name: column[chosen] for name, column in rows.items()})
    return count


def compact(place: Path) -> bool:
    """Make one file of all that a day has; False when there was nothing to do. A crash on the way loses nothing."""
    old = sorted(place.glob("*.parquet"))
    if len([path for path in old if path.name.startswith("raw-")]) < 2:
        return False
    with duck() as engine:
        found = engine.execute(f"SELECT {', '.join(_NAMES)} FROM read_parquet(?)", [_files(place)]).fetchnumpy()  # noqa: S608
    written = _write(place, _unique(_plain(found)))
    for path in old:
        if path not in written:
            path.unlink()
    return True


def drop_days(folder: Path, keep: str, before: date) -> int:
    """Remove the days of a class before a day; the number of days. A large day takes no longer than a small one."""
    done = 0
    for place in sorted((folder / "history" / keep).glob("????-??-??")):
        if place.name < before.isoformat():
            shutil.rmtree(place)
            done += 1
    return done


def read(folder: Path, stream: int, start: int, end: int) -> Columns:
    """The observations of a stream from `start` up to `end` (µs), by time: sealed ones and those of the log."""
    sealed = _sealed(folder, stream, start, end)
    tail = _tail(folder, stream, start, end)
    return _unique({name: np.concatenate([sealed[name], tail[name]]) for name in _NAMES})


def rolled(folder: Path, stream: int, start: int, end: int, step: int) -> list[Bucket]:
    """The roll-ups of a stream by `step` (seconds, of `STEPS`): the buckets that begin from `start` up to `end`."""
    size = step * 1_000_000
    begin = start - start % size
    files = _between(folder, begin, end, str(step))
    rows: list[tuple[Any, ...]] = []
    if files:
        with duck() as engine:
            sql = f"SELECT {_ROLL} FROM read_parquet(?) WHERE stream = ? AND bucket >= ? AND bucket < ?"  # noqa: S608
            rows = engine.execute(sql, [files, stream, begin, end]).fetchall()
    tail = _tail(folder, stream, begin, end)["time"]
    seen: set[int] = set()
    shared: set[int] = set((tail - tail % size).tolist())
    for row in rows:
        (shared if row[0] in seen else seen).add(row[0])
    found = {row[0]: Bucket(*row) for row in rows if row[0] not in shared}
    if shared:
        again = _roll(read(folder, stream, min(shared), max(shared) + size), size)
        found |= {one[1]: Bucket(*one[1:]) for one in again if one[1] in shared}
    return [found[key] for key in sorted(found)]


@cache
def _duck() -> duckdb.DuckDBPyConnection:
    return duckdb.connect(config={"threads": 1})


def duck() -> duckdb.DuckDBPyConnection:
    """A cursor of this process's own engine, which keeps nothing between calls but its memory."""
    return _duck().cursor()


def _place(folder: Path, keep: str, day: int) -> Path:
    return folder / "history" / keep / (_EPOCH + timedelta(days=day)).isoformat()


def _columns(blocks: Iterable[Block]) -> Columns:
    """Sorted and unique columns of many blocks; a payload is None where there is none."""
    parts: list[Columns] = []
    for block in blocks:
        held = block.batch
        payload = np.full(len(held), None, object)
        for row, data in held.payloads.items():
            payload[row] = data
        columns = (held.streams, held.times, held.values, block.seqs, payload)
        parts.append(dict(zip(_NAMES, columns, strict=True)))
    return _unique({name: np.concatenate([one[name] for one in (*parts, _nothing())]) for name in _NAMES})


def _nothing() -> Columns:
    kinds: Sequence[Any] = (np.uint32, np.int64, np.float64, np.uint64, object)
    return {name: np.zeros(0, kind) for name, kind in zip(_NAMES, kinds, strict=True)}


def _unique(rows: Columns) -> Columns:
    """By stream and time, of equal ones the one with the highest sequence number."""
    order = np.lexsort((rows["seq"], rows["time"], rows["stream"]))
    stream, time = rows["stream"][order], rows["time"][order]
    is_last = np.ones(len(order), bool)
    is_last[:-1] = (stream[1:] != stream[:-1]) | (time[1:] != time[:-1])
    return {name: column[order][is_last] for name, column in rows.items()}


def _write(place: Path, rows: Columns) -> set[Path]:
    """One file of observations and one for each roll-up, each whole or not at all; their paths."""
    place.mkdir(parents=True, exist_ok=True)
    mark = f"{int(rows['seq'].min()):020d}-{int(rows['seq'].max()):020d}"
    written = {place / f"raw-{mark}.parquet"}
    with duck() as engine:
        payloads = rows["payload"]
        held = {name: rows[name] for name in _NAMES[:4]}
        engine.execute("CREATE OR REPLACE TEMP TABLE payloads (seq UBIGINT, payload BLOB)")
        some = np.flatnonzero(payloads != None)  # noqa: E711 elementwise
        if len(some):
            engine.executemany("INSERT INTO payloads VALUES (?, ?)", [[int(rows["seq"][n]), payloads[n]] for n in some])
        engine.register("held", held)
        query = (
            "SELECT stream, time, value, seq, payload FROM held LEFT JOIN payloads USING (seq) ORDER BY stream, time"
        )
        _copy(engine, query, place / f"raw-{mark}.parquet")
        for step in STEPS:
            path = place / f"{step}-{mark}.parquet"
            written.add(path)
            engine.execute(
                f"CREATE OR REPLACE TEMP TABLE rolled (stream UINTEGER, bucket BIGINT, n BIGINT, {_DOUBLES})"
            )
            rolled = _roll(rows, step * 1_000_000)
            if rolled:
                names = ("stream", "bucket", "n", "sum", "min", "max", "last")
                columns = dict(zip(names, map(np.array, zip(*rolled, strict=True)), strict=True))
                engine.register("made", columns)
                engine.execute(f"INSERT INTO rolled SELECT {', '.join(names)} FROM made")  # noqa: S608
            _copy(engine, "SELECT * FROM rolled ORDER BY stream, bucket", path)
    return written


_DOUBLES = "sum DOUBLE, min DOUBLE, max DOUBLE, last DOUBLE"


def _copy(engine: duckdb.DuckDBPyConnection, query: str, path: Path) -> None:
    draft = path.with_suffix(".draft")
    engine.execute(f"COPY ({query}) TO '{draft}' (FORMAT parquet, COMPRESSION zstd, ROW_GROUP_SIZE 122880)")
    with draft.open("rb") as file:
        os.fsync(file.fileno())
    draft.replace(path)


def _roll(rows: Columns, size: int) -> list[tuple[Any, ...]]:
    """(stream, bucket, n, sum, min, max, last) of the numbers in rows that are sorted by stream and time."""
    is_number = ~np.isnan(rows["value"])
    stream, time, value = (rows[name][is_number] for name in ("stream", "time", "value"))
    if not len(stream):
        return []
    bucket = time - time % size
    starts = np.flatnonzero(np.append(True, (stream[1:] != stream[:-1]) | (bucket[1:] != bucket[:-1])))
    counts = np.diff(np.append(starts, len(stream)))
    parts = (
        stream[starts],
        bucket[starts],
        counts,
        np.add.reduceat(value, starts),
        np.minimum.reduceat(value, starts),
        np.maximum.reduceat(value, starts),
        value[starts + counts - 1],
    )
    return list(zip(*(part.tolist() for part in parts), strict=True))


def _files(place: Path) -> list[str]:
    return [str(path) for path in sorted(place.glob("raw-*.parquet"))]


def _day_of(at: int) -> date:
    return _EPOCH + timedelta(days=min(max((at + _CITY) // _DAY, -_MOST_DAYS), _MOST_DAYS))


def files_between(folder: Path, start: int, end: int) -> list[str]:
    """The files of observations of the days from `start` to `end` (µs)."""
    return _between(folder, start, end, "raw")


def _between(folder: Path, start: int, end: int, kind: str) -> list[str]:
    first, last = (_day_of(at).isoformat() for at in (start, end))
    places = (folder / "history").glob("*/????-??-??")
    kept = [place for place in places if first <= place.name <= last]
    return [str(path) for place in sorted(kept) for path in sorted(place.glob(f"{kind}-*.parquet"))]


def _sealed(folder: Path, stream: int, start: int, end: int) -> Columns:
    files = files_between(folder, start, end)
    if not files:
        return _nothing()
    sql = f"SELECT {', '.join(_NAMES)} FROM read_parquet(?) WHERE stream = ? AND time >= ? AND time < ?"  # noqa: S608
    with duck() as engine:
        return _plain(engine.execute(sql, [files, stream, start, end]).fetchnumpy())


def _plain(found: Mapping[str, Any]) -> Columns:
    """Columns without masks; a missing value is NaN, a missing payload None."""
    value = np.ma.filled(np.ma.asarray(found["value"]), np.nan)
    held = np.ma.asarray(found["payload"])
    payload = np.full(len(held), None, object)
    for row in np.flatnonzero(~np.ma.getmaskarray(held)).tolist():
        payload[row] = bytes(held.data[row])
    return {**{name: np.asarray(found[name]) for name in _NAMES}, "value": value, "payload": payload}


def _tail(folder: Path, stream: int, start: int, end: int) -> Columns:
    """What the log still has of a stream."""
    return _columns(_chosen(logs.read(folder / "log", Cursor()), stream, start, end))


def _chosen(blocks: Iterable[tuple[Block, Cursor]], stream: int, start: int, end: int) -> Iterable[Block]:
    for block, _ in blocks:
        held = block.batch
        rows = np.flatnonzero((held.streams == stream) & (held.times >= start) & (held.times < end))
        for row in rows.tolist():
            kept = {0: held.payloads[row]} if row in held.payloads else {}
            one = type(held)(held.streams[row : row + 1], held.times[row : row + 1], held.values[row : row + 1], kept)
            yield Block(block.first + row, block.received, one)
