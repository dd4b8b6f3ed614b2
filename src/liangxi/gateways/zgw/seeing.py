"""A case as its reader may see it, in the documents of the standard."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from functools import cached_property
from uuid import UUID

from django.http import HttpRequest
from django.utils.translation import gettext

from liangxi.core.cases import face as engine
from liangxi.core.cases.shapes import CaseView, HistoryEntry, MaterialRef
from liangxi.core.people import face as people
from liangxi.gateways.rest.face import Caller
from liangxi.gateways.zgw import naming
from liangxi.gateways.zgw.catalogi import RESULTS, ROLES, address_of
from liangxi.gateways.zgw.shapes import (
    CaseDocument,
    CaseFile,
    Extended,
    Result,
    Role,
    Status,
    Stop,
)
from liangxi.kit import time

ROOT = "/zgw/zaken/api/v1/"
DOCUMENTS = "/zgw/documenten/api/v1/"
BECAME = {
    "opened": "submitted",
    "supplement_requested": "correction",
    "supplement_answered": "submitted",
    "accepted": "accepted",
    "started": "reviewing",
    "suspended": "special",
    "resumed": "reviewing",
    "issued": "issued",
    "handed_out": "issued",
    "refused": "refused",
    "withdrawn": "withdrawn",
    "cancelled": "terminated",
    "terminated": "terminated",
    "revoked": "revoked",
    "reopened": "reviewing",
}
"""What a case or matter is after an event; a decision tells it itself."""


@dataclass(frozen=True)
class Seen:
    """A case or matter (`view`) and the whole that it belongs to, as the caller of `request` may see them."""

    request: Caller
    root: CaseView
    view: CaseView

    @cached_property
    def statuses(self) -> tuple[HistoryEntry, ...]:
        """The entries of the history that say what it became, the latest first."""
        found = [one for one in self.root.history if one.case_no == self.view.no and _became(one)]
        return tuple(sorted(found, key=lambda one: -one.seq))

    @property
    def files(self) -> Iterator[tuple[int, MaterialRef]]:
        """The files that were handed in, by their place among the materials."""
        return ((n, one) for n, one in enumerate(self.view.materials) if one.how == "upload")

    def at(self, kind: str, sort: int = naming.CASE, n: int = 0) -> str:
        """The address of one of its parts, or its own."""
        return _at(self.request, kind, self.view.no, sort, n)

    def type(self, kind: str, *parts: str) -> str:
        """The address of a type of this case's package version; matters share those of their whole."""
        plan = self.root.plan
        return address_of(self.request, kind, *((plan.id, plan.version) if plan else ("", "")), *parts)


def seen(request: Caller, no: str) -> Seen:
    """A case or matter for its reader; the look is on record. NotFoundError."""
    root = engine.case(by=request.auth, no=no.partition("-")[0])
    view = next((one for one in (root, *root.items) if one.no == no), None)
    if view is None:
        raise naming.unknown()
    return Seen(request, root, view)


def zaak(one: Seen) -> CaseDocument:
    """The case."""
    view, course = one.view, one.view.course
    stopped = bool(view.stops) and view.stops[-1][1] is None
    longer = Extended(reden=course.extension_reason, duur=f"P{course.extension_days}D")
    return CaseDocument(
        url=one.at("zaken"),
        uuid=str(naming.uuid_of(view.no)),
        identificatie=view.no,
        omschrijving=view.title["zh"],
        toelichting=view.subject,
        zaaktype=one.type("zaaktypen"),
        registratiedatum=_day(view.opened_at),
        verantwoordelijke_organisatie=view.org,
        startdatum=_day(view.opened_at),
        einddatum=_day(view.closed_at) if view.closed_at else None,
        einddatum_gepland=_day(view.due) if view.due else None,
        uiterlijke_einddatum_afdoening=_day(view.statutory_due) if view.statutory_due else None,
        opschorting=Stop(indicatie=stopped, reden=course.procedure if stopped else ""),
        verlenging=longer if course.is_extended else None,
        hoofdzaak=_at(one.request, "zaken", view.parent_no) if view.parent_no else None,
        deelzaken=[_at(one.request, "zaken", item.no) for item in view.items],
        rollen=[role.url for role in rollen(one)],
        status=status(one, one.statuses[0]).url if one.statuses else None,
        zaakinformatieobjecten=[bestand(one, n, file).url for n, file in one.files],
        resultaat=resultaat(one).url if view.outcome in RESULTS else None,
    )


