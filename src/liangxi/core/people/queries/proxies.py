"""Reading who acts for whom."""

from collections import defaultdict
from collections.abc import Iterable
from datetime import date
from uuid import UUID

from django.db.models import Q

from liangxi.core.audit import face as audit
from liangxi.core.people import models
from liangxi.core.people.queries import registers
from liangxi.core.people.rules import mandates, roles
from liangxi.core.people.shapes import Mandate, Proxy, ProxyDeed
from liangxi.kit import time
from liangxi.kit.actor import Actor, Grant

REPRESENTATIVE = "legal_representative"
_ALL = "/"


def hand_of(by: Actor) -> str | None:
    """The natural person who acts: for a relative not the one for whom."""
    return by.hand or by.person


def grants_for_firm(person: str, firm: UUID) -> tuple[Grant, ...]:
    """What a person may do for a firm today; nothing for a stranger."""
    if models.Firm.objects.filter(pk=firm, legal_representative=UUID(person), until=None).exists():
        return (Grant(roles.RESIDENT, roles.permissions_of(roles.RESIDENT), _ALL),)
    return _grants(_holding(Q(agent_id=person, firm_id=firm, firm__until=None)))


def grants_for_person(person: str, other: UUID) -> tuple[Grant, ...]:
    """What a person may do for another one today; nothing for a stranger."""
    if str(other) in _wards(person):
        return (Grant(roles.GUARDIAN, roles.permissions_of(roles.GUARDIAN), _ALL),)
    return _grants(_holding(Q(agent_id=person, person_id=other, person__until=None)))


def _grants(rows: Iterable[models.Proxy]) -> tuple[Grant, ...]:
    return tuple(Grant(row.role, roles.permissions_of(row.role), _ALL, frozenset(row.matters)) for row in rows)


def _holding(which: Q) -> list[models.Proxy]:
    today = time.today()
    held = Q(accepted_at__isnull=False, ended_at=None, since__lte=today, until__gt=today)
    return list(
        models.Proxy.objects.filter(which & held).select_related("firm", "person", "agent").order_by("asked_at")
    )


def _wards(person: str) -> dict[str, models.Person]:
    """The minor children of a person by id, the eldest first."""
    household = registers.household_of(person)
    if household is None:
        return {}
    ids = mandates.children_of(person, ((one.person, one.relation) for one in household.members))
    rows = models.Person.objects.filter(pk__in=ids, until=None).order_by("birth_date", "pk")
    return {str(row.pk): row for row in rows if mandates.is_minor(row.birth_date, time.today())}


def mandates_of(by: Actor) -> tuple[Mandate, ...]:
    """For whom the natural person may act: firms first, then children, then relatives."""
    person = hand_of(by)
    if by.kind != "public" or person is None:
        return ()
    firms = models.Firm.objects.filter(legal_representative=UUID(person), until=None).order_by("name")
    by_law = [_by_law("firm", str(one.pk), one.name, REPRESENTATIVE, None) for one in firms]
    children = [
        _by_law("person", id, one.name, roles.GUARDIAN, mandates.comes_of_age(one.birth_date))
        for id, one in _wards(person).items()
    ]
    known = {(one.kind, one.subject) for one in (*by_law, *children)}
    given: dict[tuple[str, str], list[models.Proxy]] = defaultdict(list)
    for row in _holding(Q(agent_id=person, firm__until=None, person__until=None)):
        key = ("firm", str(row.firm_id)) if row.firm_id else ("person", str(row.person_id))
        if key not in known:
            given[key].append(row)
    proxies = [_given(rows) for rows in given.values()]
    order = {"firm": 0, "person": 1}
    return tuple(sorted((*by_law, *children, *proxies), key=lambda one: order[one.kind]))


