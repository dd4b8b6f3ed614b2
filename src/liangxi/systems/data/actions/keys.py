"""Keys with which programs of departments read under grants."""

import hashlib
import secrets
from collections.abc import Sequence
from datetime import date, timedelta
from uuid import UUID

from django.db import transaction

from liangxi.core.audit import face as audit
from liangxi.kit import time
from liangxi.kit.actor import Actor
from liangxi.kit.errors import ForbiddenError, InvalidError, UnauthenticatedError
from liangxi.systems.data.actions.grants import require_holds
from liangxi.systems.data.models import DepartmentKey, Grant
from liangxi.systems.data.queries import sharing as queries
from liangxi.systems.data.queries.registers import uuid
from liangxi.systems.data.shapes import IssuedDepartmentKey

LONGEST = timedelta(days=366)
_TOUCH_EVERY = timedelta(minutes=1)


def issue(by: Actor, name: str, grants: Sequence[str], until: date) -> IssuedDepartmentKey:
    """A key of the department of the post; its secret leaves the house here and is not kept."""
    if by.org is None or by.org_path is None:
        raise ForbiddenError("data.key.post", "A key is made at a post of a department.")
    by.require("data.request", by.org_path)
    name, faults = " ".join(name.split()), dict[str, str]()
    rows = list(queries.grants_by_id(grants).values())
    if not 1 <= len(name) <= 60:
        faults["name"] = "Say in up to 60 characters which program uses the key."
    if not rows or len(rows) != len(set(grants)) or any(row.org != by.org for row in rows):
        faults["grants"] = "Choose grants of your department."
    if not time.today() < until <= time.today() + LONGEST:
        faults["until"] = "The key must end after today and within a year."
    if faults:
        raise InvalidError("data.key", "The key needs a correction.", fields=faults)
    secret = f"lxd_{secrets.token_urlsafe(32)}"
    with transaction.atomic():
        row = DepartmentKey.objects.create(org=by.org, org_path=by.org_path, name=name, hint=secret[:10],
                                           digest=_digest(secret), made_by=by.account, made_at=time.now(),
                                           until=until)  # fmt: skip
        row.grants.set(rows)
        detail = {"org": by.org, "grants": [str(one.pk) for one in rows], "until": until.isoformat()}
        audit.record(by=by, action="data.key.issued", object=f"department-key:{row.pk}", detail=detail)
    return IssuedDepartmentKey(queries.key(row), secret)


def revoke(by: Actor, id: str) -> None:
    """From now on the key opens nothing; for its department and the bureau."""
    with transaction.atomic():
        row = DepartmentKey.objects.select_for_update().filter(pk=uuid(id) or UUID(int=0)).first()
        if row is None or not (by.may("data.request", row.org_path) or by.may("data.review", row.org_path)):
            raise queries.unknown("key")
        if row.revoked_at is None:
            row.revoked_at = time.now()
            row.save(update_fields=["revoked_at"])
            audit.record(by=by, action="data.key.revoked", object=f"department-key:{row.pk}", detail={"org": row.org})


def opened(secret: str, resource: str) -> tuple[DepartmentKey, Grant]:
    """The key, and the grant that it opens on a resource and that holds today."""
    row = DepartmentKey.objects.filter(digest=_digest(secret)).first()
    if row is None or row.revoked_at is not None or time.today() >= row.until:
        why = "unknown" if row is None else "revoked" if row.revoked_at else "expired"
        raise UnauthenticatedError(f"data.key.{why}", "This key holds no more, or never did.")
    found = list(queries.grant_rows().filter(keys=row, resource=resource).order_by("-pk"))
    if not found:
        raise ForbiddenError("data.key.grant", "This key opens no grant on this resource.")
    today, now = time.today(), time.now()
    grant = next((one for one in found if queries.standing(one, today) == "active"), found[0])
    require_holds(grant, today)
    if row.last_used_at is None or now - row.last_used_at > _TOUCH_EVERY:
        DepartmentKey.objects.filter(pk=row.pk).update(last_used_at=now)
    return row, grant


def _digest(secret: str) -> str:
    return hashlib.sha256(secret.encode()).hexdigest()
