"""Accounts of staff and their posts: appointing and ending, the separated roles in separate hands."""

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from liangxi.core.people import face as people
from liangxi.core.people.shapes import roles
from liangxi.kit import time
from liangxi.kit.actor import Actor
from liangxi.kit.errors import ConflictError, HouseError, InvalidError
from liangxi.portals.access import HouseRequest, staff
from liangxi.portals.office.fields import day
from liangxi.portals.words import in_words, sentence

PAGE = 50


@staff("people.manage", "role.manage")
@require_safe
def listed(request: HouseRequest) -> HttpResponse:
    """Accounts of staff by name or login."""
    query = request.GET.get("query", "").strip()
    found = people.accounts(by=request.actor, query=query, after=request.GET.get("after") or None, limit=PAGE + 1)
    context = {
        "accounts": found[:PAGE],
        "next": found[PAGE - 1].id if len(found) > PAGE else None,
        "query": query,
        "now": time.now(),
    }
    return render(request, "office/accounts.html", context)


@staff("people.manage", "role.manage")
@require_http_methods(["GET", "HEAD", "POST"])
def one(request: HouseRequest, account: int) -> HttpResponse:
    """One account; a POST appoints it to a post."""
    errors: dict[str, str] = {}
    if request.method == "POST":
        try:
            _appoint(request, str(account))
        except (InvalidError, ConflictError) as refused:
            errors = in_words(refused)
        else:
            messages.success(request, gettext("The post was given."))
            return redirect("office:account", account=account)
    return render(request, "office/account.html", _page(request, account, errors), status=422 if errors else 200)


@staff("people.manage", "role.manage")
@require_POST
def end(request: HouseRequest, account: int, post: int) -> HttpResponse:
    """A post of the account ends today."""
    try:
        people.end_post(by=request.actor, post=str(post))
    except HouseError as refused:
        messages.error(request, sentence(refused))
    else:
        messages.success(request, gettext("The post ended."))
    return redirect("office:account", account=account)


def _appoint(request: HouseRequest, account: str) -> None:
    since, until = day(request.POST, "since"), day(request.POST, "until")
    people.appoint(
        by=request.actor,
        account=account,
        org=request.POST.get("org", ""),
        role=request.POST.get("role", ""),
        since=since,
        until=until,
    )


def _page(request: HouseRequest, account: int, errors: dict[str, str]) -> dict[str, Any]:
    by = request.actor
    held = people.posts_of(account=str(account))
    return {
        "account": people.account(by=by, id=str(account)),
        "posts": [{"post": post, "may_end": not post.lent_by and _gives(by, post.role)} for post in held],
        "delegations": people.delegations_of(by=by, account=str(account)) if by.may("people.manage") else (),
        "roles": [role for role in sorted(roles.STAFF_ROLES) if _gives(by, role)],
        "organisations": people.organisations(),
        "errors": errors,
        "asked": request.POST,
        "now": time.now(),
        "today": time.today(),
    }


def _gives(by: Actor, role: str) -> bool:
    return by.may("role.manage" if role in roles.SEPARATED_ROLES else "people.manage")
