"""Neighbouring nodes, and what our departments asked of them."""

from typing import Any
from uuid import UUID

from django.conf import settings
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from liangxi.core.people import face as people
from liangxi.kit.errors import HouseError, InvalidError
from liangxi.kit.ids import new_id
from liangxi.portals.access import HouseRequest, staff
from liangxi.portals.office import data_wording, federation_wording
from liangxi.portals.office.catalogue import names
from liangxi.portals.office.fields import required_day
from liangxi.portals.words import in_words, sentence
from liangxi.systems.data import face as data
from liangxi.systems.federation import face as federation

FIELDS = ("id", "title", "level", "address", "key", "org")
NEED = ("title", "purpose", "legal_basis", "matter", "frequency")


@staff("node.manage", "data.review", "audit.read")
@require_safe
def board(request: HouseRequest) -> HttpResponse:
    """Who we are, our neighbours with how each line stands, what was granted through which node."""
    by = request.actor
    context = {
        "own": federation.own_node(),
        "nodes": federation.neighbours(by=by),
        "served": federation.served_asks(by=by),
        "may_manage": by.may("node.manage"),
        "levels": federation_wording.levels(),
    }
    return render(request, "office/federation/nodes.html", context)


@staff("node.manage")
@require_http_methods(["GET", "HEAD", "POST"])
def edit(request: HouseRequest, node: str = "") -> HttpResponse:
    """The form of a neighbour."""
    by, errors = request.actor, dict[str, str]()
    seen = next((one for one in federation.neighbours(by=by) if one.id == node), None)
    if node and seen is None:
        return redirect("office:nodes")
    values: dict[str, Any] = {name: getattr(seen, name, "") for name in FIELDS}
    if request.method == "POST":
        values = {name: request.POST.get(name, "") for name in FIELDS} | ({"id": node} if node else {})
        try:
            federation.save_node(by=by, said=values)
        except HouseError as refused:
            errors = in_words(refused)
        else:
            messages.success(request, gettext("The node is kept."))
            return redirect("office:nodes")
    context = {
        "seen": seen,
        "values": values,
        "errors": errors,
        "levels": federation_wording.levels(),
        "organisations": people.organisations(),
    }
    return render(request, "office/federation/node.html", context, status=422 if errors else 200)


@staff("node.manage")
@require_POST
def act(request: HouseRequest, node: str) -> HttpResponse:
    """Suspend a neighbour, or believe it again."""
    federation.suspend_node(by=request.actor, id=node, is_active=request.POST.get("deed") == "resume")
    messages.success(request, gettext("Done and written down."))
    return redirect("office:nodes")


@staff("data.request")
@require_safe
def asks(request: HouseRequest) -> HttpResponse:
    """What our departments asked of other nodes, and the nodes that may be asked."""
    by = request.actor
    context = {"asks": federation.asks(by=by), "nodes": federation.neighbours(by=by), "names": names()}
    return render(request, "office/federation/asks.html", context)


@staff("data.request")
@require_http_methods(["GET", "HEAD", "POST"])
def new_ask(request: HouseRequest, node: str) -> HttpResponse:
    """What a neighbour shares, and the request for one of its resources."""
    by, sent, errors = request.actor, request.POST, dict[str, str]()
    if request.method == "POST":
        try:
            said: dict[str, Any] = {name: sent.get(name, "") for name in NEED}
            said["until"] = required_day(sent, "until")
            key, resource = sent.get("key", ""), sent.get("resource", "")
            id = federation.ask_neighbour(by=by, neighbour=node, resource=resource, said=said, key=key)
        except InvalidError as refused:
            errors = in_words(refused)
        else:
            messages.success(request, gettext("Asked. The other node opens a case for it."))
            return redirect("office:ask", ask=id)
    context: dict[str, Any] = {"node": node, "asked": sent, "errors": errors, "key": sent.get("key") or str(new_id()),
                               "frequencies": data_wording.frequencies(), "silent": ""}  # fmt: skip
    try:
        context["shared"] = federation.catalogue_of(by=by, neighbour=node)
    except HouseError as refused:
        context["silent"] = sentence(refused)
    return render(request, "office/federation/ask_form.html", context, status=422 if errors else 200)


@staff("data.request")
@require_safe
def ask(request: HouseRequest, ask: UUID) -> HttpResponse:
    """One request: how it stands at the other node, and how programs call what was granted."""
    return _ask(request, str(ask), "")


@staff("data.request")
@require_POST
def act_on_ask(request: HouseRequest, ask: UUID) -> HttpResponse:
    """A key for programs; or hand on what was granted as an API of ours."""
    by, id, sent = request.actor, str(ask), request.POST
    try:
        if sent.get("deed") == "key":
            return _ask(request, id, federation.issue_node_key(by=by, id=id))
        api = federation.relay_api(by=by, ask=id, id=sent.get("id", "").strip(), resource=sent.get("resource", ""))
        return redirect("office:api", api=api)
    except HouseError as refused:
        messages.error(request, "; ".join([sentence(refused), *in_words(refused).values()]))
    return redirect("office:ask", ask=ask)


def _ask(request: HouseRequest, id: str, secret: str) -> HttpResponse:
    by = request.actor
    found = federation.ask(by=by, id=id)
    client = f"{settings.CONFIG.node}/GOV/{found.org}"
    root = settings.CONFIG.public_url
    key = f'curl -H "Authorization: Bearer YOUR_KEY" -H "X-Road-Client: {client}"'
    own = [card for card in data.own_resources(by=by) if card.state == "published"] if by.may("data.manage") else []
    context = {
        "ask": found,
        "secret": secret,
        "calls": [f"{key} {root}{path}" for path in found.paths],
        "resources": own,
        "names": names(),
    }
    return render(request, "office/federation/ask.html", context)
