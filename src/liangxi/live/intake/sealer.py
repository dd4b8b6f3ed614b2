"""The sealer: closed segments of the log become sorted files of the history; days are made one file, old days go."""

import contextlib
import json
import threading
import time
from collections.abc import Mapping
from datetime import timedelta
from itertools import pairwise

import structlog

from liangxi.kit import time as clock
from liangxi.kit.series import archive
from liangxi.kit.series import log as logs
from liangxi.kit.series.log import Cursor
from liangxi.live.intake.directory import Directory
from liangxi.live.intake.engine import Engine

NAME = "sealer"
KEEP: Mapping[str, int | None] = {"short": 31, "standard": 400, "long": 3653, "lasting": None}
"""Days that each class of data stays; None: for good."""
TIDY = 3600.0  # seconds between looks for days to be made one file, or to go
log = structlog.get_logger()


class Sealer:
    """Follows the closed segments of one engine, in a thread of its own."""

    def __init__(self, engine: Engine, directory: Directory) -> None:
        self._engine, self._directory = engine, directory
        self._path = engine.folder / "sealed.json"
        kept = json.loads(self._path.read_text()) if self._path.exists() else {}
        self._done = int(kept.get("until", 0))
        engine.followers[NAME] = Cursor(self._done)
        engine.delivered[NAME] = max(self._done - 1, 0)
        self._stopping = threading.Event()
        self._tidied = float("-inf")
        self._thread = threading.Thread(target=self._run, name="sealer", daemon=True)

    def start(self) -> None:
        """Begin to follow."""
        self._thread.start()

    def stop(self) -> None:
        """End after the segment in hand."""
        self._stopping.set()
        self._thread.join()

    def turn(self) -> int:
        """Seal the segments that are closed, and tidy up now and then; the number of observations sealed."""
        count, folder = 0, self._engine.folder / "log"
        known = logs.segments(folder)
        for segment, following in pairwise(known):
            if segment >= self._done and not self._stopping.is_set():
                blocks = [block for block, _ in logs.read(folder, Cursor(segment), Cursor(segment, 2**62))]
                count += archive.seal(self._engine.folder, blocks, self._classes())
                self._keep(following)
        if time.monotonic() - self._tidied >= TIDY:
            self._tidied = time.monotonic()
            self.tidy()
        return count

    def tidy(self) -> None:
        """Make yesterday and the days before it one file each, and drop the days that are too old."""
        today = clock.today()
        for keep, days in KEEP.items():
            if days is not None:
                archive.drop_days(self._engine.folder, keep, today - timedelta(days=days))
            for place in sorted((self._engine.folder / "history" / keep).glob("????-??-??")):
                if place.name < today.isoformat() and not self._stopping.is_set():
                    archive.compact(place)

    def _classes(self) -> dict[int, str]:
        profiles = self._directory.profiles
        things = list(self._directory.things.values())
        return {
            stream: profiles[thing.profile].keep if profiles[thing.profile].keep in KEEP else "standard"
            for thing in things
            for stream in thing.streams.values()
        }

    def _keep(self, until: int) -> None:
        draft = self._path.with_suffix(".draft")
        draft.write_text(json.dumps({"until": until}))
        draft.replace(self._path)
        self._done = until
        self._engine.followers[NAME] = Cursor(until)
        self._engine.delivered[NAME] = until - 1

    def _run(self) -> None:
        while not self._stopping.is_set():
            try:
                if self._directory.version:  # without the registry nobody knows how long a stream is kept
                    self.turn()
            except Exception as error:  # noqa: BLE001 a full disk, a damaged file: the log stays until it is sealed
                log.warning("intake.sealer.failed", error=str(error).strip())
            with contextlib.suppress(RuntimeError):
                self._stopping.wait(1.0)
