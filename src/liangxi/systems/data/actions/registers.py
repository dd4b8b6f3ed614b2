"""Consent, reading for a purpose, objections, licences."""

from collections.abc import Iterable
from dataclasses import fields
from datetime import timedelta
from typing import Any
from uuid import UUID

from django.db import connection, transaction
from django.db.models import Q

from liangxi.core.audit import face as audit
from liangxi.core.cases import face as cases
from liangxi.core.cases.shapes import Applicant
from liangxi.core.certificates.events import CertificateIssued, CertificateRevoked
from liangxi.core.events.errors import PostponeError
from liangxi.core.messages import face as messages
from liangxi.core.people import face as people
from liangxi.kit import actor, bulk, time
from liangxi.kit.actor import Actor
from liangxi.kit.errors import ConflictError, ForbiddenError, InvalidError, NotFoundError
from liangxi.systems.data.models import Consent, Dispute, Licence, Marriage
from liangxi.systems.data.queries import registers as queries
from liangxi.systems.data.queries import sharing as sharing_queries
from liangxi.systems.data.rules import registers, sharing
from liangxi.systems.data.shapes import DisputedValue, Fact, LicenceFact, LicenceRow, MarriageRow

ZONE = actor.system("data")
_LATE = timedelta(seconds=5)  # until a revocation looks again for the licence that it ends
LOAD = "register.load"  # no role gives it: registers are loaded by the house alone
OUTCOMES = ("corrected", "upheld")


def consent(by: Actor, person: str, purpose: str, ref: str) -> None:
    """Write down that a person allows one reading occasion."""
    if by.person != person:
        by.require("case.accept")  # said at the window, before a clerk
    if not purpose or not ref:
        raise _invalid("purpose", "Say what the data is read for.")
    ident = queries.uuid(person)
    if ident is None:
        raise _invalid("person", "Say who consents.")
    with transaction.atomic():
        said = {"given_at": time.now(), "given_by": by.account}
        row, is_new = Consent.objects.get_or_create(ref=ref, person=ident, defaults={"purpose": purpose, **said})
        if row.purpose != purpose:
            raise ConflictError("data.consent.purpose", "This consent was given for another purpose.")
        anew = Consent.objects.filter(pk=row.pk, withdrawn_at__isnull=False).update(withdrawn_at=None, **said)
        if is_new or anew:
            _record_consent(by, "data.consented", person, purpose, ref)


def withdraw_consent(by: Actor, person: str, ref: str) -> None:
    """From now on nothing is read under it (个人信息保护法 art. 15)."""
    if by.person != person:
        by.require("case.accept")
    with transaction.atomic():
        given = Consent.objects.filter(ref=ref, person=queries.uuid(person) or UUID(int=0), withdrawn_at=None)
        for purpose in given.values_list("purpose", flat=True).select_for_update():
            given.update(withdrawn_at=time.now())
            _record_consent(by, "data.consent.withdrawn", person, purpose, ref)


def _record_consent(by: Actor, action: str, person: str, purpose: str, ref: str) -> None:
    audit.record(by=by, action=action, object=f"person:{person}", purpose=purpose, detail={"consent": ref})


def fetch(by: Actor, purpose: str, subject: str, names: list[str], ref: str) -> dict[str, Fact]:
    """The values that the registers hold; fields without a value are left out."""
    wanted = registers.wanted(names)
    with transaction.atomic():
        _require_consent(by, purpose, subject, ref)
        now = time.now()
        found: dict[str, Fact] = {}
        for register, of_register in wanted.items():
            source = registers.REGISTERS[register]
            values = queries.READERS[register](ZONE.with_purpose(purpose), subject)
            for name in of_register:
                if values.get(name) not in {None, ""}:
                    field = f"registry.{register}.{name}"
                    found[field] = Fact(value=values[name], source_org=source.org, source_title=source.title, as_of=now)
        _log(by, "data.fetch", subject, purpose, {"fields": sorted(names), "consent": ref})
    return found


