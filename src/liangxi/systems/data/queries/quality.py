"""Reads of measurements, tickets and the profile's own rules."""

from functools import lru_cache
from pathlib import Path
from typing import Any, cast
from uuid import UUID

from django.conf import settings
from django.db.models import Avg, Count, OuterRef, Subquery

from liangxi.kit import schema
from liangxi.kit.actor import Actor
from liangxi.kit.errors import NotFoundError
from liangxi.systems.data import models
from liangxi.systems.data.queries.registers import uuid
from liangxi.systems.data.rules import quality as rules
from liangxi.systems.data.shapes import ResourceDefinition
from liangxi.systems.data.shapes.quality import FieldProfile, Finding, Measurement, QualityPage, QualityRule, RuleResult

SCHEMA = Path(__file__).parent.parent / "schemas" / "quality.json"


def own_rules(made: ResourceDefinition) -> tuple[QualityRule, ...]:
    """The rules of the city for a resource (data/quality/*.yaml of its profile)."""
    return tuple(
        rules.own_rule(said, made) for said in _listed(settings.CONFIG.city_root) if said["resource"] == made.id
    )


@lru_cache(maxsize=4)
def _listed(root: Path) -> tuple[dict[str, Any], ...]:
    files = sorted((root / "data" / "quality").glob("*.yaml"))
    return tuple(said for file in files for said in schema.load_yaml(file, SCHEMA).data["rules"])


def newest(resource: str) -> models.Measurement | None:
    """The last measurement of a resource."""
    return models.Measurement.objects.filter(resource=resource).order_by("-measured_at").first()


def measurement(row: models.Measurement) -> Measurement:
    """A measurement as it is shown."""
    return Measurement(
        resource=row.resource_id,
        title=row.resource.title,
        org=row.resource.org,
        data_version=row.data_version,
        rows=row.rows,
        score=row.score,
        dimensions=row.dimensions,
        results=tuple(RuleResult(**one) for one in row.results),
        profile=tuple(_profile(one) for one in row.profile),
        alarms=tuple(row.alarms),
        measured_at=row.measured_at,
    )


def _profile(one: dict[str, Any]) -> FieldProfile:
    return FieldProfile(
        field=one["field"],
        nulls=one["nulls"],
        distinct=one["distinct"],
        low=one["low"],
        high=one["high"],
        top=tuple((value, n) for value, n in one["top"]),
        drift=one["drift"],
    )


def history(resource: str, limit: int) -> tuple[Measurement, ...]:
    """The last measurements of a resource, the newest first."""
    rows = models.Measurement.objects.select_related("resource").filter(resource=resource)
    return tuple(measurement(row) for row in rows.order_by("-measured_at")[:limit])


def page(by: Actor, org: str) -> QualityPage:
    """The newest measurement of every resource, the worst first."""
    last = models.Measurement.objects.filter(resource=OuterRef("pk")).order_by("-measured_at").values("pk")[:1]
    own = (
        models.Resource.objects.filter(state="published", org=org)
        if org
        else models.Resource.objects.filter(state="published")
    )
    newest_of = own.annotate(last=Subquery(last)).exclude(last=None).values("last")
    rows = models.Measurement.objects.select_related("resource").filter(pk__in=newest_of).order_by("score")
    orgs = rows.order_by().values_list("resource__org").annotate(Avg("score"), Count("pk"))
    tickets = models.Finding.objects.select_related("resource").filter(state="open").order_by("opened_at")
    tickets = tickets.filter(resource__org=org) if org else tickets
    return QualityPage(
        resources=tuple(measurement(row) for row in rows),
        orgs=tuple(sorted(((code, mean, n) for code, mean, n in orgs), key=lambda one: one[1])),
        findings=tuple(finding(by, row) for row in tickets[:100]),
    )


def findings(by: Actor, resource: str) -> tuple[Finding, ...]:
    """The tickets of a resource, open ones first."""
    rows = models.Finding.objects.select_related("resource").filter(resource=resource)
    return tuple(finding(by, row) for row in rows.order_by("-state", "-opened_at")[:50])


def finding(by: Actor, row: models.Finding) -> Finding:
    """A ticket as it is shown."""
    return Finding(
        id=str(row.pk),
        resource=row.resource_id,
        title=row.resource.title,
        org=row.resource.org,
        rule=row.rule,
        rule_title=row.rule_title,
        field=row.field,
        broken=row.broken,
        checked=row.checked,
        state=cast(Any, row.state),
        case=row.case_no,
        data_version=row.data_version,
        opened_at=row.opened_at,
        answer=row.answer,
        may_answer=row.state == "open" and by.may("data.correct", row.resource.org_path),
    )


def finding_row(by: Actor, id: str) -> models.Finding:
    """A locked ticket. NotFoundError `data.finding.unknown`."""
    rows = models.Finding.objects.select_for_update(of=("self",)).select_related("resource")
    row = rows.filter(pk=uuid(id) or UUID(int=0)).first()
    if row is None or by.kind == "public":
        raise NotFoundError("data.finding.unknown", "There is no such ticket.")
    return row
