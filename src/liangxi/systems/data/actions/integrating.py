"""Transforms run: when an input has a newer version, the target becomes one too, with the lineage of each column."""

import contextlib
from collections.abc import Iterator
from typing import Any

import duckdb
import structlog
from django.conf import settings
from django.db import connection, transaction

from liangxi.core.events import face as events
from liangxi.core.lake import face as lake
from liangxi.core.lake.shapes import ChangeBatch, Intake
from liangxi.core.lake.shapes import Version as LakeVersion
from liangxi.kit import actor, time
from liangxi.kit.errors import HouseError
from liangxi.systems.data.actions import catalogue, taking
from liangxi.systems.data.events import ResourceDelivered
from liangxi.systems.data.models import LineageEdge, TransformRun
from liangxi.systems.data.queries import connectors
from liangxi.systems.data.queries import integrating as queries
from liangxi.systems.data.rules import checking, datasets, transforming
from liangxi.systems.data.rules.checking import column
from liangxi.systems.data.shapes.integrating import Transform

ZONE = actor.system("integrate")
_log = structlog.get_logger()


def run_due(limit: int) -> int:
    """Run the transforms of whose inputs there are newer versions; how many."""
    done = 0
    for made in queries.transforms():
        if done < limit and _is_due(made):
            with alone(f"transform.{made.id}") as is_ours:
                done += bool(is_ours and _is_due(made) and run(made))
    return done


def _is_due(made: Transform) -> bool:
    versions = queries.versions_of(sorted(set(made.inputs.values())))
    if set(versions) != set(made.inputs.values()):
        return False
    last = queries.last_run(made.id)
    return last is None or last.inputs != versions


@contextlib.contextmanager
def alone(work: str) -> Iterator[bool]:
    """Whether nobody else runs it; the lock ends with our connection, should we die."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_lock(hashtext(%s))", [f"data.{work}"])
        (is_ours,) = cursor.fetchone() or (False,)
    try:
        yield bool(is_ours)
    finally:
        if is_ours:
            with connection.cursor() as cursor:
                cursor.execute("SELECT pg_advisory_unlock(hashtext(%s))", [f"data.{work}"])


def run(made: Transform) -> bool:
    """Make the target anew; what goes wrong is kept and not tried again over the same inputs."""
    versions = queries.versions_of(sorted(set(made.inputs.values())))
    try:
        _run(made, versions)
    except (HouseError, duckdb.Error) as error:
        _log.warning("data.transform.failed", transform=made.id, error=str(error))
        TransformRun.objects.create(transform=made.id, target_id=made.target, state="failed", inputs=versions,
                                    error=str(error)[:500], at=time.now())  # fmt: skip
        return False
    return True


def _run(made: Transform, versions: dict[str, str]) -> None:
    target = connectors.definition_in_force(made.target)
    table = taking.table_of(target)
    columns = {name: connectors.definition_in_force(resource).field_names for name, resource in made.inputs.items()}
    edges = transforming.edges(made, columns, target.field_names)

    def recorded(published: LakeVersion | ChangeBatch) -> None:
        _record(made, table, versions, edges, published)

    intake = Intake(checks=checking.checks_of(target, (), {}), recorded=recorded)
    with contextlib.ExitStack() as stack:
        engine = stack.enter_context(_engine())
        for name, resource in made.inputs.items():
            reader = stack.enter_context(lake.read(table=datasets.table_of(resource)))
            engine.register("_stream", reader.arrow())  # a stream is read once, a table as often as steps want
            engine.execute(f"CREATE TEMP TABLE {column(name)} AS FROM _stream")
        for step in made.steps:
            engine.execute(f"CREATE TEMP TABLE {column(step.name)} AS {step.sql}")
        fields = ", ".join(column(name) for name in target.field_names)
        rows = engine.sql(f"SELECT {fields} FROM {column(made.steps[-1].name)}").to_arrow_reader(50_000)
        lake.write(by=ZONE, table=table, rows=rows, source=f"transform {made.id}", intake=intake)


@contextlib.contextmanager
def _engine() -> Iterator[duckdb.DuckDBPyConnection]:
    """DuckDB without files, network and extensions, with the functions that steps may use."""
    config: dict[str, Any] = {
        "autoinstall_known_extensions": False, "autoload_known_extensions": False,
        "allow_community_extensions": False, "memory_limit": f"{settings.CONFIG.lake_memory}MB",
    }  # fmt: skip
    with duckdb.connect(":memory:", config=config) as engine:
        for name, work in transforming.FUNCTIONS.items():
            engine.create_function(name, work, ["VARCHAR"], "VARCHAR")
        engine.execute("SET enable_external_access = false")
        yield engine


def _record(
    made: Transform,
    table: str,
    versions: dict[str, str],
    edges: tuple[transforming.Edge, ...],
    published: LakeVersion | ChangeBatch,
) -> None:
    """In the transaction that makes the rows visible: lineage, freshness, the event."""
    assert isinstance(published, LakeVersion)
    now, version = time.now(), f"{published.number}.{published.batch}"
    with transaction.atomic():
        row = TransformRun.objects.create(transform=made.id, target_id=made.target, state="done", inputs=versions,
                                          data_version=version, rows=published.rows, at=now)  # fmt: skip
        LineageEdge.objects.bulk_create(
            LineageEdge(run=row, field=field, source_id=made.inputs[source], source_field=of,
                        source_version=versions[made.inputs[source]])
            for field, source, of in edges
        )  # fmt: skip
        catalogue.record_delivery(ZONE, made.target, now, published.rows, version)
        fact = ResourceDelivered(resource=made.target, table=table, version=published.number, batch=published.batch,
                                 run=str(row.pk), at=now)  # fmt: skip
        events.announce(fact, subject=made.target)
