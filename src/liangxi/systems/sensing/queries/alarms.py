"""Reads of rules and alarms."""

from typing import cast

from django.db.models import Case, Count, IntegerField, Q, Value, When

from liangxi.kit import time
from liangxi.systems.sensing import models
from liangxi.systems.sensing.rules import alarms as laws
from liangxi.systems.sensing.shapes import (
    SEVERITIES,
    Alarm,
    AlarmEntry,
    AlarmPage,
    AlarmRule,
    AlarmState,
    RuleInForce,
    RuleKind,
    Severity,
)

_GRAVITY = Case(
    *(When(severity=one, then=Value(place)) for place, one in enumerate(SEVERITIES)), output_field=IntegerField()
)


def rule_shape(row: models.AlarmRule) -> AlarmRule:
    """A rule as its shape."""
    return AlarmRule(
        id=str(row.pk),
        title=row.title,
        profile=row.profile_id,
        property=row.property,
        org=row.org,
        thing=row.thing,
        kind=cast(RuleKind, row.kind),
        severity=cast(Severity, row.severity),
        high=row.high,
        low=row.low,
        hysteresis=row.hysteresis,
        hold=row.hold,
        after=row.after,
        share=row.share,
        least=row.least,
        is_on=row.is_on,
    )


def in_force() -> tuple[RuleInForce, ...]:
    """The rules that are switched on."""
    rows = models.AlarmRule.objects.filter(is_on=True).order_by("pk")
    return tuple(RuleInForce(row.pk, row.org_path, rule_shape(row)) for row in rows)


def standing_of(row: models.Alarm) -> AlarmState:
    """The state of an alarm now."""
    standing = laws.Standing(
        row.is_active, row.is_acknowledged, row.shelved_until, row.is_suppressed, row.closed_at is not None
    )
    return laws.state_of(standing, time.now())


def alarm_shape(row: models.Alarm, *, has_entries: bool = False) -> Alarm:
    """An alarm as its shape."""
    told = row.entries.order_by("pk") if has_entries else ()
    return Alarm(
        id=str(row.pk),
        rule=str(row.rule_id),
        title=row.rule.title,
        severity=cast(Severity, row.severity),
        thing=row.thing.code if row.thing else "",
        thing_title=row.thing.title if row.thing else "",
        property=row.property,
        place=row.place,
        org=row.org,
        state=standing_of(row),
        is_active=row.is_active,
        is_acknowledged=row.is_acknowledged,
        shelved_until=row.shelved_until,
        raised_at=row.raised_at,
        cleared_at=row.cleared_at,
        value=row.value,
        assignee=row.assignee,
        flaps=row.flaps,
        entries=tuple(AlarmEntry(one.at, one.who, one.what, one.note) for one in told),
    )


def alarms(scope: Q, thing: str, is_open: bool, limit: int) -> AlarmPage:
    """A page of alarms, and how many are open by severity."""
    fitting = models.Alarm.objects.filter(scope, **({"thing__code": thing} if thing else {}))
    counted = fitting.filter(closed_at=None).values_list("severity").annotate(Count("pk"))
    rows = fitting.filter(closed_at__isnull=is_open).select_related("rule", "thing")
    ordered = rows.order_by(_GRAVITY, "-raised_at") if is_open else rows.order_by("-closed_at")
    return AlarmPage(tuple(alarm_shape(row) for row in ordered[:limit]), dict(counted))
