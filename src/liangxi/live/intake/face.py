"""The door of the intake: what a gateway needs to take observations from devices and to know that they are stored.

thing = directory.of_key(secret, server_time())          who speaks
admitted = admit(directory, thing, readings, server_time())   what of it may be stored
first = await sink.store(admitted.batch)                 returns when it is on disk; then acknowledge
"""

from liangxi.live.intake.admission import admit, instant, micros, result, speaker
from liangxi.live.intake.bodies import Sent, When, body, when
from liangxi.live.intake.directory import Directory, Keeper
from liangxi.live.intake.engine import Engine, server_time
from liangxi.live.intake.errors import AwayError, StorageError
from liangxi.live.intake.line import NAME as LINE
from liangxi.live.intake.line import Exchange, Line
from liangxi.live.intake.sealer import Sealer
from liangxi.live.intake.shapes import Admitted, Reading, Sink
from liangxi.live.intake.watch import Watch

__all__ = [
    "LINE",
    "Admitted",
    "AwayError",
    "Directory",
    "Engine",
    "Exchange",
    "Keeper",
    "Line",
    "Reading",
    "Sealer",
    "Sent",
    "Sink",
    "StorageError",
    "Watch",
    "When",
    "admit",
    "body",
    "instant",
    "micros",
    "result",
    "server_time",
    "speaker",
    "when",
]
