"""A department's own API: declared, allowed, closed."""

from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.db import transaction

from liangxi.core.audit import face as audit
from liangxi.kit import time
from liangxi.kit.actor import Actor
from liangxi.kit.errors import ConflictError, InvalidError
from liangxi.kit.sealing import Seal
from liangxi.systems.data import face as data
from liangxi.systems.federation.actions import asking
from liangxi.systems.federation.models import Api
from liangxi.systems.federation.queries import apis as queries
from liangxi.systems.federation.rules import apis as rules

_DEEDS = {"open": (("draft", "closed"), "open"), "close": (("open",), "closed")}


def seal() -> Seal:
    """What keeps the passwords, keys and tokens of this room."""
    return Seal(settings.SECRET_KEY, "liangxi.federation")


def save(by: Actor, said: Mapping[str, Any], secret: str | None) -> str:
    """Declare an API, or change it, which closes it until it is allowed again. `secret` None keeps the kept one."""
    made = rules.compile_api(said)
    card = data.resource(by=by, id=made.resource).card
    with transaction.atomic():
        row = Api.objects.select_for_update().filter(pk=made.id).first()
        if row is not None and row.resource != made.resource:
            raise ConflictError("federation.api.resource", "This API belongs to another resource.")
        if Api.objects.filter(resource=made.resource).exclude(pk=made.id).exists():
            raise InvalidError(
                "federation.api", "The API needs a correction.", fields={"resource": "The resource has an API already."}
            )
        row = row or Api(pk=made.id, resource=made.resource, made_by=by.account, made_at=time.now())
        row.org, row.org_path = card.org, queries.path_of(card.org)
        by.require("data.manage", row.org_path)
        if secret is not None:
            row.secret = seal().seal(secret, made.id)
        elif row.definition and _host(row.definition["address"]) != _host(made.address):
            row.secret = ""  # a kept secret is sent to no other host
        row.definition, row.state, row.relay = rules.as_json(made), "draft", ""
        row.allowed_by, row.allowed_at = "", None
        row.save()
        detail = {"resource": made.resource, "services": [one.code for one in made.services]}
        audit.record(by=by, action="exchange.api.saved", object=f"api:{made.id}", detail=detail)
    return made.id


def _host(address: str) -> tuple[str, str]:
    return urlsplit(address)[:2]


def relay(by: Actor, ask: str, id: str, resource: str) -> str:
    """Hand on what a neighbour granted: the API behind a resource of ours, whose calls go there under the ask."""
    asked = asking.ask_row(by, ask)
    if asking.holds(asked) != "active" or not asked.paths:
        raise ConflictError("federation.ask.state", "This is not granted, or not any more.")
    root, codes = asked.paths[0].rpartition("/")[0], [path.rpartition("/")[2] for path in asked.paths]
    services = [{"code": code, "path": f"/{code}", "methods": list(rules.METHODS)} for code in codes]
    said = {"id": id, "resource": resource, "title": {"zh": asked.title}, "services": services, "timeout": 120,
            "address": f"{asked.neighbour.address}{root}", "most_asked": rules.NUMBERS["most_asked"][2],
            "most_answered": rules.NUMBERS["most_answered"][2]}  # fmt: skip
    with transaction.atomic():
        made = save(by, said, None)
        Api.objects.filter(pk=made).update(relay=str(asked.pk))
        audit.record(by=by, action="exchange.api.relays", object=f"api:{made}", detail={"ask": str(asked.pk)})
    return made


def change(by: Actor, id: str, deed: str) -> None:
    """`open` an API for those who hold a grant, or `close` it: `data.grant` on the provider. Effective at once."""
    if deed not in _DEEDS:
        raise InvalidError("federation.api.deed", "Open or close.", fields={"deed": "Open or close."})
    allowed, becomes = _DEEDS[deed]
    queries.row(by, id)
    with transaction.atomic():
        row = Api.objects.select_for_update().get(pk=id)
        by.require("data.grant", row.org_path)
        if row.state not in allowed:
            raise ConflictError("federation.api.state", "The API is not in the state that this needs.")
        row.state = becomes
        if deed == "open":
            row.allowed_by, row.allowed_at = by.name, time.now()
        row.save(update_fields=["state", "allowed_by", "allowed_at"])
        audit.record(by=by, action=f"exchange.api.{becomes}", object=f"api:{id}", detail={"resource": row.resource})
