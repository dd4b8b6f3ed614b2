"""Reads of needs, grants, keys and usage."""

from collections.abc import Iterable, Mapping
from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.db.models import Max, Q, QuerySet, Sum

from liangxi.core.audit import face as audit
from liangxi.core.cases import face as cases
from liangxi.kit import actor, time
from liangxi.kit.actor import Actor
from liangxi.kit.errors import NotFoundError
from liangxi.systems.data import models
from liangxi.systems.data.queries.registers import uuid
from liangxi.systems.data.rules import sharing
from liangxi.systems.data.shapes import DepartmentKey, Grant, GrantStep, Need, NeedRequest, Reading, UsageDay

ZONE = actor.system("data")
_CLOCKED = ("checking", "asked", "mediating")


def rule(name: str) -> int:
    """A figure of the city's rules, or its default."""
    found = models.SharingRule.objects.filter(pk=name).values_list("value", flat=True).first()
    return int(found) if found is not None else sharing.LIMITS[name]


def bureau() -> str:
    """The organisation that checks needs and mediates."""
    return models.SharingRule.objects.filter(pk="bureau").values_list("value", flat=True).first() or "data"


def unknown(what: str) -> NotFoundError:
    """The error for what is not there or not for the one who asks."""
    return NotFoundError("data.sharing.unknown", "There is no such %(what)s for you.", {"what": what})


def in_scope(by: Actor, permission: str, column: str) -> Q:
    """Rows whose organisation lies in the scope of a permission."""
    where = Q(pk__in=())
    for path in by.paths(permission):
        where |= Q(**{f"{column}__startswith": path})
    return where


def need_row(by: Actor, id: str, *, lock: bool = False) -> models.Need:
    """A need that `by` may see: the consumer, a provider that is asked, the bureau, the auditor."""
    rows = models.Need.objects.select_for_update() if lock else models.Need.objects
    row = rows.filter(pk=uuid(id) or UUID(int=0)).first()
    if row is None or not (
        by.may("data.request", row.org_path)
        or by.may("data.review", row.org_path)
        or by.may("audit.read", row.org_path)
        or any(by.may("data.grant", one.org_path) for one in row.requests.all())
    ):
        raise unknown("need")
    return row


def need(by: Actor, row: models.Need) -> Need:
    """A need with its requests and clocks."""
    case = cases.case(by=ZONE, no=row.case_no)
    clocks: dict[str, tuple[datetime | None, str]] = {one.no: (one.due, one.light) for one in case.items}
    task = next((one for one in case.tasks if one.kind == "accept"), None)
    actions = []
    if row.state == "checking" and by.may("data.review", row.org_path) and by.account != row.made_by:
        actions.append("check")
    is_open = row.state in ("checking", "answering") and not any(item.outcome for item in case.items)
    if is_open and by.may("data.request", row.org_path) and by.kind != "system":
        actions.append("withdraw")
    listed = list(row.requests.select_related("resource", "grant").order_by("pk"))
    if by.may("data.review", row.org_path) and any(one.state == "mediating" for one in listed):
        actions.append("mediate")
    return Need(
        id=str(row.pk),
        case_no=row.case_no,
        org=row.org,
        title=row.title,
        purpose=row.purpose,
        legal_basis=row.legal_basis,
        matter=row.matter,
        frequency=row.frequency,
        since=row.since,
        until=row.until,
        state=row.state,
        note=row.note,
        made_by=row.made_by_name,
        made_at=row.made_at,
        checked_at=row.checked_at,
        due=task.due if task else None,
        light=task.light if task else "none",
        requests=tuple(request(one, clocks.get(one.item_no, (None, "none"))) for one in listed),
        actions=tuple(actions),
        answerable=tuple(str(r.pk) for r in listed if r.state == "asked" and by.may("data.grant", r.org_path)),
    )


