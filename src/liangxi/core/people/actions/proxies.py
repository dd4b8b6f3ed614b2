"""Giving, taking and ending roles to act for another."""

from collections.abc import Sequence
from datetime import date, timedelta
from uuid import UUID

from django.db import IntegrityError, transaction

from liangxi.core.audit import face as audit
from liangxi.core.events import face as events
from liangxi.core.people.events import ProxyChanged
from liangxi.core.people.models import Person, Proxy
from liangxi.core.people.queries import proxies
from liangxi.core.people.rules import identity, mandates, roles
from liangxi.core.people.shapes import Proxy as Given
from liangxi.kit import time
from liangxi.kit.actor import Actor
from liangxi.kit.errors import ConflictError, ForbiddenError, InvalidError, NotFoundError

MOST_MATTERS = 60
_ENDS = {"declined": "people.proxy.declined", "revoked": "people.proxy.revoked", "returned": "people.proxy.returned"}


def give(by: Actor, agent: tuple[str, str], role: str, matters: Sequence[str], until: date) -> Given:
    """Ask somebody (name, citizen id) to act in a role for the firm, or the person, for whom `by` speaks."""
    _may_give(by)
    _check(by, role, matters, until)
    found = _agent(by, *agent)
    with transaction.atomic():
        row = Proxy(
            firm_id=by.firm,
            person_id=None if by.firm else by.person,
            agent=found,
            role=role,
            matters=sorted(set(matters)),
            since=time.today(),
            until=until,
            given_by=by.account,
            is_given_at_window=by.is_assisted,
            asked_at=time.now(),
        )
        _write_once(row)
        _tell(by, row, "people.proxy.asked", "asked", str(found.pk))
    return proxies.shape(row)


def _write_once(row: Proxy) -> None:
    """One who was asked, or who acts, in this role is not asked again; a role whose day has passed makes room."""
    same = Proxy.objects.filter(firm=row.firm_id, person=row.person_id, agent=row.agent, role=row.role, ended_at=None)
    same.filter(until__lte=time.today()).update(ended_at=row.asked_at, ended_how="expired")
    try:
        with transaction.atomic():
            row.save(force_insert=True)
    except IntegrityError as error:
        if "people_proxy_once" not in str(error):
            raise
        raise ConflictError(
            "people.proxy.held", "This person was asked for this role already.",
            fields={"role": "This person was asked for this role already."},
        ) from error  # fmt: skip


def accept(by: Actor, id: str) -> None:
    """The one who was asked takes the role."""
    with transaction.atomic():
        row = _row(id)
        if row is None or str(row.agent_id) != proxies.hand_of(by):
            raise _unknown()
        _require_state(row, "asked")
        row.accepted_at = time.now()
        row.save(update_fields=["accepted_at"])
        _tell(by, row, "people.proxy.accepted", "accepted", _giver(row))


def end(by: Actor, id: str) -> None:
    """The subject revokes, the agent declines or gives back; it holds no more from now on."""
    with transaction.atomic():
        row = _row(id)
        if row is None:
            raise _unknown()
        state = proxies.shape(row).state
        if str(row.agent_id) == proxies.hand_of(by):
            how, to = "returned" if state == "held" else "declined", _giver(row)
        elif _speaks_for(by, row):
            how, to = "revoked", str(row.agent_id)
        else:
            raise _unknown()
        _require_state(row, "asked", "held")
        row.ended_at, row.ended_how = time.now(), how
        row.save(update_fields=["ended_at", "ended_how"])
        _tell(by, row, _ENDS[how], how, to)


def _may_give(by: Actor) -> None:
    """Nobody passes on what he holds for another; a minor gives no proxy (民法典第十九条)."""
    by.require("proxy.grant")
    if by.firm or by.person is None:
        return
    born = Person.objects.filter(pk=by.person).values_list("birth_date", flat=True).first()
    if born is None or mandates.is_minor(born, time.today()):
        raise ForbiddenError("people.proxy.minor", "Who is under 18 is represented by the parents.")


def _check(by: Actor, role: str, matters: Sequence[str], until: date) -> None:
    if role not in (roles.FIRM_ROLES if by.firm else (roles.RELATIVE,)):
        raise _invalid("role", "Choose a role.")
    today = time.today()
    if not today < until <= today + timedelta(days=mandates.LONGEST_DAYS):
        raise _invalid("until", "The role must end after today and within three years.")
    if len(matters) > MOST_MATTERS or not all(0 < len(one) <= 64 for one in matters):
        raise _invalid("matters", "Choose things from the list.")


def _agent(by: Actor, name: str, citizen_id: str) -> Person:
    """The person whose number and name both fit; a stranger learns no more than that they do not."""
    number = identity.check_citizen_id(citizen_id).value
    row = Person.objects.filter(citizen_id=number, until=None).first()
    if row is None or row.name != " ".join(name.split()):
        with transaction.atomic():
            audit.record(by=by, action="people.proxy.asked", object="register:person", decision="refused",
                         personal={"citizen_id": number, "name": name[:100]})  # fmt: skip
        raise _invalid("citizen_id", "Name and citizen id do not belong together. Compare both with the card.")
    if str(row.pk) in (by.person, by.hand):
        raise _invalid("citizen_id", "You act for yourself already.")
    if mandates.is_minor(row.birth_date, time.today()):
        raise _invalid("citizen_id", "Who acts for another is 18 or older.")
    return row


def _row(id: str) -> Proxy | None:
    try:
        wanted = UUID(id)
    except ValueError:
        return None
    rows = Proxy.objects.select_for_update(of=("self",)).select_related("firm", "person", "agent")
    return rows.filter(pk=wanted).first()


def _speaks_for(by: Actor, row: Proxy) -> bool:
    if not by.may("proxy.grant"):
        return False
    return str(row.firm_id) == by.firm if row.firm_id else by.firm is None and str(row.person_id) == by.person


def _giver(row: Proxy) -> str:
    """Who is told on the side of the subject."""
    return str(row.firm.legal_representative_id or "") if row.firm else str(row.person_id)


def _require_state(row: Proxy, *states: str) -> None:
    if proxies.shape(row).state not in states:
        raise ConflictError("people.proxy.ended", "This role has ended or was answered already.")


def _tell(by: Actor, row: Proxy, action: str, what: str, to: str) -> None:
    """Trace and news of a change."""
    given = proxies.shape(row)
    subject = f"{given.kind}:{given.subject}"
    audit.record(by=by, action=action, object=f"proxy:{given.id}",
                 detail={"for": subject, "agent": given.agent, "role": given.role, "until": given.until.isoformat(),
                         "matters": list(given.matters)})  # fmt: skip
    if to:
        told = ProxyChanged(proxy=given.id, what=what, to_person=to, subject_name=given.subject_name,
                            agent_name=given.agent_name, role=given.role, until=given.until, at=time.now())  # fmt: skip
        events.announce(told, subject=f"proxy:{given.id}")


def _unknown() -> NotFoundError:
    return NotFoundError("people.proxy.unknown", "There is no such role of yours.")


def _invalid(field: str, message: str) -> InvalidError:
    return InvalidError(f"people.proxy.{field}", message, fields={field: message})
