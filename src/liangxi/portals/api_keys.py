"""Keys for programs, on the own page of staff and of residents alike: made, shown once, revoked."""

from datetime import date, timedelta
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext
from django.utils.translation import gettext_noop as _n

from liangxi.core.forms import face as forms
from liangxi.core.people import face as people
from liangxi.core.people.shapes import ApiKey, IssuedApiKey
from liangxi.kit import time
from liangxi.kit.errors import ConflictError, HouseError, InvalidError
from liangxi.portals.access import HouseRequest
from liangxi.portals.words import in_words, roles, sentence

USUAL = timedelta(days=90)


def keys_page(request: HouseRequest, template: str) -> HttpResponse:
    """The keys of one's account; POST with `revoke` ends one, any other POST makes one and shows its secret once."""
    if request.method != "POST":
        return _page(request, template)
    if "revoke" in request.POST:
        return _revoke(request)
    try:
        issued = people.issue_api_key(
            by=request.actor,
            name=request.POST.get("name", ""),
            scope=request.POST.get("scope", ""),
            until=_day(request.POST.get("until", "")),
            post=request.POST.get("post") or None,
        )
    except (InvalidError, ConflictError) as refused:
        return _page(request, template, errors=in_words(refused))
    return _page(request, template, issued=issued)


def _revoke(request: HouseRequest) -> HttpResponse:
    try:
        people.revoke_api_key(by=request.actor, id=request.POST["revoke"])
    except HouseError as refused:
        messages.error(request, sentence(refused))
    else:
        messages.success(request, gettext("The key opens nothing any more."))
    return redirect(request.path)


def _page(
    request: HouseRequest, template: str, *, errors: dict[str, str] | None = None, issued: IssuedApiKey | None = None
) -> HttpResponse:
    by = request.actor
    posts = people.posts_of(account=by.account) if by.kind == "staff" else ()
    context: dict[str, Any] = {
        "keys": [{"key": key, "acts_for": _acts_for(key)} for key in people.api_keys_of(by=by)],
        "posts": [
            (post.id, f"{roles().get(post.role, post.role)} · {forms.say(post.organisation.name)}")
            for post in posts
            if not post.lent_by
        ],
        "issued": issued,
        "errors": errors or {},
        "asked": request.POST if errors else {"until": (time.today() + USUAL).isoformat(), "scope": "read"},
        "firm": by.name if by.firm else "",
    }
    response = render(request, template, context, status=422 if errors else 200)
    response["Cache-Control"] = "private, no-store"
    return response


def _acts_for(key: ApiKey) -> str:
    return key.acts_for if isinstance(key.acts_for, str) else forms.say(key.acts_for)


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text.strip())
    except ValueError as error:
        why = _n("Enter a day.")
        raise InvalidError("portals.day", why, fields={"until": why}) from error
