"""What things observed. Needs `thing.read` on the owner; opening a history is in the audit trail."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from liangxi.core.audit import face as audit
from liangxi.core.people import face as people
from liangxi.kit.actor import Actor
from liangxi.kit.errors import InvalidError
from liangxi.kit.series.archive import STEPS
from liangxi.kit.series.evaluating import Evaluator, Group
from liangxi.systems.sensing import models
from liangxi.systems.sensing.face.alarms import pair_of
from liangxi.systems.sensing.queries import readings as reads
from liangxi.systems.sensing.queries import registry
from liangxi.systems.sensing.rules import alerting
from liangxi.systems.sensing.shapes import AlarmRule, Observation, Property, RuleInForce, Span, Thing, Trial

LONGEST = timedelta(days=366)


def latest(*, by: Actor, things: Sequence[Thing]) -> dict[str, dict[str, Observation]]:
    """The latest observation of every stream of `things` (as `things` or `thing` gave them), by code and property."""
    by.require("thing.read")
    allowed = [one for one in things if by.may("thing.read", one.org_path)]
    return reads.latest(allowed, _kinds({one.profile for one in allowed}))


def readings(
    *, by: Actor, code: str, property: str, since: datetime, until: datetime, limit: int = 1000
) -> tuple[Observation, ...]:
    """The newest `limit` (at most 10,000) observations of a stream from `since` up to `until`, by time.

    InvalidError naming property or until (a year at most).
    """
    stream, one = _stream(by, code, property, since, until)
    return tuple(reads.readings(one, stream, since, until, max(1, min(limit, 10_000))))


def spans(*, by: Actor, code: str, property: str, since: datetime, until: datetime, step: int) -> tuple[Span, ...]:
    """The roll-ups of a stream by `step` (300 or 3600 s), exact up to the last observation stored."""
    if step not in STEPS:
        raise InvalidError("sensing.step", "A step is 300 or 3600 seconds.", fields={"step": "300, 3600"})
    stream, _ = _stream(by, code, property, since, until)
    return tuple(reads.spans(stream.pk, since, until, step))


def try_rule(*, by: Actor, rule: AlarmRule, since: datetime, until: datetime) -> Trial:
    """What a rule would have raised on the history of the things that it is about; nothing is raised.

    For rules of threshold, rate and group. Needs `rule.manage`; up to 1,000 things and a year.
    """
    _check_span(since, until)
    alerting.check(rule, {row.code: registry.profile_shape(row) for row in _profiles({rule.profile})})
    if rule.kind not in ("threshold", "rate", "group"):
        raise InvalidError("sensing.rule.kind", "A silence leaves nothing to try.", fields={"kind": "threshold, rate"})
    path = people.organisation(code=rule.org).path if rule.org else "/"
    by.require("rule.manage", path)
    things = models.Thing.objects.filter(profile=rule.profile, org_path__startswith=path).order_by("pk")
    if rule.thing:
        things = things.filter(code=rule.thing)
    rows = models.Datastream.objects.filter(property=rule.property, thing__in=things).select_related("thing")
    streams = {row.pk: row.thing for row in rows.order_by("pk")[: reads.MOST_THINGS]}
    force = RuleInForce(0, path, rule)
    places = sorted({thing.division for thing in streams.values()}) if rule.kind == "group" else []
    pairs = [
        pair_of(force, stream=stream, group=places.index(thing.division) if places else -1)
        for stream, thing in streams.items()
    ]
    groups = [Group(rule=0, place=place, share=rule.share, least=rule.least) for place in places]
    return reads.tried(Evaluator(pairs, groups), streams, since, until) if streams else Trial(0, 0, ())


def _stream(
    by: Actor, code: str, name: str, since: datetime, until: datetime
) -> tuple[models.Datastream, Property | None]:
    _check_span(since, until)
    row = registry.thing_row(by, code, "thing.read")
    stream = row.streams.filter(property=name).first()
    if stream is None:
        why = "The thing has no such property."
        raise InvalidError("sensing.property", why, fields={"property": why})
    detail = {"property": name, "since": since.isoformat(), "until": until.isoformat()}
    audit.record(by=by, action="sensing.history.read", object=f"thing:{code}", detail=detail)
    return stream, registry.profile_shape(row.profile).properties.get(name)


def _check_span(since: datetime, until: datetime) -> None:
    if not since < until <= since + LONGEST:
        why = "The span ends after it begins, within a year."
        raise InvalidError("sensing.span", why, fields={"until": why})


def _profiles(codes: set[str]) -> list[models.Profile]:
    return list(models.Profile.objects.filter(code__in=codes))


def _kinds(codes: set[str]) -> dict[str, dict[str, Property]]:
    return {row.code: dict(registry.profile_shape(row).properties) for row in _profiles(codes)}
