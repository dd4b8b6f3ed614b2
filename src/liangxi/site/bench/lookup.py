"""Authorised lookups over HTTP: key, grant, rows, mask, quota and a durable record of each, beside Datasette."""

import asyncio
import os
import sqlite3
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from datetime import timedelta
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from liangxi.site.bench._figures import CpuClock, Figure, percentile, report, versus

CALLERS, CROWD, RATE, ROUNDS = 64, 1000, 500, 3
PEER = "Datasette"
_STARTING = 120.0  # seconds
_PRIME = 7_368_787
_TABLE = "resident_population"
_COLUMNS = "citizen_id, name, sex, birth_date, phone, address"
_SQL = f"""
SELECT '320200' || lpad(((n::HUGEINT * {_PRIME}) % 99999989)::VARCHAR, 12, '0') AS citizen_id,
  '示例' || (n % 5000) AS name, CASE n % 2 WHEN 0 THEN 'F' ELSE 'M' END AS sex,
  DATE '1940-01-01' + (n % 30000)::INTEGER AS birth_date, '138' || lpad((n % 100000000)::VARCHAR, 8, '0') AS phone,
  '示例路' || (n % 100000) || '号' AS address
"""


def run(*, quick: bool) -> dict[str, Any]:
    """Measure over 10 million persons, `quick` over 200,000, in a home of its own, durable (fsync on)."""
    import django

    from liangxi.site import database

    rows = 200_000 if quick else 10_000_000
    with database.scratch():
        django.setup()
        from django.core.management import call_command

        call_command("migrate", verbosity=0, interactive=False)
        key, filled = _granted(rows)
        figures = asyncio.run(_measured(key, rows, 3000 if quick else 20_000))
        figures += [_sealing(), Figure(name=f"read store filled with {rows:,} rows in", value=filled, unit="s")]
    return report("lookup", figures)


def key_of(n: int) -> str:
    """The citizen id of the n-th person."""
    return f"320200{(n * _PRIME) % 99999989:012d}"


def _stream(rows: int) -> Any:
    import duckdb

    found = duckdb.sql(f"{_SQL} FROM range({rows}) AS t(n)")
    assert found is not None
    return found.to_arrow_reader(50_000)


def _granted(rows: int) -> tuple[str, float]:
    """The register in the lake and in the read store, granted with a mask and a condition: a department's key, and
    the seconds that filling the store took."""
    from django.conf import settings

    from liangxi.core.lake import face as lake
    from liangxi.core.lake.shapes import Field, TableSpec
    from liangxi.core.people import face as people
    from liangxi.kit.actor import Actor, system
    from liangxi.kit.time import today
    from liangxi.site import loading
    from liangxi.systems.data import face as data
    from liangxi.systems.data.shapes import Asked

    loading.load(settings.CONFIG.city_root)
    fields = tuple(Field(name=n, type="date" if n == "birth_date" else "string") for n in _COLUMNS.split(", "))
    house, until = system("bench"), today() + timedelta(days=300)
    lake.declare(by=house, spec=TableSpec(name=_TABLE, fields=fields, key=("citizen_id",), buckets=64))
    stream = _stream(rows)
    lake.write(by=house, table=_TABLE, rows=stream, source="bench")

    def post(org: str) -> Actor:
        path = people.organisation(code=org).path
        return Actor(kind="system", account=f"bench-{org}", name=org, org=org, org_path=path)

    columns = ("citizen_id", "name", "sex", "birth_date", "phone")
    need = data.open_need(
        by=post("hrss"), asked=[Asked(resource="resident-population", columns=columns)], key="bench-0001",
        title="核验", purpose="核验申领人身份", legal_basis="《社会保险法》第七十四条", matter="失业保险金申领",
        frequency="on-demand", since=today(), until=until,
    )  # fmt: skip
    data.check_need(by=post("police"), id=need, outcome="conform")
    (request,) = data.need(by=house, id=need).requests
    terms = {"columns": list(columns), "masks": {"phone": {"kind": "keep", "prefix": 3, "suffix": 4}},
             "rows": {"all": [{"column": "birth_date", "op": "lt", "value": "2015-01-01"}]}}  # fmt: skip
    grant = data.grant_request(by=post("police"), id=request.id, terms=terms, quota=100_000_000, until=until)
    begun = time.monotonic()
    assert data.keep_serving() == 1
    filled = time.monotonic() - begun
    return data.issue_key(by=post("hrss"), name="bench", grants=[grant], until=until).secret, filled


