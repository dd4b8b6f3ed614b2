"""Late corrections into a large table: when they are seen, what compaction costs; the peers are pyiceberg's upsert on a
few rows, which rewrites what it touches, and an update of PostgreSQL's rows."""

from typing import Any

from liangxi.site.bench._figures import CpuClock, Figure, report, versus

LATE = 100_000
FEW = 200  # rows for the peer that takes long


def run(*, quick: bool) -> dict[str, Any]:
    """Measure with 100,000 late rows in 10 million, `quick` in a million, in a home of its own."""
    import django

    from liangxi.site import database

    with database.scratch():
        django.setup()
        from django.conf import settings
        from django.core.management import call_command

        from liangxi.core.lake import face as lake
        from liangxi.site.bench import _lake

        call_command("migrate", verbosity=0, interactive=False)
        rows = 1_000_000 if quick else 10_000_000
        path = _lake.make_csv(settings.CONFIG.home, rows)
        lake.declare(by=_lake.HOUSE, spec=_lake.SPEC)
        _lake.load(path, rows)
        late = _lake.late_rows(rows, LATE)
        before = _lake.total()
        append_cpu, append_wall, _ = _lake.spent(
            lambda: lake.correct(by=_lake.HOUSE, table=_lake.SPEC.name, changes=late, source="bench")
        )
        seen_cpu, seen_wall, seen = _lake.spent(_lake.total)
        assert seen[0] == rows and seen[1] != before[1], "the corrections are not seen"
        compact_cpu, compact_wall, _ = _lake.spent(lambda: lake.compact(by=_lake.HOUSE, table=_lake.SPEC.name))
        assert _lake.total() == seen, "compaction changed what is read"
        upsert = _upsert(path, rows, late.slice(0, FEW))
        figures = [
            Figure(name=f"{LATE:,} late rows into {rows:,}: appended after", value=append_wall, unit="s"),
            Figure(name="  CPU of it", value=append_cpu, unit="s"),
            Figure(name="  seen by a sum over all rows after", value=append_wall + seen_wall, unit="s"),
            Figure(name="  CPU of that sum, merged on read", value=seen_cpu, unit="s"),
            Figure(name="compaction, time", value=compact_wall, unit="s"),
            versus("compaction, CPU", compact_cpu, "s", peer=f"pyiceberg upsert of {FEW}", peer_value=upsert),
            versus("CPU in all", append_cpu + compact_cpu, "s", peer="PostgreSQL", peer_value=_update(path, late)),
        ]
    return report("correct", figures)


def _upsert(path: Any, rows: int, late: Any) -> float:
    """CPU seconds of pyiceberg's own upsert of a few rows into a table of its own with the same rows."""
    import pyarrow as pa
    from pyarrow import csv
    from pyiceberg.catalog.memory import InMemoryCatalog

    from liangxi.site.bench import _lake

    catalogue = InMemoryCatalog("peer", warehouse=(path.parent / "peer").as_uri())
    catalogue.create_namespace("peer")
    table = csv.read_csv(path, convert_options=csv.ConvertOptions(column_types={"amount": pa.decimal128(12, 2)}))
    table = table.cast(late.schema)
    held = catalogue.create_table("peer.residents", schema=table.schema)
    held.append(table)
    assert len(table) == rows
    del table
    return _lake.spent(lambda: held.upsert(late, join_cols=["id"]))[0]


def _update(path: Any, late: Any) -> float:
    """CPU seconds of this process and the server for the same late rows: COPY into a draft, one update."""
    from django.conf import settings
    from django.db import connection

    clock = CpuClock(settings.CONFIG.database_directory)
    columns = (
        "id text PRIMARY KEY, name text, born date, department bigint, amount numeric(12, 2), address text, "
        '"at" timestamp'
    )
    with connection.cursor() as cursor:
        cursor.execute(f"CREATE TABLE peer ({columns})")
        cursor.execute("CREATE TEMP TABLE late (LIKE peer)")
        with path.open("rb") as file, cursor.copy("COPY peer FROM STDIN (FORMAT csv, HEADER)") as copy:
            while chunk := file.read(1 << 20):
                copy.write(chunk)
        before = sum(clock.now())
        with cursor.copy("COPY late FROM STDIN") as copy:
            for row in late.to_pylist():
                copy.write_row(tuple(row.values()))
        cursor.execute("UPDATE peer SET amount = late.amount FROM late WHERE peer.id = late.id")
        assert cursor.rowcount == len(late)
        return sum(clock.now()) - before
