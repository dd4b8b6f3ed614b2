"""One's own posts: which, lending one for a time, taking it back, the password."""

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from liangxi.core.people import face as people
from liangxi.core.people.shapes import roles
from liangxi.core.webhooks import face as subscriptions
from liangxi.kit import time
from liangxi.kit.errors import ConflictError, ForbiddenError, HouseError, InvalidError
from liangxi.portals.access import HouseRequest, staff
from liangxi.portals.api_keys import keys_page
from liangxi.portals.office.fields import required_day
from liangxi.portals.webhooks import webhooks_page
from liangxi.portals.words import in_words, sentence


@staff()
@require_safe
def posts(request: HouseRequest) -> HttpResponse:
    """My posts, what I lent and what was lent to me."""
    return _page(request, {})


@staff()
@require_POST
def lend(request: HouseRequest) -> HttpResponse:
    """Lend permissions of one post to a colleague until a day."""
    try:
        people.delegate(
            by=request.actor,
            post=request.POST.get("post", ""),
            to=request.POST.get("to", "").strip(),
            until=required_day(request.POST, "until"),
            permissions=frozenset(request.POST.getlist("permissions")),
        )
    except (InvalidError, ConflictError, ForbiddenError) as refused:
        return _page(request, in_words(refused))
    messages.success(request, gettext("The post was lent."))
    return redirect("office:own")


@staff()
@require_POST
def take_back(request: HouseRequest) -> HttpResponse:
    """End a delegation before its day."""
    try:
        people.end_delegation(by=request.actor, delegation=request.POST.get("delegation", ""))
    except HouseError as refused:
        messages.error(request, sentence(refused))
    else:
        messages.success(request, gettext("The post is yours alone again."))
    return redirect("office:own")


@staff()
@sensitive_post_parameters("old", "new", "again")
@require_POST
def password(request: HouseRequest) -> HttpResponse:
    """Choose a new password; every session of the account ends with the old one."""
    new = request.POST.get("new", "")
    if new != request.POST.get("again", ""):
        return _page(request, {"again": gettext("The two entries differ.")})
    try:
        people.change_password(by=request.actor, old=request.POST.get("old", ""), new=new)
    except InvalidError as refused:
        return _page(request, in_words(refused))
    messages.success(request, gettext("The password was changed. Please sign in with the new one."))
    return redirect("office:own")


@staff()
@sensitive_post_parameters()
@require_http_methods(["GET", "HEAD", "POST"])
def keys(request: HouseRequest) -> HttpResponse:
    """Keys with which programs act for this account."""
    return keys_page(request, "office/keys.html")


def _page(request: HouseRequest, errors: dict[str, str]) -> HttpResponse:
    by = request.actor
    held = people.posts_of(account=by.account)
    lendable = [post for post in held if not post.lent_by and post.role not in roles.SEPARATED_ROLES]
    delegations = people.delegations_of(by=by)
    context: dict[str, Any] = {
        "account": people.account(by=by, id=by.account),
        "posts": held,
        "lendable": [{"post": post, "permissions": sorted(roles.permissions_of(post.role))} for post in lendable],
        "permissions": sorted({p for post in lendable for p in roles.permissions_of(post.role)}),
        "lent": [one for one in delegations if one.to != by.account],
        "borrowed": [one for one in delegations if one.to == by.account],
        "silent": subscriptions.closed_subscriptions(by=by),
        "errors": errors,
        "asked": request.POST,
        "chosen": request.POST.getlist("permissions"),
        "today": time.today(),
    }
    return render(request, "office/own.html", context, status=422 if errors else 200)


@staff()
@sensitive_post_parameters()
@require_http_methods(["GET", "HEAD", "POST"])
def webhooks(request: HouseRequest) -> HttpResponse:
    """Programs that are told what happens to the cases that I may read."""
    return webhooks_page(request, "office/webhooks.html")