def licences_of(by: Actor, purpose: str, subject: str, ref: str) -> tuple[LicenceFact, ...]:
    """The e-licences in force of a person or firm."""
    with transaction.atomic():
        _require_consent(by, purpose, subject, ref)
        found = queries.licences(Q(person=subject) | Q(firm=subject))
        _log(by, "data.licences.fetch", subject, purpose, {"licences": [one.number for one in found], "consent": ref})
    return found


def _log(by: Actor, action: str, subject: str, purpose: str, detail: dict[str, Any]) -> None:
    """A look at a person is a record about him; a firm's data is no personal data, and is recorded as the firm's."""
    kind = "firm" if queries.is_firm(subject) else "person"
    audit.record(by=by, action=action, object=f"{kind}:{subject}", purpose=purpose, detail=detail)


def _require_consent(by: Actor, purpose: str, subject: str, ref: str) -> None:
    """The subject, or the one who represents the firm, has allowed this occasion for this purpose."""
    given = Consent.objects.filter(ref=ref, purpose=purpose, withdrawn_at=None).values_list("person", flat=True)
    allowed = {str(person) for person in given}
    owner = queries.representative_of(subject) if queries.is_firm(subject) else subject
    if by.firm == subject and by.kind == "public":  # who acts for a firm consents in its name
        owner = by.person
    if owner is None or owner not in allowed:
        raise ForbiddenError("data.consent", "There is no consent for reading this data for this purpose.")
    if by.kind != "system" and by.person != owner:
        by.require("case.accept")


def dispute(by: Actor, subject: str, field: str, claim: str, note: str) -> str:
    """Open an objection with the owner of the register; the same one twice is one."""
    register = registers.register_of(field)
    claim = claim.strip()
    if not 1 <= len(claim) <= 200:
        raise _invalid("claim", "Write what the value should be, in up to 200 characters.")
    if len(note) > 500:
        raise _invalid("note", "Write at most 500 characters.")
    owner = queries.representative_of(subject) if queries.is_firm(subject) else subject
    if by.person is None or (by.person != owner and by.firm != subject):
        raise ForbiddenError("data.dispute.stranger", "You may object to your own data and that of your firms.")
    if registers.is_of_firms(field) != queries.is_firm(subject):
        raise _invalid("field", "This register knows nothing of the one it is about.")
    with transaction.atomic():
        row, is_new = Dispute.objects.get_or_create(
            subject=UUID(subject),
            field=field,
            claim=claim,
            state="open",
            defaults={
                "person": UUID(by.person),
                "said_by": by.name if by.firm else people.mask_name(by.name),
                "note": note.strip(),
                "org": register.org,
                "org_path": people.organisation(code=register.org).path,
                "opened_at": time.now(),
            },
        )
        if is_new:
            row.case_no = _open_check(by, row)
            row.save(update_fields=["case_no"])
            audit.record(by=by, action="data.disputed", object=f"dispute:{row.pk}", detail={"field": field})
    return str(row.pk)


def _open_check(by: Actor, row: Dispute) -> str:
    """校核 is a case of the register's owner: the objection is taken in by itself, its clock is the city's.

    The zone opens it, since to object to one's own data needs no permission (个人信息保护法 art. 46).
    """
    definition = sharing.objection_plan(row.org, registers.title_of(row.field), sharing_queries.rule("objection_days"))
    case = cases.open_case(
        by=ZONE,
        plan=cases.register_plan(by=ZONE, definition=definition),
        applicant=Applicant(person=str(row.person), firm=by.firm, name=by.name, account=by.account),
        subject=registers.title_of(row.field)["zh"],
        items=["check"],
        form={"objection": str(row.pk), "field": row.field},
        key=f"objection:{row.pk}",
    )
    cases.command(by=ZONE, case=case.no, action="accept", key=f"objection:accept:{row.pk}")
    return case.no


