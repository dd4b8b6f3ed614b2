"""The folder of deliveries: `<home>/deliveries/<source>/<run>.<ending>`, beside `<home>/drops/<folder>` for what comes.

A file is drafted under another name, forced to the disk and renamed: what has its name is whole. What a crash leaves is
a draft, which the sweep removes.
"""

import hashlib
import os
import time
from collections.abc import Callable, Collection
from pathlib import Path
from typing import Protocol

from django.conf import settings

CHUNK = 1 << 20
GRACE = 86400.0  # seconds
Stop = Callable[[int], None]  # told the bytes so far; raises to stop


class Content(Protocol):
    """What can be read piece by piece: a file, or what somebody uploads."""

    def read(self, size: int, /) -> bytes:
        """The next bytes, none at the end."""


def root() -> Path:
    """The folder of deliveries."""
    place: Path = settings.CONFIG.home / "deliveries"
    return place


def drops() -> Path:
    """The folder below which departments drop files."""
    place: Path = settings.CONFIG.drops
    return place


def place_of(source: str, run: str, ending: str) -> Path:
    """Where the file of a run stands; its folder is made."""
    folder = root() / source
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    return folder / f"{run}{ending}"


def kept(content: Content, place: Path, told: Stop) -> tuple[int, str]:
    """Copy a stream to its place, durable as a whole; its size and SHA-256."""
    digest, draft = hashlib.sha256(), place.with_name(f".{place.name}.draft")
    size = 0
    with draft.open("wb") as file:
        while chunk := content.read(CHUNK):
            digest.update(chunk)
            file.write(chunk)
            size += len(chunk)
            told(size)
        file.flush()
        os.fsync(file.fileno())
    named(draft, place)
    return size, digest.hexdigest()


def named(draft: Path, place: Path) -> None:
    """Give a whole draft its name."""
    draft.replace(place)
    handle = os.open(place.parent, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def forget(place: Path) -> None:
    """Remove a file and its draft, if they are there."""
    for path in (place, place.with_name(f".{place.name}.draft")):
        path.unlink(missing_ok=True)


def sweep(named: Collection[str]) -> int:
    """Remove what no run names any more, once older than a day; the number of files."""
    count, old = 0, time.time() - GRACE
    for path in root().glob("*/*"):
        if str(path.relative_to(root())) not in named and path.stat().st_mtime < old:
            path.unlink(missing_ok=True)
            count += 1
    return count


def digest_of(place: Path) -> tuple[int, str]:
    """Size and SHA-256 of a file."""
    with place.open("rb") as file:
        found = hashlib.file_digest(file, "sha256").hexdigest()
    return place.stat().st_size, found