def request(row: models.NeedRequest, clock: tuple[datetime | None, str]) -> NeedRequest:
    """A line of the responsibility list."""
    due, light = clock if row.state in _CLOCKED else (None, "none")
    known = dict(row.resource.fields.values_list("name", "title"))
    return NeedRequest(
        id=str(row.pk),
        need=str(row.need_id),
        resource=row.resource_id,
        title=row.resource.title,
        sharing=row.resource.sharing,
        org=row.org,
        columns=tuple(row.columns),
        column_titles=tuple(known.get(name, {"zh": name, "en": name}) for name in row.columns),
        rows=row.rows,
        state=row.state,
        item_no=row.item_no,
        due=due,
        light=light,
        reason=row.reason,
        basis=row.basis,
        answered_by=row.answered_by_name,
        answered_at=row.answered_at,
        objection=row.objection,
        mediation_no=row.mediation_no,
        mediation=row.mediation,
        grant=str(row.grant.pk) if hasattr(row, "grant") else None,
    )


def needs(by: Actor, where: Q, limit: int = 100) -> tuple[Need, ...]:
    """Needs, the newest first."""
    return tuple(need(by, row) for row in models.Need.objects.filter(where).order_by("-pk")[:limit])


def waiting(by: Actor) -> tuple[NeedRequest, ...]:
    """The requests that the actor's posts have to answer, the most urgent first (500 of the inbox)."""
    found: dict[str, tuple[datetime | None, str]] = {}
    after: str | None = None
    for _ in range(5):
        page = cases.inbox(by=by, after=after, limit=100)
        found |= {row.case_no: (row.due, row.light) for row in page.rows}
        after = page.next
        if after is None:
            break
    rows = models.NeedRequest.objects.filter(in_scope(by, "data.grant", "org_path"), state="asked")
    listed = [request(row, found.get(row.item_no, (None, "none"))) for row in rows.select_related("resource", "grant")]
    return tuple(sorted(listed, key=lambda one: (one.due is None, one.due, one.id)))


def request_row(by: Actor, id: str, permission: str, *, lock: bool = True) -> models.NeedRequest:
    """A request of which the actor holds the permission: `data.grant` or `data.review` of its provider, or
    `data.request` of its consumer."""
    rows = models.NeedRequest.objects.select_for_update(of=("self",)) if lock else models.NeedRequest.objects
    row = rows.select_related("need", "resource").filter(pk=uuid(id) or UUID(int=0)).first()
    if row is None or not by.may(permission, row.need.org_path if permission == "data.request" else row.org_path):
        raise unknown("request")
    return row


def standing(row: models.Grant, today: date) -> str:
    """Whether a grant holds on a day."""
    period = (row.since, row.until, row.review_on)
    return sharing.standing(row.state, period, today, is_published=row.resource.state == "published")


def grant_rows() -> QuerySet[models.Grant]:
    """Grants with what pages show of them."""
    return models.Grant.objects.select_related("resource", "request")


def in_resource(id: str) -> Q:
    """Grants of one resource, or of any."""
    return Q(resource=id) if id else Q()


def grants(by: Actor, where: Q) -> tuple[Grant, ...]:
    """Grants, the newest first."""
    return tuple(grant(by, row) for row in grant_rows().filter(where).order_by("-pk")[:500])


def grant_row(by: Actor, id: str, *, lock: bool = False) -> models.Grant:
    """A grant that `by` may see: consumer, provider, bureau, auditor."""
    rows = grant_rows().select_for_update(of=("self",)) if lock else grant_rows()
    row = rows.filter(pk=uuid(id) or UUID(int=0)).first()
    if row is None or not (
        by.may("data.request", row.org_path)
        or by.may("data.grant", row.provider_path)
        or by.may("data.review", row.provider_path)
        or by.may("audit.read", row.provider_path)
    ):
        raise unknown("grant")
    return row


