"""Questions about observations of many streams in SQL: sealed files and the unsealed log as one relation.

`observations` has `stream, time, value, seq, payload`, of equal stream and time the one with the highest sequence
number. `streams` holds the columns that the asker gives for each stream; only its observations are in.
"""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import duckdb
import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from liangxi.kit.series import archive
from liangxi.kit.series import log as logs
from liangxi.kit.series.log import Cursor

EVER = (-(2**62), 2**62)  # µs
_SEALED = "SELECT stream, time, value, seq, payload FROM read_parquet({files})"
_TAIL = "SELECT stream, time, value, seq, payload FROM tail LEFT JOIN tail_payloads USING (seq)"
_BOTH = """
CREATE OR REPLACE TEMP VIEW observations AS
SELECT stream, time, value, seq, payload FROM ({parts}) AS parts
WHERE time >= {start} AND time < {end} AND stream IN (SELECT stream FROM streams)
QUALIFY row_number() OVER (PARTITION BY stream, time ORDER BY seq DESC) = 1
"""


@contextmanager
def asked(
    folder: Path, streams: Mapping[str, Sequence[Any]], *, start: int = EVER[0], end: int = EVER[1]
) -> Iterator[duckdb.DuckDBPyConnection]:
    """An engine whose `observations` are those of `streams` (columns, one called `stream`) from `start` up to `end`."""
    with archive.duck() as engine:
        _hold_streams(engine, streams)
        numbers = np.unique(np.array(streams["stream"], np.uint32))
        _hold_tail(engine, folder, numbers)
        files = archive.files_between(folder, start, end)
        parts = [_TAIL]
        if files:
            listed = ", ".join("'" + one.replace("'", "''") + "'" for one in files)
            parts.append(_SEALED.format(files=f"[{listed}]"))
        engine.execute(_BOTH.format(parts=" UNION ALL ".join(parts), start=start, end=end))
        yield engine


def _hold_streams(engine: duckdb.DuckDBPyConnection, streams: Mapping[str, Sequence[Any]]) -> None:
    kinds: dict[str, str] = {"stream": "UINTEGER", "is_open": "BOOLEAN", "feature": "BIGINT"}
    columns = ", ".join(f"{name} {kinds[name]}" for name in streams)
    engine.execute(f"CREATE OR REPLACE TEMP TABLE streams ({columns})")
    if streams["stream"]:
        types: dict[str, Any] = {"stream": np.uint32, "is_open": np.bool_, "feature": np.int64}
        held = {name: np.array(column, types[name]) for name, column in streams.items()}
        engine.register("held_streams", held)
        engine.execute(f"INSERT INTO streams SELECT {', '.join(streams)} FROM held_streams")  # noqa: S608 own names


def _hold_tail(engine: duckdb.DuckDBPyConnection, folder: Path, numbers: NDArray[np.uint32]) -> None:
    """What the log holds of the streams, as tables."""
    parts: list[list[NDArray[Any]]] = [[np.zeros(0, kind)] for kind in (np.uint32, np.int64, np.float64, np.uint64)]
    payloads: list[tuple[int, bytes]] = []
    for block, _ in logs.read(folder / "log", Cursor()):
        held = block.batch
        rows = np.flatnonzero(np.isin(held.streams, numbers))
        if not len(rows):
            continue
        columns: tuple[NDArray[Any], ...] = (held.streams, held.times, held.values, block.seqs)
        for part, column in zip(parts, columns, strict=True):
            part.append(column[rows])
        payloads += [(block.first + row, held.payloads[row]) for row in rows.tolist() if row in held.payloads]
    names = ("stream", "time", "value", "seq")
    engine.register("tail", dict(zip(names, (np.concatenate(part) for part in parts), strict=True)))
    seqs, held_payloads = ([one[part] for one in payloads] for part in (0, 1))
    columns_of_payloads = {"seq": pa.array(seqs, pa.uint64()), "payload": pa.array(held_payloads, pa.binary())}
    engine.register("tail_payloads", pa.table(columns_of_payloads))
