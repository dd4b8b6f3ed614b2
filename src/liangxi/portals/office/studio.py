"""The studio: working copies of packages, from the first line to the approval of a second person."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.core.files.uploadedfile import UploadedFile
from django.http import HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.utils.translation import gettext
from django.utils.translation import gettext_noop as _n
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from liangxi.kit import time
from liangxi.kit.actor import Actor
from liangxi.kit.errors import ConflictError, ForbiddenError, InvalidError
from liangxi.portals.access import HouseRequest, staff
from liangxi.portals.office import fields
from liangxi.portals.words import in_words, sentence
from liangxi.systems.onething import face as onething
from liangxi.systems.onething.face import studio
from liangxi.systems.onething.shapes.studio import SUBMITTED, CopyRow, Texts, WorkingCopy

_LARGEST = 1024 * 1024  # bytes of a file that is imported
_DONE = {
    "submit": _n("Submitted. A second person approves it."),
    "withdraw": _n("Taken back. You can write on."),
    "discard": _n("Put aside."),
    "approve": _n("Published. It holds from the day that you chose."),
    "reject": _n("Sent back with your reason."),
}


@staff("onething.read")
@require_safe
def listed(request: HouseRequest) -> HttpResponse:
    """What is being written, what waits for approval, and how to begin."""
    return _list(request, {})


@staff("onething.edit")
@require_POST
def begin(request: HouseRequest) -> HttpResponse:
    """A working copy of a package, or of the starter under a new id."""
    asked = request.POST.get("package", "").strip()
    is_known = any(row.id == asked for row in onething.versions(by=request.actor, package=asked))
    if request.POST.get("new") and is_known:
        return _list(request, {"package": gettext("There is a package of this id already; edit that one.")})
    try:
        return redirect("office:copy", copy=studio.begin(by=request.actor, package=asked))
    except InvalidError as refused:
        return _list(request, in_words(refused))


@staff("onething.edit")
@require_POST
def take_in(request: HouseRequest) -> HttpResponse:
    """A working copy of YAML files that were written elsewhere."""
    texts, errors = {}, {}
    for name in ("package_file", "matters_file"):
        try:
            texts[name] = _text_of(request.FILES.get(name))
        except ValueError as error:
            errors[name] = gettext(str(error))
    if errors:
        return _list(request, errors)
    try:
        found = Texts(texts["package_file"], texts["matters_file"])
        return redirect("office:copy", copy=studio.import_texts(by=request.actor, texts=found))
    except InvalidError as refused:
        return _list(request, {"package_file": " ".join(in_words(refused).values())})


def _text_of(file: object) -> str:
    """The text of an uploaded file; ValueError says why there is none."""
    if not isinstance(file, UploadedFile):
        raise ValueError(_n("Choose a file."))
    if (file.size or 0) > _LARGEST:
        raise ValueError(_n("The file is too large."))
    try:
        text: str = file.read().decode("utf-8-sig").replace("\r\n", "\n")
    except UnicodeDecodeError:
        raise ValueError(_n("The file is not UTF-8.")) from None
    if "\x00" in text:
        raise ValueError(_n("The file is not a text."))
    return text


@staff("onething.read")
@require_http_methods(["GET", "HEAD", "POST"])
def edit(request: HouseRequest, copy: UUID) -> HttpResponse:
    """The editor: two texts, and every fault beside them. Saving keeps faults too."""
    if request.method != "POST":
        return _page(request, studio.working_copy(by=request.actor, id=str(copy)))
    texts = _posted(request.POST)
    try:
        revision = studio.save(by=request.actor, id=str(copy), revision=_number(request.POST), texts=texts)
    except ConflictError as refused:
        return _clash(request, str(copy), texts, refused)
    except InvalidError as refused:
        found = studio.working_copy(by=request.actor, id=str(copy))
        return _page(request, found, texts=texts, errors=in_words(refused))
    messages.success(request, gettext("Saved as revision %(number)s.") % {"number": revision})
    return redirect("office:copy", copy=copy)


@staff("onething.read")
@require_POST
def check(request: HouseRequest, copy: UUID) -> HttpResponse:
    """The faults of what stands in the editor now."""
    try:
        found = studio.check(by=request.actor, id=str(copy), texts=_posted(request.POST))
    except InvalidError as refused:
        return render(request, "office/studio/faults.html", {"too_large": sentence(refused)})
    return render(request, "office/studio/faults.html", {"findings": found})


@staff("onething.edit", "onething.publish")
@require_POST
def turn(request: HouseRequest, copy: UUID) -> HttpResponse:
    """Submit, take back, put aside; approve or send back."""
    deed, id = request.POST.get("do", ""), str(copy)
    try:
        _turn(request.actor, id, deed, request.POST)
    except InvalidError as refused:
        return _page(request, studio.working_copy(by=request.actor, id=id), errors=in_words(refused))
    except (ConflictError, ForbiddenError) as refused:
        messages.error(request, sentence(refused))
    else:
        messages.success(request, gettext(_DONE[deed]))
    return redirect("office:copy", copy=copy)


def _turn(by: Actor, id: str, deed: str, sent: QueryDict) -> None:
    match deed:
        case "submit":
            studio.submit(by=by, id=id, revision=_number(sent), effective=fields.required_day(sent, "effective"))
        case "approve":
            studio.approve(by=by, id=id, revision=_number(sent), effective=fields.required_day(sent, "effective"))
        case "reject":
            studio.reject(by=by, id=id, reason=sent.get("reason", ""))
        case "withdraw":
            studio.withdraw(by=by, id=id)
        case "discard":
            studio.discard(by=by, id=id)
        case _:
            why = _n("Choose what to do.")
            raise InvalidError("office.turn", why, fields={"do": why})


def _posted(sent: QueryDict) -> Texts:
    """The texts as the editor sends them, with the line ends of files."""
    package, matters = (sent.get(name, "").replace("\r\n", "\n") for name in ("package", "matters"))
    return Texts(package, matters)


def _number(sent: QueryDict) -> int:
    text = sent.get("revision", "")
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 9 else 0


def _clash(request: HouseRequest, id: str, texts: Texts, refused: ConflictError) -> HttpResponse:
    """Another saved first: who, what, and one's own text still there."""
    found = studio.working_copy(by=request.actor, id=id)
    seen = _number(request.POST)
    context: dict[str, Any] = {"clash": sentence(refused)}
    if any(one.number == seen for one in found.history) and seen != found.row.saved.number:
        context["changes"] = studio.changes_since(by=request.actor, id=id, revision=seen)
    return _page(request, found, texts=texts, status=409, **context)


