"""Alarms raised and cleared by rules, handled by people; rules and maintenance kept."""

from collections.abc import Iterable
from datetime import datetime

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Q

from liangxi.core.audit import face as audit
from liangxi.core.events import face as events
from liangxi.core.people import face as people
from liangxi.kit import time
from liangxi.kit.actor import Actor
from liangxi.kit.errors import InvalidError, NotFoundError
from liangxi.systems.sensing import models
from liangxi.systems.sensing.actions.registry import next_version
from liangxi.systems.sensing.events import AlarmCleared, AlarmRaised
from liangxi.systems.sensing.queries import alarms as reads
from liangxi.systems.sensing.queries import registry
from liangxi.systems.sensing.rules import alarms as laws
from liangxi.systems.sensing.rules import alerting
from liangxi.systems.sensing.shapes import DEEDS, AlarmChange, AlarmRule, Deed, Maintenance

_QUIET = ("shelved", "suppressed")


def put_rule(by: Actor, rule: AlarmRule) -> str:
    """Write a new rule, or the one that has its id; the intake takes it over at once."""
    kinds = {row.code: registry.profile_shape(row) for row in models.Profile.objects.filter(code=rule.profile)}
    alerting.check(rule, kinds)
    path = people.organisation(code=rule.org).path if rule.org else "/"
    by.require("rule.manage", path)
    if rule.thing:
        registry.thing_row(by, rule.thing, "rule.manage")
    names = ("title", "property", "org", "thing", "kind", "severity", "high", "low", "hysteresis", "hold", "after",
             "share", "least", "is_on")  # fmt: skip
    values = {name: getattr(rule, name) for name in names} | {"profile_id": rule.profile, "org_path": path}
    with transaction.atomic():
        next_version()
        if rule.id:
            row = rule_row(by, rule.id)
            models.AlarmRule.objects.filter(pk=row.pk).update(**values)
        else:
            row = models.AlarmRule.objects.create(**values)
        audit.record(by=by, action="sensing.rule.written", object=f"alarm_rule:{row.pk}", detail={"title": rule.title})
    return str(row.pk)


def switch_rule(by: Actor, id: str, is_on: bool) -> None:
    """Switch a rule on or off; alarms of a rule that is off end."""
    with transaction.atomic():
        next_version()
        row = rule_row(by, id)
        models.AlarmRule.objects.filter(pk=row.pk).update(is_on=is_on)
        detail = {"is_on": is_on}
        audit.record(by=by, action="sensing.rule.switched", object=f"alarm_rule:{row.pk}", detail=detail)
        if not is_on:
            for alarm in models.Alarm.objects.select_for_update(of=("self",)).filter(rule=row, is_active=True):
                _clear(alarm, time.now(), "")


def rule_row(by: Actor, id: str) -> models.AlarmRule:
    """A rule in the scope of `rule.manage`; NotFoundError `sensing.rule.unknown`."""
    rows = models.AlarmRule.objects.filter(registry.scope_of(by, "rule.manage"))
    row = rows.filter(pk=int(id)).first() if id.isdecimal() and len(id) < 19 else None
    if row is None:
        raise NotFoundError("sensing.rule.unknown", "There is no such rule.")
    return row


def record_changes(changes: Iterable[AlarmChange]) -> int:
    """Raise and clear, all in one transaction; what was told before changes nothing. The number of changes."""
    done = 0
    with transaction.atomic():
        for change in changes:
            done += _raise(change) if change.is_raised else _end(change)
    return done


def _subject(change: AlarmChange) -> str:
    return f"{change.thing}/{change.property}" if change.thing else f"@{change.place}"


