"""Answers of one connection, in the order of what they answer (MQTT-4.6.0-2, -3), however long each takes."""

import asyncio
from collections import deque
from dataclasses import dataclass

WAITING = 2000  # packets whose answer is due; then nothing more is read


@dataclass(slots=True)
class Due:
    """An answer that waits for its turn; None: not yet known."""

    data: bytes | None = None
    packets: int = 1  # that it answers


class Answers:
    """What is due to one client."""

    def __init__(self, transport: asyncio.Transport) -> None:
        self._transport = transport
        self._due: deque[Due] = deque()
        self._waiting = 0
        self._is_paused = False

    def due(self, packets: int = 1) -> Due:
        """A place in the row; while too many packets wait nothing more is read from the client."""
        due = Due(packets=packets)
        self._due.append(due)
        self._waiting += packets
        if self._waiting >= WAITING and not self._is_paused:
            self._is_paused = True
            self._transport.pause_reading()
        return due

    def give(self, due: Due, data: bytes) -> None:
        """The answer is known; what has its turn is sent."""
        due.data = data
        self.flush()

    def flush(self) -> None:
        """Send every answer that has its turn."""
        ready = []
        while self._due and (data := self._due[0].data) is not None:
            self._waiting -= self._due.popleft().packets
            ready.append(data)
        if self._is_paused and self._waiting <= WAITING // 2 and not self._transport.is_closing():
            self._is_paused = False
            self._transport.resume_reading()
        if ready and not self._transport.is_closing():
            self._transport.write(b"".join(ready))
