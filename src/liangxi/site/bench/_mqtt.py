"""Durable observations over MQTT with QoS 1, beside mosquitto without persistence (when it is installed)."""

import asyncio
import os
import shutil
import subprocess
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, contextmanager
from typing import Any

from liangxi.site import serving
from liangxi.site.bench._figures import Figure, percentile, rate_versus

WINDOW = 100  # messages of a client that are not acknowledged yet
_PUBACK = 4  # bytes
_STARTING = 120.0
Run = tuple[float, float, float]  # messages a processor second, a second; 99th hundredth until PUBACK in ms


def free_port() -> int:
    """A port that nobody has now."""
    with closing(serving.listen("127.0.0.1", 0)) as probe:
        return int(probe.getsockname()[1])


async def over_mqtt(
    keys: Sequence[str], each: int, pids: Sequence[int], cpu: Callable[[Sequence[int]], float]
) -> list[Figure]:
    """`each` messages of every client, through the processes `pids`; the port is that of the settings."""
    port = int(os.environ["LIANGXI_MQTT_PORT"])
    ours = await _measured(port, keys, each, pids, cpu)
    name = f"MQTT QoS 1, durable, {len(keys)} clients with {WINDOW} in flight"
    rows = [("  wall", ours[1], "msg/s"), ("  p99 until PUBACK", ours[2], "ms")]
    more = [Figure(name=label, value=value, unit=unit) for label, value, unit in rows]
    with _mosquitto() as peer:
        if peer is None:
            return [Figure(name=name, value=ours[0], unit="msg/cpu-s"), *more]
        theirs = await _measured(peer[0], keys, each, [peer[1]], cpu)
    label = "mosquitto, nothing kept"
    first = rate_versus(name, ours[0], "msg/cpu-s", peer=label, peer_value=theirs[0])
    return [first, rate_versus("  wall", ours[1], "msg/s", peer=label, peer_value=theirs[1]), more[1]]


@contextmanager
def _mosquitto() -> Iterator[tuple[int, int] | None]:
    """Port and process of the peer, None where it is not installed."""
    program = shutil.which("mosquitto") or shutil.which("mosquitto", path="/usr/sbin")
    if program is None:
        yield None
        return
    port = free_port()
    with subprocess.Popen([program, "-p", str(port)], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as process:
        try:
            yield port, process.pid
        finally:
            process.terminate()


async def _measured(
    port: int, keys: Sequence[str], each: int, pids: Sequence[int], cpu: Callable[[Sequence[int]], float]
) -> Run:
    lines = [await _connected(port, n, key) for n, key in enumerate(keys)]
    start = int(time.time() * 1000) - 86_400_000
    sent = [[_packet(n, at, start) for at in range(each)] for n in range(len(keys))]
    before, begun = cpu(pids), time.perf_counter()
    waits = await asyncio.gather(*(_publish(*line, packets) for line, packets in zip(lines, sent, strict=True)))
    took, spent = time.perf_counter() - begun, cpu(pids) - before
    for _, writer in lines:
        writer.close()
    count = each * len(keys)
    return count / max(spent, 0.01), count / took, percentile([one for found in waits for one in found], 0.99) * 1000


def _packet(n: int, at: int, start: int) -> bytes:
    body = b'{"time":%d,"result":%d.5}' % (start + at, at % 1000)
    rest = _text(f"things/g{n}/properties/p{at % 50}") + (at % 0xFFFF + 1).to_bytes(2) + body
    return bytes([0x32, len(rest)]) + rest


def _text(value: str) -> bytes:
    return len(value.encode()).to_bytes(2) + value.encode()


async def _publish(reader: Any, writer: Any, packets: list[bytes]) -> list[float]:
    """Keep the window full; seconds that a sample of the messages waited."""
    sent = acknowledged = 0
    at: list[float] = []
    waits = []
    while acknowledged < len(packets):
        more = packets[sent : acknowledged + WINDOW]
        if more:
            writer.write(b"".join(more))
            at += [time.perf_counter()] * len(more)
            sent += len(more)
        got = len(await reader.read(65536)) // _PUBACK
        assert got, "the broker hung up"
        waits.append(time.perf_counter() - at[acknowledged])
        acknowledged += got
    return waits


async def _connected(port: int, n: int, key: str) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
    body = _text("MQTT") + bytes([4, 0xC2]) + b"\0\0" + _text(f"bench-{n}") + _text(f"g{n}") + _text(key)
    deadline = time.monotonic() + _STARTING
    while True:
        try:
            reader, writer = await asyncio.open_connection("127.0.0.1", port)
        except OSError:
            assert time.monotonic() < deadline, "no broker"
            await asyncio.sleep(0.1)
            continue
        writer.write(bytes([0x10, len(body)]) + body)
        said = await reader.readexactly(4)
        assert said == b"\x20\x02\0\0", said
        return reader, writer
