"""Loading: a file or a stream becomes the next version, or adds to it."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from liangxi.core.lake import disk, duck, leases, queries, sources, staging
from liangxi.core.lake.actions.publishing import Draft, Written, kept, publish
from liangxi.core.lake.rules import declaring, merging, wording
from liangxi.core.lake.shapes import Intake, Mode, TableSpec, Told, Version
from liangxi.core.lake.sources import Source
from liangxi.kit.actor import Actor
from liangxi.kit.errors import InvalidError, NotFoundError

ROW_GROUP = 8192  # rows: a lookup reads one group
LONG = 600.0  # seconds that work of minutes waits for its turn to commit
Give = Callable[[duck.Connection], Source]


@dataclass(frozen=True, slots=True, kw_only=True)
class Load:
    """How rows are to be taken in."""

    by: Actor
    source: str
    mode: Mode
    told: Told
    intake: Intake


def load_file(table: str, path: Path, encoding: str | None, load: Load) -> Version:
    """The rows of a file."""
    spec = queries.spec(table)
    if not path.is_file():
        raise NotFoundError("lake.source.unknown", "There is no file %(file)s.", {"file": path.name})
    with disk.answering(), sources.prepared(path, encoding) as ready:
        return _load(
            spec,
            [ready],
            lambda connection: sources.of_file(connection, ready, staging.wanted(spec, load.intake)),
            load,
        )


def load_stream(table: str, stream: Any, load: Load) -> Version:
    """The rows of an Arrow stream."""
    spec = queries.spec(table)
    with disk.answering():
        return _load(spec, [], lambda connection: sources.of_stream(connection, stream), load)


def first_of(spec: TableSpec) -> tuple[str, int]:
    """The type of the field that buckets are made by, and their number."""
    first = next(field for field in spec.fields if field.name == spec.key[0])
    return declaring.duckdb_type(first), spec.buckets


def _load(spec: TableSpec, paths: list[Path], give: Give, load: Load) -> Version:
    """Adding needs the lease while the known keys are compared; replacing needs it only for the commit."""
    files: list[Path] = []
    batch = queries.table(spec.name).batch
    with duck.working(sources=paths, buckets=first_of(spec)) as connection:
        try:
            load.told("read", 0, 0)
            source = give(connection)
            staging.stage(connection, spec, source, load.intake)
            staging.refuse_twins(connection, spec)
            if load.mode == "append":
                with leases.hold(spec.name, patience=LONG) as lease:
                    _refuse_known(connection, spec)
                    added, bad = _taken_in(connection, spec, source, load, files)
                    draft = Draft(kind="append", source=load.source, added=added, buckets=frozenset(), bad=bad)
                    return publish(load.by, lease, draft, load.intake.recorded)
            added, bad = _taken_in(connection, spec, source, load, files)
            draft = Draft(kind="load", source=load.source, added=added, batch=batch, is_origin=True, bad=bad)
            with leases.hold(spec.name, patience=LONG) as lease:
                return publish(load.by, lease, draft, load.intake.recorded)
        except BaseException:
            disk.forget(files)
            raise


def _taken_in(
    connection: duck.Connection, spec: TableSpec, source: Source, load: Load, files: list[Path]
) -> tuple[list[Written], staging.Quarantine]:
    good = staging.show_good(connection, spec)
    load.told("read", good, good)
    bad = staging.quarantine(connection, spec, source)
    _pass(connection, load, good, bad)
    return _write(connection, spec, files, load.told), bad


def _refuse_known(connection: duck.Connection, spec: TableSpec) -> None:
    row = queries.table(spec.name)
    buckets = [b for (b,) in connection.execute("SELECT DISTINCT _bucket FROM staged WHERE _bad IS NULL").fetchall()]
    now = queries.place(row, None, None)
    state = queries.state(spec.name, now, buckets)
    staging.refuse_known(connection, spec, merging.relation(state))
    gone = queries.deletions_of(spec.name, now)
    if gone:
        staging.refuse_known(connection, spec, f"SELECT * FROM {wording.files(gone)} WHERE _op = 'delete'")


def _pass(connection: duck.Connection, load: Load, good: int, bad: staging.Quarantine) -> None:
    """Stop a load that the caller's gate does not let through, or of which nothing is good."""
    if load.intake.gate:
        load.intake.gate(lambda sql: connection.execute(sql).fetchall())
    if not good and bad.rows:
        raise InvalidError(
            "lake.load.bad",
            "None of the %(rows)s rows can be read; the first: line %(line)s, %(reason)s. Nothing was published.",
            {"rows": bad.rows} | _first_bad(connection),
        )


def _first_bad(connection: duck.Connection) -> dict[str, Any]:
    line, field, reason = connection.execute("SELECT line, field, reason FROM bad ORDER BY line LIMIT 1").fetchall()[0]
    return {"line": line, "reason": f"{field} {reason}".strip()}


def _write(connection: duck.Connection, spec: TableSpec, files: list[Path], told: Told) -> list[Written]:
    from liangxi.core.lake import iceberg

    numbers = iceberg.field_ids(spec)
    fields = wording.names(field.name for field in spec.fields)
    found = connection.execute(
        "SELECT _bucket, count(*) FROM staged WHERE _bad IS NULL GROUP BY 1 ORDER BY 1"
    ).fetchall()
    written = []
    for done, (bucket, _) in enumerate(found):
        told("write", done, len(found))
        files.append(path := disk.fresh(spec.name, "data"))
        sql = (
            f"SELECT {fields}, NULL::TIMESTAMP AS _valid_from FROM staged "
            f"WHERE _bucket = {bucket} AND _bad IS NULL ORDER BY rowid"
        )
        rows = staging.written(connection, sql, path, numbers, ROW_GROUP)
        written.append(kept(path, bucket, rows))
    told("write", len(found), len(found))
    return written
