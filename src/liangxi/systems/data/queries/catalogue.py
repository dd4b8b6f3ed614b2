"""Reads of the catalogue."""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any, cast

from django.db.models import Count, OuterRef, Q, QuerySet, Subquery, TextField, Value
from django.db.models.functions import Coalesce
from django.utils.translation import gettext

from liangxi.core.search import face as search
from liangxi.kit import time
from liangxi.kit.actor import Actor
from liangxi.kit.errors import NotFoundError
from liangxi.systems.data import models
from liangxi.systems.data.rules import base_registers, catalogue
from liangxi.systems.data.shapes import (
    Change,
    RegisterCoverage,
    Relation,
    Resource,
    ResourceCard,
    ResourceDefinition,
    ResourcePage,
    ResourceVersion,
)
from liangxi.systems.data.shapes.catalogue import Grade, Kind, ResourceState

IN_WORK = ("draft", "submitted")
KIND = "resource"  # of search
_NARROW = ("kind", "org", "sharing", "opening", "register", "origin")


def unknown(id: str) -> NotFoundError:
    """The error for a resource that is not there or not for the one who asks."""
    return NotFoundError("data.resource.unknown", "There is no resource %(resource)s.", {"resource": id})


def rows() -> QuerySet[models.Resource]:
    """Resources with the number of their fields and the state of the version in work."""
    work = models.ResourceVersion.objects.filter(resource=OuterRef("pk"), state__in=IN_WORK).values("state")[:1]
    return models.Resource.objects.annotate(
        in_work=Coalesce(Subquery(work), Value("", output_field=TextField())), field_count=Count("fields")
    )


def may_see(by: Actor, row: models.Resource) -> bool:
    """What was published is for all staff, what is in work for its department and the data bureau."""
    if row.version is not None and by.kind != "public":
        return True
    return by.may("data.manage", row.org_path) or by.may("data.review", row.org_path)


def card(row: Any) -> ResourceCard:
    """A row of `rows` as it stands in lists."""
    return ResourceCard(
        id=row.pk,
        code=row.code,
        title=row.title,
        kind=cast(Kind, row.kind),
        org=row.org,
        state=cast(ResourceState, row.state),
        in_work=row.in_work,
        sharing=row.sharing,
        opening=row.opening,
        origin=row.origin,
        cycle=row.cycle,
        grade=cast(Grade, row.grade),
        fields=row.field_count,
        freshness=catalogue.freshness(row.cycle, row.delivered_at, time.now()),
        delivered_at=row.delivered_at,
        delivered_rows=row.delivered_rows,
        quality=row.quality,
        published_at=row.published_at,
    )


def resource(by: Actor, id: str, version: int | None, *, in_work: bool) -> Resource:
    """One resource: the version asked for, the one in work, or the one in force."""
    row = rows().filter(pk=id).first()
    if row is None or not may_see(by, row):
        raise unknown(id)
    shown = _version(row, version, in_work=in_work)
    is_inside = by.may("data.manage", row.org_path) or by.may("data.review", row.org_path)
    if shown is None or (shown.state in IN_WORK and not is_inside):
        raise unknown(id)
    made = catalogue.compile_definition(shown.definition)
    made = replace(made, fields=tuple(_sourced(id, made)))
    mirrors = _mirrors(id)
    related = tuple(Relation(one.kind, one.resource_id) for one in _related(id))
    return Resource(
        card=card(row),
        definition=made,
        version=shown.number,
        version_state=shown.state,
        mirrors=mirrors,
        related=related,
        titles=_titles(made, mirrors, related),
        actions=actions_for(by, row, shown),
        note=shown.note if is_inside else "",
        submitted_by=shown.submitted_by if is_inside else "",
        changes=tuple(Change(*one) for one in shown.changes),
        withdrawn_at=row.withdrawn_at,
        withdrawn_why=row.withdrawn_why,
    )


def _titles(
    made: ResourceDefinition, mirrors: Iterable[tuple[str, str, str]], related: Iterable[Relation]
) -> dict[str, dict[str, str]]:
    """The titles of the resources that this one copies, is copied by, or stands in a relation to."""
    named = {field.source.partition(".")[0] for field in made.fields} | {other for _, other, _ in mirrors}
    named |= {one.resource for one in (*made.relations, *related)}
    return dict(models.Resource.objects.filter(pk__in=named).values_list("pk", "title"))


def _version(row: models.Resource, number: int | None, *, in_work: bool) -> models.ResourceVersion | None:
    """The version of a number; else the one in work when it is wanted and there; else the one in force."""
    all_of = row.versions.order_by("-number")
    if number is not None:
        return all_of.filter(number=number).first()
    work = all_of.filter(state__in=IN_WORK).first() if in_work or row.version is None else None
    if work is not None:
        return work
    return all_of.filter(number=row.version or 0).first()


def _sourced(id: str, made: ResourceDefinition) -> Iterable[Any]:
    """The fields, with the source of each that is a copy."""
    wanted = {(f.subject, f.element) for f in made.fields if f.element and not f.is_authoritative}
    sources = sources_of(wanted)
    for field in made.fields:
        source = sources.get((field.subject, field.element)) if not field.is_authoritative else None
        yield replace(field, source=f"{source[0]}.{source[1]}") if source and source[0] != id else field


def sources_of(elements: Iterable[tuple[str, str]]) -> dict[tuple[str, str], tuple[str, str]]:
    """(subject, element) -> (resource, field) of its one authoritative source, of those that have one."""
    where = Q(pk__in=())
    for subject, element in elements:
        where |= Q(subject=subject, element=element)
    found = models.ResourceField.objects.filter(where, is_authoritative=True)
    return {(f.subject, f.element): (f.resource_id, f.name) for f in found}


