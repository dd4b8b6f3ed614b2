"""Rows by the million into PostgreSQL: COPY into a temporary table, then one upsert. Bounded memory, idempotent."""

from collections.abc import Iterable, Sequence
from typing import Any


def upsert(
    cursor: Any, *, table: str, columns: Sequence[str], key: Sequence[str], rows: Iterable[Sequence[Any]]
) -> int:
    """Stream `rows` into `table` inside the caller's transaction; the number of rows added or really changed.

    `cursor` is a psycopg cursor or Django's wrapper of one; `key` names the columns of a unique constraint; `table`
    and the columns are ours, never input. A row that stands unchanged is not written again. Rows must not repeat a
    key.
    """
    draft = f"bulk_{table}"
    names = ", ".join(f'"{c}"' for c in columns)
    cursor.execute(f'CREATE TEMP TABLE "{draft}" ON COMMIT DROP AS SELECT {names} FROM "{table}" WITH NO DATA')  # noqa: S608
    with cursor.copy(f'COPY "{draft}" ({names}) FROM STDIN') as copy:
        for row in rows:
            copy.write_row(row)
    values = [c for c in columns if c not in key]
    changes = ", ".join(f'"{c}" = EXCLUDED."{c}"' for c in values)
    before = ", ".join(f't."{c}"' for c in values)
    after = ", ".join(f'EXCLUDED."{c}"' for c in values)
    update = f"DO UPDATE SET {changes} WHERE ({before}) IS DISTINCT FROM ({after})" if values else "DO NOTHING"
    target = ", ".join(f'"{c}"' for c in key)
    into = f'INSERT INTO "{table}" AS t ({names}) SELECT {names} FROM "{draft}"'  # noqa: S608
    cursor.execute(f"{into} ON CONFLICT ({target}) {update}")
    changed = int(cursor.rowcount)
    cursor.execute(f'DROP TABLE "{draft}"')
    return changed
