"""DuckDB, in memory, over the files of the lake only: no network, no extensions, no other folder.

Two kinds of instances. A reader's is shared by the process, each reading through a cursor of its own. A writer's is
made for one piece of work, so that what it holds in memory or spills is given back with it.
"""

import contextlib
import os
import threading
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import duckdb
from django.conf import settings

from liangxi.core.lake import disk
from liangxi.core.lake.rules import wording

Connection = duckdb.DuckDBPyConnection
_lock = threading.Lock()
_shared: dict[tuple[Any, ...], Connection] = {}


def _open(sources: Sequence[Path] = ()) -> Connection:
    config = settings.CONFIG
    connection = duckdb.connect(
        ":memory:",
        config={
            "autoinstall_known_extensions": False,
            "autoload_known_extensions": False,
            "allow_community_extensions": False,
            "memory_limit": f"{config.lake_memory}MB",
            "threads": config.lake_threads,
            "temp_directory": str(disk.spill()),
        },
    )
    connection.execute("SET GLOBAL TimeZone = 'Asia/Shanghai'")
    connection.execute("SET parquet_metadata_cache = true")
    connection.execute(f"SET allowed_directories = [{wording.literal(str(disk.root()) + '/')}]")
    if sources:
        connection.execute(f"SET allowed_paths = [{', '.join(wording.literal(str(path)) for path in sources)}]")
    return connection


def _shut(connection: Connection) -> None:
    connection.execute("SET enable_external_access = false")
    connection.execute("SET lock_configuration = true")


@contextlib.contextmanager
def reading() -> Iterator[Connection]:
    """A cursor on the readers' instance of this process; views that it makes are its own."""
    config = settings.CONFIG
    place = (os.getpid(), str(disk.root()), config.lake_memory, config.lake_threads)
    with _lock:
        if place not in _shared:
            _shared.clear()  # of a process before a fork, or of other settings
            connection = _open()
            _shut(connection)
            _shared[place] = connection
        cursor = _shared[place].cursor()
    try:
        yield cursor
    finally:
        cursor.close()


@contextlib.contextmanager
def working(*, sources: Sequence[Path] = (), buckets: tuple[str, int] | None = None) -> Iterator[Connection]:
    """An instance of its own that may also read the files `sources`.

    With `buckets` (the type of the field in DuckDB, their number) it knows the function `_bucket_of`.
    """
    connection = _open(sources)
    try:
        if buckets:
            from liangxi.core.lake import buckets as hashing

            of, count = buckets
            create: Any = connection.create_function  # its type does not know "arrow"
            create("_bucket_of", hashing.vector(count), [of], "INTEGER", type="arrow")
        _shut(connection)
        yield connection
    finally:
        connection.close()
