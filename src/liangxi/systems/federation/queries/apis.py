"""Reads of APIs."""

from django.conf import settings
from django.db.models import Q

from liangxi.core.people import face as people
from liangxi.kit.actor import Actor
from liangxi.kit.errors import NotFoundError
from liangxi.systems.federation import models
from liangxi.systems.federation.rules import apis as rules
from liangxi.systems.federation.rules import messages
from liangxi.systems.federation.shapes import Api


def path_of(org: str) -> str:
    """The path of an organisation."""
    return people.organisation(code=org).path


def row(by: Actor, id: str) -> models.Api:
    """An API that `by` may tend: `data.manage` or `data.grant` on its department, the bureau, the auditor."""
    found = models.Api.objects.filter(pk=id).first()
    needed = ("data.manage", "data.grant", "data.review", "audit.read")
    if found is None or not any(by.may(one, found.org_path) for one in needed):
        raise NotFoundError("federation.api.unknown", "There is no such API for you.")
    return found


def of_resource(id: str) -> models.Api | None:
    """The API behind a resource."""
    return models.Api.objects.filter(resource=id).first()


def listed(by: Actor) -> tuple[Api, ...]:
    """The APIs that `by` may tend."""
    where = Q(pk__in=())
    for permission in ("data.manage", "data.review"):
        for path in by.paths(permission):
            where |= Q(org_path__startswith=path)
    return tuple(api(by, one) for one in models.Api.objects.filter(where).order_by("pk"))


def api(by: Actor | None, row: models.Api) -> Api:
    """An API as others see it; `by` says which deeds it shows."""
    made = rules.of_json(row.definition)
    member = messages.member_id(settings.CONFIG.node, row.org)
    actions: tuple[str, ...] = ()
    if by is not None and by.may("data.grant", row.org_path):
        actions = ("close",) if row.state == "open" else ("open",)
    return Api(
        definition=made,
        org=row.org,
        state=row.state,  # type: ignore[arg-type]
        has_secret=bool(row.secret),
        relay=row.relay,
        made_by=row.made_by,
        made_at=row.made_at,
        allowed_by=row.allowed_by,
        allowed_at=row.allowed_at,
        paths=tuple(f"{messages.ROOT}{member}/{row.pk}/{one.code}" for one in made.services),
        actions=actions,
    )
