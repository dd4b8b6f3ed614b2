"""Folders into which a department drops files: on this machine, or on its SFTP server.

A file counts as whole when its name is not that of a draft and nothing about it changed for some seconds; it is copied
under a name of its own, and stays where it is. The same file is never taken twice: it is known by name, size and time.
"""

import fnmatch
import time
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from liangxi.systems.data.connectors import places

SETTLED = 2.0  # seconds without change after which a file counts as whole
DRAFTS = (".part", ".tmp", ".filepart", ".crdownload", ".swp", "~")
ENDINGS = (".csv", ".txt", ".tsv", ".xlsx", ".xls", ".ods", ".jsonl", ".ndjson", ".json", ".parquet")
LARGEST = 8 * 1024**3  # bytes of one file


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


def now() -> float:
    """The time by which files are dated."""
    return time.time()
