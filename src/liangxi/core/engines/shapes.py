"""What an engine is to those who use it."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Literal, Protocol

import pyarrow as pa

Dialect = Literal["duckdb", "spark"]
Files = Mapping[str, Sequence[Path | str]]  # name of a relation in the SQL -> its Parquet files, one at least


class Engine(Protocol):
    """Something that runs one statement over Parquet files that both sides can read."""

    @property
    def dialect(self) -> Dialect:
        """How its SQL is spelled and its parameters are written: `$name` (duckdb) or `:name` (spark)."""

    def run(self, sql: str, tables: Files, parameters: Mapping[str, Any] | None = None) -> pa.Table:
        """The answer of one SELECT over the relations of `tables`, whole: ask for counts and groups, not for millions.

        HouseError `engines.unreachable`, `engines.failed` with what the engine said.
        """

    def write(self, sql: str, tables: Files, folder: Path, parameters: Mapping[str, Any] | None = None) -> list[Path]:
        """Write the rows of one SELECT as Parquet files into the new folder `folder`; the files, in order.

        Rows never pass through this process: an answer may be larger than memory. The folder appears whole or not at
        all. Raises as `run`, and InvalidError `engines.folder` when the folder is there already.
        """
