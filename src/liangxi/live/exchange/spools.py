"""Bodies on their way: in memory while they are small, on disk beyond, hashed as they pass, never above their limit."""

import hashlib
import os
import tempfile
from collections.abc import AsyncIterator
from pathlib import Path

from liangxi.kit.errors import HouseError

SMALL = 512 * 1024  # bytes that stay in memory
CHUNK = 64 * 1024


class Spool:
    """One body. `add` refuses with `too_large` what goes beyond `most` bytes."""

    def __init__(self, most: int, too_large: HouseError) -> None:
        self._file = tempfile.SpooledTemporaryFile(max_size=SMALL)  # noqa: SIM115 closed by `close`
        self._hash = hashlib.sha512()
        self._most, self._too_large = most, too_large
        self.size = 0

    def add(self, chunk: bytes) -> None:
        """Take the next piece."""
        self.size += len(chunk)
        if self.size > self._most:
            raise self._too_large
        self._hash.update(chunk)
        self._file.write(chunk)

    @property
    def digest(self) -> bytes:
        """SHA-512 of what came so far."""
        return self._hash.digest()

    async def pieces(self) -> AsyncIterator[bytes]:
        """The body from its beginning; it may be read again."""
        self._file.seek(0)
        while chunk := self._file.read(CHUNK):
            yield chunk

    def keep(self, head: bytes, place: Path) -> None:
        """Write head and body to a file, durable as a whole; blocks."""
        place.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        draft = place.with_name(f".{place.name}.draft")
        self._file.seek(0)
        with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file:
            file.write(head + b"\n")
            while chunk := self._file.read(CHUNK):
                file.write(chunk)
            file.flush()
            os.fsync(file.fileno())
        draft.replace(place)

    def close(self) -> None:
        """Let go of it."""
        self._file.close()
