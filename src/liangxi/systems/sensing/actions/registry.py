"""Profiles loaded; things registered, moved through their life, given and deprived of keys."""

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta

from django.db import connection, transaction
from django.db.models import F

from liangxi.core.audit import face as audit
from liangxi.core.people import face as people
from liangxi.kit import time
from liangxi.kit.actor import Actor
from liangxi.kit.errors import ConflictError, InvalidError, NotFoundError, UnauthenticatedError
from liangxi.systems.sensing import models
from liangxi.systems.sensing.actions import describing
from liangxi.systems.sensing.queries import registry
from liangxi.systems.sensing.rules import profiles, things
from liangxi.systems.sensing.shapes import (
    IssuedClaimKey,
    IssuedCredential,
    Profile,
    ThingRow,
    ThingState,
)

CHANNEL = "liangxi_sensing"
_LOCK = 0x4C582  # changes of the registry are numbered in the order of their commits
_GRACE = timedelta(days=7)
_HINT = 8
_LONGEST = timedelta(days=366)


def next_version() -> int:
    """The version of this change; the intake hears of it when the transaction commits."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_LOCK])
        cursor.execute("SELECT nextval('sensing_version')")
        version = int(cursor.fetchone()[0])
        cursor.execute("SELECT pg_notify(%s, %s)", [CHANNEL, str(version)])
    return version


def load_profiles(by: Actor, found: Sequence[Profile]) -> int:
    """Write the profiles that are new or changed; new properties become streams of the things that stand."""
    by.require("register.load")
    with transaction.atomic():
        known = {row.code: row for row in models.Profile.objects.all()}
        changed = [one for one in found if one.code not in known or registry.profile_shape(known[one.code]) != one]
        version = next_version() if changed else 0
        for one in changed:
            _write_profile(one, version)
        if changed:
            detail = {"profiles": [one.code for one in changed]}
            audit.record(by=by, action="sensing.profiles.loaded", object="register:profiles", detail=detail)
    return len(changed)


def _write_profile(one: Profile, version: int) -> None:
    models.Profile.objects.update_or_create(
        code=one.code,
        defaults={
            "title_zh": one.title["zh"],
            "title_en": one.title["en"],
            "properties": profiles.written(one),
            "events": dict(one.events),
            "services": dict(one.services),
            "offline_after": one.offline_after,
            "keep": one.keep,
            "changed": version,
        },
    )
    _write_offline_rule(one)
    standing = models.Thing.objects.filter(profile_id=one.code)
    _make_streams(standing.values_list("pk", flat=True), one.properties)
    describing.describe([one.code])
    standing.update(changed=version)


def _write_offline_rule(one: Profile) -> None:
    """Each profile with a silence that counts has the one rule of being offline; switched off, it stays off."""
    rules = models.AlarmRule.objects
    if one.offline_after:
        title = "离线"
        values = {"title": title, "severity": "medium", "after": one.offline_after}
        if not rules.filter(profile_id=one.code, kind="offline").update(after=one.offline_after):
            rules.create(profile_id=one.code, kind="offline", **values)
    else:
        rules.filter(profile_id=one.code, kind="offline").update(is_on=False)


def _make_streams(numbers: Iterable[int], properties: Iterable[str]) -> None:
    names = list(properties)
    rows = (models.Datastream(thing_id=number, property=name) for number in numbers for name in names)
    models.Datastream.objects.bulk_create(rows, batch_size=5000, ignore_conflicts=True)


def register(by: Actor, rows: Sequence[ThingRow], *, are_keyed: bool) -> tuple[IssuedCredential, ...]:
    """Write new things with their streams and, if wanted, a key each; all of them or none."""
    with transaction.atomic():
        version = next_version()
        _check_rows(by, rows)
        paths = {org: people.organisation(code=org).path for org in {row.org for row in rows}}
        made = models.Thing.objects.bulk_create([_thing(row, paths[row.org], version) for row in rows], batch_size=5000)
        _join_gateways(rows, made)
        for profile in models.Profile.objects.filter(code__in={row.profile for row in rows}):
            _make_streams(
                [one.pk for one in made if one.profile_id == profile.code], [one["code"] for one in profile.properties]
            )
        describing.describe(sorted({row.profile for row in rows}))
        describing.place([one.pk for one in made])
        issued = tuple(_issue(one) for one in made) if are_keyed else ()
        detail = {"count": len(rows), "keys": len(issued), "things": [row.code for row in rows[:20]]}
        for org in sorted(paths):
            audit.record(by=by, action="sensing.things.registered", object=f"organisation:{org}", detail=detail)
    return issued


def _thing(row: ThingRow, path: str, version: int) -> models.Thing:
    return models.Thing(
        code=row.code,
        title=row.title,
        profile_id=row.profile,
        org=row.org,
        org_path=path,
        division=row.division,
        lon=row.lon,
        lat=row.lat,
        state=row.state,
        registered_at=time.now(),
        changed=version,
    )


def _check_rows(by: Actor, rows: Sequence[ThingRow]) -> None:
    """InvalidError `sensing.things` with fields by row (from 0) and column; ForbiddenError outside of one's scope."""
    faults = {f"{place}.{name}": why for place, row in enumerate(rows) for name, why in things.faults_of(row).items()}
    codes = [row.code for row in rows]
    known = {code for (code,) in models.Thing.objects.filter(code__in=codes).values_list("code")}
    seen: set[str] = set()
    kinds = set(models.Profile.objects.values_list("code", flat=True))
    orgs = {one.code: one.path for one in people.organisations()}
    gateways = set(codes) | set(
        models.Thing.objects.filter(
            registry.scope_of(by, "thing.manage"), code__in={row.gateway for row in rows}
        ).values_list("code", flat=True)
    )
    for place, row in enumerate(rows):
        if row.code in known or row.code in seen:
            faults[f"{place}.code"] = "There is a thing with this code already."
        seen.add(row.code)
        if row.profile not in kinds:
            faults[f"{place}.profile"] = "There is no such profile."
        if row.org not in orgs:
            faults[f"{place}.org"] = "There is no such organisation."
        if row.gateway and row.gateway not in gateways:
            faults[f"{place}.gateway"] = "There is no such thing."
    if faults:
        raise InvalidError("sensing.things", "Some things cannot be registered.", fields=faults)
    for org in {row.org for row in rows}:
        by.require("thing.manage", orgs[org])


