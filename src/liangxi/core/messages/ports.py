"""The ways out of the house. A deployment replaces the files by its gateway; the port stays."""

import os
from pathlib import Path
from typing import Protocol

import msgspec

from liangxi.core.messages.shapes import Letter


class Port(Protocol):
    """Takes a letter and keeps it safe before returning; the same letter may come twice with the same id."""

    def send(self, letter: Letter) -> None:
        """Raises OSError when the letter was not taken; it is then offered again."""


class FilePort:
    """Appends each letter as a line of JSON, on the disk before it returns."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def send(self, letter: Letter) -> None:
        """One line, one write: readers never see half a letter of a living process."""
        self._path.parent.mkdir(parents=True, exist_ok=True)
        handle = os.open(self._path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
        try:
            os.write(handle, msgspec.json.encode(letter) + b"\n")
            os.fsync(handle)
        finally:
            os.close(handle)
