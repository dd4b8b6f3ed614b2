"""Taking a file in: validated against the catalogue, bad rows put aside with a report, good ones published at once."""

import csv
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from django.db import transaction

from liangxi.core.events import face as events
from liangxi.core.lake import face as lake
from liangxi.core.lake.shapes import ChangeBatch as Batch
from liangxi.core.lake.shapes import Check, Intake, Query
from liangxi.core.lake.shapes import Version as LakeVersion
from liangxi.kit import actor, time
from liangxi.kit.errors import ConflictError, InvalidError
from liangxi.systems.data.actions import catalogue, sources
from liangxi.systems.data.actions.working import RefusedError, Work
from liangxi.systems.data.connectors import formats, places
from liangxi.systems.data.events import ResourceDelivered
from liangxi.systems.data.models import Run, Source
from liangxi.systems.data.queries import connectors as queries
from liangxi.systems.data.rules import checking, datasets
from liangxi.systems.data.shapes import ResourceDefinition

ZONE = actor.system("connectors")
MOST_REPORTED = 100_000  # rows of a report
MOST_REASONS = 100
_MASK = "***"


def take_in(work: Work) -> None:
    """Publish what is good of the run's file, once; the same file again is recognised."""
    if _is_known(work):
        _repeat(work)
        return
    made = queries.definition_in_force(work.made.resource)
    table = table_of(made)
    path = places.root() / work.run.path
    work.tell("read", 0, 0)
    with formats.prepared(path) as ready:
        _load(work, made, table, ready)


def table_of(made: ResourceDefinition) -> str:
    """The table that holds a resource, declared when it is not there.

    ConflictError `data.run.shape` when the fields of the resource are not those of the table any more.
    """
    spec = datasets.spec_of(made.id, made.fields)
    try:
        lake.declare(by=ZONE, spec=spec)
    except ConflictError as error:
        why = "The fields of the resource have changed since its data came; describe a resource of its own for them."
        raise ConflictError("data.run.shape", why) from error
    return spec.name


def _is_known(work: Work) -> bool:
    """A whole replacement is known when it is what stands there; an addition when it ever came."""
    run = work.run
    before = Run.objects.filter(source=run.source_id, state="done").exclude(pk=run.pk).order_by("-ended_at")
    if work.made.mode != "replace":
        return before.filter(sha256=run.sha256).exists()
    newest = Run.objects.filter(source__resource=work.made.resource, state="done").order_by("-ended_at").first()
    return newest is not None and (newest.source_id, newest.sha256) == (run.source_id, run.sha256)


def _repeat(work: Work) -> None:
    with transaction.atomic():
        row = work.locked()
        _keep_cursor(row)
        row.state, row.ended_at, row.leased_until = "repeated", time.now(), None
        row.save()
        events.push(topics=sources.topics(row), data={})


def _load(work: Work, made: ResourceDefinition, table: str, ready: Path) -> None:
    said = work.made
    is_first = lake.table(name=table).version == 0
    report = _Report(work, made, None if is_first or said.mode != "replace" else _rows_of(table))
    checks: tuple[Check, ...] = checking.checks_of(made, said.required, queries.codes_of(said))
    intake = Intake(
        columns=checking.columns_of(made, said.columns),
        checks=checks,
        gate=report.judge,
        recorded=lambda published: _record(work, table, published),
    )
    source = f"{said.id}: {work.run.file}"
    if said.mode == "upsert" and not is_first:
        try:
            lake.correct(by=ZONE, table=table, changes=ready, source=source, intake=intake)
        except InvalidError as error:
            if error.code != "lake.batch.empty" or work.run.bad:
                raise
            _repeat(work)  # nothing changed at the source
        return
    mode: Any = "append" if said.mode == "append" and not is_first else "replace"
    lake.load(by=ZONE, table=table, file=ready, source=source, mode=mode, told=work.tell, intake=intake)


def _rows_of(table: str) -> int:
    return next((one.rows for one in lake.versions(table=table) if not one.dropped), 0)


