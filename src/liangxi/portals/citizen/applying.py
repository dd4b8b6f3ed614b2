"""From the guide to a submitted case: consent, the one form, materials, a last look."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext
from django.views.decorators.http import require_http_methods, require_POST

from liangxi.core.forms import face as forms
from liangxi.core.forms.shapes import Prefill
from liangxi.core.people.shapes import Mandate
from liangxi.kit.actor import Actor
from liangxi.kit.errors import HouseError, InvalidError
from liangxi.kit.ids import new_id
from liangxi.portals.access import HouseRequest, resident
from liangxi.portals.citizen.acting import choose, options, under_its_hat
from liangxi.portals.fragments import wanted_part
from liangxi.portals.words import in_words, sentence
from liangxi.systems.data import face as data
from liangxi.systems.onething import face as onething
from liangxi.systems.onething.shapes import Draft, Upload

page = require_http_methods(["GET", "HEAD", "POST"])


@resident
@page
def begin(request: HouseRequest, package: str) -> HttpResponse:
    """Say which registers will be read and why, choose the firm, begin."""
    answers = dict(request.GET.items())
    guide = onething.guide(package=package, answers=answers)
    mandates = options(request.actor, guide.package.audience, package)
    errors: dict[str, str] = {}
    if request.method == "POST":
        try:
            actor = _acting(request, guide.package.audience)
            draft = onething.start(
                by=actor, package=package, answers=answers, consent=request.POST.get("consent") == "yes"
            )
        except InvalidError as error:
            errors = in_words(error)
        else:
            return redirect("citizen:form", draft=draft.id)
    context = {"guide": guide, "mandates": mandates, "errors": errors, "chosen": _chosen(request, mandates)}
    return render(request, "citizen/begin.html", context, status=422 if errors else 200)


def _acting(request: HouseRequest, audience: str) -> Actor:
    """The actor for whom the page chose; what is for persons is never begun under the hat of a firm."""
    by, chosen = request.actor, request.POST.get("for")
    if chosen is None:
        return choose(request, "") if audience == "person" and by.firm else by
    return choose(request, chosen)


def _chosen(request: HouseRequest, mandates: list[Mandate]) -> str:
    """Who is marked on the page: what was chosen, for whom one acts already, the only firm."""
    by = request.actor
    now = f"firm:{by.firm}" if by.firm else f"person:{by.person}" if by.hand else ""
    if (posted := request.POST.get("for")) is not None:
        return posted
    known = {f"{one.kind}:{one.subject}" for one in mandates}
    only = known.pop() if len(known) == 1 and mandates[0].kind == "firm" else ""
    return now if now in known or not only else only


@resident
@page
@under_its_hat
def form(request: HouseRequest, draft: UUID) -> HttpResponse:
    """The one form: prefilled, saved while one types, checked when one goes on."""
    by = request.actor
    found = onething.draft(by=by, id=str(draft))
    if found.case_no:
        return redirect("citizen:case", no=found.case_no)
    typed: dict[str, Any] = dict(found.values)
    if request.method == "POST":
        going_on = request.POST.get("next") == "materials"
        sent = forms.posted(found.form, request.POST)
        seen = request.POST.get("version", "")
        found = onething.save(
            by=by, draft=str(draft), values=sent, complete=going_on, seen=int(seen) if seen.isdecimal() else None
        )
        if going_on and not found.errors:
            return redirect("citizen:materials", draft=draft)
        typed = {**found.values, **sent}
        if wanted_part(request) == "saved":
            return render(request, "citizen/saved.html", {"draft": found, "is_part": True})
    context = {"draft": found, "values": typed, "prefill": _prefill(found), "errors": found.errors}
    return render(request, "citizen/form.html", context, status=422 if found.errors else 200)


def _prefill(draft: Draft) -> dict[str, Prefill]:
    """The source under each field that was filled, and the way to tell the owner of a register that it is wrong."""
    return {
        field: Prefill(
            source=forms.say(origin.org_title),
            as_of=origin.as_of,
            dispute_url=reverse("citizen:dispute", args=[draft.id, field]) if origin.subject else "",
        )
        for field, origin in draft.prefilled.items()
    }


@resident
@page
def dispute(request: HouseRequest, draft: UUID, field: str) -> HttpResponse:
    """Say that a value of a register is wrong: its owner is told, the application uses what the applicant says."""
    found = onething.draft(by=request.actor, id=str(draft))
    origin = found.prefilled.get(field)
    if origin is None or not origin.subject:
        return redirect("citizen:form", draft=draft)
    error = ""
    if request.method == "POST":
        claim, note = request.POST.get("claim", "").strip(), request.POST.get("note", "").strip()
        if claim:
            data.dispute(
                by=request.actor, subject=origin.subject, field=origin.source, claim=claim[:200], note=note[:500]
            )
            messages.success(request, gettext("Thank you. The owner of the register has been told."))
            return redirect(reverse("citizen:form", args=[draft]) + f"#field-{field}")
        error = gettext("Write what the value should be.")
    context = {"draft": found, "field": found.form.field(field), "origin": origin, "error": error,
               "value": found.values.get(field, "")}  # fmt: skip
    return render(request, "citizen/dispute.html", context, status=422 if error else 200)


@resident
@page
@under_its_hat
def materials(request: HouseRequest, draft: UUID) -> HttpResponse:
    """What is there already and from where, and what is still to be brought."""
    by, key = request.actor, str(draft)
    found = onething.draft(by=by, id=key)
    errors: dict[str, str] = {}
    if request.method == "POST" and not found.case_no:
        try:
            found = _give(request, key)
        except InvalidError as error:
            errors = in_words(error)
        else:
            if "HX-Request" not in request.headers and request.POST.get("next") == "check":
                return _go_to_check(request, found)
    context = {"draft": found, "errors": errors, "may": _may(request, found)}
    template = "citizen/materials_list.html" if "HX-Request" in request.headers else "citizen/materials.html"
    return render(request, template, context, status=422 if errors else 200)


def _give(request: HouseRequest, draft: str) -> Draft:
    found = onething.draft(by=request.actor, id=draft)
    for one in found.materials:
        sent = request.FILES.get(f"file-{one.material.id}")
        if sent is not None:
            upload: Upload = (sent.name or "", sent.read())
            found = onething.add_material(by=request.actor, draft=draft, material=one.material.id, upload=upload)
        elif (
            _may(request, found)["commit"]
            and request.POST.get(f"commit-{one.material.id}") == "yes"
            and not one.is_satisfied
        ):
            found = onething.add_material(by=request.actor, draft=draft, material=one.material.id, commit=True)
        elif request.POST.get(f"later-{one.material.id}") == "yes" and not one.is_satisfied:
            found = onething.add_material(by=request.actor, draft=draft, material=one.material.id, later=True)
    return found


def _may(request: HouseRequest, draft: Draft) -> dict[str, bool]:
    """What the roles of the actor allow on this application."""
    by, package = request.actor, draft.guide.package.id
    return {name: by.may(f"case.{name}", matter=package) for name in ("draft", "commit", "submit")}


def _go_to_check(request: HouseRequest, draft: Draft) -> HttpResponse:
    """On to the last look; what only a signer can promise does not hold up who may not promise it."""
    may = _may(request, draft)
    missing = [m for m in draft.missing if may["commit"] or m.how != "commitment"]
    if not missing:
        return redirect("citizen:check", draft=draft.id)
    errors = {m.material.id: gettext("Add this material.") for m in missing}
    return render(request, "citizen/materials.html", {"draft": draft, "errors": errors, "may": may}, status=422)


@resident
@page
@under_its_hat
def check(request: HouseRequest, draft: UUID) -> HttpResponse:
    """The answers once more, the declaration, submit."""
    by, key = request.actor, str(draft)
    found = onething.draft(by=by, id=key)
    if found.case_no and request.method != "POST":
        return redirect("citizen:receipt", no=found.case_no)
    errors: dict[str, str] = {}
    if request.method == "POST":
        try:
            if request.POST.get("declared") != "yes":
                raise InvalidError("citizen.declaration", "Confirm that what you say is true.",
                                   fields={"declared": "Confirm that what you say is true."})  # fmt: skip
            receipt = onething.submit(by=by, draft=key, key=request.POST.get("key") or str(new_id()))
        except InvalidError as error:
            errors = in_words(error)
        else:
            return redirect("citizen:receipt", no=receipt.case_no)
    context = {"draft": found, "errors": errors, "key": request.POST.get("key") or str(new_id()),
               "links": _links(found), "may": _may(request, found)}  # fmt: skip
    return render(request, "citizen/check.html", context, status=422 if errors else 200)


@resident
@require_POST
def ask_signature(request: HouseRequest, draft: UUID) -> HttpResponse:
    """Ask those who may submit for the firm to check it and to sign."""
    try:
        onething.ask_signature(by=request.actor, draft=str(draft))
        messages.success(request, gettext("Those who may sign were told. You hear of it when it is submitted."))
    except HouseError as refused:
        messages.error(request, sentence(refused))
    return redirect("citizen:check", draft=draft)


def _links(draft: Draft) -> dict[str, str]:
    """Where each place to mend is mended."""
    at_form, at_materials = reverse("citizen:form", args=[draft.id]), reverse("citizen:materials", args=[draft.id])
    links = {field.id: f"{at_form}#field-{field.id}" for field in draft.form.fields}
    return links | {m.material.id: f"{at_materials}#material-{m.material.id}" for m in draft.materials}
