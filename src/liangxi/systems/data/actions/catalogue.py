"""Resources described, submitted, reviewed, withdrawn; what is known of their deliveries."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.db import IntegrityError, connection, transaction
from django.db.models import Max

from liangxi.core.audit import face as audit
from liangxi.core.codes import face as codes
from liangxi.core.events import face as events
from liangxi.core.people import face as people
from liangxi.kit import time
from liangxi.kit.actor import Actor
from liangxi.kit.errors import ConflictError, ForbiddenError, InvalidError, NotFoundError
from liangxi.systems.data.actions import indexing
from liangxi.systems.data.events import ResourcePublished, ResourceWithdrawn
from liangxi.systems.data.models import Resource, ResourceField, ResourceRelation, ResourceVersion
from liangxi.systems.data.queries import catalogue as queries
from liangxi.systems.data.rules import catalogue
from liangxi.systems.data.shapes import ResourceDefinition

OUTCOMES = ("publish", "return")


def save_draft(by: Actor, said: Mapping[str, Any]) -> str:
    """Keep a description as the version in work; the id."""
    made = catalogue.compile_definition(said)
    by.require("data.manage", _owner_path(made))
    _check_links(made)
    with transaction.atomic():
        row, work = describe(by, made, catalogue.as_json(made))
        _record(by, "data.resource.saved", row, {"version": work.number})
    return row.pk


def describe(by: Actor, made: ResourceDefinition, definition: Mapping[str, Any]) -> tuple[Resource, ResourceVersion]:
    """The locked resource and its version in work, which holds the definition now; for who keeps it before and after.

    ConflictError `data.resource.submitted` while the bureau looks at it.
    """
    path = _owner_path(made)
    row = Resource.objects.select_for_update().filter(pk=made.id).first() or _new(made, path)
    by.require("data.manage", row.org_path)
    work = row.versions.filter(state__in=queries.IN_WORK).first()
    if work is not None and work.state == "submitted":
        raise ConflictError("data.resource.submitted", "This resource is being reviewed; wait for the answer.")
    work = work or ResourceVersion(resource=row, number=_next_number(row))
    work.definition, work.saved_at = dict(definition), time.now()
    work.author, work.author_name = by.account, by.name
    work.changes = _changes(row, definition)
    work.save()
    if row.version is None:
        _draw(row, made, path)
        row.save()
    return row, work


def submit(by: Actor, id: str) -> None:
    """Ask the data bureau for its review."""
    with transaction.atomic():
        row, work = _in_work(by, id, "data.manage", "draft")
        made = catalogue.compile_definition(work.definition)
        _require_one_source(made)
        _check_links(made)
        work.state, work.submitted_by, work.submitted_at, work.note = "submitted", by.account, time.now(), ""
        work.save()
        if row.version is None:
            row.state = "submitted"
            row.save(update_fields=["state"])
        _record(by, "data.resource.submitted", row, {"version": work.number})


def drop_draft(by: Actor, id: str) -> None:
    """Forget the version in work; a resource that was never published goes with it."""
    with transaction.atomic():
        row, work = _in_work(by, id, "data.manage", "draft")
        _record(by, "data.resource.dropped", row, {"version": work.number})
        work.delete()
        if row.version is None and not row.versions.exists():
            row.delete()


def review(by: Actor, id: str, outcome: str, note: str) -> None:
    """The bureau publishes a submitted version, or returns it with a word."""
    if outcome not in OUTCOMES:
        raise invalid("outcome", "Publish the resource or return it.")
    note = note.strip()
    if outcome == "return" and not note:
        raise invalid("note", "Say what is to be corrected.")
    with transaction.atomic():
        row, work = _in_work(by, id, "data.review", "submitted")
        if by.account in (work.author, work.submitted_by):
            raise ForbiddenError("data.review.own", "Nobody reviews his own description.")
        work.reviewed_by, work.reviewer_name, work.reviewed_at, work.note = by.account, by.name, time.now(), note[:2000]
        if outcome == "publish":
            publish(by, row, work)
        else:
            work.state = "draft"
            work.save()
            Resource.objects.filter(pk=row.pk, version=None).update(state="draft")
            _record(by, "data.resource.returned", row, {"version": work.number})


def publish(by: Actor, row: Resource, work: ResourceVersion) -> None:
    """Put a version in force in place of the one before; the caller holds the row's lock."""
    made = catalogue.compile_definition(work.definition)
    row.versions.filter(state="published").update(state="replaced")
    now = time.now()
    _draw(row, made, _owner_path(made))
    row.state, row.version, row.published_at, row.withdrawn_at, row.withdrawn_why = (
        "published", work.number, now, None, "")  # fmt: skip
    row.save()
    work.state = "published"
    work.save()
    row.fields.all().delete()
    _require_one_source(made)
    try:
        with transaction.atomic():
            ResourceField.objects.bulk_create(_field_rows(row, made))
    except IntegrityError as error:  # somebody else published the same element in this moment
        _require_one_source(made)
        raise error
    relate(row, made)
    indexing.index(row, made)
    _record(by, "data.resource.published", row, {"version": work.number})
    events.announce(
        ResourcePublished(resource=row.pk, code=row.code, version=work.number, org=row.org, at=now), subject=row.pk
    )


