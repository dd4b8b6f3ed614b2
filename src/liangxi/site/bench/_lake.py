"""Ten million invented residents as a CSV, and what a measurement of the lake needs."""

import resource
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from liangxi.core.lake import face as lake
from liangxi.core.lake.shapes import Field, TableSpec
from liangxi.kit.actor import system

HOUSE = system("bench")
SPEC = TableSpec(
    name="residents",
    fields=(
        Field(name="id", required=True),
        Field(name="name", required=True),
        Field(name="born", type="date"),
        Field(name="department", type="int", required=True),
        Field(name="amount", type="decimal", digits=12, scale=2),
        Field(name="address"),
        Field(name="at", type="timestamp"),
    ),
    key=("id",),
    buckets=64,
)
_PRIME = 7_368_787  # multiplied by it, numbers come in an order that looks like none
SQL = f"""
SELECT '320200' || lpad(((n::HUGEINT * {_PRIME}) % 99999989)::VARCHAR, 12, '0') AS id, '示例' || (n % 5000) AS name,
  DATE '1940-01-01' + (n % 30000)::INTEGER AS born, n % 60 AS department, ((n * 37) % 10000000) / 100 AS amount,
  '示例路' || (n % 100000) || '号' AS address, TIMESTAMP '2020-01-01' + to_seconds(n) AS "at"
"""


def make_csv(place: Path, rows: int) -> Path:
    """A CSV of `rows` residents in random order of their numbers."""
    import duckdb

    path = place / "residents.csv"
    duckdb.sql(f"COPY ({SQL} FROM range({rows}) AS t(n)) TO '{path}' (HEADER)")
    return path


def late_rows(rows: int, changes: int) -> Any:
    """`changes` residents, evenly over all `rows`, with another amount: an Arrow table."""
    import duckdb

    step = rows // changes
    late = f"SELECT * REPLACE (0.07::DECIMAL(12, 2) AS amount) FROM ({SQL} FROM range(0, {rows}, {step}) AS t(n))"  # noqa: S608
    found = duckdb.sql(f"{late} LIMIT {changes}")
    assert found is not None
    return found.to_arrow_table()


def spent(work: Callable[[], Any]) -> tuple[float, float, Any]:
    """Processor seconds (all threads of this process), seconds, and the answer of `work`."""
    cpu, begun = time.process_time(), time.monotonic()
    answer = work()
    return time.process_time() - cpu, time.monotonic() - begun, answer


def peak_megabytes() -> float:
    """The most memory that this process has held."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def load(path: Path, rows: int) -> None:
    """Publish the CSV; every row must be good."""
    version = lake.load(by=HOUSE, table=SPEC.name, file=path, source="bench")
    assert (version.rows, version.bad_rows) == (rows, 0), version


def total() -> tuple[int, float]:
    """Rows and sum of amounts, as a reader sees them."""
    with lake.read(table=SPEC.name) as reader:
        count, amount = reader.rows("SELECT count(*), sum(amount) FROM dataset")[0]
    return int(count), float(amount)


def by_department() -> list[tuple[Any, ...]]:
    """A group-by of 60 departments."""
    with lake.read(table=SPEC.name) as reader:
        return reader.rows("SELECT department, count(*), sum(amount) FROM dataset GROUP BY 1 ORDER BY 1")


def lookup_ms(rows: int, number: int) -> list[float]:
    """Processor milliseconds (this process) of each of `number` lookups by key."""
    found = []
    for n in range(0, rows, max(1, rows // number)):
        key = f"320200{(n * _PRIME) % 99999989:012d}"
        cpu = time.process_time()
        with lake.read(table=SPEC.name, keys=[key]) as reader:
            got = reader.rows("SELECT id FROM dataset")
        found.append(1000 * (time.process_time() - cpu))
        assert got == [(key,)], key
    return found
