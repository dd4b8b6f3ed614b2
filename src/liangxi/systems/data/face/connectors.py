"""汇聚: sources of data and their runs; files handed in; where the rows of a resource are."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from liangxi.core.audit import face as audit
from liangxi.kit.actor import Actor
from liangxi.systems.data.actions import importing, runs, sources, taking
from liangxi.systems.data.connectors.places import Content
from liangxi.systems.data.queries import connectors as queries
from liangxi.systems.data.shapes.connectors import Held, Run, Source


def save_source(*, by: Actor, definition: Mapping[str, Any], secret: str | None = None) -> str:
    """Declare a source of a published resource (`rules.connecting` says its form), or change it; its id.

    Needs `data.manage` on the provider. `secret` (a password, private key or token) is kept sealed and never shown;
    None keeps the one that is there, unless the host changes. InvalidError `data.source` maps each path to its fault.
    """
    return sources.save(by, definition, secret)


def sources_of(*, by: Actor, resource: str = "") -> tuple[Source, ...]:
    """The sources in the scope of `data.manage`, of all resources or of one, each with its last run."""
    by.require("data.manage")
    return queries.sources(by, resource)


def source(*, by: Actor, id: str) -> Source:
    """One source. NotFoundError `data.source.unknown`."""
    row = queries.source_row(by, id)
    found = queries.runs(by, id, "", 1)
    return queries.source(row, found[0] if found else None)


def pause_source(*, by: Actor, id: str, is_active: bool) -> None:
    """Follow the schedule of a source no more, or again. NotFoundError."""
    sources.pause(by, id, is_active=is_active)


def start_run(*, by: Actor, source: str) -> str:
    """Fetch from a source now; the run's id, which is that of the one that waits already when there is one.

    ConflictError `data.source.upload` for a source whose files are handed in.
    """
    return sources.start(by, source)


def hand_in(*, by: Actor, resource: str, name: str, content: Content, source: str = "") -> str:
    """Take in a file (CSV, Excel, JSON lines, Parquet; 2 GB) for a resource; the run's id. Durable on return.

    It is validated and published by the worker. Needs `data.manage` on the provider. InvalidError naming `file`:
    `data.file.kind`, `.empty`, `.size`.
    """
    return sources.hand_in(by, resource, name, content, source)


def runs_of(*, by: Actor, source: str = "", resource: str = "", limit: int = 50) -> tuple[Run, ...]:
    """Deliveries in the scope of `data.manage`, the newest first."""
    by.require("data.manage")
    return queries.runs(by, source, resource, max(1, min(limit, 200)))


def run(*, by: Actor, id: str) -> Run:
    """One delivery with its progress or what came of it. NotFoundError `data.run.unknown`."""
    return queries.run(queries.run_row(by, id))


def cancel_run(*, by: Actor, id: str) -> None:
    """Stop a delivery at its next step; nothing of it is published. ConflictError `data.run.ended`."""
    sources.cancel(by, id)


def retry_run(*, by: Actor, id: str) -> str:
    """Run again what was refused, failed or was cancelled, over the same file if it is kept; the new run's id.

    ConflictError `data.run.state`, `.gone`.
    """
    return sources.retry(by, id)


def report(*, by: Actor, run: str) -> Path:
    """The rows that were put aside, as CSV (UTF-8 with mark): line, field, reason, value; personal values masked.

    ConflictError `data.run.report` when there is none. The download is on the audit trail.
    """
    row = queries.run_row(by, run)
    place = taking.report_of(row)
    audit.record(by=by, action="data.report.read", object=f"run:{row.pk}", detail={"rows": row.bad})
    return place


def held(*, resource: str) -> Held | None:
    """The table of the lake that holds the rows of a resource; None when nothing came yet. For rooms that read."""
    return queries.held(resource)


def load_sources(*, by: Actor, root: Path) -> int:
    """Declare the sources of a profile (`data/sources/*.yaml`) that are not there yet; how many. For the house."""
    return sources.load(by, importing.source_documents(by, root))


def work_runs(*, limit: int = 1) -> int:
    """Work on deliveries that are due, for minutes if need be; how many. Called by workers for heavy work."""
    return runs.work(limit)


def tend_sources() -> int:
    """Ask for the runs that schedules name; how many. Called by workers."""
    return sources.schedule_due(100)


def sweep_runs() -> int:
    """Remove the files of runs that ended thirty days ago, and drafts of crashes; how many. Called by workers."""
    return sources.sweep()
