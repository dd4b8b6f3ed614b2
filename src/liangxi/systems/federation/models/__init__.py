"""The tables of the federation."""

from liangxi.systems.federation.models.exchanges import Api, Exchange

__all__ = ["Api", "Exchange"]
