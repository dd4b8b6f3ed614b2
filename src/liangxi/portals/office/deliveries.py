"""Deliveries that gave up: why, what waits behind them, and what to do."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from liangxi.core.events import face as events
from liangxi.kit.errors import HouseError, InvalidError
from liangxi.portals.access import HouseRequest, staff
from liangxi.portals.webhooks import webhooks_page
from liangxi.portals.words import sentence


@staff("events.manage")
@require_safe
def dead(request: HouseRequest) -> HttpResponse:
    """The dead deliveries, the oldest first."""
    return _page(request, {})


@staff("events.manage")
@require_POST
def retry(request: HouseRequest, delivery: int) -> HttpResponse:
    """Let it run again."""
    try:
        events.retry(by=request.actor, delivery=delivery)
    except HouseError as refused:
        messages.error(request, sentence(refused))
    else:
        messages.success(request, gettext("The delivery will be tried again."))
    return redirect("office:deliveries")


@staff("events.manage")
@require_POST
def skip(request: HouseRequest, delivery: int) -> HttpResponse:
    """Pass over it for good, with a reason."""
    try:
        events.skip(by=request.actor, delivery=delivery, reason=request.POST.get("reason", ""))
    except InvalidError as refused:
        return _page(request, {f"reason-{delivery}": said for said in [sentence(refused)]})
    except HouseError as refused:
        messages.error(request, sentence(refused))
    else:
        messages.success(request, gettext("The delivery was passed over."))
    return redirect("office:deliveries")


def _page(request: HouseRequest, errors: dict[str, str]) -> HttpResponse:
    context = {"letters": events.dead_letters(by=request.actor), "errors": errors}
    return render(request, "office/deliveries.html", context, status=422 if errors else 200)


@staff("events.manage")
@require_http_methods(["GET", "HEAD", "POST"])
def outside(request: HouseRequest) -> HttpResponse:
    """The webhooks of all accounts."""
    return webhooks_page(request, "office/all_webhooks.html", everybody=True)
