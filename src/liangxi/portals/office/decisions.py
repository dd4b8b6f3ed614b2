"""Decision tables (DMN) become conditions of a package."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.core.files.uploadedfile import UploadedFile
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext
from django.views.decorators.http import require_http_methods

from liangxi.kit.errors import ConflictError, ForbiddenError, InvalidError
from liangxi.portals.access import HouseRequest, staff
from liangxi.portals.words import in_words, sentence
from liangxi.systems.onething.face import studio

_LARGEST = 1024 * 1024  # bytes


@staff("onething.read")
@require_http_methods(["GET", "HEAD", "POST"])
def page(request: HouseRequest, copy: UUID) -> HttpResponse:
    """Read a table to look at its conditions, or write them into the matters that it names."""
    if request.method != "POST":
        return _page(request, copy, {})
    file = request.FILES.get("file")
    if not isinstance(file, UploadedFile) or (file.size or 0) > _LARGEST:
        return _page(request, copy, {"file": gettext("Choose a DMN file of at most 1 MB.")})
    content, by, id = file.read(), request.actor, str(copy)
    try:
        found = studio.read_decisions(by=by, content=content, id=id)
        if request.POST.get("do") != "write" or found.faults:
            return _page(request, copy, {}, decisions=found.decisions, faults=found.faults)
        number = request.POST.get("revision", "")
        revision = int(number) if number.isascii() and number.isdecimal() and len(number) < 9 else 0
        written = studio.write_decisions(by=by, id=id, revision=revision, content=content)
    except InvalidError as refused:
        return _page(request, copy, in_words(refused))
    except (ConflictError, ForbiddenError) as refused:
        messages.error(request, sentence(refused))
        return redirect("office:copy_decisions", copy=copy)
    messages.success(request, gettext("Written into %(matters)s.") % {"matters": ", ".join(written)})
    return redirect("office:copy", copy=copy)


def _page(request: HouseRequest, copy: UUID, errors: dict[str, str], **more: Any) -> HttpResponse:
    row = studio.working_copy(by=request.actor, id=str(copy)).row
    can_edit = request.actor.may("onething.edit") and row.state == "editing"
    context = {"copy": row, "errors": errors, "can_edit": can_edit, **more}
    status = 422 if errors or more.get("faults") else 200
    return render(request, "office/studio/decisions.html", context, status=status)
