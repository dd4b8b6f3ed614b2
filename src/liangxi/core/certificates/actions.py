"""Issuing, revoking, printing, verifying."""

import json
from collections.abc import Mapping
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from django.db import connection, transaction
from django.utils.translation import get_language

from liangxi.core.audit import face as audit
from liangxi.core.certificates import keys, queries
from liangxi.core.certificates.errors import TooManyError
from liangxi.core.certificates.events import CertificateIssued, CertificateRevoked
from liangxi.core.certificates.models import Certificate as Row
from liangxi.core.certificates.models import CheckCount
from liangxi.core.certificates.rules import documents, numbers, signing, states
from liangxi.core.certificates.rules.documents import Draft
from liangxi.core.certificates.shapes import Certificate, Holder, Titles, Verification
from liangxi.core.codes import face as codes
from liangxi.core.events import face as events
from liangxi.core.people import face as people
from liangxi.kit import time
from liangxi.kit.actor import Actor
from liangxi.kit.errors import ConflictError, InvalidError, NotFoundError

ISSUES = "case.decide"
READS = "case.read"
CHECKS_A_MINUTE = 60  # of one client; a window clerk checks a handful
MOST_BYTES = 10 * 1024 * 1024


def draft(
    type: str,
    holder: Holder,
    stated: tuple[Mapping[str, str], Mapping[str, Titles]],
    issuer_org: str,
    source: str,
    period: tuple[date, date | None],
) -> Draft:
    """What the issuer says, checked: the type and the organisation exist on the day, the dates follow each other."""
    (fields, labels), (valid_from, valid_to) = stated, period
    try:
        kind = codes.code(list_id="licence_type", code=type, on=valid_from)
    except NotFoundError as error:
        raise _invalid("type", "certificates.type", "There is no such type of certificate.") from error
    if not holder.name.strip() or not (holder.person or holder.firm):
        raise _invalid("holder", "certificates.holder", "A certificate names its holder.")
    years = kind.attributes.get("years", "")
    if valid_to is None and years.isdecimal():
        valid_to = states.last_day(valid_from, int(years))
    if valid_to is not None and valid_to < valid_from:
        raise _invalid("valid_to", "certificates.period", "The last day lies before the first.")
    return Draft(
        type=type,
        title=dict(kind.title),
        holder=holder,
        issuer_org=issuer_org,
        issuer=dict(people.organisation(code=issuer_org).name),
        lines=documents.lines_of(fields, labels, kind.attributes.get("fields", "")),
        source=source,
        valid_from=valid_from,
        valid_to=valid_to,
        is_sample=queries.is_sample(),
    )


def issue(by: Actor, said: Draft, key: str, matter: str = "") -> Certificate:
    """Number, sign, keep, announce; the same key again gives the same certificate."""
    organisation = people.organisation(code=said.issuer_org)
    by.require(ISSUES, organisation.path)
    if not key:
        raise _invalid("key", "certificates.key", "Issuing needs a key.")
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 2))", [f"certificates:{key}"])
        row = Row.objects.filter(key=key).first()
        if row is None:
            row = _new_row(by, said, (key, matter), organisation.path)
        elif not documents.says_the_same(said, row.document):
            raise ConflictError(
                "certificates.key.reused", "Another certificate was issued for %(key)s already.", {"key": key}
            )
    return queries.shape(row)


def _new_row(by: Actor, said: Draft, named: tuple[str, str], issuer_path: str) -> Row:
    now = time.now()
    city = issuer_path.strip("/").split("/")[0]
    number = numbers.make_number(city, now.astimezone(time.CITY).year, queries.next_sequence())
    document = documents.document_of(said, number, now)
    row = Row.objects.create(
        number=number,
        check_code=numbers.make_code(),
        key=named[0],
        matter=named[1],
        type=said.type,
        document=document,
        signature=signing.sign(document, keys.private()),
        holder_person=_uuid(said.holder.person),
        holder_firm=_uuid(said.holder.firm),
        issuer_org=said.issuer_org,
        issuer_path=issuer_path,
        source=said.source,
        issued_at=datetime.fromisoformat(document["issued_at"]),
    )
    audit.record(
        by=by, action="certificate.issue", object=f"certificate:{number}",
        detail={"type": said.type, "source": said.source, "org": said.issuer_org},
        personal={"holder": said.holder.name},
    )  # fmt: skip
    told = CertificateIssued(
        number=number, type=said.type, holder_person=said.holder.person, holder_firm=said.holder.firm,
        issuer_org=said.issuer_org, source=said.source, valid_from=said.valid_from, valid_to=said.valid_to, at=now,
    )  # fmt: skip
    events.announce(told, subject=number)
    return row


