"""Folders into which a department drops files: on this machine, or on its SFTP server.

A file counts as whole when its name is not that of a draft and nothing about it changed for some seconds; it is copied
under a name of its own, and stays where it is. The same file is never taken twice: it is known by name, size and time.
"""

import asyncio
import fnmatch
import time
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import asyncssh

from liangxi.kit import outward
from liangxi.systems.data.connectors import places

SETTLED = 2.0  # seconds without change after which a file counts as whole
DRAFTS = (".part", ".tmp", ".filepart", ".crdownload", ".swp", "~")
ENDINGS = (".csv", ".txt", ".tsv", ".xlsx", ".xls", ".ods", ".jsonl", ".ndjson", ".json", ".parquet")
LARGEST = 8 * 1024**3  # bytes of one file
PATIENCE = 30.0


@dataclass(frozen=True, slots=True)
class Dropped:
    """A file that waits in a folder."""

    name: str
    size: int
    changed: float

    @property
    def origin(self) -> str:
        """By what it is known again."""
        return f"{self.name}:{self.size}:{self.changed:.3f}"


def next_of(files: Sequence[Dropped], pattern: str, known: Collection[str], now: float) -> Dropped | None:
    """The oldest whole file that nobody took yet."""
    fit = [
        one
        for one in files
        if fnmatch.fnmatch(one.name, pattern)
        and one.name.lower().endswith(ENDINGS)
        and not one.name.startswith(".")
        and not one.name.lower().endswith(DRAFTS)
        and one.changed <= now - SETTLED
        and one.origin not in known
    ]
    return min(fit, key=lambda one: (one.changed, one.name), default=None)


def local(settings: Mapping[str, Any], source: str) -> Path:
    """The folder of a source below the folder of drops; it is made."""
    folder = places.drops() / (settings["folder"] or source)
    folder.mkdir(parents=True, exist_ok=True)
    return folder


def dropped(folder: Path) -> list[Dropped]:
    """The files in a folder; links are left alone."""
    found = []
    for path in folder.iterdir():
        if path.is_file() and not path.is_symlink():
            stat = path.stat()
            found.append(Dropped(path.name, stat.st_size, stat.st_mtime))
    return found


def take(folder: Path, one: Dropped, place: Path, told: places.Stop) -> tuple[int, str] | None:
    """Copy a file; None when it changed under our hands."""
    with (folder / one.name).open("rb") as file:
        found = places.kept(file, place, told)
    if one not in dropped(folder):
        place.unlink()
        return None
    return found


def remote(
    settings: Mapping[str, Any],
    secret: str,
    networks: Sequence[outward.Network],
    choose: Callable[[Sequence[Dropped]], tuple[Dropped, Path] | None],
    told: places.Stop,
) -> tuple[Dropped, int, str] | None:
    """Take the file that `choose` chooses of those on an SFTP server; None when it chooses none or it changed.

    OSError or asyncssh.Error when the server cannot be reached or is not the one that was named.
    """
    address = outward.judged(settings["host"], int(settings["port"]), "ssh", networks)
    found: tuple[Dropped, int, str] | None = asyncio.run(_remote(settings, secret, address, choose, told))
    return found


async def _remote(settings: Mapping[str, Any], secret: str, address: str, choose: Any, told: places.Stop) -> Any:
    key = asyncssh.import_public_key(settings["host_key"])
    how: dict[str, Any] = {"password": secret, "client_keys": None}
    if "PRIVATE KEY" in secret:
        how = {"client_keys": [asyncssh.import_private_key(secret)]}
    async with (
        asyncssh.connect(
            address,
            int(settings["port"]),
            username=settings["user"],
            known_hosts=([key], [], []),
            config=None,
            agent_path=None,
            connect_timeout=PATIENCE,
            login_timeout=PATIENCE,
            keepalive_interval=15,
            **how,
        ) as connection,
        connection.start_sftp_client() as sftp,
    ):
        return await _taken(sftp, settings["folder"], choose, told)


async def _taken(sftp: asyncssh.SFTPClient, folder: str, choose: Any, told: places.Stop) -> Any:
    chosen = choose(await _listed(sftp, folder))
    if chosen is None:
        return None
    one, place = chosen
    draft = place.with_name(f".{place.name}.draft")
    await sftp.get(f"{folder}/{one.name}", str(draft), progress_handler=lambda _a, _b, done, _d: told(done))
    if one not in await _listed(sftp, folder):
        draft.unlink()
        return None
    places.named(draft, place)
    return one, *places.digest_of(place)


async def _listed(sftp: asyncssh.SFTPClient, folder: str) -> list[Dropped]:
    found = []
    for one in await sftp.readdir(folder):
        if one.attrs.type == asyncssh.FILEXFER_TYPE_REGULAR:
            found.append(Dropped(str(one.filename), one.attrs.size or 0, float(one.attrs.mtime or 0)))
    return found


def now() -> float:
    """The time by which files are dated."""
    return time.time()
