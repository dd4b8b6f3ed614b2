"""The printed notice of each step: what happened, by which article, and what the applicant can do about it."""

from collections.abc import Mapping
from dataclasses import dataclass

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext
from django.utils.translation import gettext_noop as _n
from django.views.decorators.http import require_safe

from liangxi.core.cases import face as engine
from liangxi.core.cases.shapes import CaseView, HistoryEntry
from liangxi.core.people import face as people
from liangxi.kit.errors import NotFoundError
from liangxi.portals.access import HouseRequest, staff
from liangxi.portals.words import procedures
from liangxi.portals.workbench import papers
from liangxi.portals.workbench.signing import DESK
from liangxi.systems.onething import face as onething
from liangxi.systems.onething.shapes import Application


@dataclass(frozen=True, slots=True)
class Notice:
    """One form of notice: its title, its sentence, the article, whether review and court are open against it."""

    title: str
    text: str
    law: str = ""
    can_appeal: bool = False


_ART32 = _n("Administrative Licensing Law, article 32")
_ART38 = _n("Administrative Licensing Law, article 38")
NOTICES: Mapping[str, Notice] = {
    "opened": Notice(_n("Receipt of an application"), _n("Your application and its materials were received.")),
    "accepted": Notice(
        _n("Notice of acceptance"), _n("Your application is complete and was accepted on this day."), _ART32
    ),
    "accepted-with-gap": Notice(
        _n("Notice of acceptance with materials to follow"),
        _n("Your application was accepted. These materials follow within %(days)s working days: %(gap)s."),
        _ART32,
    ),
    "refused": Notice(_n("Decision not to accept"), _n("Your application was not accepted: %(reason)s"), _ART32, True),
    "supplement_requested": Notice(
        _n("Notice of what is to be corrected"),
        _n("Once and completely: %(note)s The time until you answer does not count."),
        _ART32,
    ),
    "suspended": Notice(
        _n("Notice of a special procedure"),
        _n("A special procedure (%(kind)s) began: %(reason)s. It takes about %(days)s days, which do not count."),
        _n("Administrative Licensing Law, article 45"),
    ),
    "resumed": Notice(_n("Notice that the clock runs again"), _n("The special procedure ended: %(finding)s")),
    "extended": Notice(
        _n("Notice of a longer limit"),
        _n("With approval the limit is %(days)s working days longer: %(reason)s"),
        _n("Administrative Licensing Law, article 42"),
    ),
    "transferred": Notice(_n("Notice of transfer"), _n("It was passed to the competent office: %(reason)s")),
    "approve": Notice(_n("Decision to grant"), _n("What you applied for was granted."), _ART38),
    "deny": Notice(_n("Decision not to grant"), _n("What you applied for was not granted: %(reason)s"), _ART38, True),
    "terminated": Notice(_n("Notice of termination"), _n("It ended without a decision: %(reason)s"), "", True),
    "withdrawn": Notice(_n("Confirmation of withdrawal"), _n("You withdrew your application.")),
    "corrected": Notice(_n("Notice of correction"), _n("Answers in your application were corrected: %(reason)s")),
    "revoked": Notice(
        _n("Decision to revoke"),
        _n("The grant was revoked: %(reason)s"),
        _n("Administrative Licensing Law, article 69"),
        True,
    ),
    "reopened": Notice(_n("Notice of a second look"), _n("Your application is looked at once more: %(reason)s")),
    "handed_out": Notice(_n("Record of delivery"), _n("The results were handed out."),
                         _n("Administrative Licensing Law, article 44")),
}  # fmt: skip


def form_of(entry: HistoryEntry) -> Notice | None:
    """The form of notice for an entry of the history; None where nothing is printed."""
    if entry.kind == "decided":
        return NOTICES["approve" if entry.message == "Approved" else "deny"]
    if entry.kind == "accepted" and entry.params.get("gap"):
        return NOTICES["accepted-with-gap"]
    return NOTICES.get(entry.kind)


@staff(*DESK)
@require_safe
def notice(request: HouseRequest, no: str, seq: int) -> HttpResponse:
    """The notice of one entry of the history, ready for the printer."""
    view = engine.case(by=request.actor, no=no)
    whole = engine.case(by=request.actor, no=view.parent_no) if view.parent_no else view
    entry = next((one for one in whole.history if one.seq == seq), None)
    form = form_of(entry) if entry else None
    if entry is None or form is None:
        raise Http404
    labels = _labels(request, whole)
    about = next((one for one in (whole, *whole.items) if one.no == entry.case_no), whole)
    context = {
        "case": whole,
        "about": about,
        "entry": entry,
        "form": form,
        "text": gettext(form.text) % _said(entry, labels),
        "names": {one.code: one.name for one in people.organisations()},
        "asked": _asked(about, labels) if entry.kind == "supplement_requested" else [],
    }
    return render(request, "workbench/notice.html", context)


def _labels(request: HouseRequest, whole: CaseView) -> dict[str, str]:
    """The words of fields and materials, as the package says them."""
    try:
        application: Application | None = onething.application(by=request.actor, case=whole.no)
    except NotFoundError:
        application = None
    fields = {one.id: one.label for one in papers.answers(application, whole, "")}
    return fields | {one.id: one.title for one in papers.materials(application, whole, "")}


def _said(entry: HistoryEntry, labels: Mapping[str, str]) -> dict[str, object]:
    kind = str(entry.params.get("kind", ""))
    gap = gettext(", ").join(labels.get(one, one) for one in entry.params.get("gap", ()))
    return {**entry.params, "kind": procedures().get(kind, kind), "gap": gap}


def _asked(case: CaseView, labels: Mapping[str, str]) -> list[tuple[str, str]]:
    asked = case.supplement
    if asked is None:
        return []
    return [(labels.get(key, key), why) for key, why in (*asked.fields.items(), *asked.materials.items())]
