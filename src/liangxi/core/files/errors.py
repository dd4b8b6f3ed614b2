"""Refusals of this room that an edge answers in its own way."""

from liangxi.kit.errors import HouseError


class StorageError(HouseError):
    """The disk is full or does not answer; nothing was kept."""

    status = 507


class DamagedError(HouseError):
    """The content on the disk is not what was stored."""

    status = 500
