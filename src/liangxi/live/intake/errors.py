"""Refusals of the intake."""

import os

from liangxi.kit.errors import HouseError


class StorageError(HouseError):
    """The disk did not take the observations: none of them counts as received, send them again."""

    status = 507

    def __init__(self, errno: int) -> None:
        self.errno = errno or 5  # EIO, where the system says nothing
        why = os.strerror(self.errno)
        super().__init__("intake.storage", "The observations could not be written (%(why)s). Send them again.",
                         {"why": why})  # fmt: skip


class AwayError(HouseError):
    """The process that stores does not answer: send again in a moment."""

    status = 503

    def __init__(self) -> None:
        super().__init__("intake.away", "The intake does not answer. Send the observations again in a moment.")
