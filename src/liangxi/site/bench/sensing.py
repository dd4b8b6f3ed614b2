"""Sensing: durable observations over HTTP, the latest of 100,000 streams beside PostgreSQL, kill -9 under fire."""

import asyncio
import json
import os
import random
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from liangxi.site.bench._figures import Figure, percentile, report, versus

CALLERS = 32
STREAMS = 100_000
_POINTS = 10  # observations of each stream in PostgreSQL
_STARTING = 120.0  # seconds
Answered = list[float]  # seconds until each answer


def run(*, quick: bool) -> dict[str, Any]:
    """Measure in a home of its own, durable; `quick` uses fewer requests."""
    import django

    from liangxi.site import database

    with database.scratch():
        django.setup()
        from django.core.management import call_command

        call_command("migrate", verbosity=0, interactive=False)
        keys = _things()
        figures = [
            *asyncio.run(_over_http(keys, 3000 if quick else 30_000, 100 if quick else 1000)),
            *asyncio.run(_over_mqtt(keys, 1000 if quick else 10_000)),
            *_latest(5 if quick else 20),
            *asyncio.run(_killed(3 if quick else 20)),
        ]
    return report("sensing", figures)


def _things() -> list[str]:
    """Keys of as many gauges as there are callers, each with 50 numbers."""
    from liangxi.core.people import face as people
    from liangxi.core.people.shapes import OrganisationRow
    from liangxi.kit import actor
    from liangxi.systems.sensing import face as sensing
    from liangxi.systems.sensing.shapes import ThingRow

    house = actor.system("bench")
    city = OrganisationRow(code="320200", parent=None, kind="government", name_zh="市", name_en="City")
    people.load_organisations(by=house, rows=[city])
    title = {"zh": "计", "en": "Gauge"}
    properties = {f"p{n}": {"title": title, "low": 0, "high": 1e9} for n in range(50)}
    sensing.load_profiles(by=house, documents=[{"code": "gauge", "title": title, "properties": properties}])
    rows = [ThingRow(code=f"g{n}", title="计", profile="gauge", org="320200") for n in range(CALLERS)]
    return [one.secret for one in sensing.register_things(by=house, rows=rows, are_keyed=True)]


@contextmanager
def _process(*arguments: str) -> Iterator[subprocess.Popen[bytes]]:
    environment = os.environ | {"LIANGXI_LOG_LEVEL": "error"}
    command = [sys.executable, "-m", "liangxi.cli", *arguments]
    with subprocess.Popen(command, env=environment, stderr=subprocess.DEVNULL) as process:
        try:
            yield process
        finally:
            process.terminate()


