"""The reader's preferences and the style page."""

from django.conf import settings
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST, require_safe

from liangxi.portals.access import VisitorRequest, next_url, public
from liangxi.portals.design import showroom

YEAR = 365 * 24 * 3600
CHOICES = {
    "language": (settings.LANGUAGE_COOKIE_NAME, tuple(code for code, _ in settings.LANGUAGES)),
    "theme": ("theme", ("light", "dark", "auto")),
    "size": ("size", ("normal", "large")),
}


@public
@require_POST
def preferences(request: VisitorRequest) -> HttpResponse:
    """Keep language, theme or size of print in a cookie and go back to the page; values that are none are left out."""
    response = redirect(next_url(request, "/"))
    for name, (cookie, values) in CHOICES.items():
        value = request.POST.get(name, "")
        if value in values:
            response.set_cookie(cookie, value, max_age=YEAR, samesite="Lax", secure=request.is_secure())
    return response


@public
@require_safe
def style(request: VisitorRequest) -> HttpResponse:
    """Every component with its call, in the skin that `?skin=` asks for."""
    asked = request.GET.get("skin", "")
    skin = asked if asked in showroom.BASES else "citizen"
    context = {"base": showroom.BASES[skin], "skin": skin, "skins": showroom.skins(), **showroom.examples()}
    return render(request, "design/style.html", context)
