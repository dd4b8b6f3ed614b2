"""Materials of a case, opened from the desk; each look is in the audit trail."""

from urllib.parse import quote

from django.http import FileResponse, Http404
from django.http.response import HttpResponseBase
from django.views.decorators.http import require_safe

from liangxi.core.cases import face as engine
from liangxi.core.files import face as kept
from liangxi.kit.errors import NotFoundError
from liangxi.portals.access import HouseRequest, staff
from liangxi.portals.workbench.signing import DESK


@staff(*DESK)
@require_safe
def material(request: HouseRequest, no: str, material: str) -> HttpResponseBase:
    """The file of an uploaded material: shown in the browser, never run by it; `?save` gives it to keep."""
    view = engine.case(by=request.actor, no=no)
    found = next((one for one in view.materials if one.key == material and one.how == "upload"), None)
    if found is None:
        raise Http404
    return _opened(request, found.ref, [view.no, *(one.no for one in view.items)])


@staff(*DESK)
@require_safe
def attachment(request: HouseRequest, no: str, file: str) -> HttpResponseBase:
    """A file that a note of the case holds, in the same way."""
    view = engine.case(by=request.actor, no=no)
    noted = {one["id"] for entry in view.history if entry.kind == "noted" for one in entry.params.get("files", ())}
    if file not in noted:
        raise Http404
    return _opened(request, file, [view.no, *(one.no for one in view.items)])


def _opened(request: HouseRequest, file: str, numbers: list[str]) -> HttpResponseBase:
    by = request.actor.with_purpose(f"case:{numbers[0]}")
    stored, chunks = kept.open_file(by=by, id=file, owner=_owner(request, file, numbers))
    response = FileResponse(chunks, content_type=stored.media_type)
    response["Content-Length"] = str(stored.size)
    kind = "attachment" if "save" in request.GET else "inline"
    response["Content-Disposition"] = f"{kind}; filename*=UTF-8''{quote(stored.name)}"
    response["Content-Security-Policy"] = "sandbox; default-src 'none'; style-src 'unsafe-inline'; img-src 'self'"
    response["X-Content-Type-Options"] = "nosniff"
    response["Cache-Control"] = "private, no-store"
    return response


def _owner(request: HouseRequest, file: str, numbers: list[str]) -> str:
    """The case or the matter to which the file was handed in: corrections belong to the matter that asked."""
    for no in numbers:
        try:
            kept.file(by=request.actor, id=file, owner=f"case:{no}")
        except NotFoundError:
            continue
        return f"case:{no}"
    raise Http404
