"""What both engines do the same: folders that appear whole, and errors in the house's words."""

import contextlib
import os
from collections.abc import Iterator
from pathlib import Path

from liangxi.core.engines.errors import EngineError
from liangxi.kit import ids
from liangxi.kit.errors import InvalidError


def draft_of(folder: Path) -> Path:
    """A name beside the folder that nobody reads; InvalidError `engines.folder` when the folder is there."""
    if folder.exists():
        raise InvalidError("engines.folder", "The folder %(folder)s is there already.", {"folder": folder.name})
    return folder.with_name(f".{folder.name}.{ids.new_id()}")


def publish(draft: Path, folder: Path) -> list[Path]:
    """Give the folder its name once its files are on the disk; the Parquet files in order."""
    for file in [*draft.iterdir(), draft]:
        handle = os.open(file, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)
    draft.rename(folder)
    return sorted(folder.glob("*.parquet"))


@contextlib.contextmanager
def said_by(engine: str, *kinds: type[Exception]) -> Iterator[None]:
    """What an engine raises as EngineError `engines.failed`, with the first line of what it said."""
    try:
        yield
    except kinds as error:
        reason = str(error).strip().splitlines()[0][:500] if str(error).strip() else type(error).__name__
        raise EngineError(
            "engines.failed", "%(engine)s could not answer: %(reason)s", {"engine": engine, "reason": reason}
        ) from error
