"""Signing in and out of the desk and the office, and choosing a post."""

from urllib.parse import urlencode

from django.conf import settings
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext
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

DESK = ("case.accept", "case.decide", "case.handout", "case.read")


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
            return _enter(request, str(account.pk))
    context = {
        "error": error,
        "login": request.POST.get("login", ""),
        "next": next_url(request, ""),
        "samples": people.sample_accounts(kind="staff"),
        "password": settings.SAMPLE_PASSWORD,
    }
    return render(request, "workbench/login.html", context, status=422 if error else 200)


def _enter(request: VisitorRequest, account: str) -> HttpResponse:
    """To the page that was asked for; who works for several organisations says first for which."""
    goal = next_url(request, _home(people.actor_of(account_id=account)))
    if len({post.organisation.code for post in people.posts_of(account=account)}) > 1:
        return redirect(f"{reverse('workbench:posts')}?{urlencode({'next': goal})}")
    return redirect(goal)


def _home(by: Actor) -> str:
    return reverse("workbench:inbox" if any(by.paths(permission) for permission in DESK) else "office:home")


@public
@require_POST
def logout(request: VisitorRequest) -> HttpResponse:
    """End the session."""
    sign_out(request)
    return redirect("workbench:login")


@staff()
@require_http_methods(["GET", "HEAD", "POST"])
def posts(request: HouseRequest) -> HttpResponse:
    """Choose the post whose organisation one speaks for; the tasks of all of them stay in the one inbox."""
    held = people.posts_of(account=request.actor.account)
    chosen, error = request.POST.get("post", ""), ""
    if request.method == "POST":
        if chosen in {post.id for post in held}:
            act_as(request, post=chosen)
            return redirect(next_url(request, _home(request.actor)))
        error = gettext("Choose one of your posts.")
    context = {"posts": held, "error": error, "next": next_url(request, "")}
    return render(request, "workbench/posts.html", context, status=422 if error else 200)
