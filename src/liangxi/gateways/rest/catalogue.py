"""The data catalogue: read by departments' systems, and written by those that keep a catalogue of their own."""

from dataclasses import replace
from typing import Annotated, Any, Literal

from django.http import HttpResponse
from django.urls import reverse
from ninja import Query, Router, Status
from pydantic import Field

from liangxi.gateways.rest.access import ApiKey, Caller
from liangxi.gateways.rest.bodies import Body
from liangxi.gateways.rest.headers import Id, PageQuery, next_page
from liangxi.systems.data import face as data
from liangxi.systems.data.shapes import Resource, ResourcePage

router = Router(tags=["catalogue"])
_READ, _WRITE = ApiKey("read", "data.read"), ApiKey("write", "data.manage")
Code = Annotated[str, Field(max_length=60)]


class ResourceFilter(PageQuery):
    """Which resources; with `q` the best 100 over names, summaries and fields."""

    q: Annotated[str, Field(max_length=200)] = ""
    kind: Literal["", "base", "theme", "department"] = ""
    org: Code = ""
    sharing: Literal["", "unconditional", "conditional", "not-shared"] = ""
    opening: Literal["", "unconditional", "conditional", "not-open"] = ""
    base_register: Code = ""
    origin: Code = ""


class Description(Body):
    """A resource in the form of the catalogue: core metadata, sharing, opening, fields."""

    definition: Annotated[dict[str, Any], Field(max_length=40)]


@router.get("/resources", auth=_READ, response=ResourcePage)
def resources(request: Caller, response: HttpResponse, wanted: Query[ResourceFilter]) -> ResourcePage:
    """The published catalogue by id; `next` is the following page's address."""
    page = data.resources(
        by=request.auth,
        query=wanted.q,
        kind=wanted.kind,
        org=wanted.org,
        sharing=wanted.sharing,
        opening=wanted.opening,
        register=wanted.base_register,
        origin=wanted.origin,
        after=wanted.after,
        limit=wanted.limit,
    )
    return replace(page, next=next_page(request, response, page.next))


@router.post("/resources", auth=_WRITE, response={201: Resource})
def describe(request: Caller, response: HttpResponse, body: Description) -> Status[Resource]:
    """Keep a description as the version in work; the same id again replaces what is in work."""
    id = data.save_draft(by=request.auth, definition=body.definition)
    response["Location"] = reverse("rest:resource", args=[id])
    return Status(201, data.resource(by=request.auth, id=id, in_work=True))


@router.get("/resources/{id}", auth=_READ, response=Resource)
def resource(request: Caller, id: Id) -> Resource:
    """A resource as it is in force, or, before it was published, as it is in work."""
    return data.resource(by=request.auth, id=id)


@router.post("/resources/{id}/submission", auth=_WRITE, response={204: None})
def submit_resource(request: Caller, id: Id) -> None:
    """Ask the data bureau for its review of the version in work."""
    data.submit_resource(by=request.auth, id=id)
