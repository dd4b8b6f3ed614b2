"""Reads of the registers and of what is kept about reading them."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any, cast
from uuid import UUID

from django.db.models import F, Q
from django.utils.translation import get_language, gettext

from liangxi.core.audit import face as audit
from liangxi.core.audit.shapes import Entry
from liangxi.core.people import face as people
from liangxi.core.places import face as places
from liangxi.kit import time
from liangxi.kit.actor import Actor
from liangxi.kit.errors import HouseError, NotFoundError
from liangxi.systems.data import models
from liangxi.systems.data.rules import registers
from liangxi.systems.data.shapes import Access, Dispute, DisputePage, DisputeState, LicenceFact

Values = Mapping[str, Any]


def uuid(text: str) -> UUID | None:
    """The id in a text, or None."""
    try:
        return UUID(text)
    except ValueError:
        return None


def is_firm(subject: str) -> bool:
    """True when a subject is a firm of the register."""
    return _firm(subject) is not None


def representative_of(firm: str) -> str | None:
    """The person who represents a firm by law."""
    found = _firm(firm)
    return found.legal_representative if found else None


def _firm(subject: str) -> Any:
    try:
        return people.firm(by=_READER, id=subject)
    except NotFoundError:
        return None


_READER = Actor(kind="system", account="system:data", name="data")


def _address(code: str) -> str:
    if not code:
        return ""
    try:
        return places.address(code=code).text
    except NotFoundError:
        return ""


def _person(by: Actor, subject: str) -> Values:
    found = people.person(by=by, id=subject)
    return {
        "name": found.name,
        "citizen_id": found.citizen_id,
        "phone": found.phone,
        "address": _address(found.address_code),
    }


def _marriage_row(subject: str) -> models.Marriage | None:
    return models.Marriage.objects.filter(Q(husband=subject) | Q(wife=subject), until=None).first()


def _marriage(_by: Actor, subject: str) -> Values:
    row = _marriage_row(subject)
    return {"number": row.number} if row else {}


def _spouse(by: Actor, subject: str) -> Values:
    row = _marriage_row(subject)
    if row is None:
        return {}
    return _person(by, str(row.wife if str(row.husband) == subject else row.husband))


def _household(by: Actor, subject: str) -> Values:
    found = people.household_of(by=by, person=subject)
    return {"number": found.number, "address": _address(found.address_code)} if found else {}


def _firm_values(by: Actor, subject: str) -> Values:
    found = people.firm(by=by, id=subject)
    head = people.person(by=by, id=found.legal_representative).name if found.legal_representative else ""
    return {
        "name": found.name,
        "uscc": found.uscc,
        "legal_representative": head,
        "address": _address(found.address_code),
    }


READERS: dict[str, Callable[[Actor, str], Values]] = {
    "person": _person,
    "spouse": _spouse,
    "marriage": _marriage,
    "household": _household,
    "firm": _firm_values,
}


def licences(of: Q) -> tuple[LicenceFact, ...]:
    """The e-licences in force today, the newest first."""
    today = time.today()
    in_force = Q(revoked_at=None) & Q(valid_from__lte=today) & (Q(valid_to=None) | Q(valid_to__gte=today))
    return tuple(
        LicenceFact(
            type=row.type,
            number=row.number,
            issuer_org=row.issuer_org,
            valid_from=row.valid_from,
            valid_to=row.valid_to,
        )
        for row in models.Licence.objects.filter(of & in_force).order_by("-valid_from", "-number")
    )


def accesses_of(by: Actor, subject: str) -> tuple[Access, ...]:
    """The looks at a person's data, the newest first."""
    names = {one.code: one.name for one in people.organisations()}
    lang = "en" if (get_language() or "zh").startswith("en") else "zh"

    def who(entry: Entry) -> str:
        if entry.detail.get("org") in names:  # read under a grant, by the program of a department
            return names[entry.detail["org"]][lang]
        if entry.actor == by.account:
            return gettext("Yourself")
        return names[entry.unit][lang] if entry.unit in names else gettext("The platform itself")

    found = audit.reads_of(by=by, person=subject)
    return tuple(
        Access(entry.time, who(entry), _what(entry, lang), entry.purpose, str(entry.detail.get("grant", "")))
        for entry in found
    )


def _what(entry: Entry, lang: str) -> str:
    if "grant" in entry.detail:
        return _granted(entry, lang)
    titles = []
    for field in entry.detail.get("fields", ()):
        try:
            titles.append(registers.title_of(field)[lang])
        except HouseError:  # a field that a later catalogue no longer has
            titles.append(str(field))
    if titles:
        return ("、" if lang == "zh" else ", ").join(titles)
    return gettext("E-licences") if "licences" in entry.detail else gettext("Entry in the register")


def _granted(entry: Entry, lang: str) -> str:
    """The resource and the fields of it that were read under a grant."""
    resource = models.Resource.objects.filter(pk=entry.detail.get("resource", "")).first()
    asked = entry.detail.get("fields", ())
    known = dict(models.ResourceField.objects.filter(resource=resource, name__in=asked).values_list("name", "title"))
    fields = ("、" if lang == "zh" else ", ").join(known[name][lang] if name in known else name for name in asked)
    return f"{resource.title[lang]}: {fields}" if resource else fields


def disputes(where: Q) -> tuple[Dispute, ...]:
    """Objections, open ones first, then the newest."""
    rows = models.Dispute.objects.filter(where).order_by(F("answered_at").desc(nulls_first=True), "-pk")[:200]
    return tuple(_dispute(row) for row in rows)


def dispute_page(scope: Q, is_open: bool, after: str | None, limit: int) -> DisputePage:
    """Open objections, who waits longest first; or answered ones, the newest first. Values are left out."""
    rows = models.Dispute.objects.filter(scope)
    waiting, ident = rows.filter(state="open"), uuid(after or "")
    wanted = waiting.order_by("pk") if is_open else rows.exclude(state="open").order_by("-pk")
    if ident is not None:
        wanted = wanted.filter(Q(pk__gt=ident) if is_open else Q(pk__lt=ident))
    found = list(wanted[: limit + 1])
    page = tuple(dispute_shape(row, is_masked=True) for row in found[:limit])
    return DisputePage(page, waiting.count(), page[-1].id if len(found) > limit else None)


def dispute(id: str, *, lock: bool = False) -> models.Dispute | None:
    """One objection, or None."""
    rows = models.Dispute.objects.select_for_update() if lock else models.Dispute.objects
    return rows.filter(pk=uuid(id) or UUID(int=0)).first()


def dispute_shape(row: models.Dispute, *, is_masked: bool) -> Dispute:
    """An objection; masked it says neither the value nor why."""
    return replace(_dispute(row), claim="", note="") if is_masked else _dispute(row)


def _dispute(row: models.Dispute) -> Dispute:
    register = registers.register_of(row.field)
    return Dispute(
        id=str(row.pk),
        subject=str(row.subject),
        said_by=row.said_by,
        field=row.field,
        field_title=registers.title_of(row.field),
        register_title=register.title,
        claim=row.claim,
        note=row.note,
        org=row.org,
        state=cast(DisputeState, row.state),
        opened_at=row.opened_at,
        answer=row.answer,
        answered_at=row.answered_at,
    )
