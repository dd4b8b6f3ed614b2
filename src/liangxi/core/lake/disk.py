"""The folder of the lake: `<table>/data`, `<table>/changes`, `<table>/quarantine`, `<table>/metadata`, `spill`.

A file is written under a name that nobody knows, forced to the disk and hashed; it becomes part of a version only by
the row that names it. What a crash leaves is a file without a row, which the sweep removes.
"""

import contextlib
import errno
import hashlib
import os
import time
from collections.abc import Iterator
from pathlib import Path

import duckdb
from django.conf import settings

from liangxi.core.lake.errors import DamagedError, StorageError
from liangxi.kit import ids

_FULL = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}
_CHUNK = 1 << 20


def root() -> Path:
    """The folder of the lake."""
    place: Path = settings.CONFIG.lake
    return place


def fresh(table: str, kind: str, ending: str = "parquet") -> Path:
    """A new name in the folder `kind` of a table, which is made when it is not there."""
    folder = root() / table / kind
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    return folder / f"{ids.new_id()}.{ending}"


def spill() -> Path:
    """Where DuckDB puts what does not fit into memory."""
    folder = root() / "spill"
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    return folder


def force(path: Path) -> tuple[int, str]:
    """Make a file durable; its size in bytes and its SHA-256."""
    digest = hashlib.sha256()
    with path.open("rb") as file:
        while chunk := file.read(_CHUNK):
            digest.update(chunk)
        os.fsync(file.fileno())
        size = file.tell()
    force_folder(path.parent)
    return size, digest.hexdigest()


def force_folder(folder: Path) -> None:
    """Make the names in a folder durable."""
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def sha256(path: Path) -> str:
    """The hash of a file. Raises FileNotFoundError."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def forget(paths: Iterator[Path] | list[Path]) -> None:
    """Remove files that did not become part of anything; a disk that does not answer leaves it to the sweep."""
    for path in paths:
        with contextlib.suppress(OSError):
            path.unlink(missing_ok=True)


def below(folder: Path) -> Iterator[tuple[Path, float, int]]:
    """Every file below a folder: its path, its age in seconds and its size."""
    now = time.time()
    for path in folder.rglob("*"):
        with contextlib.suppress(FileNotFoundError):
            if path.is_file():
                stat = path.stat()
                yield path, now - stat.st_mtime, stat.st_size


@contextlib.contextmanager
def answering() -> Iterator[None]:
    """Turn what the disk and DuckDB say about full disks, full memory and lost files into refusals of the house."""
    try:
        yield
    except (OSError, duckdb.IOException, duckdb.OutOfMemoryException) as error:
        text = str(error)
        full = (
            getattr(error, "errno", None) in _FULL
            or "No space left" in text
            or "File too large" in text
            or "max_temp_directory_size" in text
        )
        if full:
            raise StorageError("lake.disk.full", "There is no room left in the lake. Nothing was changed.") from error
        if isinstance(error, duckdb.OutOfMemoryException):
            raise StorageError(
                "lake.memory", "The memory that the lake may use does not suffice. Nothing was changed."
            ) from error
        if "No files found" in text or "No such file" in text:
            raise DamagedError("lake.damaged", "A file of the lake is missing. Tell the operators.") from error
        raise StorageError("lake.disk.failed", "The disk of the lake does not answer. Nothing was changed.") from error