def relate(row: Resource, made: ResourceDefinition) -> None:
    """Write down the relations to the resources that are there."""
    row.relations.all().delete()
    there = set(Resource.objects.filter(pk__in=[r.resource for r in made.relations]).values_list("pk", flat=True))
    ResourceRelation.objects.bulk_create(
        ResourceRelation(resource=row, other_id=one.resource, kind=one.kind)
        for one in dict.fromkeys(made.relations)
        if one.resource in there
    )


def withdraw(by: Actor, id: str, reason: str) -> None:
    """Take a resource out of the catalogue; its elements are free for another source."""
    reason = reason.strip()
    if not reason:
        raise invalid("reason", "Say why it is withdrawn.")
    with transaction.atomic():
        row = Resource.objects.select_for_update().filter(pk=id).first()
        if row is None or not (by.may("data.manage", row.org_path) or by.may("data.review", row.org_path)):
            raise queries.unknown(id)
        if row.state != "published":
            raise ConflictError("data.resource.state", "Only a published resource is withdrawn.")
        now = time.now()
        row.versions.filter(state="published").update(state="withdrawn")
        row.state, row.withdrawn_at, row.withdrawn_why = "withdrawn", now, reason[:500]
        row.save()
        row.fields.all().delete()
        row.relations.all().delete()
        indexing.remove(row.pk)
        _record(by, "data.resource.withdrawn", row, {"reason": row.withdrawn_why})
        fact = ResourceWithdrawn(resource=row.pk, org=row.org, reason=row.withdrawn_why, at=now)
        events.announce(fact, subject=row.pk)


def record_delivery(by: Actor, id: str, at: datetime, rows: int, version: str) -> None:
    """The last delivery; an older one than is known changes nothing."""
    by.require("data.deliver")
    newer = Resource.objects.filter(pk=id).exclude(delivered_at__gt=at)
    if not newer.update(delivered_at=at, delivered_rows=rows, delivered_version=version) and not (
        Resource.objects.filter(pk=id).exists()
    ):
        raise queries.unknown(id)


def record_quality(by: Actor, id: str, score: float, at: datetime) -> None:
    """What a check of quality found: 0 to 100."""
    by.require("data.deliver")
    if not 0 <= score <= 100:
        raise invalid("score", "A score lies between 0 and 100.")
    if not Resource.objects.filter(pk=id).update(quality=score, quality_at=at):
        raise queries.unknown(id)


