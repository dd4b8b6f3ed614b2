"""A case on the desk: what was asked, what is there, whose turn it is, and the keys that move it."""

from datetime import datetime
from typing import Any

from django.contrib import messages
from django.http import HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.utils.translation import gettext
from django.views.decorators.http import require_POST, require_safe

from liangxi.core.cases import face as engine
from liangxi.core.cases.shapes import CaseView
from liangxi.core.files import face as files
from liangxi.core.people import face as people
from liangxi.kit.errors import ConflictError, InvalidError, NotFoundError
from liangxi.kit.ids import new_id
from liangxi.portals.access import HouseRequest, live_url, staff
from liangxi.portals.fragments import wanted_part
from liangxi.portals.words import in_words, procedures, sentence, states, triggers
from liangxi.portals.workbench import papers
from liangxi.portals.workbench.asks import lines
from liangxi.portals.workbench.deeds import DEEDS, Deed, deeds_for, further_for
from liangxi.portals.workbench.signing import DESK
from liangxi.portals.workbench.wording import deeds as deed_words
from liangxi.portals.workbench.wording import proofs, ways
from liangxi.systems.onething import face as onething
from liangxi.systems.onething.shapes import Application
from liangxi.systems.reviews.shapes import PLAN

ELSEWHERE = {  # plans whose cases are handled on the pages of their own system
    "data-need": "/office/data/steward/",
    "data-mediation": "/office/data/reviews/",
    "data-review": "/office/data/steward/",
    "data-objection": "/office/objections/",
}


@staff(*DESK)
@require_safe
def case(request: HouseRequest, no: str) -> HttpResponse:
    """The case, or one matter of it, with what I may do now; `do` opens the form of a deed in place."""
    view, whole = _read(request, no)
    if whole.plan and whole.plan.id in ELSEWHERE:
        return redirect(ELSEWHERE[whole.plan.id])
    if whole.plan is not None and whole.plan.id == PLAN:  # its form is that of the reviews
        return redirect("workbench:rectification", no=whole.no)
    deed = DEEDS.get(request.GET.get("do", ""))
    open_now = deed if deed and deed.action in view.actions else None
    context = _context(request, view, whole)
    context |= _panel(request, context, open_now)
    is_panel = wanted_part(request) == "act"
    return render(request, "workbench/panel.html" if is_panel else "workbench/case.html", context)


@staff(*DESK)
@require_POST
def act(request: HouseRequest, no: str) -> HttpResponse:
    """One command. Whoever was faster is named, and what was typed stays on the page."""
    deed = DEEDS.get(request.POST.get("do", ""))
    errors, conflict = dict[str, str](), ""
    try:
        if deed is None:
            raise InvalidError("workbench.deed", "Choose what to do.", fields={"do": "Choose what to do."})
        done = engine.command(
            by=request.actor,
            case=no,
            action=deed.action,
            key=request.POST.get("key", ""),
            expected_version=_version(request.POST),
            body=_with_file(request, deed.body(request.POST)),
        )
    except InvalidError as refused:
        errors = in_words(refused)
    except ConflictError as refused:
        conflict = _overtaken(refused)
    else:
        said = gettext("It was done already; nothing was done twice.") if done.replayed else deed_words()[deed.name][1]
        messages.success(request, said)
        return redirect("workbench:case", no=no)
    context = _context(request, *_read(request, no))
    context |= _panel(request, context, deed, errors, conflict)
    return render(request, "workbench/case.html", context, status=422 if errors else 409)


def _read(request: HouseRequest, no: str) -> tuple[CaseView, CaseView]:
    """What the address names, and the whole case around it."""
    view = engine.case(by=request.actor, no=no)
    return view, engine.case(by=request.actor, no=view.parent_no) if view.parent_no else view


def _version(sent: QueryDict) -> int:
    text = sent.get("version", "")
    if not (text.isascii() and text.isdecimal() and len(text) < 10):
        raise InvalidError("workbench.version", "Load the page again.", fields={"version": "Load the page again."})
    return int(text)


def _overtaken(refused: ConflictError) -> str:
    """Who did what and when, or why the command has no place any more."""
    if refused.code == "cases.version.stale":
        at = datetime.fromisoformat(refused.params["at"])
        said = {"who": refused.params["who"], "what": refused.params["what"], "time": f"{at:%H:%M}"}
        return gettext("%(who)s %(what)s at %(time)s.") % said
    if refused.code == "cases.state":
        word = states().get(refused.params["state"], ("", ""))[0]
        return gettext("The state is now “%(state)s”; this is not possible any more.") % {"state": word}
    return sentence(refused)


def _context(request: HouseRequest, view: CaseView, whole: CaseView) -> dict[str, Any]:
    try:
        application: Application | None = onething.application(by=request.actor, case=whole.no)
    except NotFoundError:  # a case that did not begin with a package
        application = None
    return {
        "case": view,
        "whole": whole,
        "application": application,
        "answers": papers.answers(application, whole, view.item),
        "materials": papers.materials(application, whole, view.item),
        "matter": papers.matter(application, view.item),
        "names": {one.code: one.name for one in people.organisations()},
        "titles": {one.no: one.title for one in whole.items},
        "chain": papers.chain(whole),
        "deeds": deeds_for(view),
        "further": further_for(view),
        "readers": engine.claim(by=request.actor, case=whole.no),
        "words": deed_words(),
        "procedures": procedures(),
        "triggers": triggers(),
        "live": live_url(f"case:{whole.no}"),
    }


def _with_file(request: HouseRequest, body: dict[str, Any]) -> dict[str, Any]:
    """A file that came with a note is kept and named in it."""
    sent = request.FILES.get("files")
    if sent is None or isinstance(sent, list):
        return body
    stored = files.store(by=request.actor, name=sent.name or "file", content=sent.read(), allow="document")
    return body | {"files": [{"id": stored.id, "name": stored.name}]}


def _panel(
    request: HouseRequest,
    shown: dict[str, Any],
    deed: Deed | None,
    errors: dict[str, str] | None = None,
    conflict: str = "",
) -> dict[str, Any]:
    """The open form of a deed: a fresh key for a fresh form, the old one for a form that was only wrong."""
    if deed is None:
        return {"deed": None, "errors": errors or {}, "conflict": conflict}
    view = shown["case"]
    return {
        "deed": deed,
        "asks": lines(deed.asks, request.actor, view, shown["answers"]),
        "is_possible": deed.action in view.actions,
        "errors": errors or {},
        "conflict": conflict,
        "typed": request.POST,
        "key": request.POST.get("key") if errors and "key" not in errors else str(new_id()),
        "reasons": papers.reasons(deed.reasons),
        "ways": ways(),
        "proofs": proofs(),
    }


@staff(*DESK)
@require_safe
def slip(request: HouseRequest, no: str) -> HttpResponse:
    """What is printed at the window: the receipt, the notice of acceptance, or the list of what was handed out."""
    _, whole = _read(request, no)
    names = {one.code: one.name for one in people.organisations()}
    may_review = any(request.actor.paths(permission) for permission in ("case.accept", "case.handout"))
    return render(request, "workbench/slip.html", {"case": whole, "names": names, "may_review": may_review})
