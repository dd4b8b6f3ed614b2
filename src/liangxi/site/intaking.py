"""`liangxi intake`: the one process that stores observations, and what follows its log."""

import asyncio
import contextlib
import fcntl
import signal
from collections.abc import Iterator
from pathlib import Path

import django
import structlog
import uvloop

from liangxi.kit import log
from liangxi.kit.errors import ConflictError
from liangxi.site import config as configuration
from liangxi.site import lifeline

_log = structlog.get_logger()


def work(*, supervised: bool = False) -> int:
    """Store what comes until SIGTERM or SIGINT; ConflictError `intake.home` when another process does so already."""
    config = configuration.read()
    log.configure("intake", level=config.log_level)
    django.setup()
    from django.conf import settings

    if supervised:
        lifeline.watch()
    with _alone(config.sensing):
        uvloop.run(_store(config.sensing, settings.DATABASE_URL))
    return 0


async def _store(folder: Path, database_url: str) -> None:
    from liangxi.live.intake import face as intake

    stopping = asyncio.Event()
    for name in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(name, stopping.set)
    engine = intake.Engine(folder)
    directory = intake.Directory()
    watch, sealer = intake.Watch(engine, directory), intake.Sealer(engine, directory)
    keeper = intake.Keeper(directory, database_url, watch.refresh)
    exchange = intake.Exchange(engine, folder / intake.LINE)
    _log.info("intake.log.opened", replayed=engine.replayed, stored=engine.counters().stored)
    engine.start()
    keeper.start()
    watch.start()
    sealer.start()
    await exchange.start()
    try:
        await stopping.wait()
    finally:
        await exchange.stop()
        await asyncio.to_thread(watch.stop)
        await asyncio.to_thread(sealer.stop)
        await engine.stop()
        await asyncio.to_thread(keeper.stop)


@contextlib.contextmanager
def _alone(folder: Path) -> Iterator[None]:
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / "intake.lock").open("a") as handle:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            raise ConflictError(
                "intake.home", "Another process stores the observations of this home (%(home)s).", {"home": str(folder)}
            ) from error
        yield
