"""The engine behind its line in a process of its own: what `liangxi intake` does to store, and nothing else."""

import asyncio
import signal
import sys
from pathlib import Path

from liangxi.live.intake.engine import Engine
from liangxi.live.intake.line import NAME, Exchange


async def main(folder):
    stopping = asyncio.Event()
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, stopping.set)
    engine = Engine(folder)
    exchange = Exchange(engine, folder / NAME)
    engine.start()
    await exchange.start()
    await stopping.wait()
    await exchange.stop()
    await engine.stop()


asyncio.run(main(Path(sys.argv[1])))