def _by_law(kind: str, subject: str, name: str, role: str, until: date | None) -> Mandate:
    permissions = roles.permissions_of(roles.RESIDENT if role == REPRESENTATIVE else role)
    return Mandate(
        kind="firm" if kind == "firm" else "person",
        subject=subject,
        name=name,
        roles=(role,),
        permissions=permissions,
        matters=frozenset(),
        until=until,
    )


def _given(rows: list[models.Proxy]) -> Mandate:
    """Several roles of one person for one subject are one mandate."""
    first = rows[0]
    is_limited = all(row.matters for row in rows)
    return Mandate(
        kind="firm" if first.firm_id else "person",
        subject=str(first.firm_id or first.person_id),
        name=_subject_name(first),
        roles=tuple(dict.fromkeys(row.role for row in rows)),
        permissions=frozenset[str]().union(*(roles.permissions_of(row.role) for row in rows)),
        matters=frozenset(matter for row in rows for matter in row.matters) if is_limited else frozenset(),
        until=max(row.until for row in rows),
    )


def _subject_name(row: models.Proxy) -> str:
    subject = row.firm or row.person
    assert subject is not None
    return subject.name


def given_by(by: Actor) -> tuple[Proxy, ...]:
    """Every proxy that the subject of `by` has given, the newest first."""
    return _shapes(Q(firm_id=by.firm) if by.firm else Q(person_id=by.person)) if by.person else ()


def given_to(by: Actor) -> tuple[Proxy, ...]:
    """Every proxy that the natural person has been asked to take, the newest first."""
    person = hand_of(by)
    return _shapes(Q(agent_id=person)) if person and by.kind == "public" else ()


def _shapes(which: Q) -> tuple[Proxy, ...]:
    rows = models.Proxy.objects.filter(which).select_related("firm", "person", "agent")
    return tuple(shape(row) for row in rows.order_by("-asked_at")[:200])


def shape(row: models.Proxy) -> Proxy:
    """The value of a row."""
    return Proxy(
        id=str(row.pk),
        kind="firm" if row.firm_id else "person",
        subject=str(row.firm_id or row.person_id),
        subject_name=_subject_name(row),
        agent=str(row.agent_id),
        agent_name=row.agent.name,
        role=row.role,
        matters=tuple(row.matters),
        since=row.since,
        until=row.until,
        state=mandates.state_of(row.until, is_accepted=row.accepted_at is not None, ended=row.ended_how),
        asked_at=row.asked_at,
        is_given_at_window=row.is_given_at_window,
    )


def hearers(person: str, firm: str | None, permission: str, matter: str) -> tuple[str, ...]:
    """Who hears of a case: see the face."""
    which = Q(firm_id=firm) if firm else Q(person_id=person)
    able = [
        str(row.agent_id) for row in _holding(which)
        if permission in roles.permissions_of(row.role) and (not row.matters or matter in row.matters)
    ]  # fmt: skip
    if firm:
        head = models.Firm.objects.filter(pk=firm, until=None).values_list("legal_representative_id", flat=True).first()
        return tuple(dict.fromkeys([*([str(head)] if head else []), *able]))
    return tuple(dict.fromkeys([person, *able, *_parents(person)]))


def _parents(person: str) -> tuple[str, ...]:
    household = registers.household_of(person)
    if household is None:
        return ()
    known = [one.person for one in household.members if one.relation in mandates.PARENTS]
    return tuple(one for one in known if person in _wards(one))


def deeds(by: Actor, limit: int) -> tuple[ProxyDeed, ...]:
    """What others did for the subject of `by`, the newest first."""
    subject = f"firm:{by.firm}" if by.firm else f"person:{by.person}"
    found = audit.deeds_for(subject=subject, limit=limit)
    names = dict(
        models.Account.objects.filter(pk__in={int(one.actor) for one in found if one.actor.isdecimal()}).values_list(
            "pk", "name"
        )
    )
    return tuple(
        ProxyDeed(one.time, names.get(int(one.actor), "") if one.actor.isdecimal() else one.actor,
                  one.action, one.object, one.unit)
        for one in found
    )  # fmt: skip
