"""Who may see a page: every view of the portals carries one of these decorators, and a house test walks the routes.

Three kinds of page: `@public` (anyone, with the visitor's actor where one is signed in), `@resident` (a signed-in
member of the public) and `@staff("case.accept")` (a post that grants the permission on some organisation; the face
that the view calls still checks the organisation). A session belongs to one portal: a clerk who is also a resident
signs in twice, so that no page is ever read with the wrong hat on. A clerk who helps somebody at the window walks the
pages of residents for him: with the resident's rights, under the clerk's account.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import wraps
from typing import Concatenate, Literal, ParamSpec, Protocol, cast
from urllib.parse import urlencode

from django.conf import settings
from django.contrib import auth
from django.contrib.auth.base_user import AbstractBaseUser
from django.http import HttpRequest, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django_htmx.http import HttpResponseClientRedirect

from liangxi.core.people import face as people
from liangxi.kit import tickets
from liangxi.kit.actor import Actor
from liangxi.kit.errors import ForbiddenError, NotFoundError

Portal = Literal["public", "staff"]

P = ParamSpec("P")
_LOGIN = {"public": "citizen:login", "staff": "workbench:login"}
_HAT = "portals.hat"  # entry of the session: for which post or firm it acts


@dataclass(frozen=True, slots=True)
class Access:
    """The mark on a view: the portal whose session it needs (None: no one's) and permissions, any of which serves."""

    portal: Portal | None
    permissions: tuple[str, ...] = ()


class HouseRequest(HttpRequest):
    """A request that passed a decorator of this page with a signed-in actor.

    On pages of `oneself` the actor is the resident himself, and `subject` the one for whom he acts elsewhere.
    """

    actor: Actor
    subject: Actor


class VisitorRequest(HttpRequest):
    """A request to a public page: `actor` is None unless a resident is signed in."""

    actor: Actor | None


class Guarded(Protocol):
    """A view that carries its access."""

    access: Access

    def __call__(self, request: HttpRequest, *args: object, **kwargs: object) -> HttpResponseBase: ...


def public(view: Callable[Concatenate[VisitorRequest, P], HttpResponseBase]) -> Guarded:
    """Anyone; `request.actor` is the signed-in resident or None."""

    @wraps(view)
    def guarded(request: HttpRequest, *args: P.args, **kwargs: P.kwargs) -> HttpResponseBase:
        visitor = cast(VisitorRequest, request)
        visitor.actor = actor_of(request, portal="public")
        return view(visitor, *args, **kwargs)

    return _mark(guarded, Access(None))


def everybody(view: Callable[Concatenate[HttpRequest, P], HttpResponseBase]) -> Guarded:
    """Anyone, without asking who it is: it needs no session and no database."""
    return _mark(view, Access(None))


def resident(view: Callable[Concatenate[HouseRequest, P], HttpResponseBase]) -> Guarded:
    """A signed-in member of the public, for himself or for a firm; others are asked to sign in and come back."""
    return _guard(view, Access("public"))


def unassisted(view: Callable[Concatenate[HouseRequest, P], HttpResponseBase]) -> Guarded:
    """A resident's affairs, and those of whom he acts for, which a clerk who helps does not see: certificates."""

    def alone(request: HouseRequest, *args: P.args, **kwargs: P.kwargs) -> HttpResponseBase:
        if request.actor.is_assisted:
            raise ForbiddenError("house.assisted", "This page is for the resident alone.")
        return view(request, *args, **kwargs)

    known = cast(Callable[Concatenate[HouseRequest, P], HttpResponseBase], wraps(view)(alone))
    return _guard(known, Access("public"))


def oneself(view: Callable[Concatenate[HouseRequest, P], HttpResponseBase]) -> Guarded:
    """A resident's own affairs, whoever else he acts for: messages, keys, his account; closed to a clerk who helps."""

    def own(request: HouseRequest, *args: P.args, **kwargs: P.kwargs) -> HttpResponseBase:
        request.subject = request.actor
        if request.actor.hand:
            request.actor = people.actor_of(account_id=request.actor.account)
        return view(request, *args, **kwargs)

    return unassisted(cast(Callable[Concatenate[HouseRequest, P], HttpResponseBase], wraps(view)(own)))


def staff(*permissions: str) -> Callable[[Callable[Concatenate[HouseRequest, P], HttpResponseBase]], Guarded]:
    """A signed-in member of staff whose post grants one of `permissions` somewhere (none named: any staff)."""

    def decorate(view: Callable[Concatenate[HouseRequest, P], HttpResponseBase]) -> Guarded:
        return _guard(view, Access("staff", permissions))

    return decorate


def sign_in(
    request: HttpRequest, account: AbstractBaseUser, *, post: str | None = None, firm: str | None = None
) -> None:
    """Begin the session of an account that `people.face.authenticate` answered; the session id changes."""
    people.open_session(request, account)
    act_as(request, post=post, firm=firm)


def sign_out(request: HttpRequest) -> None:
    """End the session and forget everything in it."""
    auth.logout(request)


def act_as(request: HttpRequest, *, post: str | None = None, firm: str | None = None) -> None:
    """Choose the post (staff) or the firm (public) that the session acts for; every page checks that it still holds."""
    request.session[_HAT] = {"post": post, "firm": firm}


def choose_subject(request: HttpRequest, *, firm: str | None = None, relative: str | None = None) -> Actor:
    """Act for a firm or a relative from now on (neither: for oneself); ForbiddenError without a role there."""
    hat = {**request.session.get(_HAT, {}), "firm": firm, "relative": relative}
    actor = _public_actor(request, hat)
    request.session[_HAT] = hat
    request._house_actor = {"public": actor}  # type: ignore[attr-defined]
    return actor


def assist(request: HouseRequest, person: str | None) -> None:
    """A clerk begins to help a resident at the window (None: ends it); the pages of residents then serve them both."""
    request.session[_HAT] = {**request.session.get(_HAT, {}), "assists": person, "firm": None, "relative": None}


def next_url(request: HttpRequest, default: str) -> str:
    """Where to go after signing in: the `next` of the request when it is a page of this house, else `default`."""
    wanted = request.POST.get("next") or request.GET.get("next") or ""
    hosts = {request.get_host()}
    is_ours = url_has_allowed_host_and_scheme(wanted, allowed_hosts=hosts, require_https=request.is_secure())
    return wanted if is_ours else default


def actor_of(request: HttpRequest, *, portal: Portal) -> Actor | None:
    """The actor of the session when it belongs to `portal`; resolved once a request, afresh on each.

    An account that was closed or a post that ended since the session began signs the visitor out.
    """
    account, hat = request.user, request.session.get(_HAT, {})
    is_assisted = portal == "public" and hat.get("assists")
    if not account.is_authenticated or (account.kind != portal and not is_assisted):
        return None
    kept: dict[str, Actor] = getattr(request, "_house_actor", {})
    if portal not in kept:
        try:
            kept[portal] = _public_actor(request, hat) if portal == "public" else _staff_actor(request, hat)
        except (ForbiddenError, NotFoundError):
            sign_out(request)
            return None
        request._house_actor = kept  # type: ignore[attr-defined]
    return kept[portal]


def _staff_actor(request: HttpRequest, hat: Mapping[str, str | None]) -> Actor:
    return people.actor_of(account_id=str(request.user.pk), post=hat.get("post"))


def _public_actor(request: HttpRequest, hat: Mapping[str, str | None]) -> Actor:
    """The resident, or the one whom a clerk helps."""
    assisted = hat.get("assists")
    if assisted:
        return people.assisting(by=_staff_actor(request, hat), person=assisted, **_subject(hat))
    return people.actor_of(account_id=str(request.user.pk), **_subject(hat))


def _subject(hat: Mapping[str, str | None]) -> dict[str, str | None]:
    return {"firm": hat.get("firm"), "relative": hat.get("relative")}


def live_url(*topics: str) -> str:
    """The address at which a page hears of `topics` (`case:<no>`), for an hour; name only what its reader may see."""
    return f"/live/?{urlencode({'t': tickets.issue(topics, secret=settings.SECRET_KEY)})}"


def _guard(view: Callable[Concatenate[HouseRequest, P], HttpResponseBase], access: Access) -> Guarded:
    @wraps(view)
    def guarded(request: HttpRequest, *args: P.args, **kwargs: P.kwargs) -> HttpResponseBase:
        actor = actor_of(request, portal=access.portal or "public")
        if actor is None:
            return _to_login(request, access.portal or "public")
        if access.permissions and not any(actor.paths(permission) for permission in access.permissions):
            raise ForbiddenError(
                "house.forbidden",
                "You do not hold the permission %(permission)s here.",
                {"permission": " / ".join(access.permissions)},
            )
        known = cast(HouseRequest, request)
        known.actor = actor
        return view(known, *args, **kwargs)

    return _mark(guarded, access)


def _mark(view: Callable[..., HttpResponseBase], access: Access) -> Guarded:
    view.access = access  # type: ignore[attr-defined]
    return cast(Guarded, view)


def _to_login(request: HttpRequest, portal: Portal) -> HttpResponseBase:
    """A page is left for the login page and comes back; a fragment (htmx) makes the whole page leave."""
    is_fragment = "HX-Request" in request.headers
    page = request.headers.get("HX-Current-URL", "/") if is_fragment else request.get_full_path()
    address = f"{reverse(_LOGIN[portal])}?{urlencode({'next': page})}"
    return HttpResponseClientRedirect(address) if is_fragment else HttpResponseRedirect(address)
