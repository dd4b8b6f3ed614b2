"""The engines that a policy must answer alike on, each with tables, and how answers are compared."""

from collections.abc import Sequence
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any, Protocol

import psycopg
import pyarrow as pa
import pyarrow.parquet as pq

from liangxi.core.engines.face import engine_at
from liangxi.systems.data.rules import policy as p

ARROW = {
    "string": pa.string(),
    "int": pa.int64(),
    "bool": pa.bool_(),
    "date": pa.date32(),
    "timestamp": pa.timestamp("us"),
}


class Peer(Protocol):
    """An engine that holds tables and answers compiled statements."""

    dialect: p.Dialect

    def hold(self, name: str, columns: Sequence[p.Column], rows: Sequence[dict[str, Any]]) -> None:
        """Make a table, or make it anew."""

    def answer(self, query: p.Compiled) -> list[dict[str, Any]]:
        """The rows of a statement."""


class Postgres:
    """Tables as the serving copy makes them."""

    dialect: p.Dialect = "postgres"

    def __init__(self, connection: psycopg.Connection[Any]) -> None:
        self.connection = connection

    def hold(self, name: str, columns: Sequence[p.Column], rows: Sequence[dict[str, Any]]) -> None:
        fields = ", ".join(f'"{column.name}" {p.storage_type(column, "postgres")}' for column in columns)
        self.connection.execute(f"DROP TABLE IF EXISTS {name}; CREATE TEMP TABLE {name} ({fields})")
        with self.connection.cursor().copy(f"COPY {name} FROM STDIN") as copy:
            for row in rows:
                copy.write_row([row[column.name] for column in columns])

    def answer(self, query: p.Compiled) -> list[dict[str, Any]]:
        cursor = self.connection.execute(query.sql, query.parameters)  # type: ignore[arg-type]
        names = [column.name for column in query.columns]
        return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]


class OverFiles:
    """An engine of the house over two Parquet files for each table."""

    def __init__(self, url: str, folder: Path) -> None:
        self.engine = engine_at(url)
        self.dialect: p.Dialect = self.engine.dialect
        self.folder = folder
        self.tables: dict[str, list[Path]] = {}
        self.made = 0

    def hold(self, name: str, columns: Sequence[p.Column], rows: Sequence[dict[str, Any]]) -> None:
        schema = pa.schema([(column.name, _arrow(column)) for column in columns])
        table = pa.Table.from_pylist(list(rows), schema)
        half = len(rows) // 2
        self.made += 1
        self.tables[name] = [self.folder / f"{name}-{self.made}-{number}.parquet" for number in (0, 1)]
        pq.write_table(table.slice(0, half), self.tables[name][0])
        pq.write_table(table.slice(half), self.tables[name][1])

    def answer(self, query: p.Compiled) -> list[dict[str, Any]]:
        rows: list[dict[str, Any]] = self.engine.run(query.sql, self.tables, query.parameters).to_pylist()
        assert all(list(row) == [column.name for column in query.columns] for row in rows)
        return rows


def _arrow(column: p.Column) -> pa.DataType:
    return pa.decimal128(column.digits, column.scale) if column.type == "decimal" else ARROW[column.type]


def plain(value: Any) -> Any:
    """A value as it is compared: numbers by what they are worth, averages to twelve digits."""
    if isinstance(value, float):
        return f"{value:.11e}"
    if isinstance(value, int | Decimal) and not isinstance(value, bool):
        return f"{Decimal(value).normalize() + 0:f}" if value else "0"
    return value.isoformat() if isinstance(value, date | datetime) else value


def bag(rows: Sequence[dict[str, Any]]) -> list[str]:
    """Rows without their order."""
    return sorted(repr({name: plain(value) for name, value in row.items()}) for row in rows)
