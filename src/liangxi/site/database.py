"""The database of this home for the time of a command: a server that runs, found or started, and put away again."""

import contextlib
import fcntl
import os
import re
import shutil
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import IO

from liangxi.kit import postgres
from liangxi.kit.errors import ConflictError
from liangxi.site import config as configuration
from liangxi.site.config import Config

NAME = "liangxi"
PATIENCE = 30.0  # seconds that a start waits for what a killed supervisor left
_PAUSE = 0.1


def start(config: Config) -> str:
    """The URL of a database that answers: the given one, or the embedded one, started and created when need be."""
    if config.database_url:
        return config.database_url
    server = postgres.start(config.database_directory)
    postgres.create_database(server, NAME)
    return server.url(NAME)


@contextlib.contextmanager
def running(config: Config) -> Iterator[str]:
    """A database for the time of the block; an embedded server that this block started is stopped after it.

    Sets LIANGXI_DATABASE_URL, so that Django's settings of this process find it.
    """
    was_running = bool(config.database_url) or postgres.is_running(config.database_directory)
    url = start(config)
    os.environ["LIANGXI_DATABASE_URL"] = url
    try:
        yield url
    finally:
        if not was_running:
            stop_unless_used(config)


@contextlib.contextmanager
def scratch() -> Iterator[str]:
    """An empty durable database in a home of its own, for measurements; gone after the block."""
    home = Path(tempfile.mkdtemp(prefix="liangxi-bench-"))
    home.chmod(0o755)
    os.environ["LIANGXI_HOME"] = str(home)
    os.environ.pop("LIANGXI_DATABASE_URL", None)
    config = configuration.read()
    try:
        with running(config) as url:
            yield url
    finally:
        shutil.rmtree(home, ignore_errors=True)


@contextlib.contextmanager
def sole_use(config: Config, *, serves: bool, patience: float = 0.0) -> Iterator[None]:
    """This home for one supervisor; ConflictError `run.home` naming the one that has it.

    Who `serves` is named in the lock. Children that a killed supervisor left put the database away unnamed: `patience`
    (seconds) waits for them, and for nobody else.
    """
    config.home.mkdir(parents=True, exist_ok=True)
    with (config.home / "run.lock").open("a+") as handle:
        if not _locked(handle, time.monotonic() + patience):
            raise ConflictError(
                "run.home",
                "Liangxi already runs with this home (%(who)s). Open that address, stop it with Ctrl-C, or choose "
                "another home and port: LIANGXI_HOME=... LIANGXI_PORT=...",
                {"who": _holder(handle) or str(config.home)},
            )
        handle.truncate(0)
        if serves:
            handle.write(f"process {os.getpid()}, http://{config.host}:{config.port}\n")
            handle.flush()
        yield


def _locked(handle: IO[str], deadline: float) -> bool:
    """Try for the lock until it is had or `deadline` (monotonic) has passed."""
    while True:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            if time.monotonic() >= deadline or _is_alive(_holder(handle)):
                return False
            time.sleep(_PAUSE)
        else:
            return True


def _holder(handle: IO[str]) -> str:
    return os.pread(handle.fileno(), 200, 0).decode().strip()


def _is_alive(holder: str) -> bool:
    named = re.match(r"process (\d+),", holder)
    return named is not None and Path(f"/proc/{named[1]}").exists()


def is_embedded(config: Config) -> bool:
    """True when the database of `config` is the one in its home; children are given its address like any other."""
    if not config.database_url:
        return True
    directory = config.database_directory
    return directory.exists() and config.database_url == postgres.locate(directory).url(NAME)


def stop_unless_used(config: Config) -> None:
    """Stop the embedded server, unless a supervisor has this home meanwhile."""
    if is_embedded(config):
        with contextlib.suppress(ConflictError), sole_use(config, serves=False):
            postgres.stop(config.database_directory)
