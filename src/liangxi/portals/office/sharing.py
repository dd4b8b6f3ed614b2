"""供需对接: the consumer's board, a need from its form to its grants, the provider's answer, keys, readings."""

from datetime import timedelta
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.utils.translation import gettext
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from liangxi.core.forms import face as forms
from liangxi.kit import time
from liangxi.kit.errors import HouseError, InvalidError
from liangxi.kit.ids import new_id
from liangxi.portals.access import HouseRequest, staff
from liangxi.portals.office import data_wording as words
from liangxi.portals.office.catalogue import names
from liangxi.portals.office.delivery import rows_in_words
from liangxi.portals.office.fields import required_day
from liangxi.portals.words import in_words, sentence
from liangxi.systems.data import face as data
from liangxi.systems.data.shapes import Asked

NEED = ("title", "purpose", "legal_basis", "matter", "frequency")
ANY = ("data.request", "data.grant", "data.review", "audit.read")


@staff("data.request")
@sensitive_post_parameters()
@require_http_methods(["GET", "HEAD", "POST"])
def board(request: HouseRequest) -> HttpResponse:
    """The consumer's board: needs, grants with usage and quota, keys of programs."""
    by, errors, issued = request.actor, dict[str, str](), None
    if request.method == "POST" and "revoke" in request.POST:
        data.revoke_key(by=by, id=request.POST["revoke"])
        messages.success(request, gettext("The key opens nothing any more."))
        return redirect("office:data_needs")
    if request.method == "POST":
        try:
            until = required_day(request.POST, "until")
            grants = request.POST.getlist("grants")
            issued = data.issue_key(by=by, name=request.POST.get("name", ""), grants=grants, until=until)
        except InvalidError as refused:
            errors = in_words(refused)
    grants_held = data.grants_of(by=by)
    context = {
        "needs": data.own_needs(by=by),
        "grants": grants_held,
        "open": [one for one in grants_held if one.state in ("active", "waiting") and one.org == by.org],
        "keys": data.keys_of(by=by),
        "titles": {one.id: one.title for one in grants_held},
        "issued": issued,
        "errors": errors,
        "asked": request.POST,
        "in_a_year": time.today() + timedelta(days=365),
        "names": names(),
    }
    response = render(request, "office/data/consumer.html", context, status=422 if errors else 200)
    response["Cache-Control"] = "private, no-store"
    return response


@staff("data.request")
@require_http_methods(["GET", "HEAD", "POST"])
def new_need(request: HouseRequest) -> HttpResponse:
    """The form of a need; resources are chosen from the catalogue and added by their identifier."""
    by, sent = request.actor, request.POST if request.method == "POST" else request.GET
    chosen = [data.resource(by=by, id=id) for id in dict.fromkeys(sent.getlist("resource")) if id]
    if request.method == "POST":
        try:
            id = data.open_need(
                by=by,
                since=required_day(sent, "since"),
                until=required_day(sent, "until"),
                asked=[
                    Asked(resource=one.card.id, columns=tuple(sent.getlist(f"columns.{one.card.id}"))) for one in chosen
                ],
                key=sent.get("key", ""),
                **{name: sent.get(name, "") for name in NEED},
            )
        except InvalidError as refused:
            return _need_form(request, sent, chosen, in_words(refused))
        messages.success(request, gettext("Submitted. The data bureau checks it within two working days."))
        return redirect("office:data_need", need=id)
    return _need_form(request, sent, chosen, {})


def _need_form(request: HouseRequest, sent: QueryDict, chosen: list[Any], errors: dict[str, str]) -> HttpResponse:
    listed = [
        {
            "one": one,
            "columns": sent.getlist(f"columns.{one.card.id}"),
            "error": errors.get(f"resources.{n}.columns", ""),
        }
        for n, one in enumerate(chosen)
    ]
    context = {
        "listed": listed,
        "asked": sent,
        "errors": errors,
        "frequencies": words.frequencies(),
        "key": sent.get("key") or str(new_id()),
        "today": time.today(),
        "in_a_year": time.today() + timedelta(days=365),
        "names": names(),
        "catalogue": data.resources(by=request.actor, limit=200).rows,
    }
    return render(request, "office/data/need_form.html", context, status=422 if errors else 200)


@staff(*ANY)
@require_safe
def need(request: HouseRequest, need: UUID) -> HttpResponse:
    """A need: what is asked, the bureau's check, each provider's answer, mediation, grants."""
    return _need(request, str(need), {})


def _need(request: HouseRequest, id: str, errors: dict[str, str]) -> HttpResponse:
    found = data.need(by=request.actor, id=id)
    context = {"need": found, "errors": errors, "asked": request.POST, "names": names(),
               "is_own": request.actor.org == found.org}  # fmt: skip
    return render(request, "office/data/need.html", context, status=422 if errors else 200)


