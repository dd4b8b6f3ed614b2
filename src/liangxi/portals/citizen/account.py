"""My account: messages, certificates, who looked at my data."""

from typing import Any

from django.contrib import messages as notices
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_safe

from liangxi.core.certificates import face as certificates
from liangxi.core.messages import face as messages
from liangxi.core.people import face as people
from liangxi.kit.errors import InvalidError
from liangxi.portals.access import HouseRequest, next_url, oneself, unassisted
from liangxi.portals.api_keys import keys_page
from liangxi.portals.webhooks import webhooks_page
from liangxi.portals.words import in_words
from liangxi.systems.data import face as data


@oneself
@require_http_methods(["GET", "HEAD", "POST"])
def inbox(request: HouseRequest) -> HttpResponse:
    """Messages of the city to me, newest first; opening one marks it as read."""
    if request.method == "POST":
        message = request.POST.get("message", "")
        messages.mark_read(by=request.actor, id=message)
        return redirect(next_url(request, request.path))
    return render(request, "citizen/messages.html", {"inbox": messages.inbox(by=request.actor)})


@unassisted
@require_safe
def own_certificates(request: HouseRequest) -> HttpResponse:
    """The electronic certificates of whom I act for."""
    by = request.actor
    by.require("certificate.own")
    found = certificates.of_holder(by=by, holder=by.firm or by.person or "")
    return render(request, "citizen/certificates.html", {"certificates": found})


@unassisted
@require_safe
def certificate_pdf(request: HouseRequest, number: str) -> HttpResponse:
    """The PDF of one of them."""
    content = certificates.pdf(by=request.actor, number=number)
    headers = {"Content-Disposition": f'inline; filename="{number}.pdf"', "Cache-Control": "private, no-store"}
    return HttpResponse(content, content_type="application/pdf", headers=headers)


@oneself
@require_http_methods(["GET", "HEAD", "POST"])
def me(request: HouseRequest) -> HttpResponse:
    """Who I am for the city, for whom I act, who looked at my data and why, and where else I want to hear."""
    by = request.actor
    context: dict[str, Any] = {
        "person": people.person(by=by.with_purpose("self"), id=by.person or ""),
        "mandates": people.mandates_of(by=by),
        "asked": [one for one in people.proxies_received(by=by) if one.state == "asked"],
        "subject": request.subject,
        "accesses": data.accesses_of(by=by, subject=by.person or ""),
        "disputes": data.own_disputes(by=by),
        "mail": messages.mail_of(by=by),
        "errors": {},
    }
    if request.method == "POST":
        try:
            messages.set_mail(by=by, mail=request.POST.get("mail", ""))
        except InvalidError as error:
            context |= {"errors": in_words(error), "mail": request.POST.get("mail", "")}
            return render(request, "citizen/me.html", context, status=422)
        notices.success(request, gettext("Saved."))
        return redirect("citizen:me")
    return render(request, "citizen/me.html", context)


@oneself
@sensitive_post_parameters()
@require_http_methods(["GET", "HEAD", "POST"])
def keys(request: HouseRequest) -> HttpResponse:
    """Keys with which programs act for me, or for the firm that I act for."""
    return keys_page(request, "citizen/keys.html")


@oneself
@sensitive_post_parameters()
@require_http_methods(["GET", "HEAD", "POST"])
def webhooks(request: HouseRequest) -> HttpResponse:
    """Programs that are told what happens to my cases, or to those of the firm that I act for."""
    return webhooks_page(request, "citizen/webhooks.html")