def _in_work(by: Actor, id: str, permission: str, state: str) -> tuple[Resource, ResourceVersion]:
    """The locked resource and its version in work; for who holds the permission, when it is in that state."""
    row = Resource.objects.select_for_update().filter(pk=id).first()
    if row is None or not queries.may_see(by, row):
        raise queries.unknown(id)
    by.require(permission, row.org_path)
    work = row.versions.filter(state=state).first()
    if work is None:
        raise ConflictError("data.resource.state", "The resource is not in the state that this needs.")
    return row, work


def _new(made: ResourceDefinition, path: str) -> Resource:
    """The row of a resource that was not known, with the next number of its category."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtext(%s))", [f"data.category.{made.category}"])
    last = Resource.objects.filter(category=made.category).aggregate(last=Max("number"))["last"] or 0
    row = Resource(pk=made.id, category=made.category, number=last + 1, made_at=time.now())
    row.code = catalogue.code_of(made.category, row.number)
    _draw(row, made, path)
    row.save(force_insert=True)
    return row


def _draw(row: Resource, made: ResourceDefinition, path: str) -> None:
    """What lists and questions need of a definition."""
    row.org, row.org_path, row.title, row.kind, row.register = (
        made.org,
        path,
        dict(made.title),
        made.kind,
        made.register,
    )
    row.origin, row.sharing, row.opening = made.origin, made.sharing.attribute, made.opening.attribute
    row.cycle, row.grade = made.cycle, catalogue.grade_of(made.fields)


def _field_rows(row: Resource, made: ResourceDefinition) -> list[ResourceField]:
    return [
        ResourceField(
            resource=row,
            position=n,
            name=field.name,
            title=dict(field.title),
            type=field.type,
            element=field.element,
            subject=field.subject,
            is_key=field.is_key,
            is_authoritative=field.is_authoritative,
            is_personal=field.is_personal,
            grade=field.grade,
        )
        for n, field in enumerate(made.fields)
    ]


def _owner_path(made: ResourceDefinition) -> str:
    try:
        return people.organisation(code=made.org).path
    except NotFoundError as error:
        raise invalid("org", "There is no such organisation.") from error


def _check_links(made: ResourceDefinition) -> None:
    """The category is in the city's list, and the resources that are named exist."""
    try:
        codes.code(list_id="data_category", code=made.category)
    except NotFoundError as error:
        raise invalid("category", "The city's list has no such category.") from error
    there = set(Resource.objects.filter(pk__in=[r.resource for r in made.relations]).values_list("pk", flat=True))
    for n, one in enumerate(made.relations):
        if one.resource not in there:
            raise invalid(f"relations.{n}", "There is no such resource.")


def _require_one_source(made: ResourceDefinition) -> None:
    """一数一源: each element of a subject has one authoritative source; a second one is refused."""
    wanted = {(f.subject, f.element): n for n, f in enumerate(made.fields) if f.is_authoritative}
    for key, (resource, field) in queries.sources_of(wanted).items():
        if resource != made.id:
            why = "This element has its source already; describe yours as a copy."
            raise InvalidError(
                "data.source.taken",
                "%(field)s has its authoritative source already: %(source)s.",
                {"field": made.fields[wanted[key]].title["zh"], "source": f"{resource}.{field}"},
                fields={f"fields.{wanted[key]}.authoritative": why},
            )


def _next_number(row: Resource) -> int:
    return (row.versions.aggregate(last=Max("number"))["last"] or 0) + 1


def _changes(row: Resource, definition: Mapping[str, Any]) -> list[list[Any]]:
    before = row.versions.filter(number=row.version).first() if row.version is not None else None
    found = catalogue.changes(before.definition, definition) if before else []
    return [[one.path, one.before, one.after] for one in found]


def _record(by: Actor, action: str, row: Resource, detail: Mapping[str, Any]) -> None:
    audit.record(by=by, action=action, object=f"resource:{row.pk}", detail=detail)


def invalid(field: str, message: str) -> InvalidError:
    """The error that names a field."""
    return InvalidError(f"data.{field.split('.', maxsplit=1)[0]}", message, fields={field: message})
