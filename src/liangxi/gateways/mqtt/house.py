"""The house behind the broker: who may come in, and readings that are stored before they are acknowledged."""

import asyncio
import time
from collections.abc import Awaitable
from dataclasses import dataclass

from django.db import connection

from liangxi.gateways.mqtt import readings, rights
from liangxi.gateways.mqtt.broker import Principal
from liangxi.gateways.mqtt.codec import Publish
from liangxi.gateways.mqtt.connection import GOOD, Verdict
from liangxi.gateways.mqtt.reasons import Reason
from liangxi.kit.errors import HouseError
from liangxi.kit.series import blocks
from liangxi.kit.series.blocks import Batch
from liangxi.live.intake import face as intake

FAILURES = 20  # refused names of a minute that are looked up in the database; the rest are refused unasked


@dataclass(slots=True)
class _Lot:
    """The readings of one thing in one piece of a stream, with the messages that they came in."""

    code: str
    readings: list[intake.Reading]
    owners: list[int]


class House:
    """See `connection.House`."""

    def __init__(self, directory: intake.Directory, sink: intake.Sink) -> None:
        self.directory = directory
        self.sink = sink
        self._failed: list[float] = []

    async def known(self, user: str | None, password: bytes | None) -> Principal | None:
        """A thing by its key, a program by the key of its account; the key is the password."""
        secret = _text(password)
        if not secret:
            return None
        thing = self.directory.of_key(secret, intake.server_time())
        if thing is not None:
            return rights.of_thing(self.directory, thing) if user in (None, "", thing.code) else None
        now = time.monotonic()
        self._failed = [at for at in self._failed if now - at < 60]
        if len(self._failed) >= FAILURES:
            return None
        found = await asyncio.to_thread(_account, self.directory, secret)
        if found is None:
            self._failed.append(now)
        return found

    def still(self, principal: Principal, password: bytes | None) -> bool:
        """False for a thing whose key ended. The rights of an account are those of when it came, for an hour."""
        if isinstance(principal, rights.OfThing):
            return self.directory.of_key(_text(password), intake.server_time()) is not None
        return not isinstance(principal, rights.OfAccount) or time.monotonic() < principal.until

    def is_taken(self, topic: str) -> bool:
        """Observations are stored; what was stored is then told to those who listen."""
        return readings.place(topic) is not None

    def take(self, principal: Principal, messages: list[Publish]) -> Awaitable[list[Verdict]]:
        """Store what of the messages is good; one that holds nothing good is refused with the reason."""
        now, verdicts, lots = intake.server_time(), [GOOD] * len(messages), dict[str, _Lot]()
        for place, message in enumerate(messages):
            try:
                code, found = self._read(principal, message, now)
            except HouseError as error:
                verdicts[place] = self._refused(error)
                continue
            lot = lots.get(code)
            if lot is None:
                lot = lots[code] = _Lot(code, [], [])
            lot.readings += found
            lot.owners += [place] * len(found) if len(found) > 1 else (place,)
        batches = [batch for lot in lots.values() if len(batch := self._admitted(principal, lot, now, verdicts))]
        return self._stored(batches, verdicts)

    def _read(self, principal: Principal, message: Publish, now: int) -> tuple[str, list[intake.Reading]]:
        code, name = readings.place(message.topic) or ("", "")
        return code, readings.read(code, name, message.payload, now)

    def _admitted(self, principal: Principal, lot: _Lot, now: int, verdicts: list[Verdict]) -> Batch:
        """The good readings of a lot; what is wrong with the others goes to the messages that they came in."""
        try:
            if not isinstance(principal, rights.OfThing):
                raise _not_a_thing()
            caller = self.directory.things[principal.number]
            thing = intake.speaker(self.directory, caller, lot.code)
        except HouseError as error:
            for place in set(lot.owners):
                verdicts[place] = self._refused(error)
            return blocks.batch([])
        found = intake.admit(self.directory, thing, lot.readings, now)
        for refusal in found.refusals:
            self.sink.refuse(refusal.code, 1)
        good = {lot.owners[index] for index in found.indices} if found.refusals else ()
        for refusal in found.refusals:
            place = lot.owners[refusal.index]
            if place not in good:
                verdicts[place] = Verdict(Reason.PAYLOAD, f"{refusal.field}: {refusal.message}")
            elif not verdicts[place].why:
                verdicts[place] = Verdict(0, f"{refusal.field}: {refusal.message}")
        return found.batch

    async def _stored(self, batches: list[Batch], verdicts: list[Verdict]) -> list[Verdict]:
        if batches:
            try:
                await self.sink.store(blocks.joined(batches))
            except (intake.AwayError, intake.StorageError) as error:
                raise ConnectionError(error.message) from error
        return verdicts

    def _refused(self, error: HouseError) -> Verdict:
        self.sink.refuse(error.code, 1)
        reason = Reason.NOT_AUTHORIZED if error.status in (403, 404) else Reason.PAYLOAD
        return Verdict(reason, str(error))


def _not_a_thing() -> HouseError:
    error = HouseError("intake.key", "Only a thing sends observations.")
    error.status = 403
    return error


def _text(password: bytes | None) -> str:
    try:
        return (password or b"").decode()
    except UnicodeDecodeError:
        return ""


def _account(directory: intake.Directory, secret: str) -> Principal | None:
    try:
        return rights.of_key(directory, secret)
    finally:
        connection.close()  # of this thread of the pool