@staff("data.request", "data.review")
@require_POST
def act_on_need(request: HouseRequest, need: UUID) -> HttpResponse:
    """Check, withdraw, object to a refusal, mediate."""
    by, sent, id = request.actor, request.POST, str(need)
    deed, line, reason = sent.get("deed", ""), sent.get("request", ""), sent.get("reason", "")
    try:
        if deed in ("conform", "refuse"):
            data.check_need(by=by, id=id, outcome=deed, note=reason)
        elif deed == "withdraw":
            data.withdraw_need(by=by, id=id, reason=reason)
        elif deed == "object":
            data.object_to_refusal(by=by, id=line, reason=reason)
        else:
            data.mediate(by=by, id=line, outcome=deed, reason=reason)
    except InvalidError as refused:
        return _need(request, id, in_words(refused))
    except HouseError as refused:
        messages.error(request, sentence(refused))
    else:
        messages.success(request, gettext("Done and written down."))
    return redirect("office:data_need", need=need)


@staff("data.grant")
@require_http_methods(["GET", "HEAD", "POST"])
def answer(request: HouseRequest, request_id: UUID) -> HttpResponse:
    """The provider's answer: columns, masks, quota, until when; or a refusal with its basis in law."""
    by, id, errors = request.actor, str(request_id), dict[str, str]()
    asked = data.request(by=by, id=id)
    if request.method == "POST":
        try:
            if request.POST.get("deed") == "refuse":
                data.refuse_request(
                    by=by, id=id, reason=request.POST.get("reason", ""), basis=request.POST.get("basis", "")
                )
            else:
                until = required_day(request.POST, "until")
                data.grant_request(by=by, id=id, terms=_terms(request.POST), quota=_quota(request.POST), until=until)
            messages.success(request, gettext("Answered. The department that asked sees it at once."))
            return redirect("office:data_need", need=asked.need)
        except InvalidError as refused:
            errors = in_words(refused)
        except HouseError as refused:
            messages.error(request, sentence(refused))
            return redirect("office:data_need", need=asked.need)
    found = data.resource(by=by, id=asked.resource)
    context = {
        "line": asked,
        "need": data.need(by=by, id=asked.need),
        "fields": [field for field in found.definition.fields if field.name in asked.columns],
        "card": found.card,
        "masks": words.masks(),
        "chosen": request.POST.getlist("columns") if request.method == "POST" else asked.columns,
        "picked": {name: request.POST.get(f"mask.{name}", "") for name in asked.columns},
        "sent": request.POST,
        "errors": errors,
        "names": names(),
    }
    return render(request, "office/data/answer.html", context, status=422 if errors else 200)


def _terms(sent: QueryDict) -> dict[str, Any]:
    known, columns = words.masks(), sent.getlist("columns")
    masks = {name: known.get(sent.get(f"mask.{name}", ""), ("", None))[1] for name in columns}
    return {"columns": columns, "masks": {name: mask for name, mask in masks.items() if mask}}


def _quota(sent: QueryDict) -> int:
    text = sent.get("quota", "").strip()
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 10 else 0


@staff(*ANY)
@require_http_methods(["GET", "HEAD", "POST"])
def grant(request: HouseRequest, grant: UUID) -> HttpResponse:
    """A grant: its terms, what was read under it, what happened to it; suspension, revocation, report, review."""
    by, id, errors, sent = request.actor, str(grant), dict[str, str](), request.POST
    if request.method == "POST":
        deed, text = sent.get("deed", ""), sent.get("text", "")
        try:
            if deed == "report":
                data.report_usage(by=by, id=id, text=text)
            elif deed in ("keep", "end"):
                data.confirm_grant(by=by, id=id, outcome=deed, reason=text)
            else:
                data.change_grant(by=by, id=id, deed=deed, reason=text)
            messages.success(request, gettext("Done and written down."))
            return redirect("office:data_grant", grant=grant)
        except InvalidError as refused:
            errors = in_words(refused)
        except HouseError as refused:
            messages.error(request, sentence(refused))
            return redirect("office:data_grant", grant=grant)
    found = data.grant(by=by, id=id)
    seen = data.resource(by=by, id=found.resource) if found.state != "withdrawn" else None
    titles = {field.name: field.title for field in seen.definition.fields} if seen else {}
    fields = [
        (titles.get(name, {"zh": name, "en": name}), _mask_word(found.terms, name)) for name in found.terms["columns"]
    ]
    rows = rows_in_words(found, {name: forms.say(title) for name, title in titles.items()})
    context = {
        "grant": found,
        "rows": rows,
        "reads": by.may("data.request"),
        "fields": fields,
        "usage": data.usage_of(by=by, id=id),
        "errors": errors,
        "asked": sent,
        "names": names(),
        "last_day": found.until - timedelta(days=1),
    }
    return render(request, "office/data/grant.html", context, status=422 if errors else 200)


def _mask_word(terms: Any, name: str) -> str:
    mask = terms["masks"].get(name)
    known = next((word for word, said in words.masks().values() if said == mask), "")
    return known or str(mask)


@staff("audit.read")
@require_safe
def readings(request: HouseRequest) -> HttpResponse:
    """Who read whose data, when, why, under which grant."""
    asked = {name: request.GET.get(name, "").strip()[:100] for name in ("person", "account", "grant")}
    after = request.GET.get("after", "")
    found, more = data.readings(
        by=request.actor,
        person=asked["person"],
        account=asked["account"],
        grant=asked["grant"],
        after=int(after) if after.isdecimal() and len(after) < 19 else None,
    )
    context = {"rows": found, "next": str(more) if more else None, "asked": asked, "names": names(),
               "is_narrowed": any(asked.values())}  # fmt: skip
    return render(request, "office/data/readings.html", context)
