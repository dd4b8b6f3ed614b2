"""Webhooks on the own page of staff and of residents alike, and those of all for who runs the city's systems."""

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext

from liangxi.core.people import face as people
from liangxi.core.webhooks import face as webhooks
from liangxi.core.webhooks.shapes import IssuedSecret
from liangxi.kit.actor import Actor
from liangxi.kit.errors import ConflictError, HouseError, InvalidError, NotFoundError
from liangxi.portals.access import HouseRequest
from liangxi.portals.words import happenings, in_words, sentence, undelivered

SHOWN = 20  # deliveries of a subscription


def webhooks_page(request: HouseRequest, template: str, *, everybody: bool = False) -> HttpResponse:
    """Subscriptions with what was sent; a POST does what its button says, a new secret is shown once."""
    if request.method != "POST":
        return _page(request, template, everybody=everybody)
    try:
        issued = _do(request)
    except (InvalidError, ConflictError) as refused:
        return _page(request, template, everybody=everybody, errors=in_words(refused))
    except HouseError as refused:
        messages.error(request, sentence(refused))
        return redirect(request.path)
    return _page(request, template, everybody=everybody, issued=issued) if issued else redirect(request.path)


def _do(request: HouseRequest) -> IssuedSecret | None:
    """The deed of a button; the secret that it made, if any."""
    by, sent = request.actor, request.POST
    id, deed = sent.get("id", ""), sent.get("deed", "subscribe")
    if deed == "rotate":
        return webhooks.rotate(by=by, id=id)
    if deed in ("end", "enable", "ping"):
        {"end": webhooks.end, "enable": webhooks.enable, "ping": webhooks.ping}[deed](by=by, id=id)
        messages.success(request, gettext("Done."))
        return None
    if deed == "resend":
        number = sent.get("sending", "")
        webhooks.resend(by=by, id=id, sending=int(number) if number.isascii() and number.isdecimal() else None)
        messages.success(request, gettext("It is sent again."))
        return None
    types, mode = sent.getlist("types"), sent.get("mode", "structured")
    return webhooks.subscribe(by=by, name=sent.get("name", ""), url=sent.get("url", ""), types=types, mode=mode)


def _owner(by: Actor, account: str) -> str:
    """A colleague by name; of residents only the number of the account."""
    try:
        return people.colleague(by=by, account=account).name
    except NotFoundError:
        return account


def _page(
    request: HouseRequest,
    template: str,
    *,
    everybody: bool,
    errors: dict[str, str] | None = None,
    issued: IssuedSecret | None = None,
) -> HttpResponse:
    by = request.actor
    found = webhooks.every_subscription(by=by) if everybody else webhooks.subscriptions(by=by)
    words = happenings()
    context: dict[str, Any] = {
        "subscriptions": [
            {
                "one": one,
                "owner": _owner(by, one.owner) if everybody else "",
                "types": [words.get(type, type) for type in one.types],
                "sent": [
                    {"one": sent, "type": words.get(sent.type, sent.type), "why": undelivered(sent.error)}
                    for sent in webhooks.deliveries(by=by, id=one.id, limit=SHOWN)
                ],
            }
            for one in found
        ],
        "types": [(type, word) for type, word in words.items() if type in webhooks.topics(by=by)],
        "everybody": everybody,
        "issued": issued,
        "errors": errors or {},
        "asked": request.POST if errors else {"mode": "structured"},
        "chosen": request.POST.getlist("types") if errors else [],
    }
    response = render(request, template, context, status=422 if errors else 200)
    response["Cache-Control"] = "private, no-store"
    return response
