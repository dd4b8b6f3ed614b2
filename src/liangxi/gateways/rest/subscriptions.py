"""Webhooks: a program says which events of cases it wants to hear, and where (CloudEvents 1.0, signed)."""

from typing import Literal
from uuid import UUID

from django.http import HttpResponse
from django.urls import reverse
from ninja import Query, Router, Schema, Status

from liangxi.core.webhooks import face as webhooks
from liangxi.core.webhooks.shapes import IssuedSecret
from liangxi.gateways.rest.access import Anybody, ApiKey, Caller
from liangxi.gateways.rest.answers import Deliveries, EventTypes, Subscriptions
from liangxi.gateways.rest.bodies import Subscribe
from liangxi.gateways.rest.headers import Limit

router = Router(tags=["subscriptions"])
_READ = ApiKey("read", "case.own", "case.read", "data.request")
_WRITE = ApiKey("write", "case.own", "case.read", "data.request")


class Wanted(Schema):
    """Which deliveries."""

    state: Literal["due", "done", "dead", "dropped"] | None = None
    limit: Limit = 50


@router.get("/event-types", auth=Anybody(), response=EventTypes)
def event_types(request: Caller) -> EventTypes:
    """What can be subscribed to; the `type` of the CloudEvent has `liangxi.` before it."""
    return EventTypes(webhooks.topics())


@router.get("/subscriptions", auth=_READ, response=Subscriptions)
def subscriptions(request: Caller) -> Subscriptions:
    """The subscriptions of the key's owner, the newest first."""
    return Subscriptions(webhooks.subscriptions(by=request.auth))


@router.post("/subscriptions", auth=_WRITE, response={201: IssuedSecret})
def subscribe(request: Caller, response: HttpResponse, body: Subscribe) -> Status[IssuedSecret]:
    """Hear of cases that the key's owner may see. The secret that signs the deliveries is told this once."""
    made = webhooks.subscribe(by=request.auth, name=body.name, url=body.url, types=body.types, mode=body.mode)
    response["Location"] = reverse("rest:subscriptions")
    response["Cache-Control"] = "private, no-store"
    return Status(201, made)


@router.delete("/subscriptions/{uuid:id}", auth=_WRITE, response={204: None})
def unsubscribe(request: Caller, id: UUID) -> None:
    """Hear nothing more; what waits is forgotten."""
    webhooks.end(by=request.auth, id=str(id))


@router.get("/subscriptions/{uuid:id}/deliveries", auth=_READ, response=Deliveries)
def deliveries(request: Caller, id: UUID, wanted: Query[Wanted]) -> Deliveries:
    """What was sent or waits, the newest first, with the last error."""
    found = webhooks.deliveries(by=request.auth, id=str(id), state=wanted.state or "", limit=wanted.limit)
    return Deliveries(found)


@router.post("/subscriptions/{uuid:id}/secret", auth=_WRITE, response={201: IssuedSecret})
def rotate(request: Caller, response: HttpResponse, id: UUID) -> Status[IssuedSecret]:
    """A new secret, told this once; the old one signs beside it for 24 hours."""
    response["Cache-Control"] = "private, no-store"
    return Status(201, webhooks.rotate(by=request.auth, id=str(id)))


@router.post("/subscriptions/{uuid:id}/ping", auth=_WRITE, response={204: None})
def ping(request: Caller, id: UUID) -> None:
    """Send an event that says nothing, to try the receiver."""
    webhooks.ping(by=request.auth, id=str(id))


@router.post("/subscriptions/{uuid:id}/redelivery", auth=_WRITE, response={204: None})
def redeliver(request: Caller, id: UUID) -> None:
    """Enable the subscription again and try all its dead letters once more."""
    webhooks.enable(by=request.auth, id=str(id))
    webhooks.resend(by=request.auth, id=str(id))
