"""My matters: receipt, progress, corrections, withdrawal; and the status that number and code open."""

from typing import Any

from django.conf import settings
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from liangxi.core.cases import face as engine
from liangxi.core.cases.shapes import CaseView, SupplementView
from liangxi.core.certificates import face as certificates
from liangxi.core.forms import face as forms
from liangxi.core.forms.shapes import Form
from liangxi.core.people import face as people
from liangxi.kit import tickets
from liangxi.kit.errors import HouseError, InvalidError, NotFoundError
from liangxi.kit.ids import new_id
from liangxi.portals.access import HouseRequest, VisitorRequest, public, resident
from liangxi.portals.citizen.acting import under_its_hat
from liangxi.portals.fragments import wanted_part
from liangxi.portals.words import in_words, sentence
from liangxi.systems.onething import face as onething
from liangxi.systems.onething.shapes import Application, Upload

page = require_http_methods(["GET", "HEAD", "POST"])


@resident
@require_safe
def mine(request: HouseRequest) -> HttpResponse:
    """My applications and cases, what waits for me first."""
    found = engine.my_cases(by=request.actor)
    context = {
        "waiting": [c for c in found if c.waiting_for_me],
        "running": [c for c in found if not c.waiting_for_me and c.closed_at is None],
        "closed": [c for c in found if not c.waiting_for_me and c.closed_at is not None],
        "drafts": onething.drafts(by=request.actor),
    }
    return render(request, "citizen/mine.html", context)


@resident
@require_safe
@under_its_hat
def case(request: HouseRequest, no: str) -> HttpResponse:
    """Where my case stands; the page hears of every change."""
    view = engine.case(by=request.actor, no=no)
    if view.parent_no:
        return redirect("citizen:case", no=view.parent_no)
    if view.plan and view.plan.id == "data-objection":  # its answer stands where he objected
        return redirect("citizen:me")
    context = {
        "case": view,
        "application": onething.application(by=request.actor, case=no),
        "supplements": _supplements(view),
        "organisations": {item.org: people.organisation(code=item.org) for item in view.items},
        "certificates": [
            certificates.certificate(by=request.actor, number=i.certificate)
            for i in view.items
            if i.certificate and request.actor.may("certificate.own", matter=view.plan.id if view.plan else "")
        ],
        "ticket": tickets.issue([f"case:{view.no}"], secret=settings.SECRET_KEY),
        "key": str(new_id()),
    }
    template = "citizen/case_progress.html" if wanted_part(request) == "progress" else "citizen/case.html"
    return render(request, template, context)


@resident
@require_safe
@under_its_hat
def receipt(request: HouseRequest, no: str) -> HttpResponse:
    """What one takes away after submitting: number, check code, what happens next."""
    return render(request, "citizen/receipt.html", {"case": engine.case(by=request.actor, no=no)})


def _supplements(view: CaseView) -> list[SupplementView]:
    return [one.supplement for one in (view, *view.items) if one.supplement is not None]


@resident
@page
@under_its_hat
def correct(request: HouseRequest, no: str) -> HttpResponse:
    """Only what was asked for, each with the reason of the office."""
    view = engine.case(by=request.actor, no=no)
    waiting = _supplements(view)
    if not waiting:
        return redirect("citizen:case", no=no)
    asked = waiting[0]
    application = onething.application(by=request.actor, case=no)
    small = _only(application.form, asked)
    errors: dict[str, str] = {}
    typed: dict[str, Any] = {field.id: application.values.get(field.id) for field in small.fields}
    if request.method == "POST":
        typed = forms.posted(small, request.POST)
        try:
            onething.answer_supplement(
                by=request.actor,
                case=asked.case_no,
                values=typed,
                uploads=_uploads(request, asked),
                key=request.POST.get("key") or str(new_id()),
            )
        except InvalidError as error:
            errors = in_words(error)
        else:
            messages.success(request, gettext("Thank you. Your corrections were sent; the clock runs on."))
            return redirect("citizen:case", no=no)
    context = {
        "case": view,
        "asked": asked,
        "form": small,
        "values": typed,
        "errors": errors,
        "materials": _materials(application, asked),
        "labels": {field.id: forms.say(field.label) for field in small.fields},
        "key": request.POST.get("key") or str(new_id()),
    }
    return render(request, "citizen/correct.html", context, status=422 if errors else 200)