def revoke(by: Actor, number: str, reason: str) -> Certificate:
    """Take a certificate back, for a reason that its holder is told."""
    if not reason.strip():
        raise _invalid("reason", "certificates.reason", "Say why the certificate is revoked.")
    with transaction.atomic():
        row = Row.objects.select_for_update().filter(pk=number).first() or queries.row(number)
        by.require(ISSUES, row.issuer_path)
        if row.revoked_at is not None:
            raise ConflictError(
                "certificates.revoked", "The certificate %(number)s was revoked already.", {"number": number}
            )
        row.revoked_at, row.revoked_by, row.revoked_for = time.now(), by.account, reason.strip()
        row.save(update_fields=["revoked_at", "revoked_by", "revoked_for"])
        audit.record(
            by=by, action="certificate.revoke", object=f"certificate:{number}", detail={"reason": reason.strip()}
        )
        told = CertificateRevoked(
            number=number, type=row.type, holder_person=_text(row.holder_person), holder_firm=_text(row.holder_firm),
            issuer_org=row.issuer_org, reason=row.revoked_for, at=row.revoked_at,
        )  # fmt: skip
        events.announce(told, subject=number)
    return queries.shape(row)


def read(by: Actor, number: str) -> Row:
    """The row for its holder, for the house, and for staff who may read cases of the issuer; others learn nothing."""
    row = queries.row(number)
    if _holds(by, row):
        return row
    if not by.may(READS, row.issuer_path):
        raise NotFoundError("certificates.unknown", "There is no certificate %(number)s.", {"number": number})
    if by.kind != "system":
        detail = {"type": row.type} | ({"person": str(row.holder_person)} if row.holder_person else {})
        with transaction.atomic():
            audit.record(by=by, action="certificate.read", object=f"certificate:{number}", detail=detail)
    return row


def of_holder(by: Actor, holder: str) -> tuple[Certificate, ...]:
    """All certificates of a person or firm; staff see those of issuers in their scope."""
    rows = queries.rows_of(UUID(holder)) if _is_uuid(holder) else ()
    if by.kind == "system":
        return tuple(queries.shape(row) for row in rows)
    if holder in (by.person, by.firm):
        return tuple(queries.shape(row) for row in rows if _holds(by, row))
    by.require(READS)
    with transaction.atomic():
        audit.record(by=by, action="certificate.search", object=f"person:{holder}", detail={"found": len(rows)})
    return tuple(queries.shape(row) for row in rows if by.may(READS, row.issuer_path))


def pdf(by: Actor, number: str) -> bytes:
    """The printed form with the signed envelope inside."""
    from liangxi.core.certificates.paper import pdf as paper

    row = read(by, number)
    said = documents.certificate_of(row.document, "zh", **_kept(row))
    english = documents.certificate_of(row.document, "en", **_kept(row))
    signed = json.dumps(envelope(row), ensure_ascii=False, indent=1).encode()
    return paper.written(said, english, queries.city(), documents.EMBEDDED, signed)


def rotate_key(by: Actor) -> str:
    """Begin a new signing key."""
    by.require("role.manage")
    kid = keys.rotate()
    with transaction.atomic():
        audit.record(by=by, action="certificate.rotate", object="key:certificates", detail={"kid": kid})
    return kid


def envelope(row: Row) -> dict[str, Any]:
    """The document with its signature, as it is embedded and handed out."""
    return {"certificate": row.document, "signature": row.signature}


def verify(number: str, code: str, client: str) -> Verification:
    """What the public page answers; a wrong code looks like an unknown number."""
    _count(client)
    plain = numbers.read_number(number)
    row = Row.objects.filter(pk=plain).first() if plain else None
    if row is None or not numbers.same_code(code, row.check_code):
        return Verification(status="unknown", number=number.strip()[:40], checked_at=time.now())
    return _verified(row, row.document, row.signature)