def disputed(by: Actor, id: str) -> DisputedValue:
    """An objection as the owner of the register sees it."""
    row = queries.dispute(id)
    if row is None or not by.may("data.correct", row.org_path):
        raise _no_dispute()
    found = queries.dispute_shape(row, is_masked=not by.purpose)
    if not by.purpose:
        return DisputedValue(found, None, row.said_by)
    _, register, name = row.field.split(".")
    zone = ZONE.with_purpose(by.purpose)
    with transaction.atomic():
        value = queries.READERS[register](zone, found.subject).get(name) or None
        who = people.person(by=zone, id=str(row.person)).name
        _log(by, "data.dispute.view", found.subject, by.purpose, {"fields": [row.field], "dispute": found.id})
    return DisputedValue(found, value, who)


def answer_dispute(by: Actor, id: str, outcome: str, answer: str) -> None:
    """The owner's word, once."""
    if outcome not in OUTCOMES:
        raise _invalid("outcome", "Say whether the value was corrected or stands.")
    if not 1 <= len(answer.strip()) <= 500:
        raise _invalid("answer", "Write an answer of up to 500 characters.")
    with transaction.atomic():
        row = queries.dispute(id, lock=True)
        if row is None or not by.may("data.correct", row.org_path):
            raise _no_dispute()
        if row.state != "open":
            raise ConflictError("data.dispute.answered", "This objection has been answered already.")
        if row.case_no:  # what was objected to before had none
            item = cases.case(by=ZONE, no=row.case_no).items[0]
            body = {"outcome": "approve" if outcome == "corrected" else "deny", "reason": answer.strip(),
                    "reason_code": "" if outcome == "corrected" else "data-correct"}  # fmt: skip
            cases.command(by=by, case=item.no, action="decide", key=f"objection:{row.pk}", body=body)
        row.state, row.answer = outcome, answer.strip()
        row.answered_by, row.answered_at = by.account, time.now()
        row.save()
        audit.record(by=by, action="data.dispute.answered", object=f"dispute:{row.pk}", detail={"outcome": outcome})
        messages.send(
            by=ZONE,
            to_person=str(row.person),
            template=f"data.{outcome}",
            params={"title": registers.title_of(row.field), "note": row.answer},
            key=f"dispute:{row.pk}",
            link="/me/",
        )


def _no_dispute() -> NotFoundError:
    return NotFoundError("data.dispute.unknown", "There is no such objection for you to answer.")


def record_licence(event: CertificateIssued) -> None:
    """A certificate issued here is an e-licence from then on; the event may come twice."""
    Licence.objects.get_or_create(
        number=event.number,
        defaults={
            "type": event.type,
            "person": None if event.holder_firm else event.holder_person,
            "firm": event.holder_firm,
            "issuer_org": event.issuer_org,
            "valid_from": event.valid_from,
            "valid_to": event.valid_to,
        },
    )


def revoke_licence(event: CertificateRevoked) -> None:
    """A revoked certificate satisfies nothing any more; its issuing, when that is told late, must be heard first."""
    found = Licence.objects.filter(number=event.number)
    if not found.filter(revoked_at=None).update(revoked_at=event.at) and not found.exists():
        raise PostponeError(time.now() + _LATE)


def load_marriages(by: Actor, rows: Iterable[MarriageRow]) -> int:
    """Marriages by number."""
    return _load(by, Marriage, rows, MarriageRow)


def load_licences(by: Actor, rows: Iterable[LicenceRow]) -> int:
    """E-licences by number."""
    return _load(by, Licence, rows, LicenceRow)


def _load(by: Actor, model: Any, rows: Iterable[Any], shape: Any) -> int:
    by.require(LOAD)
    names = tuple(f.name for f in fields(shape))
    table = model._meta.db_table
    values = (tuple(getattr(row, name) for name in names) for row in rows)
    with transaction.atomic(), connection.cursor() as cursor:
        changed = bulk.upsert(cursor, table=table, columns=names, key=("number",), rows=values)
        audit.record(by=by, action="data.loaded", object=f"register:{table}", detail={"count": changed})
    return changed


def _invalid(field: str, message: str) -> InvalidError:
    return InvalidError(f"data.{field}", message, fields={field: message})
