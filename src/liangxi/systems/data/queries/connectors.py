"""Reads of sources and runs."""

from typing import Any, cast
from uuid import UUID

from django.db.models import QuerySet

from liangxi.core.codes import face as codes
from liangxi.core.lake import face as lake
from liangxi.kit.actor import Actor
from liangxi.kit.errors import InvalidError, NotFoundError
from liangxi.systems.data import models
from liangxi.systems.data.queries import sharing
from liangxi.systems.data.rules import catalogue, datasets
from liangxi.systems.data.shapes import ResourceDefinition
from liangxi.systems.data.shapes.connectors import Held, RowFault, Run, RunState, Source, SourceDefinition

OPEN = ("waiting", "running")
DONE = ("done", "repeated")


def definition_in_force(resource: str) -> ResourceDefinition:
    """The definition of a published resource. NotFoundError `data.resource.unknown`."""
    row = models.ResourceVersion.objects.filter(resource=resource, state="published").first()
    if row is None:
        raise NotFoundError("data.resource.unknown", "There is no resource %(resource)s.", {"resource": resource})
    return catalogue.compile_definition(row.definition)


def owner_of(resource: str) -> str:
    """The path of the provider of a published resource. NotFoundError `data.resource.unknown`."""
    definition_in_force(resource)
    return models.Resource.objects.values_list("org_path", flat=True).get(pk=resource)


def source_row(by: Actor, id: str) -> models.Source:
    """A source in the scope of `data.manage`. NotFoundError `data.source.unknown`."""
    row = models.Source.objects.select_related("resource").filter(pk=id).first()
    if row is None or not by.may("data.manage", row.resource.org_path):
        raise NotFoundError("data.source.unknown", "There is no source %(source)s.", {"source": id})
    return row


def run_row(by: Actor, id: str) -> models.Run:
    """A run of a source in the scope of `data.manage`. NotFoundError `data.run.unknown`."""
    try:
        key = UUID(id)
    except ValueError:
        key = UUID(int=0)
    row = models.Run.objects.select_related("source__resource").filter(pk=key).first()
    if row is None or not by.may("data.manage", row.source.resource.org_path):
        raise NotFoundError("data.run.unknown", "There is no such delivery.")
    return row


def definition_of(row: models.Source) -> SourceDefinition:
    """The kept definition of a source."""
    return SourceDefinition(**{**row.definition, "required": tuple(row.definition["required"])})


def sources(by: Actor, resource: str) -> tuple[Source, ...]:
    """The sources in the scope of `data.manage`, by resource."""
    rows = models.Source.objects.select_related("resource").filter(
        sharing.in_scope(by, "data.manage", "resource__org_path")
    )
    rows = rows.filter(resource=resource) if resource else rows
    rows = rows.order_by("resource_id", "pk")
    last = models.Run.objects.filter(source__in=rows).order_by("source_id", "-asked_at").distinct("source_id")
    runs = {one.source_id: run(one) for one in last.select_related("source")}
    return tuple(source(row, runs.get(row.pk)) for row in rows)


def source(row: models.Source, last: Run | None) -> Source:
    """A source with how it stands."""
    return Source(
        definition=definition_of(row),
        resource_title=row.resource.title,
        org=row.resource.org,
        is_active=row.is_active,
        has_secret=bool(row.secret),
        next_at=row.next_at if row.is_active else None,
        cursor=row.cursor,
        last=last,
    )


def runs(by: Actor, source: str, resource: str, limit: int) -> tuple[Run, ...]:
    """Runs in the scope of `data.manage`, the newest first."""
    rows: QuerySet[models.Run] = models.Run.objects.select_related("source").filter(
        sharing.in_scope(by, "data.manage", "source__resource__org_path")
    )
    rows = rows.filter(source=source) if source else rows
    rows = rows.filter(source__resource=resource) if resource else rows
    return tuple(run(row) for row in rows.order_by("-asked_at")[:limit])


def run(row: models.Run) -> Run:
    """A run as it is shown."""
    return Run(
        id=str(row.pk),
        source=row.source_id,
        resource=row.source.resource_id,
        file=row.file,
        state=cast(RunState, row.state),
        phase=row.phase,
        done=row.done,
        total=row.total,
        good=row.good,
        bad=row.bad,
        faults=tuple(RowFault(*one) for one in row.faults),
        bytes=row.bytes,
        sha256=row.sha256,
        version=row.version,
        batch=row.batch,
        error=row.error,
        error_params=row.error_params,
        asked_by=row.asked_by,
        asked_at=row.asked_at,
        started_at=row.started_at,
        ended_at=row.ended_at,
        tries=row.tries,
        has_report=bool(row.report),
        is_stopping=row.is_stopping,
    )


def codes_of(made: SourceDefinition) -> dict[str, list[str]]:
    """The codes of each field, with the lists of the city looked up. InvalidError names the field of another list."""
    return {name: _listed(name, listed) for name, listed in made.codes.items()}


def _listed(name: str, listed: Any) -> list[str]:
    if not isinstance(listed, str):
        return list(listed)
    try:
        return [one.code for one in codes.entries(list_id=listed)]
    except NotFoundError as error:
        why = "The city has no such code list."
        raise InvalidError("data.source", why, fields={f"codes.{name}": why}) from error


def held(resource: str) -> Held | None:
    """Where the rows of a resource are."""
    about = models.Resource.objects.filter(pk=resource).first()
    try:
        table: Any = lake.table(name=datasets.table_of(resource))
    except NotFoundError:
        return None
    if about is None or not table.version:
        return None
    return Held(
        resource=resource,
        table=table.spec.name,
        version=table.version,
        batch=table.batch,
        rows=about.delivered_rows,
        delivered_at=about.delivered_at,
    )
