"""The door of this room for the process that runs it; the application itself is `app`."""

from liangxi.live.delivery.rounds import Rounds

__all__ = ["Rounds"]