async def _over_http(keys: Sequence[str], singles: int, lots: int) -> list[Figure]:
    """Callers in step: each sends the next when the last is answered."""
    from contextlib import closing

    from liangxi.site import serving

    with closing(serving.listen("127.0.0.1", 0)) as probe:
        port = int(probe.getsockname()[1])
    os.environ["LIANGXI_PORT"] = str(port)
    with _process("intake") as intake, _process("serve") as web:
        await _open(port, keys[0])
        pids = (intake.pid, web.pid)
        single = await _measured(pids, port, keys, singles // CALLERS, 1)
        many = await _measured(pids, port, keys, lots // CALLERS + 1, 1000)
    return [
        Figure(name=f"single POST, durable, {CALLERS} callers", value=single[0], unit="obs/cpu-s"),
        Figure(name="  wall", value=single[1], unit="obs/s"),
        Figure(name="  p99 until 201", value=single[2], unit="ms"),
        Figure(name="1,000 readings in a POST, durable", value=many[0], unit="obs/cpu-s"),
        Figure(name="  wall", value=many[1], unit="obs/s"),
        Figure(name="  p99 until 201", value=many[2], unit="ms"),
    ]


async def _over_mqtt(keys: Sequence[str], each: int) -> list[Figure]:
    from liangxi.site.bench import _mqtt

    os.environ["LIANGXI_MQTT_PORT"] = str(_mqtt.free_port())
    with _process("intake") as intake, _process("mqtt") as broker:
        return await _mqtt.over_mqtt(keys, each, (intake.pid, broker.pid), _cpu)


async def _measured(
    pids: Sequence[int], port: int, keys: Sequence[str], rounds: int, size: int
) -> tuple[float, float, float]:
    """Observations per second of the processes' time and of the clock; the 99th hundredth of the answers in ms."""
    cpu, begun = _cpu(pids), time.perf_counter()
    answers = await asyncio.gather(*(_call(port, key, rounds, size) for key in keys))
    took, spent = time.perf_counter() - begun, _cpu(pids) - cpu
    count = rounds * size * len(keys)
    return count / spent, count / took, percentile([one for each in answers for one in each], 0.99) * 1000


async def _call(port: int, key: str, rounds: int, size: int) -> Answered:
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    answered: Answered = []
    start = int(time.time() * 1000) - 86_400_000
    for number in range(rounds):
        rows = [[f"p{n % 50}", start + number * size + n, float(n)] for n in range(size)]
        one = {"property": rows[0][0], "time": rows[0][1], "result": rows[0][2]}
        begun = time.perf_counter()
        status, said = await _post(reader, writer, key, {"readings": rows} if size > 1 else one)
        answered.append(time.perf_counter() - begun)
        assert status == 201, said
    writer.close()
    return answered


async def _post(
    reader: asyncio.StreamReader, writer: asyncio.StreamWriter, key: str, body: dict[str, Any]
) -> tuple[int, bytes]:
    data = json.dumps(body).encode()
    head = (
        f"POST /iot/v1/observations HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer {key}\r\n"
        f"Content-Length: {len(data)}\r\n\r\n"
    )
    writer.write(head.encode() + data)
    answer = (await reader.readuntil(b"\r\n\r\n")).lower()
    length = int(answer.partition(b"content-length:")[2].split(b"\r\n")[0])
    return int(answer.split()[1]), await reader.readexactly(length)


async def _open(port: int, key: str) -> None:
    """Wait until an observation is stored."""
    body = {"property": "p0", "time": int(time.time() * 1000), "result": 1.0}
    deadline = time.monotonic() + _STARTING
    while True:
        try:
            reader, writer = await asyncio.open_connection("127.0.0.1", port)
            status, said = await _post(reader, writer, key, body)
            writer.close()
            if status == 201:
                return
        except (OSError, asyncio.IncompleteReadError):
            said = b"no answer"
        assert time.monotonic() < deadline, said
        await asyncio.sleep(0.1)


def _cpu(pids: Sequence[int]) -> float:
    """Seconds that the processes computed, all their threads together."""
    spent = 0
    for pid in pids:
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
        spent += int(fields[11]) + int(fields[12])
    return spent / os.sysconf("SC_CLK_TCK")


def _latest(rounds: int) -> list[Figure]:
    """The latest of all streams from the mapped file, and by DISTINCT ON along the primary key."""
    import numpy as np
    from django.db import connection

    from liangxi.kit.series.blocks import Batch, Block
    from liangxi.kit.series.latest import Reader, Table

    streams = np.arange(1, STREAMS + 1, dtype=np.uint32)
    with tempfile.TemporaryDirectory() as place:
        table = Table(Path(place))
        table.reserve(streams)
        for n in range(_POINTS):
            times = np.full(STREAMS, n + 1, np.int64)
            table.apply(Block(n * STREAMS + 1, n, Batch(streams, times, streams.astype(np.float64))))
        reader = Reader(Path(place))
        ours = []
        for _ in range(rounds):
            begun = time.perf_counter()
            found = reader.of(streams)
            ours.append(time.perf_counter() - begun)
        assert found.values[-1] == STREAMS
        table.close()
    with connection.cursor() as cursor:
        cursor.execute("CREATE TABLE bench_observation (s int, t bigint, v float8, PRIMARY KEY (s, t))")
        cursor.execute(
            "INSERT INTO bench_observation SELECT s, t, s FROM generate_series(1, %s) s, generate_series(1, %s) t",
            [STREAMS, _POINTS],
        )
        cursor.execute("VACUUM ANALYZE bench_observation")
        peer = []
        for _ in range(max(3, rounds // 4)):
            begun = time.perf_counter()
            cursor.execute("SELECT DISTINCT ON (s) s, t, v FROM bench_observation ORDER BY s, t DESC")
            assert len(cursor.fetchall()) == STREAMS
            peer.append(time.perf_counter() - begun)
    name = f"latest of {STREAMS:,} streams"
    best = percentile(peer, 0.5) * 1000
    return [versus(name, percentile(ours, 0.5) * 1000, "ms", peer="PostgreSQL DISTINCT ON", peer_value=best)]


async def _killed(deaths: int) -> list[Figure]:
    """Kill the intake at random moments while many store; what it acknowledged and what of that is not in the log."""
    from django.conf import settings

    from liangxi.kit.series import log
    from liangxi.kit.series.log import Cursor
    from liangxi.live.intake import face as intake

    dice = random.Random(1)  # noqa: S311 moments, no secrets
    folder = settings.CONFIG.sensing
    line = intake.Line(folder / intake.LINE)
    line.start()
    acknowledged: dict[tuple[int, int], int] = {}
    stopping = asyncio.Event()
    callers = [asyncio.create_task(_store(line, n + 1, acknowledged, stopping)) for n in range(CALLERS)]
    for _ in range(deaths):
        with _process("intake") as process:
            wanted = len(acknowledged) + dice.randint(100, 3000)
            while len(acknowledged) < wanted:
                await asyncio.sleep(0.001)
            process.send_signal(signal.SIGKILL)
    stopping.set()
    await asyncio.gather(*callers)
    await line.stop()
    kept = {}
    for block, _ in log.read(folder / "log", Cursor()):
        rows = zip(block.batch.streams.tolist(), block.batch.times.tolist(), block.seqs.tolist(), strict=True)
        kept.update({(stream, at): seq for stream, at, seq in rows})
    lost = sum(kept.get(key) != seq for key, seq in acknowledged.items())
    return [
        Figure(name=f"acknowledged while killed {deaths} times", value=len(acknowledged), unit="obs"),
        Figure(name="  of these lost", value=lost, unit="obs"),
    ]


async def _store(line: Any, stream: int, acknowledged: dict[tuple[int, int], int], stopping: asyncio.Event) -> None:
    from liangxi.kit.series import blocks
    from liangxi.live.intake.errors import AwayError

    at = 0
    while not stopping.is_set():
        at += 1
        try:
            acknowledged[stream, at] = await line.store(blocks.batch([(stream, at, float(at))]))
        except AwayError:
            await asyncio.sleep(0.01)
