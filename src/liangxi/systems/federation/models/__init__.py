"""The tables of the federation."""

from liangxi.systems.federation.models.exchanges import Api, Exchange
from liangxi.systems.federation.models.harvest import HarvestedSet, HarvestRun, HarvestSource
from liangxi.systems.federation.models.nodes import Ask, HeardCall, Neighbour, Parcel, ServedAsk

__all__ = [
    "Api",
    "Ask",
    "Exchange",
    "HarvestRun",
    "HarvestSource",
    "HarvestedSet",
    "HeardCall",
    "Neighbour",
    "Parcel",
    "ServedAsk",
]
