"""Materials of a case, opened from the desk; each look is in the audit trail."""

from urllib.parse import quote

from django.http import FileResponse, Http404
from django.http.response import HttpResponseBase
from django.views.decorators.http import require_safe

from liangxi.core.cases import face as engine
from liangxi.core.files import face as kept
from liangxi.portals.access import HouseRequest, staff
from liangxi.portals.workbench.signing import DESK


@staff(*DESK)
@require_safe
def material(request: HouseRequest, no: str, material: str) -> HttpResponseBase:
    """The file of an uploaded material, shown in the browser and never run by it."""
    view = engine.case(by=request.actor, no=no)
    found = next((one for one in view.materials if one.key == material and one.how == "upload"), None)
    if found is None:
        raise Http404
    by = request.actor.with_purpose(f"case:{no}")
    stored, chunks = kept.open_file(by=by, id=found.ref, owner=f"case:{no}")
    response = FileResponse(chunks, content_type=stored.media_type)
    response["Content-Length"] = str(stored.size)
    response["Content-Disposition"] = f"inline; filename*=UTF-8''{quote(stored.name)}"
    response["Content-Security-Policy"] = "sandbox; default-src 'none'; style-src 'unsafe-inline'; img-src 'self'"
    response["Cache-Control"] = "private, no-store"
    return response
