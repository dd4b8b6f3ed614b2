"""PostgreSQL, DuckDB, and a Sail server with two workers."""

import os
from collections.abc import Iterator

import psycopg
import pytest
from tests.conformance.engines.peers import OverFiles, Peer, Postgres

from liangxi.core.engines.face import engine_at


@pytest.fixture(scope="session")
def sail() -> Iterator[str]:
    """The address of a Spark Connect server: a driver and two workers that talk over sockets."""
    os.environ |= {"SAIL_MODE": "local-cluster", "SAIL_CLUSTER__WORKER_INITIAL_COUNT": "2", "RUST_LOG": "error"}
    from pysail.spark import SparkConnectServer

    server = SparkConnectServer("127.0.0.1", 0)
    server.start(background=True)
    host, port = server.listening_address
    url = f"spark://{host}:{port}"
    yield url
    engine_at(url).close()  # type: ignore[attr-defined]
    engine_at.cache_clear()
    server.stop()


@pytest.fixture(scope="session")
def peers(sail: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Peer, ...]]:
    """All three."""
    folder = tmp_path_factory.mktemp("files")
    with psycopg.connect(os.environ["LIANGXI_DATABASE_URL"], autocommit=True) as connection:
        yield Postgres(connection), OverFiles("", folder), OverFiles(sail, folder)
