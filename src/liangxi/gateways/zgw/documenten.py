"""The files of cases: what they are, and their content."""

from uuid import UUID

from django.http import FileResponse
from ninja import Router

from liangxi.core.cases.shapes import CaseView
from liangxi.gateways.rest import face as rest
from liangxi.gateways.rest.face import ApiKey, Caller
from liangxi.gateways.zgw import naming
from liangxi.gateways.zgw.seeing import document_address, seen
from liangxi.gateways.zgw.shapes import FileDocument, FileMark
from liangxi.kit import time

router = Router(auth=ApiKey("read"), tags=["enkelvoudiginformatieobjecten"])


@router.get("/enkelvoudiginformatieobjecten/{uuid:uuid}", response=FileDocument, by_alias=True)
def enkelvoudiginformatieobject_read(request: Caller, uuid: UUID) -> FileDocument:
    """A file of a case."""
    view, material = _material(request, uuid)
    stored, _ = rest.file_of(request.auth, view, material)
    at, day = document_address(request, uuid), stored.stored_at.astimezone(time.CITY).date()
    return FileDocument(
        url=at,
        identificatie=stored.id,
        creatiedatum=day,
        titel=material,
        auteur=view.applicant.name,
        formaat=stored.media_type,
        bestandsnaam=stored.name,
        inhoud=f"{at}/download",
        bestandsomvang=stored.size,
        integriteit=FileMark(waarde=stored.sha256, datum=day),
    )


@router.get("/enkelvoudiginformatieobjecten/{uuid:uuid}/download", response=bytes)
def enkelvoudiginformatieobject_download(request: Caller, uuid: UUID) -> FileResponse:
    """Its content, as it was handed in. The look is on record."""
    view, material = _material(request, uuid)
    return rest.material(request, view.no, material)


def _material(request: Caller, uuid: UUID) -> tuple[CaseView, str]:
    wanted = naming.named(uuid, naming.DOCUMENT)
    one = seen(request, wanted.no)
    for n, file in one.files:
        if n == wanted.n:
            return one.root, file.key
    raise naming.unknown()