def _page(request: HouseRequest, found: WorkingCopy, texts: Texts | None = None, **more: Any) -> HttpResponse:
    by, errors = request.actor, more.get("errors", {})
    shown = texts or found.texts
    try:
        findings, too_large = studio.check(by=by, id=found.row.id, texts=shown), ""
    except InvalidError as refused:
        findings, too_large = (), sentence(refused)
    context: dict[str, Any] = {
        "copy": found.row,
        "texts": shown,
        "history": found.history,
        "findings": findings,
        "too_large": too_large,
        "can_edit": by.may("onething.edit") and found.row.state == "editing",
        "is_own": by.account in found.authors,
        "can_approve": by.may("onething.publish") and found.row.state == SUBMITTED,
        "asked": request.POST,
        "today": time.today(),
        "errors": errors,
        **{name: value for name, value in more.items() if name not in ("status", "errors")},
    }
    return render(request, "office/studio/copy.html", context, status=more.get("status", 422 if errors else 200))


def _list(request: HouseRequest, errors: dict[str, str]) -> HttpResponse:
    by = request.actor
    rows = studio.working_copies(by=by)
    known: dict[str, Any] = {row.id: row.title for row in onething.versions(by=by) if row.is_current}
    context = {
        "open": [row for row in rows if _is_open(row)],
        "ended": [row for row in rows if not _is_open(row)],
        "known": known,
        "errors": errors,
        "asked": request.POST,
    }
    return render(request, "office/studio/list.html", context, status=422 if errors else 200)


def _is_open(row: CopyRow) -> bool:
    return row.state in ("editing", SUBMITTED)
