"""A case on the desk: what was asked, what is there, whose turn it is, and the keys that move it."""

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext
from django.views.decorators.http import require_POST, require_safe

from liangxi.core.cases import face as engine
from liangxi.core.cases.shapes import CaseView
from liangxi.core.codes import face as codes
from liangxi.core.codes.shapes import Code
from liangxi.core.forms import face as forms
from liangxi.core.people import face as people
from liangxi.kit.errors import ConflictError, InvalidError, NotFoundError
from liangxi.kit.ids import new_id
from liangxi.portals.access import HouseRequest, live_url, staff
from liangxi.portals.words import in_words, sentence
from liangxi.portals.workbench.signing import DESK
from liangxi.systems.onething import face as onething
from liangxi.systems.onething.shapes import Application

ACTIONS = ("accept", "refuse", "supplement", "decide", "hand_out")
REASONS = {"refuse": "refuse", "decide": "deny", "supplement": "supplement"}  # list of reasons by action


@staff(*DESK)
@require_safe
def case(request: HouseRequest, no: str) -> HttpResponse:
    """The case, or one matter of it, with what I may do now; the page hears of every change."""
    return _page(request, no)


@staff(*DESK)
@require_POST
def act(request: HouseRequest, no: str) -> HttpResponse:
    """One action. Whoever was faster is named, and what was typed stays on the page."""
    action = request.POST.get("action", "")
    try:
        if action not in ACTIONS:
            raise InvalidError("workbench.action", "Choose what to do.", fields={"action": "Choose what to do."})
        done = engine.command(
            by=request.actor,
            case=no,
            action=action,
            key=request.POST.get("key", ""),
            expected_version=_version(request),
            body=_body(request, action),
        )
    except InvalidError as error:
        return _page(request, no, errors=in_words(error))
    except ConflictError as error:
        return _page(request, no, conflict=sentence(error))
    said = gettext("It was done already; nothing was done twice.") if done.replayed else gettext("Done.")
    messages.success(request, said)
    whole = engine.case(by=request.actor, no=no)
    return redirect("workbench:case", no=no if whole.actions else whole.parent_no or no)


def _version(request: HouseRequest) -> int:
    text = request.POST.get("version", "")
    if not (text.isascii() and text.isdecimal() and len(text) < 10):
        raise InvalidError("workbench.version", "Load the page again.", fields={"version": "Load the page again."})
    return int(text)


def _body(request: HouseRequest, action: str) -> dict[str, Any]:
    """What each action needs, out of the posted page."""
    sent = request.POST
    if action == "supplement":
        note = sent.get("note", "").strip()
        return {"fields": _whys(request, "field"), "materials": _whys(request, "material"), "note": note}
    if action == "hand_out":
        return {"how": sent.get("how", "window")}
    body = {"reason": sent.get("reason", "").strip(), "reason_code": sent.get("reason_code", "")}
    if action == "decide":
        body["outcome"] = sent.get("outcome", "")
    return {} if action == "accept" else body


def _whys(request: HouseRequest, kind: str) -> dict[str, str]:
    """What is to be corrected, by id: ticked boxes and the reason beside each; a reason is never empty."""
    default = gettext("Please check and correct this.")
    return {
        key: request.POST.get(f"why-{kind}-{key}", "").strip()[:200] or default
        for key in request.POST.getlist(kind)[:200]
    }


def _page(request: HouseRequest, no: str, *, errors: dict[str, str] | None = None, conflict: str = "") -> HttpResponse:
    by = request.actor
    view = engine.case(by=by, no=no)
    whole = engine.case(by=by, no=view.parent_no) if view.parent_no else view
    try:
        application: Application | None = onething.application(by=by, case=whole.no)
    except NotFoundError:  # a case that did not begin with a package
        application = None
    context = {
        "case": view,
        "whole": whole,
        "application": application,
        "answers": forms.summary(application.form, whole.form) if application else (),
        "item": next((i for i in application.package.items if i.matter.id == view.item), None) if application else None,
        "names": {one.code: one.name for one in people.organisations()},
        "titles": {one.no: one.title for one in whole.items} | {one.item: one.title for one in whole.items},
        "waiting": _waiting(whole),
        "reasons": {action: _reasons(kind) for action, kind in REASONS.items()},
        "errors": errors or {},
        "conflict": conflict,
        "typed": request.POST,
        "picked": {kind: request.POST.getlist(kind) for kind in ("field", "material")},
        "key": request.POST.get("key") if errors else str(new_id()),
        "live": live_url(f"case:{whole.no}"),
    }
    return render(request, "workbench/case.html", context, status=422 if errors else 409 if conflict else 200)


def _waiting(whole: CaseView) -> dict[str, list[str]]:
    """By the number of a matter: the titles of the matters that it waits for still."""
    by_item = {one.item: one for one in whole.items}
    return {
        one.no: [
            forms.say(by_item[key].title) for key in one.after if key in by_item and by_item[key].closed_at is None
        ]
        for one in whole.items
        if one.closed_at is None
    }


def _reasons(kind: str) -> tuple[Code, ...]:
    try:
        return tuple(one for one in codes.entries(list_id="reason") if one.parent == kind)
    except NotFoundError:
        return ()


@staff(*DESK)
@require_safe
def slip(request: HouseRequest, no: str) -> HttpResponse:
    """What is printed at the window: the receipt of an acceptance, or the list of what was handed out."""
    view = engine.case(by=request.actor, no=no)
    names = {one.code: one.name for one in people.organisations()}
    return render(request, "workbench/slip.html", {"case": view, "names": names})