def _raise(change: AlarmChange) -> int:
    of_rule = models.Alarm.objects.filter(rule=change.rule, subject=_subject(change))
    rule = models.AlarmRule.objects.filter(pk=change.rule, is_on=True).first()
    if rule is None or of_rule.filter(cause__gte=change.cause).exists():
        return 0
    thing = models.Thing.objects.filter(code=change.thing).first() if change.thing else None
    standing = of_rule.select_for_update(of=("self",)).filter(closed_at=None).select_related("rule", "thing").first()
    if standing is not None:
        return _again(standing, change)
    owner, path = (thing.org, thing.org_path) if thing else (rule.org, rule.org_path)
    alarm = models.Alarm.objects.create(
        rule=rule,
        subject=_subject(change),
        thing=thing,
        property=change.property,
        place=change.place,
        org=owner,
        org_path=path,
        severity=rule.severity,
        cause=change.cause,
        value=change.value,
        raised_at=change.at,
        is_suppressed=_is_in_maintenance(thing, path),
    )
    _write(alarm, "suppressed" if alarm.is_suppressed else "raised")
    _tell(alarm)
    return 1


def _again(alarm: models.Alarm, change: AlarmChange) -> int:
    """The condition came back before anybody closed the alarm."""
    alarm.flaps += 1
    alarm.is_active, alarm.cause, alarm.value, alarm.cleared_at = True, change.cause, change.value, None
    if not laws.is_flapping(alarm.flaps, alarm.raised_at, change.at):
        alarm.is_acknowledged = False
        alarm.is_told = False
        _write(alarm, "returned")
    alarm.save()
    _tell(alarm)
    return 1


def _end(change: AlarmChange) -> int:
    alarm = (
        models.Alarm.objects.select_for_update(of=("self",))
        .filter(rule=change.rule, subject=_subject(change), is_active=True, cause__lte=change.cause)
        .first()
    )
    if alarm is None:
        return 0
    _clear(alarm, change.at, "")
    return 1


def _clear(alarm: models.Alarm, at: datetime, who: str, note: str = "", *, is_final: bool = False) -> None:
    alarm.is_active, alarm.cleared_at = False, at
    if is_final or laws.is_over(is_active=False, is_acknowledged=alarm.is_acknowledged):
        alarm.closed_at = max(at, alarm.raised_at)
    is_chatter = laws.is_flapping(alarm.flaps, alarm.raised_at, at) and alarm.closed_at is None
    if alarm.is_told and not is_chatter:
        alarm.is_told = False
        events.announce(AlarmCleared(alarm=str(alarm.pk), at=at), subject=f"alarm:{alarm.pk}")
    alarm.save()
    _write(alarm, "cleared", who, note)


def _tell(alarm: models.Alarm) -> None:
    """Tell the outside of an alarm that stands and is not kept quiet, once."""
    if alarm.is_told or not alarm.is_active or reads.standing_of(alarm) in _QUIET:
        return
    alarm.is_told = True
    alarm.save(update_fields=["is_told"])
    thing = alarm.thing
    told = AlarmRaised(
        alarm=str(alarm.pk),
        title=alarm.rule.title,
        severity=alarm.severity,
        thing=thing.code if thing else "",
        property=alarm.property,
        division=thing.division if thing else alarm.place,
        org=alarm.org,
        lon=thing.lon if thing else None,
        lat=thing.lat if thing else None,
        value=alarm.value,
        at=alarm.raised_at,
    )
    events.announce(told, subject=f"alarm:{alarm.pk}")


def _write(alarm: models.Alarm, what: str, who: str = "", note: str = "") -> None:
    alarm.entries.create(at=time.now(), who=who, what=what, note=note)


def _is_in_maintenance(thing: models.Thing | None, path: str) -> bool:
    if thing is not None and thing.state == "maintenance":
        return True
    now = time.now()
    rows = models.Maintenance.objects.filter(since__lte=now, until__gt=now)
    if thing is not None and rows.filter(thing=thing.code).exists():
        return True
    return any(path.startswith(one) for one in rows.filter(thing="").values_list("org_path", flat=True))


