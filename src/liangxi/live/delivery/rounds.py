"""Rounds: whoever asks while one round is under way rides in the next, and all of a round share one transaction.

So the price of a durable record is split by those who wait for it, and a lone caller waits for nobody. One thread of
the process holds the one connection that this needs.
"""

import asyncio
import threading
from collections import deque
from collections.abc import Callable, Sequence

import structlog
from django.db import close_old_connections

from liangxi.kit.errors import HouseError
from liangxi.systems.data.errors import AwayError
from liangxi.systems.data.shapes import Lookup, LookupAnswer

MOST_WAITING = 5000  # callers
MOST_KEYS = 2000  # of one round
Answers = Callable[[Sequence[Lookup]], Sequence[LookupAnswer | HouseError]]
_Waiting = tuple[Lookup, "asyncio.Future[LookupAnswer]"]
_log = structlog.get_logger()


class Rounds:
    """Questions of many callers, answered round by round by `answer` in a thread."""

    def __init__(self, answer: Answers) -> None:
        self._answer = answer
        self._waiting: deque[_Waiting] = deque()
        self._wake = threading.Event()
        self._stopping = False
        self._loop: asyncio.AbstractEventLoop | None = None
        self._thread = threading.Thread(target=self._work, name="delivery", daemon=True)

    def start(self) -> None:
        """Begin, within the loop whose callers ask."""
        self._loop = asyncio.get_running_loop()
        self._thread.start()

    async def stop(self) -> None:
        """Answer whoever waits, then end."""
        self._stopping = True
        self._wake.set()
        if self._thread.is_alive():
            await asyncio.to_thread(self._thread.join)

    async def ask(self, question: Lookup) -> LookupAnswer:
        """The answer, once its record is durable; AwayError when too many wait."""
        if self._loop is None or len(self._waiting) >= MOST_WAITING:
            raise AwayError("data.delivery.busy", "Too many ask at the same time. Ask again.")
        future: asyncio.Future[LookupAnswer] = self._loop.create_future()
        self._waiting.append((question, future))
        self._wake.set()
        return await future

    def _work(self) -> None:
        while True:
            self._wake.wait()
            self._wake.clear()
            while batch := self._taken():
                self._do(batch)
            if self._stopping:
                return

    def _taken(self) -> list[_Waiting]:
        batch: list[_Waiting] = []
        keys = 0
        while self._waiting and (not batch or keys + len(self._waiting[0][0].keys) <= MOST_KEYS):
            batch.append(self._waiting.popleft())
            keys += len(batch[-1][0].keys)
        return batch

    def _do(self, batch: list[_Waiting]) -> None:
        answers: Sequence[LookupAnswer | HouseError]
        try:
            answers = self._answer([question for question, _ in batch])
        except Exception:  # noqa: BLE001 whatever it is: nobody may wait for ever
            _log.exception("delivery.round.failed")
            close_old_connections()
            answers = [AwayError("data.delivery.away", "The read store cannot answer now. Ask again.")] * len(batch)
        assert self._loop is not None
        self._loop.call_soon_threadsafe(_settle, batch, answers)


def _settle(batch: list[_Waiting], answers: Sequence[LookupAnswer | HouseError]) -> None:
    for (_, future), answer in zip(batch, answers, strict=True):
        if future.done():  # its caller is gone
            continue
        if isinstance(answer, HouseError):
            future.set_exception(answer)
        else:
            future.set_result(answer)
