"""Bad reviews on the desk: call back, answer or appeal, verify; and the slip with the code of a visit."""

import segno
from django.conf import settings
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.safestring import SafeString
from django.utils.translation import gettext
from django.views.decorators.http import require_http_methods, require_POST

from liangxi.core.cases import face as engine
from liangxi.core.people import face as people
from liangxi.kit.errors import ConflictError, ForbiddenError, InvalidError
from liangxi.portals.access import HouseRequest, staff
from liangxi.portals.words import in_words, sentence
from liangxi.portals.workbench.signing import DESK
from liangxi.systems.reviews import face as reviews


@staff(*DESK, "case.supervise")
@require_http_methods(["GET", "HEAD", "POST"])
def rectification(request: HouseRequest, no: str) -> HttpResponse:
    """One bad review from both sides: what was said, the call, the answer, the reviewer's and the supervisor's word."""
    errors: dict[str, str] = {}
    if request.method == "POST" and request.POST.get("do") != "contact":
        try:
            messages.success(request, _do(request, no))
        except InvalidError as refused:
            errors = in_words(refused)
        except (ConflictError, ForbiddenError) as refused:
            messages.error(request, sentence(refused))
            return redirect("workbench:rectification", no=no)
        else:
            return redirect("workbench:rectification", no=no)
    review, now = reviews.rectification(by=request.actor, case=no)
    view = engine.case(by=request.actor, no=no)
    items = {item.item: item for item in view.items}
    flags = [flag for item in view.items for flag in item.flags if flag.trigger == "review" and not flag.finding]
    rectify = items["rectify"]
    context = {
        "review": review,
        "now": now,
        "case": view,
        "items": view.items,
        "organisation": people.organisation(code=review.org),
        "may_call": "call-back" in items and "decide" in items["call-back"].actions,
        "may_answer": "decide" in rectify.actions,
        "may_verify": bool(flags) and "answer_supervision" in rectify.actions,
        "proposal": (reviews.masked(text=review.text), reviews.masked(text=now.reply)),
        "contact": _contact(request, no),
        "errors": errors,
        "typed": request.POST,
    }
    return render(request, "workbench/rectification.html", context, status=422 if errors else 200)


def _contact(request: HouseRequest, no: str) -> dict[str, str]:
    """Whom to call, when the clerk asks for it: each look is on record."""
    if request.method != "POST" or request.POST.get("do") != "contact":
        return {}
    person, phone = reviews.contact(by=request.actor, case=no)
    return {"name": person.name if person else "", "phone": person.phone if person else phone}


def _do(request: HouseRequest, no: str) -> str:
    """One deed; the words that say it is done."""
    sent = request.POST
    match sent.get("do"):
        case "call":
            reviews.call_back(
                by=request.actor, case=no, is_reached=sent.get("reached") == "yes", note=sent.get("note", "")
            )
            return gettext("The call is on record.")
        case "answer":
            reviews.answer(by=request.actor, case=no, kind=sent.get("kind", ""), reply=sent.get("reply", ""))
            return gettext("Answered. The reviewer and supervision see it.")
        case "verify":
            if sent.get("accepted") not in ("yes", "no"):
                raise InvalidError("workbench.accepted", "Choose.", fields={"accepted": gettext("Choose one of them.")})
            reviews.verify(
                by=request.actor,
                case=no,
                is_accepted=sent["accepted"] == "yes",
                finding=sent.get("finding", ""),
                public_text=sent.get("public_text", ""),
                public_reply=sent.get("public_reply", ""),
            )
            return gettext("Verified.")
    raise InvalidError("workbench.deed", "Choose what to do.", fields={"do": "Choose what to do."})


@staff("case.accept", "case.handout")
@require_POST
def visit(request: HouseRequest, no: str) -> HttpResponse:
    """The slip with the code by which this visit is reviewed once."""
    found = reviews.open_visit(by=request.actor, case=no, window=request.POST.get("window", ""))
    address = f"{settings.CONFIG.public_url}/review/{found.code}/"
    context = {
        "visit": found,
        "address": address,
        "no": no,
        "organisation": people.organisation(code=found.org),
        "code": SafeString(segno.make(address, error="m").svg_inline(scale=5, border=2)),
    }
    return render(request, "workbench/visit.html", context)