def sweep() -> int:
    """What time does: alarms whose quiet is over are told, if they still stand. The number of alarms."""
    done = 0
    with transaction.atomic():
        over = Q(is_suppressed=True) | Q(shelved_until__lte=time.now())
        rows = models.Alarm.objects.select_for_update(of=("self",), skip_locked=True).filter(over, closed_at=None)
        for alarm in rows.select_related("rule", "thing")[:500]:
            if alarm.is_suppressed and _is_in_maintenance(alarm.thing, alarm.org_path):
                continue
            alarm.is_suppressed, alarm.shelved_until = False, None
            alarm.save()
            _write(alarm, "unsuppressed")
            _tell(alarm)
            done += 1
    return done


def handle(by: Actor, id: str, deed: Deed, note: str, until: datetime | None, assignee: str) -> None:
    """What a person does about an alarm."""
    note = _checked_note(deed, note)
    with transaction.atomic():
        alarm = alarm_row(by, id, "alarm.handle", is_locked=True)
        laws.check_open(reads.standing_of(alarm))
        if deed == "clear":
            _clear(alarm, time.now(), by.name, note, is_final=True)
        else:
            _do(by, alarm, deed, until, assignee)
            alarm.save()
            _write(alarm, deed, by.name, note)
            _tell(alarm)
        audit.record(by=by, action=f"sensing.alarm.{deed}", object=f"alarm:{id}", detail={"note": note})


def _checked_note(deed: Deed, note: str) -> str:
    note = note.strip()
    if deed not in DEEDS:
        raise _invalid("deed", "There is no such deed.")
    if len(note) > 500:
        raise _invalid("note", "Write at most 500 characters.")
    if deed in ("comment", "clear") and not note:
        raise _invalid("note", "Write a word.")
    return note


def _do(by: Actor, alarm: models.Alarm, deed: Deed, until: datetime | None, assignee: str) -> None:
    match deed:
        case "acknowledge":
            alarm.is_acknowledged = True
            if laws.is_over(is_active=alarm.is_active, is_acknowledged=True):
                alarm.closed_at = time.now()
        case "assign":
            alarm.assignee = people.colleague(by=by, account=assignee).name if assignee else by.name
        case "shelve":
            laws.check_shelf(until or time.now(), time.now())
            alarm.shelved_until = until
        case "unshelve":
            alarm.shelved_until = None


def alarm_row(by: Actor, id: str, permission: str, *, is_locked: bool = False) -> models.Alarm:
    """An alarm in one's scope; NotFoundError `sensing.alarm.unknown`."""
    rows = models.Alarm.objects.filter(registry.scope_of(by, permission)).select_related("rule", "thing")
    try:
        row = (rows.select_for_update(of=("self",)) if is_locked else rows).filter(pk=id).first()
    except (ValueError, ValidationError):
        row = None
    if row is None:
        raise NotFoundError("sensing.alarm.unknown", "There is no such alarm.")
    return row


def plan_maintenance(by: Actor, work: Maintenance) -> str:
    """Keep alarms quiet for a while: of a thing, or of all that an organisation owns."""
    if not work.since < work.until:
        raise _invalid("until", "The work ends after it began.")
    if not work.reason.strip():
        raise _invalid("reason", "Say what is done.")
    thing = registry.thing_row(by, work.thing, "alarm.handle") if work.thing else None
    org = thing.org if thing else work.org
    path = thing.org_path if thing else people.organisation(code=org).path
    by.require("alarm.handle", path)
    with transaction.atomic():
        row = models.Maintenance.objects.create(
            thing=work.thing, org=org, org_path=path, since=work.since, until=work.until, reason=work.reason.strip()
        )
        detail = {"thing": work.thing, "until": work.until.isoformat()}
        audit.record(by=by, action="sensing.maintenance.planned", object=f"organisation:{org}", detail=detail)
    return str(row.pk)


def _invalid(field: str, message: str) -> InvalidError:
    return InvalidError(f"sensing.{field}", message, fields={field: message})