async def _measured(key: str, rows: int, number: int) -> list[Figure]:
    """Ours and the peer's lookups in turns; then ours at a rate, and by a crowd."""
    from django.conf import settings

    from liangxi.site import serving

    with closing(serving.listen("127.0.0.1", 0)) as probe:
        port = int(probe.getsockname()[1])
    clock = CpuClock(settings.CONFIG.database_directory)
    environment = {"LIANGXI_PORT": str(port), "LIANGXI_WEB_PROCESSES": "1", "LIANGXI_LOG_LEVEL": "error"}
    path = "/data/v1/resident-population/records/{}"
    with _process([sys.executable, "-m", "liangxi.cli", "serve"], environment) as web, _peer(rows) as peer:
        ours = Target(port, path, f"Authorization: Bearer {key}\r\n", web.pid, clock)
        await _open(ours, rows)
        theirs = Target(peer[0], "/peer/resident_population/{}.json?_shape=array", "", peer[1], None) if peer else None
        if theirs:
            await _open(theirs, rows)
        spent: dict[str, list[tuple[float, float, float]]] = {"": [], PEER: []}
        for _ in range(ROUNDS):
            spent[""].append(await ours.flood(CALLERS, number, rows))
            if theirs:
                spent[PEER].append(await theirs.flood(CALLERS, number // 5, rows))
        steady = await ours.steady(RATE, number // 3, rows)
        crowd = await ours.flood(CROWD, max(number, 3 * CROWD), rows)
    best = [min(one) for one in zip(*((cpu, 1 / rate, p99) for cpu, rate, p99 in spent[""]), strict=True)]
    other = min((cpu for cpu, _, _ in spent[PEER]), default=None)
    other_p99 = min((p99 for _, _, p99 in spent[PEER]), default=None)
    return [
        versus(f"CPU of a lookup, {CALLERS} callers, server and database", best[0] * 1000, "ms", peer=PEER,
               peer_value=other * 1000 if other else None),
        Figure(name="  lookups by the clock", value=1 / best[1], unit="1/s"),
        versus("  p99", best[2] * 1000, "ms", peer=PEER, peer_value=other_p99 * 1000 if other_p99 else None),
        Figure(name=f"CPU at {RATE} lookups/s", value=steady[0] * 1000, unit="ms"),
        Figure(name="  p50", value=steady[1] * 1000, unit="ms"),
        Figure(name="  p99", value=steady[2] * 1000, unit="ms"),
        Figure(name=f"lookups by the clock, {CROWD:,} callers at once", value=crowd[1], unit="1/s"),
        Figure(name="  p99", value=crowd[2] * 1000, unit="ms"),
    ]  # fmt: skip


class Target:
    """A server that is asked: where, how, and whose processor time counts."""

    def __init__(self, port: int, path: str, headers: str, pid: int, clock: CpuClock | None) -> None:
        self.port, self.path, self.headers, self.pid, self.clock = port, path, headers, pid, clock

    def cpu(self) -> float:
        """Seconds so far of the server's process and of the database behind it; never the callers'."""
        fields = Path(f"/proc/{self.pid}/stat").read_text().rpartition(")")[2].split()
        own = (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")
        return own + (self.clock.server() if self.clock else 0.0)

    async def flood(self, callers: int, number: int, rows: int) -> tuple[float, float, float]:
        """Callers who ask again when they are answered: CPU seconds each, answers a second, p99 in seconds."""
        lines = [await _Line.open(self) for _ in range(callers)]
        before, begun = self.cpu(), time.perf_counter()
        share = number // callers
        took = await asyncio.gather(*(_caller(line, n * share, share, rows) for n, line in enumerate(lines)))
        wall, spent = time.perf_counter() - begun, self.cpu() - before
        for line in lines:
            line.close()
        all_of = [one for each in took for one in each]
        return spent / len(all_of), len(all_of) / wall, percentile(all_of, 0.99)

    async def steady(self, rate: int, number: int, rows: int) -> tuple[float, float, float]:
        """Questions at a rate, whether or not those before are answered: CPU seconds each, median, p99."""
        free: asyncio.Queue[_Line] = asyncio.Queue()
        for _ in range(CALLERS):
            free.put_nowait(await _Line.open(self))
        before, begun = self.cpu(), time.perf_counter()

        async def one(n: int) -> float:
            due = begun + n / rate
            await asyncio.sleep(max(0.0, due - time.perf_counter()))
            line = await free.get()
            await line.ask(n % rows)
            free.put_nowait(line)
            return time.perf_counter() - due  # waiting for a free line counts

        took = await asyncio.gather(*(one(n) for n in range(number)))
        return (self.cpu() - before) / number, percentile(took, 0.5), percentile(took, 0.99)


class _Line:
    """One connection that stays open."""

    def __init__(self, target: Target, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._target, self._reader, self._writer = target, reader, writer

    @classmethod
    async def open(cls, target: Target) -> "_Line":
        return cls(target, *await asyncio.open_connection("127.0.0.1", target.port))

    async def ask(self, n: int) -> None:
        key = key_of(n)
        head = f"GET {self._target.path.format(key)} HTTP/1.1\r\nHost: localhost\r\n{self._target.headers}\r\n"
        self._writer.write(head.encode())
        answer = (await self._reader.readuntil(b"\r\n\r\n")).lower()
        if b"content-length:" in answer:
            body = await self._reader.readexactly(int(answer.partition(b"content-length:")[2].split(b"\r\n")[0]))
        else:
            body = await self._chunks()
        assert answer.split()[1] == b"200" and key.encode() in body, (answer, body[:300])

    async def _chunks(self) -> bytes:
        body = b""
        while size := int(await self._reader.readline(), 16):
            body += (await self._reader.readexactly(size + 2))[:-2]
        await self._reader.readexactly(2)
        return body

    def close(self) -> None:
        self._writer.close()


async def _caller(line: _Line, first: int, number: int, rows: int) -> list[float]:
    took = []
    for n in range(first, first + number):
        begun = time.perf_counter()
        await line.ask(n * 7919 % (rows * 9 // 10) // 30_000 * 30_000 + n % 27_000)  # born before 2015
        took.append(time.perf_counter() - begun)
    return took


async def _open(target: Target, rows: int) -> None:
    deadline = time.monotonic() + _STARTING
    while True:
        try:
            line = await _Line.open(target)
            await line.ask(0)
            line.close()
            return
        except (OSError, asyncio.IncompleteReadError):
            assert time.monotonic() < deadline, "the server does not answer"
        await asyncio.sleep(0.2)


@contextmanager
def _process(command: Sequence[str], environment: dict[str, str]) -> Iterator[subprocess.Popen[bytes]]:
    quiet = subprocess.DEVNULL
    with subprocess.Popen(command, env=os.environ | environment, stdout=quiet, stderr=quiet) as process:
        try:
            yield process
        finally:
            process.terminate()


@contextmanager
def _peer(rows: int) -> Iterator[tuple[int, int] | None]:
    """Datasette over the same rows in SQLite, read only, without counts: its port and process, if it is installed."""
    if find_spec("datasette") is None:
        yield None
        return
    from django.conf import settings

    from liangxi.site import serving

    place = settings.CONFIG.home / "peer.db"
    with closing(sqlite3.connect(place)) as connection:
        connection.execute(f"CREATE TABLE {_TABLE} (citizen_id TEXT PRIMARY KEY, {_COLUMNS.partition(', ')[2]})")
        for chunk in _stream(rows):
            values = [tuple(map(str, row.values())) for row in chunk.to_pylist()]
            connection.executemany(f"INSERT INTO {_TABLE} VALUES (?, ?, ?, ?, ?, ?)", values)  # noqa: S608 our names
        connection.commit()
    with closing(serving.listen("127.0.0.1", 0)) as probe:
        port = int(probe.getsockname()[1])
    command = [sys.executable, "-m", "datasette", "serve", "-i", str(place), "-p", str(port), "--setting",
               "suggest_facets", "off", "--setting", "allow_facet", "off"]  # fmt: skip
    with _process(command, {}) as process:
        yield port, process.pid


def _sealing() -> Figure:
    """What the worker adds later: numbering, hashing and signing of the records that were written, each."""
    from django.conf import settings

    from liangxi.core.audit import face as audit

    clock = CpuClock(settings.CONFIG.database_directory)
    before = sum(clock.now())
    sealed = audit.seal()
    spent = (sum(clock.now()) - before) / max(1, sealed)
    return Figure(name="sealing of a record in the trail, CPU, later", value=spent * 1000, unit="ms")
