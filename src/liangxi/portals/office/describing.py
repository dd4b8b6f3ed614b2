"""Describing a resource: by form, from a file whose fields are proposed, by YAML or Excel; the steward's board."""

from typing import Any

from django.contrib import messages
from django.http import HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.utils.translation import gettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from liangxi.core.codes import face as codes
from liangxi.core.people import face as people
from liangxi.kit.actor import Actor
from liangxi.kit.errors import HouseError, InvalidError
from liangxi.portals.access import HouseRequest, staff
from liangxi.portals.office import data_wording as words
from liangxi.portals.office.catalogue import names
from liangxi.portals.words import in_words, sentence
from liangxi.systems.data import face as data
from liangxi.systems.data.shapes import Proposal, ResourceDefinition, ResourceField

PLAIN = ("id", "kind", "register", "category", "org", "format", "origin", "cycle")
TITLES = ("title", "summary")
TERMS = ("sharing", "opening")
PARTS = ("name", "type", "element", "subject", "grade")
FLAGS = ("key", "authoritative", "personal")
MOST = 1000


@staff("data.manage")
@require_safe
def board(request: HouseRequest) -> HttpResponse:
    """The steward's board: requests to answer with their lights, own resources and which are stale, grants given."""
    by = request.actor
    own = data.own_resources(by=by)
    given = data.grants_given(by=by) if by.may("data.grant") else ()
    context = {
        "own": own,
        "stale": sum(card.freshness in ("stale", "never") for card in own if card.state == "published"),
        "in_work": sum(bool(card.in_work) for card in own),
        "requests": data.requests_to_answer(by=by) if by.may("data.grant") else (),
        "grants": given[:50],
        "to_confirm": [one for one in given if "confirm" in one.actions],
        "names": names(),
    }
    return render(request, "office/data/steward.html", context)


@staff("data.manage")
@require_http_methods(["GET", "HEAD", "POST"])
def describe(request: HouseRequest, resource: str = "") -> HttpResponse:
    """The form of a resource, empty or as it was described last; "add a field" works without a script."""
    by = request.actor
    if request.method != "POST":
        values = _values_of(data.resource(by=by, id=resource, in_work=True).definition) if resource else _empty(by)
        return _form(request, resource, values, {})
    values = _sent(request.POST)
    if resource:
        values["id"] = resource
    if request.POST.get("do") == "add":
        values["fields"].append(_blank())
        return _form(request, resource, values, {})
    try:
        id = data.save_draft(by=by, definition=_definition(values))
    except InvalidError as refused:
        return _form(request, resource, values, in_words(refused))
    except HouseError as refused:
        return _form(request, resource, values, {"__all__": sentence(refused)})
    messages.success(request, gettext("Kept as a draft. Submit it when it is complete."))
    return redirect(f"/office/data/resources/{id}/?work=1")


@staff("data.manage")
@require_POST
def propose(request: HouseRequest) -> HttpResponse:
    """The form with the fields that a file seems to have; a person confirms them by saving."""
    by, sent = request.actor, request.FILES.get("file")
    try:
        if sent is None:
            raise InvalidError("office.file", "Choose a file.", fields={"file": "Choose a file."})
        found = data.propose_fields(by=by, name=sent.name or "", content=sent.read())
    except InvalidError as refused:
        return _form(request, "", _empty(by), in_words(refused))
    values = _empty(by) | {"fields": [_field_values(one.field) for one in found.fields]}
    return _form(request, "", values, {}, found)


@staff("data.manage")
@require_POST
def take_in(request: HouseRequest) -> HttpResponse:
    """Resources of a YAML file or a workbook as drafts; what came of each."""
    sent, context = request.FILES.get("file"), dict[str, Any](errors={})
    try:
        if sent is None:
            raise InvalidError("office.file", "Choose a file.", fields={"file": "Choose a file."})
        done = data.import_resources(by=request.actor, name=sent.name or "", content=sent.read())
        context["done"] = done
        context["rows"] = [(row, [f"{at}: {gettext(why)}" for at, why in row.errors.items()]) for row in done.rows]
    except InvalidError as refused:
        context["errors"] = in_words(refused)
    return render(request, "office/data/import.html", context, status=422 if context["errors"] else 200)


@staff("data.manage")
@require_safe
def workbook(request: HouseRequest) -> HttpResponse:
    """One's own resources as Excel, or with `empty` the template."""
    is_empty = "empty" in request.GET
    content = data.workbook(by=request.actor, is_empty=is_empty)
    name = "catalogue-template.xlsx" if is_empty else "catalogue.xlsx"
    kind = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
    headers = {"Content-Disposition": f'attachment; filename="{name}"', "Cache-Control": "private, no-store"}
    return HttpResponse(content, content_type=kind, headers=headers)