def _join_gateways(rows: Sequence[ThingRow], made: Sequence[models.Thing]) -> None:
    wanted = {row.gateway for row in rows if row.gateway}
    numbers = dict(models.Thing.objects.filter(code__in=wanted).values_list("code", "pk")) if wanted else {}
    for row, one in zip(rows, made, strict=True):
        one.gateway_id = numbers.get(row.gateway)
    if wanted:
        models.Thing.objects.bulk_update([one for one in made if one.gateway_id], ["gateway"], batch_size=5000)


def _issue(row: models.Thing) -> IssuedCredential:
    secret = things.fresh_secret("lxd_")
    row.credentials.create(digest=things.digest_of(secret), hint=secret[:_HINT], made_at=time.now())
    return IssuedCredential(row.code, secret)


def change_state(by: Actor, code: str, state: ThingState) -> None:
    """Move a thing along its life; who is retired loses its keys."""
    with transaction.atomic():
        version = next_version()
        row = registry.thing_row(by, code, "thing.manage", is_locked=True)
        things.check_step(row.state, state)  # type: ignore[arg-type]
        before, row.state, row.changed = row.state, state, version
        row.save(update_fields=["state", "changed"])
        if state == "retired":
            row.credentials.filter(revoked_at=None).update(revoked_at=time.now())
        detail = {"from": before, "to": state}
        audit.record(by=by, action="sensing.thing.changed", object=f"thing:{code}", detail=detail)