def grant(by: Actor, row: models.Grant, *, with_steps: bool = False) -> Grant:
    """A grant with its usage."""
    today = time.today()
    used = row.usage.filter(reads__gt=0).aggregate(all_reads=Sum("reads"), all_rows=Sum("rows"), last=Max("day"))
    of_today = row.usage.filter(day=today).values_list("reads", flat=True).first()
    state = standing(row, today)
    steps = row.steps.order_by("pk") if with_steps else ()
    return Grant(
        id=str(row.pk),
        need=str(row.request.need_id),
        resource=row.resource_id,
        title=row.resource.title,
        org=row.org,
        provider=row.provider,
        terms=row.terms,
        version_from=row.version_from,
        version_to=row.version_to,
        purpose=row.purpose,
        legal_basis=row.legal_basis,
        quota=row.quota,
        since=row.since,
        until=row.until,
        review_on=row.review_on,
        review_no=row.review_no,
        state=state,
        reason=row.reason,
        given_at=row.given_at,
        used_today=of_today or 0,
        used_reads=used["all_reads"] or 0,
        used_rows=used["all_rows"] or 0,
        last_used=used["last"],
        actions=_actions(by, row, state),
        steps=tuple(GrantStep(kind=s.kind, at=s.at, by=s.by_name, text=s.text) for s in steps),
    )


def _actions(by: Actor, row: models.Grant, state: str) -> tuple[str, ...]:
    is_provider = by.may("data.grant", row.provider_path)
    leads = is_provider or by.may("data.review", row.provider_path)
    possible = {
        "suspend": leads and row.state == "active" and state in ("active", "waiting"),
        "resume": leads and row.state == "suspended",
        "revoke": leads and row.state != "revoked" and state not in ("expired", "lapsed"),
        "report": by.may("data.request", row.org_path) and row.state != "revoked",
        "confirm": is_provider and bool(row.review_no) and state not in ("expired", "lapsed", "revoked"),
    }
    return tuple(name for name, holds in possible.items() if holds)


def usage(row: models.Grant, days: int = 30) -> tuple[UsageDay, ...]:
    """The days on which something was read, the newest first."""
    found = row.usage.order_by("-day")[:days]
    return tuple(UsageDay(one.day, one.reads, one.rows, one.refused) for one in found)


def keys(where: Q) -> tuple[DepartmentKey, ...]:
    """Keys of departments, the newest first."""
    return tuple(key(row) for row in models.DepartmentKey.objects.filter(where).order_by("-pk"))


def key(row: models.DepartmentKey) -> DepartmentKey:
    """A key without its secret."""
    state = "revoked" if row.revoked_at else "held" if time.today() < row.until else "expired"
    return DepartmentKey(
        id=str(row.pk),
        org=row.org,
        name=row.name,
        hint=row.hint,
        grants=tuple(str(pk) for pk in row.grants.order_by("pk").values_list("pk", flat=True)),
        made_at=row.made_at,
        until=row.until,
        last_used_at=row.last_used_at,
        state=state,
    )


def readings(by: Actor, narrow: Mapping[str, str], after: int | None, limit: int) -> tuple[list[Reading], int | None]:
    """Sealed records of reading under grants, the newest first; narrowed by `person`, `account` or `grant`."""
    found: list[Reading] = []
    object = f"person:{narrow['person']}" if narrow.get("person") else None
    for _ in range(20):
        page = audit.entries_of(
            by=by, object=object, actor=narrow.get("account") or None, action="data.fetch", after=after, limit=200
        )
        found += [_reading(one) for one in page.entries if _fits(one, narrow)]
        after = page.next
        if after is None or len(found) >= limit:
            break
    kept = found[:limit]
    return kept, after if after is not None and len(found) <= limit else None


def _fits(entry: Any, narrow: Mapping[str, str]) -> bool:
    grant = narrow.get("grant")
    return not grant or entry.detail.get("grant") == grant


def _reading(entry: Any) -> Reading:
    return Reading(
        at=entry.time,
        org=entry.detail.get("org") or entry.unit,
        account=entry.actor,
        action=entry.action,
        object=entry.object,
        purpose=entry.purpose,
        grant=str(entry.detail.get("grant", "")),
        fields=tuple(entry.detail.get("fields", ())),
    )


def grants_by_id(ids: Iterable[str]) -> dict[str, models.Grant]:
    """Grants by id."""
    return {str(row.pk): row for row in grant_rows().filter(pk__in=[uuid(one) for one in ids if uuid(one)])}
