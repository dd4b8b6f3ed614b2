"""My account: messages, certificates, who looked at my data, for whom I act."""

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from liangxi.core.certificates import face as certificates
from liangxi.core.messages import face as messages
from liangxi.core.people import face as people
from liangxi.portals.access import HouseRequest, act_as, next_url, resident
from liangxi.systems.data import face as data


@resident
@require_http_methods(["GET", "HEAD", "POST"])
def inbox(request: HouseRequest) -> HttpResponse:
    """Messages of the city to me, newest first; opening one marks it as read."""
    if request.method == "POST":
        message = request.POST.get("message", "")
        messages.mark_read(by=request.actor, id=message)
        return redirect(next_url(request, request.path))
    return render(request, "citizen/messages.html", {"inbox": messages.inbox(by=request.actor)})


@resident
@require_safe
def own_certificates(request: HouseRequest) -> HttpResponse:
    """My electronic certificates."""
    by = request.actor
    found = certificates.of_holder(by=by, holder=by.firm or by.person or "")
    return render(request, "citizen/certificates.html", {"certificates": found})


@resident
@require_safe
def certificate_pdf(request: HouseRequest, number: str) -> HttpResponse:
    """The PDF of one of my certificates."""
    content = certificates.pdf(by=request.actor, number=number)
    headers = {"Content-Disposition": f'inline; filename="{number}.pdf"', "Cache-Control": "private, no-store"}
    return HttpResponse(content, content_type="application/pdf", headers=headers)


@resident
@require_safe
def me(request: HouseRequest) -> HttpResponse:
    """Who I am for the city, for which firms I act, and who looked at my data and why."""
    by = request.actor
    context = {
        "person": people.person(by=by.with_purpose("self"), id=by.person or ""),
        "firms": people.firms_of(by=by),
        "accesses": data.accesses_of(by=by, subject=by.person or ""),
    }
    return render(request, "citizen/me.html", context)


@resident
@require_POST
def acting(request: HouseRequest) -> HttpResponse:
    """Act for one of my firms, or for myself again."""
    firm = request.POST.get("firm", "") or None
    if firm:
        people.actor_of(account_id=request.actor.account, firm=firm)
    act_as(request, firm=firm)
    return redirect(next_url(request, "/me/"))