def rotate_key(by: Actor, code: str, is_at_once: bool) -> IssuedCredential:
    """A fresh key; the old ones hold for seven days more, or end at once."""
    with transaction.atomic():
        version = next_version()
        row = registry.thing_row(by, code, "thing.manage", is_locked=True)
        if row.state == "retired":
            raise ConflictError("sensing.thing.retired", "The thing is retired.")
        held = row.credentials.filter(revoked_at=None, until=None)
        held.update(**({"revoked_at": time.now()} if is_at_once else {"until": time.now() + _GRACE}))
        issued = _issue(row)
        models.Thing.objects.filter(pk=row.pk).update(changed=version)
        detail = {"at_once": is_at_once}
        audit.record(by=by, action="sensing.key.rotated", object=f"thing:{code}", detail=detail)
    return issued


def revoke_key(by: Actor, code: str, credential: str) -> None:
    """From now on the key opens nothing."""
    with transaction.atomic():
        version = next_version()
        row = registry.thing_row(by, code, "thing.manage", is_locked=True)
        found = [one for one in row.credentials.all() if str(one.pk) == credential]
        if not found:
            raise NotFoundError("sensing.key.unknown", "The thing has no such key.")
        if found[0].revoked_at is None:
            row.credentials.filter(pk=found[0].pk).update(revoked_at=time.now())
            models.Thing.objects.filter(pk=row.pk).update(changed=version)
            detail = {"key": credential}
            audit.record(by=by, action="sensing.key.revoked", object=f"thing:{code}", detail=detail)


def issue_claim_key(by: Actor, profile: str, org: str, most: int, until: datetime) -> IssuedClaimKey:
    """A key with which up to `most` things register themselves before `until`."""
    if not models.Profile.objects.filter(code=profile).exists():
        raise _invalid("profile", "There is no such profile.")
    if not 1 <= most <= things.MOST_ROWS:
        raise _invalid("most", "From 1 to 100,000 things.")
    if not time.now() < until <= time.now() + _LONGEST:
        raise _invalid("until", "The key must end after now and within a year.")
    path = people.organisation(code=org).path
    by.require("thing.manage", path)
    with transaction.atomic():
        secret = things.fresh_secret("lxc_")
        row = models.ClaimKey.objects.create(
            profile_id=profile,
            org=org,
            org_path=path,
            digest=things.digest_of(secret),
            hint=secret[:_HINT],
            most=most,
            made_at=time.now(),
            until=until,
        )
        detail = {"key": str(row.pk), "profile": profile, "most": most}
        audit.record(by=by, action="sensing.claim_key.issued", object=f"organisation:{org}", detail=detail)
    return IssuedClaimKey(registry.claim_shape(row), secret)


def revoke_claim_key(by: Actor, id: str) -> None:
    """Nothing registers itself with it any more."""
    with transaction.atomic():
        rows = models.ClaimKey.objects.filter(registry.scope_of(by, "thing.manage"))
        row = next((one for one in rows if str(one.pk) == id), None)
        if row is None:
            raise NotFoundError("sensing.claim_key.unknown", "There is no such claim key.")
        if row.revoked_at is None:
            models.ClaimKey.objects.filter(pk=row.pk).update(revoked_at=time.now())
            detail = {"key": id}
            audit.record(by=by, action="sensing.claim_key.revoked", object=f"organisation:{row.org}", detail=detail)


def claim(secret: str, code: str, title: str) -> IssuedCredential:
    """A thing registers itself with a claim key and gets its own."""
    with transaction.atomic():
        row = models.ClaimKey.objects.select_for_update().filter(digest=things.digest_of(secret)).first()
        if row is None or registry.key_state(row) != "held":
            raise UnauthenticatedError("sensing.claim_key.refused", "This claim key does not hold.")
        if row.used >= row.most:
            raise ConflictError("sensing.claim_key.used", "This claim key has registered all its things.")
        models.ClaimKey.objects.filter(pk=row.pk).update(used=F("used") + 1)
        by = Actor(kind="system", account=f"claim:{row.pk}", name="claim")
        wanted = ThingRow(code=code, title=title, profile=row.profile_id, org=row.org)
        return register(by, [wanted], are_keyed=True)[0]


def _invalid(field: str, message: str) -> InvalidError:
    return InvalidError(f"sensing.{field}", message, fields={field: message})
