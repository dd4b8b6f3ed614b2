"""Cases and what belongs to them: read with every look of staff on record, accepted and decided by departments."""

from collections.abc import Iterable
from typing import Annotated, TypeVar
from uuid import UUID

from django.http import HttpResponse
from django.utils.translation import gettext_noop as _n
from ninja import Header, Query, Router
from ninja import Status as Answer

from liangxi.core.cases import face as engine
from liangxi.gateways.rest.face import ApiKey, Caller
from liangxi.gateways.zgw import naming, seeing
from liangxi.gateways.zgw.catalogi import RESULTS, STATUSES
from liangxi.gateways.zgw.paging import SIZE, Numbered, OfCase, case_of, framed, last_uuid, page_of
from liangxi.gateways.zgw.seeing import Seen, seen
from liangxi.gateways.zgw.shapes import (
    CaseDocument,
    CaseFile,
    Page,
    Result,
    Role,
    SentResult,
    SentStatus,
    Status,
)
from liangxi.kit.errors import InvalidError
from liangxi.kit.ids import new_id

T = TypeVar("T", Status, Result)
router = Router(auth=ApiKey("read"))
_WRITE = ApiKey("write")
_ACTIONS = {
    "approved": ("decide", {"outcome": "approve"}),
    "denied": ("decide", {"outcome": "deny"}),
    "refused": ("refuse", {}),
    "withdrawn": ("withdraw", {}),
    "terminated": ("terminate", {}),
    "revoked": ("revoke", {}),
}
"""The command of the engine behind each result."""
Number = Annotated[str, Query(max_length=20, description="The number of a case.")]
Key = Annotated[
    str | None,
    Header(
        alias="Idempotency-Key",
        min_length=8,
        max_length=200,
        pattern=r"^[\x21-\x7e]+$",
        description="Your own name for this command. Sent again with the same content it gives the first answer.",
    ),
]


@router.get("/zaken", response=Page[CaseDocument], by_alias=True, tags=["zaken"])
def zaak_list(request: Caller, page: Numbered = 1, identificatie: Number = "") -> Page[CaseDocument]:
    """The cases in the scope of the key's owner (one's own, for residents and firms), the newest first."""
    if request.auth.kind == "public":
        mine = [one for one in engine.my_cases(by=request.auth) if one.no.startswith(identificatie)]
        return page_of(request, mine, page, lambda row: seeing.zaak(seen(request, row.no)))
    found = engine.find_cases(by=request.auth, query=identificatie, limit=SIZE)
    for _ in range(page - 1):
        if found.next is None:
            return framed(request, page, (), 0, has_more=False)
        found = engine.find_cases(by=request.auth, query=identificatie, after=found.next, limit=SIZE)
    count = (page - 1) * SIZE + len(found.rows)
    shown = (seeing.zaak(seen(request, row.no)) for row in found.rows)
    return framed(request, page, shown, count, has_more=bool(found.next), is_exact=not found.next)


@router.get("/zaken/{uuid:uuid}", response=CaseDocument, by_alias=True, tags=["zaken"])
def zaak_read(request: Caller, uuid: UUID) -> CaseDocument:
    """One case or matter."""
    return seeing.zaak(seen(request, naming.named(uuid, naming.CASE).no))


@router.get("/statussen", response=Page[Status], by_alias=True, tags=["statussen"])
def status_list(request: Caller, zaak: OfCase, page: Numbered = 1) -> Page[Status]:
    """What a case has been, the latest first."""
    one = seen(request, case_of(zaak))
    return page_of(request, one.statuses, page, lambda entry: seeing.status(one, entry))


@router.post("/statussen", auth=_WRITE, response={201: Status}, by_alias=True, tags=["statussen"])
def status_create(request: Caller, response: HttpResponse, body: SentStatus, key: Key = None) -> Answer[Status]:
    """受理: the window accepts a case. Every other status follows from what is done with it."""
    one = seen(request, case_of(body.zaak))
    if _named(one, "statustypen", STATUSES, body.statustype) != "accepted":
        why = _n("This status is not set from outside.")
        raise InvalidError("zgw.statustype", why, fields={"statustype": why})
    engine.command(by=request.auth, case=one.view.no, action="accept", key=key or str(new_id()))
    after = seen(request, one.view.no)
    accepted = next(entry for entry in after.statuses if entry.kind == "accepted")
    return _created(response, seeing.status(after, accepted))


