"""Refusals of this room that an edge answers in its own way."""

from liangxi.kit.errors import HouseError


class TooManyError(HouseError):
    """One client checks certificates faster than a person or an office could."""

    status = 429
