"""The folder of contents: `files/ab/cd/<sha256>`, written so that a name on the disk always means the whole content.

A content is drafted beside the tree, forced to the disk, renamed into place and its folder forced too: after a crash
it is there completely or not at all. What a crash leaves is a draft, which the sweep removes.
"""

import errno
import hashlib
import os
import time
from collections.abc import Iterator
from pathlib import Path

from liangxi.core.files.errors import DamagedError, StorageError
from liangxi.kit import ids

_FULL = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}
DRAFT_AGE = 3600.0  # seconds after which a draft has no writer any more


def place_of(root: Path, sha256: str) -> Path:
    """Where a content stands."""
    return root / sha256[:2] / sha256[2:4] / sha256


def keep(root: Path, sha256: str, content: bytes) -> None:
    """Make `content` durable. Raises StorageError `files.disk.full` or `files.disk.failed`; then nothing is left."""
    place = place_of(root, sha256)
    draft = root / "drafts" / str(ids.new_id())
    try:
        if _is_sound(place, sha256):
            return
        for folder in (draft.parent, place.parent):
            _make_folder(folder, root)
        with draft.open("xb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        draft.replace(place)
        _force(place.parent)
    except OSError as error:
        _forget(draft)
        if error.errno in _FULL:
            raise StorageError("files.disk.full", "There is no room left to store files. Try again later.") from error
        raise StorageError("files.disk.failed", "The file could not be stored. Try again later.") from error


def read(root: Path, sha256: str) -> bytes:
    """The content, proved by its hash. Raises DamagedError `files.damaged` when it is missing or changed."""
    try:
        content = place_of(root, sha256).read_bytes()
    except OSError as error:
        raise _damaged(sha256) from error
    if hashlib.sha256(content).hexdigest() != sha256:
        raise _damaged(sha256)
    return content


def contents(root: Path) -> Iterator[tuple[str, float]]:
    """The hash and the age in seconds of every content."""
    now = time.time()
    for place in root.glob("[0-9a-f][0-9a-f]/[0-9a-f][0-9a-f]/*"):
        yield place.name, now - place.stat().st_mtime


def remove(root: Path, sha256: str) -> int:
    """Remove a content; the bytes given back."""
    place = place_of(root, sha256)
    size = place.stat().st_size if place.exists() else 0
    place.unlink(missing_ok=True)
    return size


def remove_drafts(root: Path) -> int:
    """Remove what crashes left; the number."""
    now, count = time.time(), 0
    for draft in (root / "drafts").glob("*"):
        if now - draft.stat().st_mtime > DRAFT_AGE:
            _forget(draft)
            count += 1
    return count


def _is_sound(place: Path, sha256: str) -> bool:
    return place.exists() and hashlib.sha256(place.read_bytes()).hexdigest() == sha256


def _make_folder(folder: Path, root: Path) -> None:
    """Make a folder below `root`; each new name is forced to the disk in the folder that holds it."""
    if folder.is_dir():
        return
    if folder != root:
        _make_folder(folder.parent, root)
    folder.mkdir(mode=0o700, exist_ok=True, parents=folder == root)
    _force(folder.parent)


def _force(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _forget(draft: Path) -> None:
    try:
        draft.unlink(missing_ok=True)
    except OSError:  # the disk does not answer; the sweep comes later
        return


def _damaged(sha256: str) -> DamagedError:
    return DamagedError(
        "files.damaged",
        "The stored file %(sha256)s is missing or damaged. Tell the operators.",
        {"sha256": sha256[:16]},
    )
