"""The tables of the federation."""

from liangxi.systems.federation.models.exchanges import Api, Exchange
from liangxi.systems.federation.models.harvest import HarvestedSet, HarvestRun, HarvestSource

__all__ = ["Api", "Exchange", "HarvestRun", "HarvestSource", "HarvestedSet"]
