"""The door of this room for the process that runs it; the application itself is `app`."""

from liangxi.live.exchange.provider import Providers

__all__ = ["Providers"]
