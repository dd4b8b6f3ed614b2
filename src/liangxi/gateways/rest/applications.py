"""Applications: begun, filled in, given their materials, submitted. For keys of residents and of firms."""

from typing import Annotated
from uuid import UUID

from django.http import HttpResponse
from django.urls import reverse
from ninja import File, Router, Status
from ninja.files import UploadedFile

from liangxi.gateways.rest.access import ApiKey, Caller
from liangxi.gateways.rest.answers import Application, Applications, application_of
from liangxi.gateways.rest.bodies import Start, Values
from liangxi.gateways.rest.headers import Id, IdempotencyKey
from liangxi.systems.onething import face as onething
from liangxi.systems.onething.shapes import Receipt

router = Router(tags=["applications"])
_READ, _WRITE = ApiKey("read", "case.start"), ApiKey("write", "case.start")


@router.get("/applications", auth=_READ, response=Applications)
def applications(request: Caller) -> Applications:
    """What one has begun and not submitted, the last touched first, 20 at most."""
    return Applications(tuple(application_of(one) for one in onething.drafts(by=request.auth)))


@router.post("/applications", auth=_WRITE, response={201: Application})
def start(request: Caller, response: HttpResponse, body: Start) -> Status[Application]:
    """Begin an application; every question of its situation must be answered."""
    draft = onething.start(by=request.auth, package=body.package, answers=body.answers, consent=body.consent)
    response["Location"] = reverse("rest:application", args=[draft.id])
    return Status(201, application_of(draft))


@router.get("/applications/{uuid:id}", auth=_READ, response=Application)
def application(request: Caller, id: UUID) -> Application:
    """One application with its form, values and materials."""
    return application_of(onething.draft(by=request.auth, id=str(id)))


@router.patch("/applications/{uuid:id}", auth=_WRITE, response=Application)
def fill_in(request: Caller, id: UUID, body: Values) -> Application:
    """Answer the form. What is valid is kept, `errors` of the answer says why the rest is not."""
    return application_of(onething.save(by=request.auth, draft=str(id), values=body.values, complete=body.complete))


@router.post("/applications/{uuid:id}/materials/{material}", auth=_WRITE, response=Application)
def add_file(request: Caller, id: UUID, material: Id, file: Annotated[UploadedFile, File()]) -> Application:
    """Give a material as a file (PDF, JPEG, PNG or WebP; 10 MB at most); the last one given counts."""
    upload = (file.name or "", file.read())
    return application_of(onething.add_material(by=request.auth, draft=str(id), material=material, upload=upload))


@router.post("/applications/{uuid:id}/materials/{material}/commitment", auth=_WRITE, response=Application)
def commit(request: Caller, id: UUID, material: Id) -> Application:
    """告知承诺: sign the commitment in place of a material, where the package allows it."""
    return application_of(onething.add_material(by=request.auth, draft=str(id), material=material, commit=True))


@router.post("/applications/{uuid:id}/materials/{material}/deferral", auth=_WRITE, response=Application)
def defer(request: Caller, id: UUID, material: Id) -> Application:
    """容缺受理: say that a material follows the acceptance, where the package allows it."""
    return application_of(onething.add_material(by=request.auth, draft=str(id), material=material, later=True))


@router.post("/applications/{uuid:id}/submission", auth=_WRITE, response={201: Receipt})
def submit(request: Caller, response: HttpResponse, id: UUID, key: IdempotencyKey) -> Status[Receipt]:
    """Submit a complete application: it becomes a case. The same again gives the same receipt."""
    receipt = onething.submit(by=request.auth, draft=str(id), key=key)
    response["Location"] = reverse("rest:case", args=[receipt.case_no])
    return Status(201, receipt)