def verify_document(content: bytes, client: str) -> Verification:
    """Check an envelope, or the one inside a PDF: its own signature first, then what the register says today."""
    _count(client)
    found = _envelope_in(content)
    document, signature = found.get("certificate"), found.get("signature")
    if not isinstance(document, dict) or not isinstance(signature, str):
        raise _no_envelope()
    number = str(document.get("number", ""))[:40]
    if signing.signer_of(document, signature, keys.public()) is None:
        return Verification(status="tampered", number=number, checked_at=time.now())
    row = Row.objects.filter(pk=number).first()
    if row is None:
        return Verification(status="unknown", number=number, checked_at=time.now())
    return _verified(row, document, signature)


def _verified(row: Row, document: Mapping[str, Any], signature: str) -> Verification:
    kid = signing.signer_of(document, signature, keys.public())
    now = time.now()
    if kid is None or document["number"] != row.number:
        return Verification(status="tampered", number=row.number, checked_at=now)
    said = documents.certificate_of(document, get_language() or "zh-hans", **_kept(row))
    return Verification(
        status=states.status_on(
            time.today(), valid_from=said.valid_from, valid_to=said.valid_to, is_revoked=row.revoked_at is not None
        ),
        number=said.number,
        checked_at=now,
        title=said.title,
        holder=said.holder.name if row.holder_firm else people.mask_name(said.holder.name),
        holder_id=said.holder.masked_id,
        issuer=said.issuer,
        issued_on=said.issued_at.astimezone(time.CITY).date(),
        valid_from=said.valid_from,
        valid_to=said.valid_to,
        revoked_on=row.revoked_at.astimezone(time.CITY).date() if row.revoked_at else None,
        kid=kid,
        is_sample=said.is_sample,
    )


def _envelope_in(content: bytes) -> dict[str, Any]:
    if len(content) > MOST_BYTES:
        raise _invalid("document", "certificates.document.size", "The file is larger than 10 MB.")
    try:
        if content.lstrip()[:5] == b"%PDF-":
            from liangxi.core.certificates.paper import pdf as paper

            content = paper.attached(content, documents.EMBEDDED)
        found = json.loads(content)
    except (ValueError, RecursionError) as error:
        raise _no_envelope() from error
    if not isinstance(found, dict):
        raise _no_envelope()
    return found


def _count(client: str) -> None:
    """Count the asking of one client and refuse above the measure of a person."""
    if not client:
        return
    minute = time.now().replace(second=0, microsecond=0)
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO certificates_checkcount (client, minute, count) VALUES (%s, %s, 1)"
            " ON CONFLICT (client, minute) DO UPDATE SET count = certificates_checkcount.count + 1 RETURNING count",
            [client, minute],
        )
        count: int = cursor.fetchone()[0]
    if count == 1:
        CheckCount.objects.filter(minute__lt=minute - timedelta(hours=1)).delete()
    if count > CHECKS_A_MINUTE:
        raise TooManyError("certificates.too_many", "Too many checks in a short time. Wait a minute and try again.")


def _holds(by: Actor, row: Row) -> bool:
    """True for who speaks for the holder, in a role that receives the certificates of this matter.

    What was issued to a firm is the firm's, whoever applied for it.
    """
    firm, person = _text(row.holder_firm), _text(row.holder_person)
    is_his = by.firm == firm if firm else person is not None and by.person == person
    if by.kind != "public" or not is_his or not by.may("certificate.own"):
        return False
    limits = by.matters("certificate.own")
    return limits is None or row.matter in limits


def _kept(row: Row) -> dict[str, Any]:
    return {
        "person": _text(row.holder_person),
        "firm": _text(row.holder_firm),
        "revoked_at": row.revoked_at,
        "revoked_for": row.revoked_for,
        "check": row.check_code,
        "verify_url": queries.verify_url(row.number, row.check_code),
    }


def _invalid(field: str, code: str, message: str) -> InvalidError:
    return InvalidError(code, message, fields={field: message})


def _no_envelope() -> InvalidError:
    return _invalid(
        "document", "certificates.document", "This is not a certificate of this city, or its signed data was removed."
    )


def _text(value: UUID | None) -> str | None:
    return str(value) if value else None


def _uuid(text: str | None) -> UUID | None:
    return UUID(text) if text else None


def _is_uuid(text: str) -> bool:
    try:
        UUID(text)
    except ValueError:
        return False
    return True
