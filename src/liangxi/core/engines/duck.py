"""DuckDB in this process: an instance for each statement, over the files of that statement and nothing else."""

import contextlib
import shutil
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa
from sqlglot import exp

from liangxi.core.engines import folders
from liangxi.core.engines.shapes import Dialect, Files

MEMORY = 2048  # MB for one statement; what needs more goes to the disk of the temporary folder


class Embedded:
    """DuckDB without network, extensions or other files; what one statement took is given back with it."""

    dialect: Dialect = "duckdb"

    def run(self, sql: str, tables: Files, parameters: Mapping[str, Any] | None = None) -> pa.Table:
        """As `Engine.run` says."""
        with self._over(tables) as connection:
            answer: pa.Table = connection.sql(sql, params=dict(parameters or {})).to_arrow_table()
            return answer

    def write(self, sql: str, tables: Files, folder: Path, parameters: Mapping[str, Any] | None = None) -> list[Path]:
        """As `Engine.write` says."""
        draft = folders.draft_of(folder)
        draft.mkdir(parents=True)
        try:
            with self._over(tables, draft) as connection:
                place = exp.Literal.string(str(draft / "part-0.parquet")).sql(dialect="duckdb")
                connection.execute(f"COPY ({sql}) TO {place} (FORMAT parquet)", dict(parameters or {}))
            return folders.publish(draft, folder)
        finally:
            shutil.rmtree(draft, ignore_errors=True)

    @contextlib.contextmanager
    def _over(self, tables: Files, written: Path | None = None) -> Iterator[duckdb.DuckDBPyConnection]:
        config: dict[str, Any] = {
            "autoinstall_known_extensions": False, "autoload_known_extensions": False,
            "allow_community_extensions": False, "memory_limit": f"{MEMORY}MB",
        }  # fmt: skip
        with folders.said_by("DuckDB", duckdb.Error), duckdb.connect(":memory:", config=config) as connection:
            allowed = [str(file) for files in tables.values() for file in files]
            connection.execute(f"SET allowed_paths = {_list(allowed)}")
            if written:
                connection.execute(f"SET allowed_directories = {_list([f'{written}/'])}")
            connection.execute("SET enable_external_access = false")
            connection.execute("SET lock_configuration = true")
            for name, files in tables.items():
                connection.read_parquet([str(file) for file in files]).create_view(name)
            yield connection


def _list(texts: list[str]) -> str:
    return exp.Array(expressions=[exp.Literal.string(text) for text in texts]).sql(dialect="duckdb")