def _only(form: Form, asked: SupplementView) -> Form:
    return Form(form.id, form.title, tuple(f for f in form.fields if f.id in asked.fields), (), tuple(asked.fields))


def _materials(application: Application, asked: SupplementView) -> list[dict[str, Any]]:
    return [
        {
            "id": m.material.id,
            "title": forms.say(m.material.title),
            "help": forms.say(m.material.help or {"zh": "", "en": ""}),
            "reason": asked.materials[m.material.id],
        }
        for m in application.materials if m.material.id in asked.materials
    ]  # fmt: skip


def _uploads(request: HouseRequest, asked: SupplementView) -> dict[str, Upload]:
    sent = {key: request.FILES.get(f"file-{key}") for key in asked.materials}
    missing = {key: "Add this material." for key, file in sent.items() if file is None}
    if missing:
        raise InvalidError("citizen.material.missing", "Some materials are missing.", fields=missing)
    return {key: (file.name or "", file.read()) for key, file in sent.items() if file is not None}


@resident
@page
@under_its_hat
def follow(request: HouseRequest, no: str) -> HttpResponse:
    """The materials that the acceptance let follow, one or all of them."""
    view = engine.case(by=request.actor, no=no)
    if not view.gap or "fill_gap" not in view.actions:
        return redirect("citizen:case", no=no)
    errors: dict[str, str] = {}
    if request.method == "POST":
        sent = {key: request.FILES.get(f"file-{key}") for key in view.gap}
        uploads = {key: (file.name or "", file.read()) for key, file in sent.items() if file is not None}
        try:
            onething.fill_gap(by=request.actor, case=no, uploads=uploads, key=request.POST.get("key") or str(new_id()))
        except InvalidError as error:
            errors = in_words(error)
        else:
            messages.success(request, gettext("Thank you. The office has your materials."))
            return redirect("citizen:case", no=no)
    application = onething.application(by=request.actor, case=no)
    context = {
        "case": view,
        "materials": [m.material for m in application.materials if m.material.id in view.gap],
        "errors": errors,
        "key": request.POST.get("key") or str(new_id()),
    }
    return render(request, "citizen/follow.html", context, status=422 if errors else 200)


@resident
@require_POST
def urge(request: HouseRequest, no: str) -> HttpResponse:
    """Ask those who hold it up to hurry (催办)."""
    try:
        engine.command(by=request.actor, case=no, action="urge", key=request.POST.get("key") or str(new_id()))
        messages.success(request, gettext("Those who work on it see that you are waiting."))
    except HouseError as error:
        messages.error(request, sentence(error))
    return redirect("citizen:case", no=no)


@resident
@require_POST
def withdraw(request: HouseRequest, no: str) -> HttpResponse:
    """Take the case back before anything is decided."""
    try:
        engine.command(
            by=request.actor,
            case=no,
            action="withdraw",
            key=request.POST.get("key") or str(new_id()),
            body={"reason": request.POST.get("reason", "").strip()[:500]},
        )
        messages.success(request, gettext("Your application was withdrawn."))
    except HouseError as error:
        messages.error(request, sentence(error))
    return redirect("citizen:case", no=no)


@public
@page
def status(request: VisitorRequest) -> HttpResponse:
    """Number and check code open the status without signing in; it holds no personal data."""
    context: dict[str, Any] = {"no": "", "check": ""}
    if request.method == "POST":
        no, code = request.POST.get("no", "").strip(), request.POST.get("check", "").strip()
        context = {"no": no, "check": code}
        try:
            context["found"] = engine.public_status(no=no, check=code)
        except NotFoundError:
            context["error"] = gettext(
                "Number and check code do not belong together. Both are printed on your receipt."
            )
    return render(request, "citizen/status.html", context, status=404 if "error" in context else 200)