def _form(
    request: HouseRequest, resource: str, values: dict[str, Any], errors: dict[str, str], found: Proposal | None = None
) -> HttpResponse:
    owned = [one for one in people.organisations() if request.actor.may("data.manage", one.path)]
    rows = [
        {"n": n, "values": field, "errors": _at(errors, f"fields.{n}."), "proposed": found.fields[n] if found else None}
        for n, field in enumerate(values["fields"])
    ]
    context = {
        "resource": resource,
        "values": values,
        "errors": errors,
        "rows": rows,
        "found": found,
        "organisations": owned,
        "categories": codes.entries(list_id="data_category"),
        "elements": codes.entries(list_id="data_element"),
        "lists": {
            "kind": words.kinds(),
            "register": words.registers(),
            "format": words.formats(),
            "origin": words.origins(),
            "cycle": words.cycles(),
            "sharing": words.sharing(),
            "opening": words.opening(),
            "way": words.ways(),
            "type": words.types(),
            "grade": words.grades(),
        },
    }
    return render(request, "office/data/describe.html", context, status=422 if errors else 200)


def _at(errors: dict[str, str], start: str) -> dict[str, str]:
    return {path.removeprefix(start): why for path, why in errors.items() if path.startswith(start)}


def _empty(by: Actor) -> dict[str, Any]:
    values: dict[str, Any] = dict.fromkeys(PLAIN, "") | {"org": by.org or "", "origin": "city", "format": "database"}
    for name in TITLES:
        values[name] = {"zh": "", "en": ""}
    for name in TERMS:
        values[name] = {"attribute": "", "condition": "", "basis": "", "ways": []}
    return values | {"fields": [_blank()], "relations": ""}


def _blank() -> dict[str, Any]:
    return dict.fromkeys(PARTS, "") | dict.fromkeys(FLAGS, False) | {"zh": "", "en": "", "grade": "general-1"}


def _values_of(made: ResourceDefinition) -> dict[str, Any]:
    values: dict[str, Any] = {name: getattr(made, name) for name in PLAIN}
    values |= {name: dict(getattr(made, name)) for name in TITLES}
    for name in TERMS:
        terms = getattr(made, name)
        values[name] = {"attribute": terms.attribute, "condition": terms.condition, "basis": terms.basis,
                        "ways": list(terms.ways)}  # fmt: skip
    values["relations"] = " ".join(f"{one.kind}:{one.resource}" for one in made.relations)
    return values | {"fields": [_field_values(field) for field in made.fields], "provenance": made.provenance}


def _field_values(field: ResourceField) -> dict[str, Any]:
    return {"name": field.name, "zh": field.title["zh"], "en": field.title["en"], "type": field.type,
            "element": field.element, "subject": field.subject, "grade": field.grade, "key": field.is_key,
            "authoritative": field.is_authoritative, "personal": field.is_personal}  # fmt: skip


def _sent(sent: QueryDict) -> dict[str, Any]:
    values: dict[str, Any] = {name: sent.get(name, "").strip() for name in (*PLAIN, "relations", "provenance")}
    for name in TITLES:
        values[name] = {lang: sent.get(f"{name}.{lang}", "") for lang in ("zh", "en")}
    for name in TERMS:
        values[name] = {part: sent.get(f"{name}.{part}", "") for part in ("attribute", "condition", "basis")}
        values[name]["ways"] = sent.getlist(f"{name}.ways")
    count = sent.get("count", "0")
    listed = range(min(int(count) if count.isdecimal() and len(count) < 6 else 0, MOST))
    values["fields"] = [_sent_field(sent, f"fields.{n}.") for n in listed if f"fields.{n}.drop" not in sent]
    return values


def _sent_field(sent: QueryDict, at: str) -> dict[str, Any]:
    said: dict[str, Any] = {name: sent.get(at + name, "").strip() for name in (*PARTS, "zh", "en")}
    return said | {name: at + name in sent for name in FLAGS}


def _definition(values: dict[str, Any]) -> dict[str, Any]:
    """The form as the catalogue reads it; rows that nobody filled in are left out."""
    fields = [
        {name: field[name] for name in (*PARTS, *FLAGS)} | {"title": {"zh": field["zh"], "en": field["en"]}}
        for field in values["fields"]
        if field["name"] or field["zh"]
    ]
    related = [one.partition(":") for one in values["relations"].split()]
    relations = [{"kind": kind, "resource": other} for kind, _, other in related]
    return {**values, "fields": fields, "relations": relations}
