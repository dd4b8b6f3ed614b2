"""Acting for another: choosing for whom, giving and taking roles, what was done."""

from collections.abc import Callable
from datetime import date, timedelta
from functools import wraps
from typing import Any, Concatenate, ParamSpec, cast
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.translation import gettext
from django.utils.translation import gettext_noop as _n
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST

from liangxi.core.cases import face as cases
from liangxi.core.people import face as people
from liangxi.core.people.shapes import Mandate, roles
from liangxi.kit import time
from liangxi.kit.actor import Actor
from liangxi.kit.errors import ConflictError, HouseError, InvalidError, NotFoundError
from liangxi.portals.access import HouseRequest, choose_subject, next_url, resident
from liangxi.portals.words import in_words, sentence
from liangxi.systems.onething import face as onething

P = ParamSpec("P")
USUAL = timedelta(days=365)


@resident
@require_POST
def acting(request: HouseRequest) -> HttpResponse:
    """Act for a firm or a relative, or for myself again."""
    chosen = request.POST.get("for", "")
    choose(request, chosen)
    return redirect(next_url(request, "/cases/"))


def choose(request: HttpRequest, chosen: str) -> Actor:
    """Act for `firm:<id>` or `person:<id>` from now on; for oneself when it is empty."""
    kind, _, id = chosen.partition(":")
    return choose_subject(
        request, firm=id if kind == "firm" else None, relative=id if kind == "person" and id else None
    )


def options(by: Actor, audience: str, package: str) -> list[Mandate]:
    """For whom somebody may begin a package."""
    kind = "firm" if audience == "firm" else "person"
    return [
        one
        for one in people.mandates_of(by=by)
        if one.kind == kind and "case.start" in one.permissions and (not one.matters or package in one.matters)
    ]


def under_its_hat(
    view: Callable[Concatenate[HouseRequest, P], HttpResponseBase],
) -> Callable[Concatenate[HouseRequest, P], HttpResponseBase]:
    """A page of a case or a draft that is not of the one for whom I act now, but of another one for whom I may act,
    says so and offers the change."""

    @wraps(view)
    def guarded(request: HouseRequest, *args: P.args, **kwargs: P.kwargs) -> HttpResponseBase:
        try:
            return view(request, *args, **kwargs)
        except NotFoundError:
            found = _owner(request.actor, kwargs)
            if found is None or request.method not in ("GET", "HEAD"):
                raise
        return render(request, "citizen/other_hat.html", found, status=409)

    return cast(Callable[Concatenate[HouseRequest, P], HttpResponseBase], guarded)


def _owner(by: Actor, asked: dict[str, Any]) -> dict[str, str] | None:
    """Whose it is, among those for whom `by` may act: the value for `choose`, and the name."""
    hands = [("", "", None, None)] if by.firm or by.hand else []
    for one in people.mandates_of(by=by):
        own = (one.subject, None) if one.kind == "firm" else (None, one.subject)
        hands.append((f"{one.kind}:{one.subject}", one.name, *own))
    for value, name, firm, relative in hands:
        other = _as(by, firm, relative)
        if _opens(other, asked):
            return {"value": value, "name": name}
    return None


def _as(by: Actor, firm: str | None, relative: str | None) -> Actor:
    """The same natural person for somebody else; one whom a clerk helps is not looked for elsewhere."""
    if by.is_assisted:
        return by
    return people.actor_of(account_id=by.account, firm=firm, relative=relative)


def _opens(by: Actor, asked: dict[str, Any]) -> bool:
    try:
        if "draft" in asked:
            onething.draft(by=by, id=str(asked["draft"]))
        else:
            cases.case(by=by, no=str(asked["no"]))
    except NotFoundError:
        return False
    return True


@resident
@sensitive_post_parameters("citizen_id")
@require_http_methods(["GET", "HEAD", "POST"])
def proxies(request: HouseRequest) -> HttpResponse:
    """Who may act for me (or for my firm), for whom I may act, and what was done."""
    if request.method != "POST":
        return _page(request)
    try:
        _give(request)
    except (InvalidError, ConflictError) as refused:
        return _page(request, errors=in_words(refused))
    messages.success(request, gettext("The person was asked. The role holds as soon as it is accepted."))
    return redirect("citizen:proxies")


def _give(request: HouseRequest) -> None:
    known = {card.id for card in onething.packages()}
    people.give_proxy(
        by=request.actor,
        name=request.POST.get("name", ""),
        citizen_id=request.POST.get("citizen_id", ""),
        role=request.POST.get("role", ""),
        until=_day(request.POST.get("until", "")),
        matters=[one for one in request.POST.getlist("matters") if one in known],
    )


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text.strip())
    except ValueError as error:
        why = _n("Enter a day.")
        raise InvalidError("citizen.day", why, fields={"until": why}) from error


def _page(request: HouseRequest, errors: dict[str, str] | None = None) -> HttpResponse:
    by = request.actor
    may_give = by.may("proxy.grant")
    received = people.proxies_received(by=by)
    packages = onething.packages(audience="firm" if by.firm else "person")
    context = {
        "mandates": people.mandates_of(by=by),
        "asked": [one for one in received if one.state == "asked"],
        "received": [one for one in received if one.state != "asked"],
        "may_give": may_give,
        "given": people.proxies_given(by=by) if may_give else (),
        "deeds": people.proxy_deeds(by=by) if may_give else (),
        "roles": roles.FIRM_ROLES if by.firm else (roles.RELATIVE,),
        "packages": packages,
        "titles": {card.id: card.title for card in onething.packages()},
        "errors": errors or {},
        "typed": request.POST if errors else {"until": (time.today() + USUAL).isoformat()},
        "chosen": request.POST.getlist("matters") if errors else [],
        "role_chosen": request.POST.get("role", "") if errors else "",
        "today": time.today(),
    }
    return render(request, "citizen/proxies.html", context, status=422 if errors else 200)


@resident
@require_POST
def answer(request: HouseRequest, proxy: UUID) -> HttpResponse:
    """Accept or decline what I was asked, give back what I hold, revoke what I gave."""
    try:
        if request.POST.get("answer") == "accept":
            people.accept_proxy(by=request.actor, id=str(proxy))
            messages.success(request, gettext("You may act for them from now on."))
        else:
            people.end_proxy(by=request.actor, id=str(proxy))
            messages.success(request, gettext("The role holds no more."))
    except HouseError as refused:
        messages.error(request, sentence(refused))
    return redirect("citizen:proxies")