def status(one: Seen, entry: HistoryEntry) -> Status:
    """One status."""
    said = gettext(entry.message)
    return Status(
        url=one.at("statussen", naming.STATUS, entry.seq),
        uuid=str(naming.uuid_of(one.view.no, naming.STATUS, entry.seq)),
        zaak=one.at("zaken"),
        statustype=one.type("statustypen", _became(entry)),
        datum_status_gezet=entry.at,
        statustoelichting=said % entry.params if entry.params else said,
    )


def resultaat(one: Seen) -> Result:
    """The result; NotFoundError before there is one."""
    outcome = one.view.outcome
    if outcome not in RESULTS:
        raise naming.unknown()
    return Result(
        url=one.at("resultaten", naming.RESULT),
        uuid=str(naming.uuid_of(one.view.no, naming.RESULT)),
        zaak=one.at("zaken"),
        resultaattype=one.type("resultaattypen", str(outcome)),
        toelichting=one.view.reason,
    )


def rollen(one: Seen) -> Iterator[Role]:
    """The applicant, then the organisations that work on it."""
    view, who = one.view, one.root.applicant
    is_body = bool(who.firm or who.org)
    kind = "niet_natuurlijk_persoon" if is_body else "natuurlijk_persoon"
    yield _rol(one, 0, kind, {"statutaireNaam" if is_body else "geslachtsnaam": who.name})
    for n, org in enumerate(dict.fromkeys((view.org, *(item.org for item in view.items))), 1):
        named = people.organisation(code=org).name["zh"]
        yield _rol(one, n, "organisatorische_eenheid", {"identificatie": org, "naam": named})


def bestand(one: Seen, n: int, file: MaterialRef) -> CaseFile:
    """That a file belongs to the case."""
    return CaseFile(
        url=one.at("zaakinformatieobjecten", naming.DOCUMENT, n),
        uuid=str(naming.uuid_of(one.view.no, naming.DOCUMENT, n)),
        zaak=one.at("zaken"),
        informatieobject=document_address(one.request, naming.uuid_of(one.view.no, naming.DOCUMENT, n)),
        titel=file.key,
        registratiedatum=one.root.opened_at,
    )


def document_address(request: HttpRequest, uuid: UUID) -> str:
    """The address of a file itself."""
    return request.build_absolute_uri(f"{DOCUMENTS}enkelvoudiginformatieobjecten/{uuid}")


def _rol(one: Seen, n: int, kind: str, who: dict[str, str]) -> Role:
    generic = "behandelaar" if n else "initiator"
    return Role(
        url=one.at("rollen", naming.ROLE, n),
        uuid=str(naming.uuid_of(one.view.no, naming.ROLE, n)),
        zaak=one.at("zaken"),
        betrokkene_type=kind,
        roltype=one.type("roltypen", generic),
        omschrijving=ROLES[generic].name,
        omschrijving_generiek=generic,
        registratiedatum=one.view.opened_at,
        betrokkene_identificatie=who,
    )


def _became(entry: HistoryEntry) -> str:
    if entry.kind == "decided":
        return "approved" if entry.params["outcome"] == "approve" else "denied"
    return BECAME.get(entry.kind, "")


def _at(request: HttpRequest, kind: str, no: str, sort: int = naming.CASE, n: int = 0) -> str:
    return request.build_absolute_uri(f"{ROOT}{kind}/{naming.uuid_of(no, sort, n)}")


def _day(at: datetime) -> date:
    return at.astimezone(time.CITY).date()
