"""Profiles, things and their keys. `thing.read` and `thing.manage` hold on the organisation that owns a thing."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from liangxi.kit.actor import Actor
from liangxi.systems.sensing import models
from liangxi.systems.sensing.actions import registry as verbs
from liangxi.systems.sensing.queries import registry
from liangxi.systems.sensing.rules import profiles as laws
from liangxi.systems.sensing.rules import things as of_things
from liangxi.systems.sensing.shapes import (
    ClaimKey,
    Credential,
    Directory,
    IssuedClaimKey,
    IssuedCredential,
    Profile,
    Thing,
    ThingPage,
    ThingRow,
    ThingState,
)


def profiles() -> tuple[Profile, ...]:
    """All kinds of things that the city knows. What a kind of thing observes is no secret: reads ask for no right."""
    rows = models.Profile.objects.exclude(code=laws.OPEN).order_by("code")
    return tuple(registry.profile_shape(row) for row in rows)


def load_profiles(*, by: Actor, documents: Iterable[Mapping[str, Any]]) -> int:
    """Load profiles (each as its YAML file has it); the number added or changed. For the house itself.

    InvalidError `sensing.profile` naming the fields. A property that a new version lacks keeps its streams.
    """
    return verbs.load_profiles(by, [laws.read(one) for one in documents])


def register_things(*, by: Actor, rows: Sequence[ThingRow], are_keyed: bool = False) -> tuple[IssuedCredential, ...]:
    """Register new things, all or none, each with a key when `are_keyed`.

    Needs `thing.manage` on each owner; InvalidError `sensing.things` with fields such as `3.profile` (row from 0).
    """
    return verbs.register(by, rows, are_keyed=are_keyed)


def register_table(*, by: Actor, text: str) -> tuple[IssuedCredential, ...]:
    """Register the things of a CSV table (`shapes.COLUMNS`), each with a key; all or none.

    InvalidError `sensing.table` with fields such as `3.lon` (line of the file); what `register_things` refuses is told
    by row.
    """
    return verbs.register(by, of_things.read_csv(text), are_keyed=True)


def thing(*, by: Actor, code: str) -> Thing:
    """One thing with its streams; needs `thing.read`, else NotFoundError `sensing.thing.unknown`."""
    return registry.thing_shape(registry.thing_row(by, code, "thing.read"))


def things(*, by: Actor, query: str = "", profile: str = "", after: str = "", limit: int = 50) -> ThingPage:
    """Things in the scope of `thing.read` whose code or title holds `query`, by code, of one profile or all; to 200."""
    by.require("thing.read")
    scope = registry.scope_of(by, "thing.read")
    return registry.things(scope, query.strip(), profile, after, max(1, min(limit, 200)))


def profiles_of_things(*, by: Actor) -> tuple[Profile, ...]:
    """The profiles of the things in the scope of `thing.read`, by code."""
    by.require("thing.read")
    used = models.Thing.objects.filter(registry.scope_of(by, "thing.read")).exclude(profile=laws.OPEN)
    rows = models.Profile.objects.filter(pk__in=used.values("profile")).order_by("code")
    return tuple(registry.profile_shape(row) for row in rows)


def change_state(*, by: Actor, code: str, state: ThingState) -> None:
    """Move a thing along its life (`shapes.NEXT`); ConflictError `sensing.thing.state`. Needs `thing.manage`.

    A retired thing loses its keys and is heard no more; its history stays.
    """
    verbs.change_state(by, code, state)


def credentials_of(*, by: Actor, code: str) -> tuple[Credential, ...]:
    """The keys of a thing without their secrets, the newest first; needs `thing.manage`."""
    return registry.credentials_of(registry.thing_row(by, code, "thing.manage"))


def rotate_key(*, by: Actor, code: str, is_at_once: bool = False) -> IssuedCredential:
    """A fresh key for a thing; the keys before it hold seven days more, or end now. Needs `thing.manage`."""
    return verbs.rotate_key(by, code, is_at_once)


def revoke_key(*, by: Actor, code: str, credential: str) -> None:
    """End a key now; NotFoundError `sensing.key.unknown`. Needs `thing.manage`."""
    verbs.revoke_key(by, code, credential)


def claim_keys(*, by: Actor) -> tuple[ClaimKey, ...]:
    """The claim keys in the scope of `thing.manage`, the newest first."""
    by.require("thing.manage")
    rows = models.ClaimKey.objects.filter(registry.scope_of(by, "thing.manage")).order_by("-made_at", "-pk")
    return tuple(registry.claim_shape(row) for row in rows[:200])


def issue_claim_key(*, by: Actor, profile: str, org: str, most: int, until: datetime) -> IssuedClaimKey:
    """A key with which up to `most` things of a profile register themselves for `org` before `until` (a year at most).

    Needs `thing.manage` there; InvalidError naming profile, most or until.
    """
    return verbs.issue_claim_key(by, profile, org, most, until)


def revoke_claim_key(*, by: Actor, id: str) -> None:
    """End a claim key now; what it registered stays. Needs `thing.manage`."""
    verbs.revoke_claim_key(by, id)


def claim(*, secret: str, code: str, title: str) -> IssuedCredential:
    """A thing registers itself: UnauthenticatedError `sensing.claim_key.refused`, ConflictError when it is used up.

    InvalidError `sensing.things` when the code is taken or the title is wrong. No actor: the key is the right.
    """
    return verbs.claim(secret, code, title)


def directory(*, after: int = 0) -> Directory:
    """What the intake must know of the registry, changed behind a version. For the house itself."""
    return registry.directory(after)
