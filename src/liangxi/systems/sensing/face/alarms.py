"""Rules and alarms. `rule.manage` and `alarm.handle` hold on the owner of the thing; who has `thing.read` sees them."""

from collections.abc import Sequence
from datetime import datetime

import numpy as np

from liangxi.kit.actor import Actor
from liangxi.kit.series.evaluating import RATE, THRESHOLD, Pair
from liangxi.systems.sensing import models
from liangxi.systems.sensing.actions import alarms as verbs
from liangxi.systems.sensing.queries import alarms as reads
from liangxi.systems.sensing.queries import registry
from liangxi.systems.sensing.shapes import Alarm, AlarmChange, AlarmPage, AlarmRule, Deed, Maintenance, RuleInForce


def alarm_rules(*, by: Actor) -> tuple[AlarmRule, ...]:
    """The rules in the scope of `thing.read`, and those of the whole city, by profile and title."""
    by.require("thing.read")
    scope = registry.scope_of(by, "thing.read")
    rows = models.AlarmRule.objects.filter(scope) | models.AlarmRule.objects.filter(org_path="/")
    return tuple(reads.rule_shape(row) for row in rows.order_by("profile_id", "title", "pk"))


def put_alarm_rule(*, by: Actor, rule: AlarmRule) -> str:
    """Write a new rule (without id) or a changed one; its id. It holds for what is stored from now on.

    Needs `rule.manage` on its organisation (none: the whole city); InvalidError `sensing.rule` naming the fields.
    """
    return verbs.put_rule(by, rule)


def switch_alarm_rule(*, by: Actor, id: str, is_on: bool) -> None:
    """Switch a rule on or off; its alarms that stand end with it. NotFoundError `sensing.rule.unknown`."""
    verbs.switch_rule(by, id, is_on)


def alarms(*, by: Actor, thing: str = "", is_open: bool = True, limit: int = 100) -> AlarmPage:
    """Alarms in the scope of `thing.read`: those that stand, or those that are over; up to 500."""
    by.require("thing.read")
    return reads.alarms(registry.scope_of(by, "thing.read"), thing, is_open, max(1, min(limit, 500)))


def alarm(*, by: Actor, id: str) -> Alarm:
    """One alarm with its history; needs `thing.read`, else NotFoundError `sensing.alarm.unknown`."""
    return reads.alarm_shape(verbs.alarm_row(by, id, "thing.read"), has_entries=True)


def handle_alarm(
    *, by: Actor, id: str, deed: Deed, note: str = "", until: datetime | None = None, assignee: str = ""
) -> None:
    """Acknowledge, assign (to the account `assignee`; none: to oneself), shelve, unshelve, comment, or clear by hand.

    Needs `alarm.handle`; ConflictError `sensing.alarm.closed` when it is over; InvalidError naming note or until.
    """
    verbs.handle(by, id, deed, note, until, assignee)


def plan_maintenance(*, by: Actor, work: Maintenance) -> str:
    """Keep the alarms of a thing, or of an organisation's things, quiet for a while; its id.

    Alarms that begin meanwhile are written down as suppressed, and told at the end if they still stand.
    """
    return verbs.plan_maintenance(by, work)


def rules_in_force() -> tuple[RuleInForce, ...]:
    """The rules that are switched on. For the house itself."""
    return reads.in_force()


def pair_of(one: RuleInForce, *, stream: int, group: int = -1) -> Pair:
    """A rule on a stream, as it is evaluated."""
    rule = one.rule
    return Pair(
        rule=one.number,
        stream=stream,
        kind=RATE if rule.kind == "rate" else THRESHOLD,
        high=np.inf if rule.high is None else rule.high,
        low=-np.inf if rule.low is None else rule.low,
        hysteresis=rule.hysteresis,
        hold=int(rule.hold * 1_000_000),
        group=group,
    )


def standing_alarms() -> tuple[AlarmChange, ...]:
    """The alarms whose condition stands, as they were raised. For the house itself."""
    rows = models.Alarm.objects.filter(is_active=True).select_related("thing")
    return tuple(
        AlarmChange(
            rule=row.rule_id,
            thing=row.thing.code if row.thing else "",
            property=row.property,
            place=row.place,
            is_raised=True,
            at=row.raised_at,
            value=row.value,
            cause=row.cause,
        )
        for row in rows
    )


def record_changes(*, changes: Sequence[AlarmChange]) -> int:
    """Raise and clear alarms as rules found them; told twice counts once. For the house itself."""
    return verbs.record_changes(changes)


def sweep_alarms() -> int:
    """Tell of alarms whose quiet is over and that still stand. For the house itself."""
    return verbs.sweep()
