"""Figures, and the processor time that they count."""

import time
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any


@dataclass(frozen=True, slots=True, kw_only=True)
class Figure:
    """One measured value; with a peer also the peer's value and how many times better ours is."""

    name: str
    value: float
    unit: str
    peer: str | None = None
    peer_value: float | None = None
    ratio: float | None = None


def report(bench: str, figures: Sequence[Figure]) -> dict[str, Any]:
    """The report of a bench, as `liangxi bench --json` prints it."""
    return {"bench": bench, "figures": [asdict(figure) for figure in figures]}


def versus(name: str, value: float, unit: str, *, peer: str, peer_value: float | None) -> Figure:
    """A figure of which less is better, beside a peer's; alone when the peer could not run."""
    if peer_value is None:
        return Figure(name=name, value=value, unit=unit)
    return Figure(name=name, value=value, unit=unit, peer=peer, peer_value=peer_value, ratio=peer_value / value)


def rate_versus(name: str, value: float, unit: str, *, peer: str, peer_value: float) -> Figure:
    """A figure of which more is better, beside a peer's."""
    return Figure(name=name, value=value, unit=unit, peer=peer, peer_value=peer_value, ratio=value / peer_value)


def percentile(values: Sequence[float], share: float) -> float:
    """The value that `share` (0 to 1) of the values do not exceed."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(len(ordered) * share))]


class CpuClock:
    """Processor seconds of this process and of the database server whose data lie in `data`."""

    def __init__(self, data: Path) -> None:
        self._data = data.resolve()
        self._seen: dict[str, float] = {}

    def now(self) -> tuple[float, float]:
        """Seconds so far: (this process, the server's processes)."""
        return time.process_time(), self.server()

    def server(self) -> float:
        """Seconds so far of the server's processes."""
        for pid, seconds in self._server():
            self._seen[pid] = seconds
        return sum(self._seen.values())

    def _server(self) -> Iterator[tuple[str, float]]:
        """Each process with its seconds (`schedstat` counts nanoseconds); one that ended keeps what was seen last."""
        for entry in Path("/proc").iterdir():
            if entry.name.isdigit():
                try:
                    if (entry / "cwd").readlink() == self._data:
                        yield entry.name, int((entry / "schedstat").read_text().split()[0]) / 1e9
                except OSError:  # it ended, or it is not ours to see
                    continue
