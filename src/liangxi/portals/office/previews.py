"""What an edition of a package means before it holds: situations, comparison, diagram, files."""

from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import get_language
from django.views.decorators.http import require_safe

from liangxi.core.people import face as people
from liangxi.kit.errors import InvalidError, NotFoundError
from liangxi.portals.access import HouseRequest, staff
from liangxi.portals.office import pictures
from liangxi.systems.onething import face as onething
from liangxi.systems.onething.face import preview, studio
from liangxi.systems.onething.shapes import Package
from liangxi.systems.onething.shapes.studio import Change, Edition

SIZE = 20  # situations on a page
_FILES = {"package": "onethings", "matters": "matters"}


@staff("onething.read")
@require_safe
def situations(request: HouseRequest, copy: UUID | None = None, package: str = "", version: str = "") -> HttpResponse:
    """Every situation with all that it comes to; the filter stands in the address."""
    edition = _edition(copy, package, version)
    sent = {key: str(value) for key, value in request.GET.items() if value and key != "from"}
    start = request.GET.get("from", "0")
    number = int(start) if start.isascii() and start.isdecimal() and len(start) < 6 else 0
    try:
        page = preview.situations(by=request.actor, edition=edition, wanted=sent, start=number, size=SIZE)
    except InvalidError:
        return _faulty(request, edition)
    context = _about(request, edition, page.package) | {
        "page": page,
        "asked": sent,
        "following": urlencode({**sent, "from": number + SIZE}) if number + SIZE < page.found else "",
        "before": urlencode({**sent, "from": max(number - SIZE, 0)}) if number else "",
        "first": number + 1,
        "last": number + len(page.rows),
    }
    return render(request, "office/studio/situations.html", context)


@staff("onething.read")
@require_safe
def compare(
    request: HouseRequest, copy: UUID | None = None, package: str = "", version: str = "", other: str = ""
) -> HttpResponse:
    """What changes for whom against another version: the one it was begun from, or the one named."""
    edition, by = _edition(copy, package, version), request.actor
    before = Edition(package=package, version=other)
    if copy:
        row = studio.working_copy(by=by, id=str(copy)).row
        before = Edition(package=row.package, version=row.base)
        if not row.base:
            raise NotFoundError("office.compare", "There is no earlier version to compare with.")
    try:
        found = preview.compare(by=by, before=before, after=edition)
    except InvalidError:
        return _faulty(request, edition)
    context = _about(request, edition, found.after) | {
        "found": found,
        "changed": sum(len(one.situations) for one in found.changes),
        "words": _titles(found.before, found.after),
        "changes": [_told(one, found.before, found.after) for one in found.changes],
    }
    return render(request, "office/studio/compare.html", context)


def _told(change: Change, before: Package, after: Package) -> dict[str, Any]:
    return {"kind": change.kind, "effect": change.effect, "situations": change.situations,
            "package": before if change.kind == "gone" else after}  # fmt: skip


def _titles(*packages: Package) -> dict[str, dict[str, Any]]:
    """The titles of matters, materials and fields of two editions by id."""
    return {
        "matters": {item.matter.id: item.matter.title for one in packages for item in one.items},
        "materials": {each.id: each.title for one in packages for each in one.materials},
        "fields": {each.id: each.definition["label"] for one in packages for each in one.fields},
    }


@staff("onething.read")
@require_safe
def diagram(request: HouseRequest, copy: UUID | None = None, package: str = "", version: str = "") -> HttpResponse:
    """The process of a package as a picture; with `?file=bpmn` as a BPMN 2.0 file."""
    edition = _edition(copy, package, version)
    try:
        if request.GET.get("file") == "bpmn":
            name, text = preview.bpmn(by=request.actor, edition=edition, lang=_language())
            response = HttpResponse(text, content_type="application/xml; charset=utf-8")
            response["Content-Disposition"] = f'attachment; filename="{name}.bpmn"'
            return response
        found = preview.package(by=request.actor, edition=edition)
        drawn = preview.diagram(by=request.actor, edition=edition)
    except InvalidError:
        return _faulty(request, edition)
    context = _about(request, edition, found)
    context["drawn"] = pictures.svg(drawn, context["names"], _language())
    return render(request, "office/studio/diagram.html", context)


def _language() -> str:
    return "en" if (get_language() or "zh").startswith("en") else "zh"


@staff("onething.read")
@require_safe
def file(
    request: HouseRequest, copy: UUID | None = None, package: str = "", version: str = "", part: str = ""
) -> HttpResponse:
    """A text as a file of a profile."""
    edition = _edition(copy, package, version)
    if part not in _FILES:
        raise NotFoundError("office.file", "There is no such file.")
    texts = preview.texts(by=request.actor, edition=edition)
    name = package or studio.working_copy(by=request.actor, id=str(copy)).row.package
    response = HttpResponse(getattr(texts, part), content_type="application/yaml; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="{name}-{_FILES[part]}.yaml"'
    return response


def _edition(copy: UUID | None, package: str, version: str) -> Edition:
    return Edition(copy=str(copy)) if copy else Edition(package=package, version=version)


def _about(request: HouseRequest, edition: Edition, package: Package | None) -> dict[str, Any]:
    """What every page about an edition says of it."""
    by = request.actor
    context: dict[str, Any] = {"edition": edition, "package": package}
    context["names"] = {one.code: one.name for one in people.organisations()}
    if edition.copy:
        context["copy"] = studio.working_copy(by=by, id=edition.copy).row
    else:
        rows = onething.versions(by=by, package=edition.package)
        context["row"] = next(row for row in rows if row.version == edition.version)
    return context


def _faulty(request: HouseRequest, edition: Edition) -> HttpResponse:
    """A working copy that cannot be compiled has nothing to show: back to the editor, where the faults stand."""
    if not edition.copy:
        return redirect("office:package", package=edition.package, version=edition.version)
    return render(request, "office/studio/faulty.html", _about(request, edition, None), status=422)
