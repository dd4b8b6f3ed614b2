"""Refusals of this room that an edge answers in its own way."""

from liangxi.kit.errors import ConflictError, HouseError


class StorageError(HouseError):
    """The disk is full or does not answer, or the memory does not suffice; nothing was kept."""

    status = 507


class BusyError(ConflictError):
    """Another process writes this table."""


class FencedError(ConflictError):
    """The lease went to another process while this one was paused; nothing of its work is kept."""


class DamagedError(HouseError):
    """A file of the lake is missing or not what was written."""

    status = 500
