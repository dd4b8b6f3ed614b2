"""Spark Connect: a cluster of the city (Apache Spark), or any other server of that protocol (Sail).

The client's package is an extra, `liangxi[spark]`. The files of a statement must lie where the cluster's machines read
them under the same path (a shared file system).

The SQL that is sent stays small: scan, filter, project, join, group. No DISTINCT inside an aggregate: its partial
states are lists, which pass the 4 MiB that Sail allows one message between its processes; group twice instead.
"""

import contextlib
import shutil
import socket
import threading
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pyarrow as pa

from liangxi.core.engines import folders
from liangxi.core.engines.errors import EngineError
from liangxi.core.engines.shapes import Dialect, Files

PORT = 15002  # of Spark Connect
PATIENCE = 5  # seconds


class SparkConnect:
    """One session with a cluster; statements of one process run one after the other, since views have names."""

    dialect: Dialect = "spark"

    def __init__(self, url: str) -> None:
        self.url = "sc://" + url.removeprefix("sc://").removeprefix("spark://")
        self._lock = threading.Lock()
        self._session: Any = None
        _client()

    def run(self, sql: str, tables: Files, parameters: Mapping[str, Any] | None = None) -> pa.Table:
        """As `Engine.run` says."""
        with self._over(tables) as session:
            answer: pa.Table = session.sql(sql, args=dict(parameters or {})).toArrow()
            return answer

    def write(self, sql: str, tables: Files, folder: Path, parameters: Mapping[str, Any] | None = None) -> list[Path]:
        """As `Engine.write` says; each task of the cluster writes one file."""
        draft = folders.draft_of(folder)
        try:
            with self._over(tables) as session:
                session.sql(sql, args=dict(parameters or {})).write.parquet(str(draft.absolute()))
            return folders.publish(draft, folder)
        finally:
            shutil.rmtree(draft, ignore_errors=True)

    def close(self) -> None:
        """End the session; the next statement opens another."""
        with self._lock:
            if self._session is not None:
                self._session.stop()
                self._session = None

    @contextlib.contextmanager
    def _over(self, tables: Files) -> Iterator[Any]:
        from pyspark.errors import PySparkException

        with self._lock, folders.said_by("Spark", PySparkException):
            session = self._connected()
            for name, files in tables.items():
                paths = [str(Path(file).absolute()) for file in files]
                session.read.parquet(*paths).createOrReplaceTempView(name)
            try:
                yield session
            finally:
                for name in tables:
                    session.catalog.dropTempView(name)

    def _connected(self) -> Any:
        if self._session is None:
            self._knock()
            self._session = _client().builder.remote(self.url).create()
        return self._session

    def _knock(self) -> None:
        """The client itself would try for ten minutes."""
        place = urlsplit(self.url)
        try:
            socket.create_connection((place.hostname or "", place.port or PORT), PATIENCE).close()
        except OSError as error:
            raise EngineError(
                "engines.unreachable", "No Spark Connect server answers at %(place)s.", {"place": place.netloc}
            ) from error


def _client() -> Any:
    try:
        from pyspark.sql.connect.session import SparkSession
    except ImportError as error:
        raise EngineError(
            "engines.client",
            "LIANGXI_ENGINE names a cluster, but its client is not installed: pip install 'liangxi[spark]'.",
        ) from error
    return SparkSession
