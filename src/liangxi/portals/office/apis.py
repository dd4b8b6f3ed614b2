"""Departments' own APIs: declared and allowed by the provider; the log of who called what, for auditors."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from liangxi.kit.errors import HouseError
from liangxi.portals.access import HouseRequest, staff
from liangxi.portals.office import federation_wording as words
from liangxi.portals.office.catalogue import names
from liangxi.portals.words import in_words, sentence
from liangxi.systems.data import face as data
from liangxi.systems.federation import face as federation
from liangxi.systems.federation.shapes import Api

PLAIN = ("id", "resource", "address", "header", "prefix", "timeout", "concurrency", "keeps")
KILOBYTE = 1024


@staff("data.manage", "data.review")
@require_safe
def board(request: HouseRequest) -> HttpResponse:
    """The APIs of one's department, with how they stand."""
    found = federation.apis(by=request.actor)
    return render(request, "office/federation/apis.html", {"apis": found, "names": names()})


@staff("data.manage", "data.review")
@require_http_methods(["GET", "HEAD", "POST"])
def edit(request: HouseRequest, api: str = "") -> HttpResponse:
    """The form of an API, its calls by path, its last exchanges."""
    by = request.actor
    seen = federation.api(by=by, id=api) if api else None
    if request.method != "POST":
        values = _values_of(seen) if seen else {"header": "Authorization", "timeout": 10, "concurrency": 8, "keeps": 0,
                                                "asked": 1024, "answered": 8192}  # fmt: skip
        return _form(request, seen, values, {})
    values = {name: str(text).strip() for name, text in request.POST.items()}
    values["prefix"] = request.POST.get("prefix", "")
    if seen:
        values |= {"id": api, "resource": seen.definition.resource}
    try:
        secret = request.POST.get("secret") or None
        id = federation.save_api(by=by, definition=_definition(values), secret=secret)
    except HouseError as refused:
        return _form(request, seen, values, in_words(refused))
    messages.success(request, gettext("Kept. The API is closed until it is allowed."))
    return redirect("office:api", api=id)


def _values_of(seen: Api) -> dict[str, Any]:
    made = seen.definition
    values: dict[str, Any] = {name: getattr(made, name) for name in PLAIN}
    lines = (f"{one.code} {one.path or '/'} {','.join(one.methods)} {one.subject}".strip() for one in made.services)
    sizes = {"asked": made.most_asked // KILOBYTE, "answered": made.most_answered // KILOBYTE}
    return values | sizes | {"title": made.title["zh"], "services": "\n".join(lines)}


def _definition(values: dict[str, Any]) -> dict[str, Any]:
    """The form's texts as a definition: a service a line, sizes in kilobytes."""
    said: dict[str, Any] = {name: values.get(name, "") for name in PLAIN}
    said |= {"title": {"zh": values.get("title", "")}, "services": [_service(x) for x in _lines(values)]}
    for name in ("asked", "answered"):
        text = values.get(name, "")
        said[f"most_{name}"] = int(text) * KILOBYTE if text.isascii() and text.isdecimal() and len(text) < 9 else text
    return said


def _lines(values: dict[str, Any]) -> list[str]:
    return [line for line in str(values.get("services", "")).splitlines() if line.strip()]


def _service(line: str) -> dict[str, Any]:
    code, path, methods, subject, *rest = [*line.split(), "", "", "", ""]
    is_clean = not any(rest)
    return {
        "code": code if is_clean else "",
        "path": path.rstrip("/"),
        "methods": methods.split(",") if methods else ["GET"],
        "subject": subject,
    }


def _form(request: HouseRequest, seen: Api | None, values: dict[str, Any], errors: dict[str, str]) -> HttpResponse:
    by = request.actor
    errors |= {short: errors[f"most_{short}"] for short in ("asked", "answered") if f"most_{short}" in errors}
    context = {
        "seen": seen,
        "values": values,
        "errors": errors,
        "resources": [card for card in data.own_resources(by=by) if card.state == "published"],
        "exchanges": federation.exchanges_with(by=by, api=seen.definition.id) if seen else (),
        "names": names(),
        "may_edit": by.may("data.manage"),
    }
    return render(request, "office/federation/api.html", context, status=422 if errors else 200)


@staff("data.grant")
@require_POST
def act(request: HouseRequest, api: str) -> HttpResponse:
    """Allow an API, or close it."""
    try:
        federation.change_api(by=request.actor, id=api, deed=request.POST.get("deed", ""))
        messages.success(request, gettext("Done and written down."))
    except HouseError as refused:
        messages.error(request, sentence(refused))
    return redirect("office:api", api=api)


@staff("audit.read")
@require_safe
def exchanges(request: HouseRequest) -> HttpResponse:
    """The message log: who asked whom, when, by which grant, and how it ended."""
    asked = {name: request.GET.get(name, "").strip()[:100] for name in ("org", "api", "grant", "state")}
    after = request.GET.get("after", "")
    found, more = federation.exchanges_of(
        by=request.actor,
        org=asked["org"],
        api=asked["api"],
        grant=asked["grant"],
        state=asked["state"],
        after=after if _is_id(after) else "",
    )
    context = {
        "rows": found,
        "next": more or None,
        "asked": asked,
        "states": words.exchange_states(),
        "names": names(),
        "is_narrowed": any(asked.values()),
    }
    return render(request, "office/federation/exchanges.html", context)


def _is_id(text: str) -> bool:
    try:
        return bool(UUID(text))
    except ValueError:
        return False
