"""The door of the engines."""

from functools import lru_cache

from django.conf import settings

from liangxi.core.engines.duck import Embedded
from liangxi.core.engines.shapes import Engine
from liangxi.core.engines.spark import SparkConnect


def engine() -> Engine:
    """The engine of this deployment: `LIANGXI_ENGINE`, or DuckDB in this process when it is empty.

    HouseError `engines.client` when a cluster is set and the package `liangxi[spark]` is not installed. The cluster
    is called when the first statement runs.
    """
    return engine_at(settings.CONFIG.engine)


@lru_cache(maxsize=8)
def engine_at(url: str) -> Engine:
    """The engine at an address `sc://host:port` or `spark://host:port`; the embedded one for an empty address."""
    return SparkConnect(url) if url else Embedded()
