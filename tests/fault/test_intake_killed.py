"""kill -9 of the process that stores, at any moment: what it acknowledged is there when it comes back."""

import asyncio
import os
import random
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from tests.fault.houses import open_place, until

from liangxi.kit.series import blocks, log
from liangxi.kit.series.log import Cursor
from liangxi.live.intake.errors import AwayError
from liangxi.live.intake.face import LINE, Line

DEATHS = 6
CALLERS = 40


@pytest.fixture
def home():
    with open_place() as place:
        yield place


def start(home, *command):
    """The engine of a home behind its line; without the registry, which has no part in storing, it starts at once."""
    environment = os.environ | {"LIANGXI_HOME": str(home), "LIANGXI_DATABASE_URL": "postgresql://nobody@127.0.0.1:1/no"}
    program = command or (str(Path(__file__).with_name("storing.py")), str(home / "sensing"))
    return subprocess.Popen(
        [sys.executable, *program], env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )


async def _call(line, caller, acknowledged, stopping):
    """Store one observation after the other, each with a time of its own; remember what was acknowledged."""
    at = 0
    while not stopping.is_set():
        at += 1
        try:
            seq = await line.store(blocks.batch([(caller, at, float(at))]))
        except AwayError:
            await asyncio.sleep(0.01)
        else:
            acknowledged[caller, at] = seq


async def _under_fire(home):
    """Kill the intake again and again while many store; what was acknowledged, by stream and time."""
    dice, acknowledged, stopping = random.Random(7), {}, asyncio.Event()
    process = start(home)
    line = Line(home / "sensing" / LINE)
    line.start()
    callers = [asyncio.create_task(_call(line, n, acknowledged, stopping)) for n in range(1, CALLERS + 1)]
    try:
        for _ in range(DEATHS):
            wanted = len(acknowledged) + dice.randint(50, 1500)
            async with asyncio.timeout(60):
                while len(acknowledged) < wanted:
                    await asyncio.sleep(0.001)
            process.send_signal(signal.SIGKILL)
            process.wait()
            process = start(home)
        wanted = len(acknowledged) + 100
        async with asyncio.timeout(60):
            while len(acknowledged) < wanted:
                await asyncio.sleep(0.001)
    finally:
        stopping.set()
        process.send_signal(signal.SIGTERM)
        await asyncio.gather(*callers)
        await line.stop()
        code = await asyncio.to_thread(process.wait)
    assert code == 0
    return acknowledged


def test_what_was_acknowledged_survives_every_death(home):
    acknowledged = asyncio.run(_under_fire(home))
    found = {}
    seqs = []
    for block, _ in log.read(home / "sensing/log", Cursor()):
        seqs += block.seqs.tolist()
        rows = zip(block.batch.streams.tolist(), block.batch.times.tolist(), block.seqs.tolist(), strict=True)
        found |= {(stream, at): seq for stream, at, seq in rows}
    assert len(acknowledged) > 300
    lost = {key for key, seq in acknowledged.items() if found.get(key) != seq}
    assert not lost
    assert seqs == list(range(1, len(seqs) + 1))


def test_one_home_has_one_intake_and_it_needs_no_database_to_store(home):
    command = ("-m", "liangxi.cli", "intake")
    first = start(home, *command)
    try:
        until((home / "sensing" / LINE).exists)
        second = start(home, *command)
        assert second.wait(60) == 1
        assert first.poll() is None
        assert asyncio.run(_store_one(home)) == 1
    finally:
        first.terminate()
        assert first.wait(60) == 0


async def _store_one(home):
    line = Line(home / "sensing" / LINE)
    line.start()
    try:
        async with asyncio.timeout(30):
            while True:
                try:
                    return await line.store(blocks.batch([(1, 1, 1.0)]))
                except AwayError:
                    await asyncio.sleep(0.01)
    finally:
        await line.stop()
