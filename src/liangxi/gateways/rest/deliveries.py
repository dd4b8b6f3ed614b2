"""Data handed in by departments' systems: a file for a resource, and what came of it."""

from typing import Annotated, Any

from django.http import FileResponse, HttpResponse
from django.urls import reverse
from ninja import File, Form, Query, Router, Status
from ninja.files import UploadedFile
from pydantic import Field

from liangxi.gateways.rest.access import ApiKey, Caller
from liangxi.gateways.rest.bodies import Body
from liangxi.gateways.rest.headers import Id
from liangxi.systems.data import face as data
from liangxi.systems.data.shapes.connectors import Run, Source

router = Router(tags=["deliveries"])
_READ, _WRITE = ApiKey("read", "data.manage"), ApiKey("write", "data.manage")
Code = Annotated[str, Field(max_length=60)]


class RunFilter(Body):
    """Which deliveries, the newest first."""

    source: Code = ""
    resource: Code = ""
    limit: Annotated[int, Field(ge=1, le=200)] = 50


class Declaration(Body):
    """A source in the form of `data/sources/*.yaml`; `secret` is kept sealed and never shown."""

    definition: Annotated[dict[str, Any], Field(max_length=40)]
    secret: Annotated[str, Field(max_length=10_000)] | None = None


@router.post("/resources/{id}/deliveries", auth=_WRITE, response={202: Run})
def hand_in(
    request: Caller,
    response: HttpResponse,
    id: Id,
    file: Annotated[UploadedFile, File()],
    source: Annotated[str, Form(max_length=60)] = "",
) -> Status[Run]:
    """Hand in CSV, Excel, JSON lines or Parquet (2 GB); it is checked and published by and by: follow `Location`."""
    run = data.hand_in(by=request.auth, resource=id, name=file.name or "", content=file, source=source)
    response["Location"] = reverse("rest:run", args=[run])
    return Status(202, data.run(by=request.auth, id=run))


@router.get("/deliveries", auth=_READ, response=list[Run])
def runs(request: Caller, wanted: Query[RunFilter]) -> list[Run]:
    """Deliveries of one's department."""
    return list(data.runs_of(by=request.auth, source=wanted.source, resource=wanted.resource, limit=wanted.limit))


@router.get("/deliveries/{id}", auth=_READ, response=Run)
def run(request: Caller, id: Id) -> Run:
    """How far a delivery is, or what came of it: rows published, rows put aside with their reasons."""
    return data.run(by=request.auth, id=id)


@router.delete("/deliveries/{id}", auth=_WRITE, response={204: None})
def cancel_run(request: Caller, id: Id) -> None:
    """Stop a delivery that has not ended; nothing of it is published."""
    data.cancel_run(by=request.auth, id=id)


@router.get("/deliveries/{id}/report", auth=_READ, response={200: None})
def report(request: Caller, id: Id) -> FileResponse:
    """The rows that were put aside as CSV: line, field, reason, value; personal values are masked."""
    return FileResponse(data.report(by=request.auth, run=id).open("rb"), content_type="text/csv; charset=utf-8")


@router.get("/sources", auth=_READ, response=list[Source])
def sources(request: Caller) -> list[Source]:
    """The sources of one's department with how they stand."""
    return list(data.sources_of(by=request.auth))


@router.put("/sources/{id}", auth=_WRITE, response=Source)
def save_source(request: Caller, id: Id, body: Declaration) -> Source:
    """Declare a source or change it."""
    data.save_source(by=request.auth, definition={**body.definition, "id": id}, secret=body.secret)
    return data.source(by=request.auth, id=id)


@router.post("/sources/{id}/runs", auth=_WRITE, response={202: Run})
def start_run(request: Caller, response: HttpResponse, id: Id) -> Status[Run]:
    """Fetch from a source now."""
    run = data.start_run(by=request.auth, source=id)
    response["Location"] = reverse("rest:run", args=[run])
    return Status(202, data.run(by=request.auth, id=run))
