"""Tables of PostgreSQL and MySQL: read in pages by key, whole or after a cursor, as CSV in the words of the server.

Each page is a statement of its own (`WHERE key > last ORDER BY key LIMIT n`), so that a long table holds no
transaction open, and a fetch goes on after a crash. A table that changes meanwhile is read as each page finds it; what
the cursor's overlap covers is read again.
"""

import contextlib
import csv
import io
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import psycopg
import pymysql

from liangxi.kit import outward
from liangxi.systems.data.connectors.drafts import Page

PAGE = 20_000  # rows of a statement
PATIENCE = 60  # seconds for one statement
Ask = Callable[[str, Sequence[Any]], Sequence[Sequence[Any]]]
Networks = Sequence[outward.Network]


@dataclass(frozen=True, slots=True)
class Wanted:
    """What is read of a table: its columns, the key that orders pages, and the column that grows, if any."""

    table: str
    columns: tuple[str, ...]
    key: tuple[str, ...]
    cursor: str = ""

    @property
    def order(self) -> tuple[str, ...]:
        """The columns that order the pages."""
        return (self.cursor, *(one for one in self.key if one != self.cursor)) if self.cursor else self.key


@contextlib.contextmanager
def asking(kind: str, settings: Mapping[str, Any], secret: str, networks: Networks) -> Iterator["Dialect"]:
    """A read-only connection. OSError or the driver's error when there is none."""
    address = outward.judged(settings["host"], int(settings["port"]), kind, networks)
    opened = _postgresql if kind == "postgresql" else _mysql
    with opened(settings, secret, address) as dialect:
        yield dialect


@dataclass(frozen=True, slots=True)
class Dialect:
    """How a server is asked: identifiers, casts to text, and the way to ask."""

    quote: str
    text: str
    ask: Ask

    def name(self, text: str) -> str:
        """An identifier with its quotes; dots part schema and table."""
        q = self.quote
        return ".".join(q + part.replace(q, q + q) + q for part in text.split("."))

    def page(self, wanted: Wanted, after: Sequence[str] | None, since: str) -> Sequence[Sequence[Any]]:
        """The next rows: the columns as text, then the columns of the order as text."""
        asked = enumerate((*wanted.columns, *wanted.order))
        shown = [f"CAST({self.name(one)} AS {self.text}) AS c{n}" for n, one in asked]
        order = ", ".join(self.name(one) for one in wanted.order)
        where, values = "", list[Any]()
        if after is not None:
            marks = ", ".join(["%s"] * len(after))
            where, values = f" WHERE ({order}) > ({marks})", list(after)
        elif wanted.cursor:  # what has no value there was never changed
            where = f" WHERE {self.name(wanted.cursor)} {'>= %s' if since else 'IS NOT NULL'}"
            values = [since] if since else []
        sql = f"SELECT {', '.join(shown)} FROM {self.name(wanted.table)}{where} ORDER BY {order} LIMIT {PAGE}"
        return self.ask(sql, values)


@contextlib.contextmanager
def _postgresql(settings: Mapping[str, Any], secret: str, address: str) -> Iterator[Dialect]:
    with psycopg.connect(
        host=settings["host"],
        hostaddr=address,
        port=int(settings["port"]),
        dbname=settings["database"],
        user=settings["user"],
        password=secret,
        sslmode=settings["tls"],
        connect_timeout=10,
        autocommit=True,
        options=f"-c statement_timeout={PATIENCE}s -c default_transaction_read_only=on",
    ) as connection:
        yield Dialect('"', "text", lambda sql, values: connection.execute(sql, values).fetchall())


@contextlib.contextmanager
def _mysql(settings: Mapping[str, Any], secret: str, address: str) -> Iterator[Dialect]:
    tls: dict[str, Any] = {"ssl_disabled": True} if settings["tls"] == "disable" else {}
    if settings["tls"] == "require":
        tls = {"ssl": {"check_hostname": False}}
    connection = pymysql.connect(
        host=address,
        port=int(settings["port"]),
        database=settings["database"],
        user=settings["user"],
        password=secret,
        charset="utf8mb4",
        connect_timeout=10,
        read_timeout=PATIENCE,
        autocommit=True,
        **tls,
    )

    def ask(sql: str, values: Sequence[Any]) -> Sequence[Sequence[Any]]:
        with connection.cursor() as cursor:
            cursor.execute(sql, values)
            return list(cursor.fetchall())

    with connection:
        yield Dialect("`", "CHAR", ask)


def pages(dialect: Dialect, wanted: Wanted, since: str, fields: Sequence[str]) -> Callable[[Any], Iterator[Page]]:
    """The table as pages of CSV whose header names the fields."""

    def read(token: Any) -> Iterator[Page]:
        head = _csv([fields]) if token is None else b""
        while True:
            rows = dialect.page(wanted, token, since)
            body = [row[: len(wanted.columns)] for row in rows]
            last = [str(one) for one in rows[-1][len(wanted.columns) :]] if rows else None
            token = last if len(rows) == PAGE else None
            yield Page(head + _csv(body), len(rows), token, last[0] if last and wanted.cursor else "")
            head = b""
            if token is None:
                return

    return read


def since(cursor: str, overlap: int) -> str:
    """Where reading begins: the cursor less the overlap, in seconds for a time and in units for a number."""
    if not cursor or not overlap:
        return cursor
    if cursor.lstrip("-").isdecimal():
        return str(int(cursor) - overlap)
    try:
        return str(datetime.fromisoformat(cursor) - timedelta(seconds=overlap))
    except ValueError:
        return cursor


def _csv(rows: Sequence[Sequence[Any]]) -> bytes:
    """Rows as CSV; NULL and empty text are both an empty cell."""
    out = io.StringIO()
    csv.writer(out).writerows(rows)
    return out.getvalue().encode()