def _record(work: Work, table: str, published: LakeVersion | Batch) -> None:
    """In the transaction that makes the rows visible: the run has ended, the catalogue knows, others hear of it."""
    row = work.locked()
    now = time.now()
    row.table, row.state, row.ended_at, row.leased_until = table, "done", now, None
    if isinstance(published, LakeVersion):
        row.version, row.batch, rows = published.number, published.batch, published.rows
    else:
        row.version, row.batch = lake.table(name=table).version, published.number
        rows = row.source.resource.delivered_rows or 0  # counted when its quality is measured
    row.phase, row.error, row.error_code = "", "", ""
    row.save()
    _keep_cursor(row)
    resource = work.made.resource
    catalogue.record_delivery(ZONE, resource, now, rows, f"{row.version}.{row.batch}")
    fact = ResourceDelivered(
        resource=resource, table=table, version=row.version or 0, batch=row.batch or 0, run=str(row.pk), at=now
    )
    events.announce(fact, subject=resource)
    events.push(topics=sources.topics(row), data={})


def _keep_cursor(row: Run) -> None:
    cursor = row.fetched.get("cursor", "")
    if cursor:
        Source.objects.filter(pk=row.source_id).update(cursor=cursor)


class _Report:
    """What is wrong with the rows: counted for the page, written for the provider, weighed."""

    def __init__(self, work: Work, made: ResourceDefinition, before: int | None) -> None:
        self._work, self._before = work, before
        self._personal = {field.name for field in made.fields if field.is_personal}

    def judge(self, query: Query) -> None:
        """Raise RefusedError when too many rows are bad, or too many are gone."""
        good, bad = (int(query(f"SELECT count(*) FROM {one}")[0][0]) for one in ("dataset", "bad"))
        faults = query(
            "SELECT field, split_part(reason, ': ', 1), count(*) FROM bad GROUP BY ALL ORDER BY 3 DESC, 1, 2 "
            f"LIMIT {MOST_REASONS}"
        )
        report = ""
        if bad:
            report = self._write(
                query(
                    "SELECT line, field, split_part(reason, ': ', 1), CASE WHEN field = '' AND value = '' "
                    f"THEN left(row, 200) ELSE value END FROM bad ORDER BY line LIMIT {MOST_REPORTED}"
                )
            )
        self._work.keep(good=good, bad=bad, faults=[list(one) for one in faults], report=report)
        self._weigh(good, bad)

    def _weigh(self, good: int, bad: int) -> None:
        said = self._work.made
        if bad and bad > said.threshold * (good + bad):
            raise RefusedError(
                "data.run.bad",
                "%(bad)s of %(rows)s rows are wrong, more than the %(share)s percent that this source allows. "
                "Nothing was published.",
                {"bad": bad, "rows": good + bad, "share": round(said.threshold * 100, 1)},
            )
        if self._before and good < (1 - said.shrink) * self._before:
            raise RefusedError(
                "data.run.shrunk",
                "The file has %(good)s good rows, but %(before)s stand there now; it seems to be torn. "
                "Nothing was published.",
                {"good": good, "before": self._before},
            )

    def _write(self, rows: Sequence[Sequence[Any]]) -> str:
        """The report as CSV; values of personal fields, and rows that may hold such, are masked."""
        work = self._work
        place = places.place_of(work.made.id, str(work.run.pk), ".report.csv")
        with place.open("w", newline="", encoding="utf-8-sig") as file:
            writer = csv.writer(file)
            writer.writerow(["line", "field", "reason", "value"])
            for line, field, reason, value in rows:
                writer.writerow([line, field, reason, self._shown(field, value or "")])
        return str(place.relative_to(places.root()))

    def _shown(self, field: str, value: str) -> str:
        if field in self._personal or (not field and self._personal):
            return value[:1] + _MASK if value else ""
        return f"'{value}" if value[:1] in "=+-@\t\r" and value else value


def report_of(run: Run) -> Path:
    """The report of a run. ConflictError `data.run.report` when all rows were good or it is not kept any more."""
    place = places.root() / run.report
    if not run.report or not place.is_file():
        raise ConflictError("data.run.report", "There is no report of this delivery.")
    return place
