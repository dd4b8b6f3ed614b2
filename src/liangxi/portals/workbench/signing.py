"""Signing in and out of the desk and the office, and choosing a post."""

from django.conf import settings
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST

from liangxi.core.people import face as people
from liangxi.kit.actor import Actor
from liangxi.kit.errors import HouseError
from liangxi.portals.access import (
    HouseRequest,
    VisitorRequest,
    act_as,
    actor_of,
    next_url,
    public,
    sign_in,
    sign_out,
    staff,
)
from liangxi.portals.words import sentence

DESK = ("case.accept", "case.decide", "case.handout")


@public
@sensitive_post_parameters("password")
@require_http_methods(["GET", "HEAD", "POST"])
def login(request: VisitorRequest) -> HttpResponse:
    """The login of staff; those without work at the desk go to the office."""
    signed_in = actor_of(request, portal="staff")
    if signed_in is not None and request.method != "POST":
        return redirect(next_url(request, _home(signed_in)))
    error = ""
    if request.method == "POST":
        try:
            account = people.authenticate(
                login=request.POST.get("login", "").strip(),
                password=request.POST.get("password", ""),
                portal="staff",
                remote=request.META.get("REMOTE_ADDR", ""),
            )
        except HouseError as refused:
            error = sentence(refused)
        else:
            sign_in(request, account)
            return redirect(next_url(request, _home(people.actor_of(account_id=str(account.pk)))))
    context = {
        "error": error,
        "login": request.POST.get("login", ""),
        "next": next_url(request, ""),
        "samples": people.sample_accounts(kind="staff"),
        "password": settings.SAMPLE_PASSWORD,
    }
    return render(request, "workbench/login.html", context, status=422 if error else 200)


def _home(by: Actor) -> str:
    return "/desk/" if any(by.may(permission) for permission in DESK) else "/office/"


@public
@require_POST
def logout(request: VisitorRequest) -> HttpResponse:
    """End the session."""
    sign_out(request)
    return redirect("workbench:login")


@staff()
@require_POST
def post(request: HouseRequest) -> HttpResponse:
    """Choose the post whose organisation one speaks for."""
    chosen = request.POST.get("post", "")
    people.actor_of(account_id=request.actor.account, post=chosen)
    act_as(request, post=chosen)
    return redirect(next_url(request, "/desk/"))
