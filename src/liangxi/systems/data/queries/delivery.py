"""A key, a resource: which grant that opens, and the policy by which everything under it is read."""

import hashlib
import hmac
import time as clock
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db import connection

from liangxi.core.lake import face as lake
from liangxi.kit import time
from liangxi.kit.actor import Actor
from liangxi.systems.data import models
from liangxi.systems.data.queries import serving
from liangxi.systems.data.rules import delivery as rules
from liangxi.systems.data.rules import policy as policies
from liangxi.systems.data.rules.policy import Column, Policy, Reader, Schema
from liangxi.systems.data.shapes import Delivery, DeliveryColumn

_HOLDING = """
SELECT a.key, a.grant, s.version, s.batch FROM unnest(%(keys)s::uuid[], %(grants)s::uuid[]) AS a(key, "grant")
JOIN data_departmentkey k ON k.id = a.key AND k.revoked_at IS NULL AND k.until > %(day)s
JOIN data_grant g ON g.id = a.grant AND g.state = 'active' AND g.since <= %(day)s AND g.until > %(day)s
  AND g.review_on > %(day)s
JOIN data_resource r ON r.id = g.resource_id AND r.state = 'published'
JOIN data_serving s ON s.resource_id = r.id AND s.version > 0
"""


@dataclass(frozen=True, slots=True)
class Opened:
    """What a key opens on a resource; everything here is as it was when the grant was given, which does not change.

    Whether it holds is asked again at each reading (`holding`).
    """

    key: UUID | None
    grant: UUID
    resource: str
    purpose: str
    org: str  # the consumer
    quota: int
    policy: Policy
    schema: Schema
    reader: Reader
    lookups: tuple[str, ...]
    by: Actor
    is_personal: bool
    types: Mapping[str, Column]

    def record(self, columns: Iterable[str]) -> dict[str, Any]:
        """What the audit trail says of every reading under this grant."""
        return {"grant": str(self.grant), "org": self.org, "resource": self.resource, "fields": list(columns)}


def open_grants(org: str, resources: Collection[str]) -> frozenset[str]:
    """Those of some resources of which a department holds a grant today."""
    today = time.today()
    of_these = models.Grant.objects.filter(org=org, resource__in=resources, resource__state="published")
    held = of_these.filter(state="active", since__lte=today, until__gt=today, review_on__gt=today)
    return frozenset(held.values_list("resource_id", flat=True))


def opened(row: models.Grant, key: UUID | None, by: Actor | None = None) -> Opened:
    """A grant with its policy over the read store. NotFoundError `data.delivery.unserved`."""
    served = serving.of(row.resource_id)
    schema = serving.schema_of(served)
    fields = {one.name: one for one in models.ResourceField.objects.filter(resource=row.resource_id)}
    facts = {
        "lookups": served.lookups,
        "subject": served.subject,
        "types": {name: one.type for name, one in fields.items()},
    }
    return Opened(
        key=key,
        grant=row.pk,
        resource=row.resource_id,
        purpose=row.purpose,
        org=row.org,
        quota=row.quota,
        policy=rules.policy_of(row.terms, schema, purpose=row.purpose, facts=facts),
        schema=schema,
        reader=Reader(secret=_secret(row.pk)),
        lookups=tuple(served.lookups),
        by=by or Actor(kind="system", account=f"department-key:{key}", name="", org=row.org),
        is_personal=any(one.is_personal for one in fields.values()),
        types={column.name: column for column in schema.columns},
    )


def delivery(one: Opened) -> Delivery:
    """What is delivered under a grant, told to its reader."""
    served = serving.of(one.resource)
    shown = policies.checked(one.policy, one.schema)
    titles = dict(models.ResourceField.objects.filter(resource=one.resource).values_list("name", "title"))
    versions = lake.versions(table=serving.spec_of(served).name)
    return Delivery(
        grant=str(one.grant),
        resource=one.resource,
        key=one.schema.key,
        columns=tuple(
            DeliveryColumn(c.name, titles.get(c.name, {"zh": c.name, "en": c.name}), c.type, _word(one.policy, c.name))
            for c in shown.values()
        ),
        ways=tuple(sorted(one.policy.ways)),
        lookups=one.lookups,
        groups=one.policy.groups,
        measures=one.policy.measures,
        minimum_group=one.policy.minimum_group,
        rows=served.rows,
        version=served.version,
        batch=served.batch,
        cursor=f"{served.seq}.put",
        versions=tuple(one.number for one in versions if not one.dropped)[:20],
        reflected_at=served.reflected_at,
    )


def _word(made: Policy, name: str) -> str:
    mask = made.mask_of(name)
    return type(mask).__name__.lower() if mask else ""


def _secret(grant: UUID) -> bytes:
    """The key of tokens, of one grant: tokens of two grants cannot be joined."""
    return hmac.digest(settings.SECRET_KEY.encode(), f"data-tokens:{grant}".encode(), hashlib.sha256)


def holding(pairs: Iterable[tuple[UUID, UUID]], day: date) -> dict[tuple[UUID, UUID], tuple[int, int]]:
    """Those of the pairs (key, grant) that hold on a day, with version and batch of the read store."""
    keys, grants = zip(*pairs, strict=True)
    with connection.cursor() as cursor:
        cursor.execute(_HOLDING, {"keys": list(keys), "grants": list(grants), "day": day})
        return {(key, grant): (version, batch) for key, grant, version, batch in cursor.fetchall()}


class Remembered:
    """What was opened in the last minute: its policy is compiled once, whether it holds is asked each time."""

    LONGEST = 60.0  # seconds
    MOST = 10_000

    def __init__(self) -> None:
        self._held: dict[tuple[str, str], tuple[float, Opened]] = {}

    def get(self, secret: str, resource: str) -> Opened | None:
        """What is remembered, unless it is old."""
        found = self._held.get((secret, resource))
        return found[1] if found and found[0] > clock.monotonic() else None

    def put(self, secret: str, resource: str, one: Opened) -> Opened:
        """Remember."""
        if len(self._held) >= self.MOST:
            self._held.clear()
        self._held[secret, resource] = (clock.monotonic() + self.LONGEST, one)
        return one

    def drop(self, secret: str, resource: str) -> None:
        """Forget."""
        self._held.pop((secret, resource), None)
