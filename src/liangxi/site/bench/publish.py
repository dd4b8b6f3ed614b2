"""A CSV becomes a validated, versioned table that is queried; the peer is a plain table of PostgreSQL by COPY."""

from pathlib import Path
from typing import Any

from liangxi.site.bench._figures import CpuClock, Figure, percentile, report, versus


def run(*, quick: bool) -> dict[str, Any]:
    """Measure with 10 million rows, `quick` with a million, in a home of its own."""
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
        cpu, wall, _ = _lake.spent(lambda: _lake.load(path, rows))
        peak = _lake.peak_megabytes()
        peer = _copy(path)
        group, _, found = _lake.spent(_lake.by_department)
        assert len(found) == 60 and sum(row[1] for row in found) == rows
        lookups = _lake.lookup_ms(rows, 200)[5:]
        size = lake.versions(table=_lake.SPEC.name)[0].bytes
        figures = [
            versus(
                f"CPU of publishing {rows:,} rows of CSV", cpu, "s", peer="PostgreSQL COPY and index", peer_value=peer
            ),
            Figure(name="  time of it", value=wall, unit="s"),
            Figure(name="  rows per CPU second", value=rows / cpu, unit="1/s"),
            Figure(name="  most memory of the process", value=peak, unit="MB"),
            Figure(name="CSV", value=path.stat().st_size / 1e6, unit="MB"),
            Figure(name="Parquet", value=size / 1e6, unit="MB"),
            Figure(name="group-by of 60 departments, CPU", value=group, unit="s"),
            Figure(name="lookup by key, median CPU", value=percentile(lookups, 0.5), unit="ms"),
            Figure(name="lookup by key, p99 CPU", value=percentile(lookups, 0.99), unit="ms"),
        ]
    return report("publish", figures)


def _copy(path: Path) -> float:
    """CPU seconds of the server and this process for a table with types and a unique key, without versions."""
    from django.conf import settings
    from django.db import connection

    clock = CpuClock(settings.CONFIG.database_directory)
    with connection.cursor() as cursor:
        cursor.execute(
            "CREATE TABLE peer (id text, name text NOT NULL, born date, department bigint NOT NULL, "
            'amount numeric(12, 2), address text, "at" timestamp)'
        )
        cursor.execute("SET max_parallel_maintenance_workers = 0")  # workers end before their time is read
        before = sum(clock.now())
        with path.open("rb") as file, cursor.copy("COPY peer FROM STDIN (FORMAT csv, HEADER)") as copy:
            while chunk := file.read(1 << 20):
                copy.write(chunk)
        cursor.execute("CREATE UNIQUE INDEX peer_key ON peer (id)")
        return sum(clock.now()) - before
