"""Reads of the registry of things."""

from typing import cast

from django.db import connection
from django.db.models import F, Q, QuerySet

from liangxi.kit import time
from liangxi.kit.actor import Actor
from liangxi.kit.errors import NotFoundError
from liangxi.systems.sensing import models
from liangxi.systems.sensing.rules import profiles
from liangxi.systems.sensing.shapes import (
    ClaimKey,
    Credential,
    Directory,
    KeyState,
    KnownThing,
    Profile,
    Thing,
    ThingPage,
    ThingState,
)

_VERSION = """
SELECT greatest(coalesce((SELECT max(changed) FROM sensing_thing), 0),
                coalesce((SELECT max(changed) FROM sensing_profile), 0))
"""
_DIRECTORY = """
SELECT t.id, t.code, t.profile_id, t.org_path, t.division, t.state, t.gateway_id,
    (SELECT array_agg(s.property ORDER BY s.id) FROM sensing_datastream s WHERE s.thing_id = t.id),
    (SELECT array_agg(s.id ORDER BY s.id) FROM sensing_datastream s WHERE s.thing_id = t.id),
    (SELECT array_agg(c.digest ORDER BY c.id) FROM sensing_credential c
        WHERE c.thing_id = t.id AND c.revoked_at IS NULL),
    (SELECT array_agg((extract(epoch FROM c.until) * 1000000)::bigint ORDER BY c.id) FROM sensing_credential c
        WHERE c.thing_id = t.id AND c.revoked_at IS NULL)
FROM sensing_thing t WHERE t.changed > %s ORDER BY t.id
"""


def profile_shape(row: models.Profile) -> Profile:
    """A profile as its shape."""
    return profiles.read(
        {
            "code": row.code,
            "title": {"zh": row.title_zh, "en": row.title_en},
            "properties": profiles.unwritten(row.properties),
            "events": row.events,
            "services": row.services,
            "offline_after": row.offline_after,
            "keep": row.keep,
        }
    )


def directory(after: int) -> Directory:
    """What changed behind the version `after`; what changes meanwhile may be in it, and is told again next time."""
    with connection.cursor() as cursor:
        cursor.execute(_VERSION)
        version = int(cursor.fetchone()[0])
        found = models.Profile.objects.filter(changed__gt=after).order_by("code")
        changed = tuple(profile_shape(row) for row in found)
        cursor.execute(_DIRECTORY, [after])
        things = tuple(
            KnownThing(
                number=number,
                code=code,
                profile=profile,
                org_path=path,
                place=place,
                state=state,
                gateway=gateway,
                streams=dict(zip(names or (), streams or (), strict=True)),
                keys=tuple((bytes(d), u) for d, u in zip(digests or (), untils or (), strict=True)),
            )
            for number, code, profile, path, place, state, gateway, names, streams, digests, untils in cursor.fetchall()
        )
    return Directory(version, changed, things)


def scope_of(by: Actor, permission: str) -> Q:
    """The rows whose `org_path` lies where `by` holds a permission."""
    scope = Q(pk__in=[])
    for path in by.paths(permission):
        scope |= Q(org_path__startswith=path)
    return scope


def thing_row(by: Actor, code: str, permission: str, *, is_locked: bool = False) -> models.Thing:
    """The row of a thing; NotFoundError `sensing.thing.unknown` also where `by` may not know it."""
    rows: QuerySet[models.Thing] = models.Thing.objects.select_related("profile", "gateway")
    if is_locked:
        rows = rows.select_for_update(of=("self",))
    row = rows.filter(scope_of(by, permission), code=code).first()
    if row is None:
        raise NotFoundError("sensing.thing.unknown", "There is no thing %(code)s.", {"code": code})
    return row


def thing_shape(row: models.Thing) -> Thing:
    """A thing as its shape."""
    return Thing(
        code=row.code,
        title=row.title,
        profile=row.profile_id,
        profile_title={"zh": row.profile.title_zh, "en": row.profile.title_en},
        org=row.org,
        org_path=row.org_path,
        division=row.division,
        lon=row.lon,
        lat=row.lat,
        state=cast(ThingState, row.state),
        gateway=row.gateway.code if row.gateway else "",
        registered_at=row.registered_at,
        streams={stream.property: stream.pk for stream in row.streams.all()},
    )


def things(scope: Q, query: str, profile: str, after: str, limit: int) -> ThingPage:
    """A page of things whose code or title holds `query`, of a profile or of all."""
    fitting = models.Thing.objects.filter(scope, **({"profile": profile} if profile else {}))
    if query:
        fitting = fitting.filter(Q(code__icontains=query) | Q(title__icontains=query))
    rows = fitting.filter(code__gt=after).select_related("profile", "gateway").prefetch_related("streams")
    found = list(rows.order_by("code")[: limit + 1])
    following = found[limit - 1].code if len(found) > limit else None
    return ThingPage(tuple(thing_shape(row) for row in found[:limit]), fitting.count(), following)


def credentials_of(row: models.Thing) -> tuple[Credential, ...]:
    """The keys of a thing, the newest first."""
    return tuple(
        Credential(str(one.pk), one.hint, one.made_at, one.until, key_state(one))
        for one in row.credentials.order_by("-made_at", F("until").desc(nulls_first=True), "-pk")
    )


def key_state(row: models.Credential | models.ClaimKey) -> KeyState:
    """Whether a key holds now."""
    if row.revoked_at is not None:
        return "revoked"
    return "expired" if row.until is not None and row.until <= time.now() else "held"


def claim_shape(row: models.ClaimKey) -> ClaimKey:
    """A claim key as its shape."""
    return ClaimKey(
        id=str(row.pk),
        profile=row.profile_id,
        org=row.org,
        hint=row.hint,
        most=row.most,
        used=row.used,
        until=row.until,
        state=key_state(row),
    )
