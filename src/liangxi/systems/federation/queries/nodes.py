"""Reads of neighbours, of what was asked of them and by them."""

from typing import Any

import msgspec
from django.conf import settings
from django.db.models import Q

from liangxi.core.people import face as people
from liangxi.kit.actor import Actor, system
from liangxi.systems.data import face as data
from liangxi.systems.federation import models
from liangxi.systems.federation.rules import apis as rules
from liangxi.systems.federation.shapes import Ask, Neighbour, NodeCard, ServedAsk, SharedResource

_HOUSE = system("federation")


def card(key: str) -> NodeCard:
    """Who this node is."""
    config = settings.CONFIG
    title = people.organisations()[0].name["zh"]
    return NodeCard(node=config.node, title=title, address=config.public_url, key=key)


def neighbours() -> tuple[Neighbour, ...]:
    """Every neighbour."""
    return tuple(neighbour(row) for row in models.Neighbour.objects.order_by("pk"))


def neighbour(row: models.Neighbour) -> Neighbour:
    """One neighbour with its line."""
    names = ("title", "level", "address", "key", "org", "state", "heard_at", "told_at", "failing_since", "error")
    return Neighbour(
        id=row.pk,
        waiting=row.parcels.filter(told_at=None).count(),
        asked=row.asks.count(),
        granted=row.served.filter(told__state="active").count(),
        **{name: getattr(row, name) for name in names},
    )


def asks(by: Actor) -> tuple[Ask, ...]:
    """What the departments in the scope of `data.request` asked of neighbours, the newest first."""
    where = Q(pk__in=())
    for path in by.paths("data.request"):
        where |= Q(org_path__startswith=path)
    return tuple(ask(row) for row in models.Ask.objects.select_related("neighbour").filter(where).order_by("-asked_at"))


def ask(row: models.Ask) -> Ask:
    """One ask."""
    names = ("org", "resource", "title", "said", "state", "case_no", "reason", "quota", "until", "asked_at",
             "changed_at", "hint")  # fmt: skip
    return Ask(
        id=str(row.pk), neighbour=row.neighbour_id, neighbour_title=row.neighbour.title, paths=tuple(row.paths),
        **{name: getattr(row, name) for name in names},
    )  # fmt: skip


def served(neighbour: str = "") -> tuple[ServedAsk, ...]:
    """What neighbours asked of this node, the newest first."""
    rows = models.ServedAsk.objects.select_related("neighbour").order_by("-asked_at")
    relayed = set(models.Api.objects.exclude(relay="").values_list("resource", flat=True))
    return tuple(
        ServedAsk(
            id=str(row.pk), neighbour=row.neighbour_id, neighbour_title=row.neighbour.title, resource=row.resource,
            client=row.client, need=row.need, grant=row.grant, state=row.told.get("state", "open"),
            reason=row.told.get("reason", ""), relayed=row.resource in relayed, asked_at=row.asked_at,
        )
        for row in (rows.filter(neighbour=neighbour) if neighbour else rows)
    )  # fmt: skip


def shared() -> tuple[SharedResource, ...]:
    """The shared resources behind which an open API stands."""
    found = []
    names = {one.code: one.name for one in people.organisations()}
    for row in models.Api.objects.filter(state="open").order_by("resource"):
        seen = data.resource(by=_HOUSE, id=row.resource)
        terms = seen.definition.sharing
        if seen.card.state != "published" or terms.attribute == "not-shared":
            continue
        found.append(
            SharedResource(
                id=row.resource, title=seen.card.title, summary=seen.definition.summary, org=row.org,
                org_name=names.get(row.org, {"zh": row.org}), sharing=terms.attribute, condition=terms.condition,
                basis=terms.basis, fields=tuple(one.title for one in seen.definition.fields),
                services=tuple(one.code for one in rules.of_json(row.definition).services),
            )
        )  # fmt: skip
    return tuple(found)


def shared_of(said: Any) -> tuple[SharedResource, ...]:
    """What a neighbour's catalogue says, read strictly; ValueError for anything else."""

    try:
        return msgspec.convert(said["resources"], tuple[SharedResource, ...])
    except (msgspec.ValidationError, KeyError, TypeError) as error:
        raise ValueError("no catalogue of a node") from error