@router.get("/statussen/{uuid:uuid}", response=Status, by_alias=True, tags=["statussen"])
def status_read(request: Caller, uuid: UUID) -> Status:
    """One status."""
    wanted = naming.named(uuid, naming.STATUS)
    one = seen(request, wanted.no)
    for entry in one.statuses:
        if entry.seq == wanted.n:
            return seeing.status(one, entry)
    raise naming.unknown()


@router.get("/resultaten", response=Page[Result], by_alias=True, tags=["resultaten"])
def resultaat_list(request: Caller, zaak: OfCase, page: Numbered = 1) -> Page[Result]:
    """The result of a case, when it has one."""
    one = seen(request, case_of(zaak))
    return page_of(request, [one] if one.view.outcome in RESULTS else [], page, seeing.resultaat)


@router.post("/resultaten", auth=_WRITE, response={201: Result}, by_alias=True, tags=["resultaten"])
def resultaat_create(request: Caller, response: HttpResponse, body: SentResult, key: Key = None) -> Answer[Result]:
    """A department decides its matter, the window refuses a case, the applicant takes it back."""
    one = seen(request, case_of(body.zaak))
    action, said = _ACTIONS[_named(one, "resultaattypen", RESULTS, body.resultaattype)]
    said = {**said, "reason": body.toelichting}
    try:
        engine.command(by=request.auth, case=one.view.no, action=action, key=key or str(new_id()), body=said)
    except InvalidError as refused:
        fields = {"toelichting" if name == "reason" else name: why for name, why in refused.fields.items()}
        raise InvalidError(refused.code, refused.message, refused.params, fields=fields) from refused
    return _created(response, seeing.resultaat(seen(request, one.view.no)))


@router.get("/resultaten/{uuid:uuid}", response=Result, by_alias=True, tags=["resultaten"])
def resultaat_read(request: Caller, uuid: UUID) -> Result:
    """One result."""
    return seeing.resultaat(seen(request, naming.named(uuid, naming.RESULT).no))


@router.get("/rollen", response=Page[Role], by_alias=True, tags=["rollen"])
def rol_list(request: Caller, zaak: OfCase, page: Numbered = 1) -> Page[Role]:
    """Who takes part in a case."""
    return page_of(request, list(seeing.rollen(seen(request, case_of(zaak)))), page, lambda one: one)


@router.get("/rollen/{uuid:uuid}", response=Role, by_alias=True, tags=["rollen"])
def rol_read(request: Caller, uuid: UUID) -> Role:
    """One role."""
    for one in seeing.rollen(seen(request, naming.named(uuid, naming.ROLE).no)):
        if one.uuid == str(uuid):
            return one
    raise naming.unknown()


@router.get("/zaakinformatieobjecten", response=list[CaseFile], by_alias=True, tags=["bestanden"])
def zaakinformatieobject_list(request: Caller, zaak: OfCase) -> list[CaseFile]:
    """The files of a case; the standard has this list without pages."""
    one = seen(request, case_of(zaak))
    return [seeing.bestand(one, n, file) for n, file in one.files]


@router.get("/zaakinformatieobjecten/{uuid:uuid}", response=CaseFile, by_alias=True, tags=["bestanden"])
def zaakinformatieobject_read(request: Caller, uuid: UUID) -> CaseFile:
    """That one file belongs to a case."""
    wanted = naming.named(uuid, naming.DOCUMENT)
    one = seen(request, wanted.no)
    for n, file in one.files:
        if n == wanted.n:
            return seeing.bestand(one, n, file)
    raise naming.unknown()


def _named(one: Seen, kind: str, known: Iterable[str], address: str) -> str:
    """Which type of this case's package version an address means; InvalidError naming the field."""
    try:
        uuid = last_uuid(address)
        return next(name for name in known if last_uuid(one.type(kind, name)) == uuid)
    except (ValueError, StopIteration):
        why = _n("This is no type of this case.")
        field = kind.removesuffix("n")
        raise InvalidError(f"zgw.{field}", why, fields={field: why}) from None


def _created(response: HttpResponse, made: T) -> Answer[T]:
    response["Location"] = made.url
    return Answer(201, made)