def _mirrors(id: str) -> tuple[tuple[str, str, str], ...]:
    """The fields of other resources that hold what is authoritative here."""
    own = models.ResourceField.objects.filter(resource=id, is_authoritative=True)
    names = {(f.subject, f.element): f.name for f in own}
    where = Q(pk__in=())
    for subject, element in names:
        where |= Q(subject=subject, element=element)
    copies = models.ResourceField.objects.filter(where, is_authoritative=False).exclude(resource=id)
    return tuple((names[f.subject, f.element], f.resource_id, f.name) for f in copies.order_by("resource", "position"))


def _related(id: str) -> QuerySet[models.ResourceRelation]:
    return models.ResourceRelation.objects.filter(other=id, resource__state="published").order_by("resource")


def actions_for(by: Actor, row: Any, shown: models.ResourceVersion) -> tuple[str, ...]:
    """What the actor may do with the resource now."""
    is_owner, is_reviewer = by.may("data.manage", row.org_path), by.may("data.review", row.org_path)
    is_own = by.account in (shown.author, shown.submitted_by)
    possible = {
        "revise": is_owner and row.in_work != "submitted",
        "submit": is_owner and shown.state == "draft",
        "drop": is_owner and shown.state == "draft",
        "review": is_reviewer and shown.state == "submitted" and not is_own,
        "withdraw": (is_owner or is_reviewer) and row.state == "published",
        "request": by.may("data.request") and row.state == "published" and row.sharing != "not-shared"
        and by.org != row.org,
    }  # fmt: skip
    return tuple(name for name, holds in possible.items() if holds)


def page(by: Actor, query: str, narrow: Mapping[str, str], after: str | None, limit: int) -> ResourcePage:
    """The published catalogue, by id; found by words it stands in the order of the hits, 100 at most."""
    where = Q(state="published") & _narrowed(narrow)
    if query.strip():
        hits = [hit.key for hit in search.find(kind=KIND, query=query, limit=100)]
        found = {row.pk: row for row in rows().filter(where, pk__in=hits)}
        cards = tuple(card(found[key]) for key in hits if key in found)
        return ResourcePage(cards, len(cards), None)
    total = models.Resource.objects.filter(where).count()
    if after:
        where &= Q(pk__gt=after)
    listed = list(rows().filter(where).order_by("pk")[: limit + 1])
    return ResourcePage(
        tuple(card(row) for row in listed[:limit]), total, listed[limit - 1].pk if len(listed) > limit else None
    )


def _narrowed(narrow: Mapping[str, str]) -> Q:
    where = Q()
    for name in _NARROW:
        if narrow.get(name):
            where &= Q(**{name: narrow[name]})
    return where


def own(by: Actor) -> tuple[ResourceCard, ...]:
    """Every resource in the scope of `data.manage`, those in work first."""
    found = [card(row) for row in rows().filter(_scope(by, "data.manage")).order_by("pk")]
    return tuple(sorted(found, key=lambda one: (not one.in_work, one.id)))


def to_review(by: Actor) -> tuple[ResourceCard, ...]:
    """Submitted versions in the scope of `data.review`, who waits longest first."""
    waiting = rows().filter(_scope(by, "data.review"), versions__state="submitted")
    since = models.ResourceVersion.objects.filter(resource=OuterRef("pk"), state="submitted").values("submitted_at")
    return tuple(card(row) for row in waiting.annotate(since=Subquery(since[:1])).order_by("since"))


def _scope(by: Actor, permission: str) -> Q:
    where = Q(pk__in=())
    for path in by.paths(permission):
        where |= Q(org_path__startswith=path)
    return where


def history(by: Actor, id: str) -> tuple[ResourceVersion, ...]:
    """The versions of a resource, the newest first; those in work for its department and the bureau only."""
    row = models.Resource.objects.filter(pk=id).first()
    if row is None or not may_see(by, row):
        raise unknown(id)
    found = row.versions.order_by("-number")
    if not (by.may("data.manage", row.org_path) or by.may("data.review", row.org_path)):
        found = found.exclude(state__in=IN_WORK)
    return tuple(
        ResourceVersion(
            number=one.number,
            state=one.state,
            author=_who(one.author, one.author_name),
            saved_at=one.saved_at,
            submitted_at=one.submitted_at,
            reviewer=_who(one.reviewed_by, one.reviewer_name),
            reviewed_at=one.reviewed_at,
            note=one.note,
            changes=tuple(Change(*change) for change in one.changes),
        )
        for one in found
    )


def _who(account: str, name: str) -> str:
    """Who did it; what no person did, the profile of the city brought."""
    return gettext("The city's profile") if account.startswith("system:") else name


def coverage() -> tuple[RegisterCoverage, ...]:
    """Each base register: which of its elements have an authoritative source, and its resources."""
    elements = {key for listed in base_registers.ELEMENTS.values() for key in listed}
    sources = sources_of(elements)
    cards: dict[str, list[ResourceCard]] = {}
    for row in rows().filter(state="published", kind="base").order_by("pk"):
        cards.setdefault(row.register, []).append(card(row))
    return tuple(
        RegisterCoverage(
            register=register,
            title=title,
            covered={
                element: ".".join(sources[key]) if (key := (subject, element)) in sources else None
                for subject, element in base_registers.ELEMENTS[register]
            },
            titles={element: words for (_, element), words in base_registers.ELEMENTS[register].items()},
            resources=tuple(cards.get(register, ())),
        )
        for register, title in base_registers.TITLES.items()
    )
