"""Signing in and out of the portal of residents."""

from django.conf import settings
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST

from liangxi.core.people import face as people
from liangxi.kit.errors import HouseError
from liangxi.portals.access import VisitorRequest, next_url, public, sign_in, sign_out
from liangxi.portals.words import sentence


@public
@sensitive_post_parameters("password")
@require_http_methods(["GET", "HEAD", "POST"])
def login(request: VisitorRequest) -> HttpResponse:
    """The identity of a resident; the sample city says that its identities are samples."""
    if request.actor is not None and request.method != "POST":
        return redirect(next_url(request, "/"))
    error = ""
    if request.method == "POST":
        try:
            account = people.authenticate(
                login=request.POST.get("login", "").strip(),
                password=request.POST.get("password", ""),
                portal="public",
                remote=request.META.get("REMOTE_ADDR", ""),
            )
        except HouseError as refused:
            error = sentence(refused)
        else:
            sign_in(request, account)
            return redirect(next_url(request, "/"))
    context = {
        "error": error,
        "login": request.POST.get("login", ""),
        "next": next_url(request, ""),
        "samples": people.sample_accounts(kind="public"),
        "password": settings.SAMPLE_PASSWORD,
    }
    return render(request, "citizen/login.html", context, status=422 if error else 200)


@public
@require_POST
def logout(request: VisitorRequest) -> HttpResponse:
    """End the session."""
    sign_out(request)
    return redirect("citizen:home")
