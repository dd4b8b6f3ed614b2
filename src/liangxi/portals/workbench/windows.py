"""The all-round window: somebody stands before the clerk, who helps with any one thing.

The clerk says whom he helps and why; from then on the pages of residents serve them both, under the resident's rights
and with the clerk's account in every trace, until the clerk ends it.
"""

from django.contrib import messages
from django.db import transaction
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST

from liangxi.core.audit import face as audit
from liangxi.core.people import face as people
from liangxi.core.people.shapes import Person
from liangxi.kit.errors import HouseError, InvalidError
from liangxi.portals.access import HouseRequest, actor_of, assist, staff
from liangxi.portals.words import in_words, window_purposes
from liangxi.systems.onething import face as onething

MOST_FOUND = 10  # more are not told apart at a window


@staff("case.accept")
@sensitive_post_parameters("query")
@require_http_methods(["GET", "HEAD", "POST"])
def window(request: HouseRequest) -> HttpResponse:
    """Find who stands at the window; by POST, so that no address or log holds what was looked for."""
    errors, found = dict[str, str](), tuple[Person, ...]()
    asked = {name: request.POST.get(name, "").strip() for name in ("query", "purpose")}
    if request.method == "POST":
        try:
            found = _found(request, asked)
        except InvalidError as refused:
            errors = in_words(refused)
    context = {
        "asked": asked,
        "errors": errors,
        "found": found,
        "purposes": window_purposes(),
        "packages": onething.packages(),
        "helped": actor_of(request, portal="public"),
    }
    return render(request, "workbench/window.html", context, status=422 if errors else 200)


def _found(request: HouseRequest, asked: dict[str, str]) -> tuple[Person, ...]:
    if asked["purpose"] not in window_purposes():
        why = "Say why you look at personal data."
        raise InvalidError("people.purpose", why, fields={"purpose": why})
    if asked["query"][:17].isdecimal() and len(asked["query"]) == 18:
        people.check_citizen_id(asked["query"], field="query")  # a typing mistake is told before the register is read
    by = request.actor.with_purpose(f"window:{asked['purpose']}")
    found = people.find_people(by=by, query=asked["query"][:100], limit=MOST_FOUND)
    if not found:
        why = "The register has nobody with this number or name."
        raise InvalidError("workbench.person", why, fields={"query": why})
    return found


@staff("case.accept")
@require_POST
def begin(request: HouseRequest) -> HttpResponse:
    """Help this person from now on; the identity card was compared, and that is on record."""
    purpose = request.POST.get("purpose", "")
    by = request.actor.with_purpose(f"window:{purpose if purpose in window_purposes() else 'apply'}")
    if request.POST.get("compared") != "yes":
        messages.error(request, gettext("Compare the person with the identity card first."))
        return redirect("workbench:window")
    try:
        helped = people.assisting(by=by, person=request.POST.get("person", ""))
        chosen = request.POST.get("package", "")
        package = onething.guide(package=chosen).package.id if chosen else ""
    except HouseError:
        messages.error(request, gettext("Find the person and choose a package first."))
        return redirect("workbench:window")
    _write_down(request, "window.opened", helped.person or "", by.purpose)
    assist(request, helped.person)
    return redirect("citizen:thing", package=package) if package else redirect("citizen:mine")


@staff("case.accept")
@require_POST
def end(request: HouseRequest) -> HttpResponse:
    """The next one, please."""
    helped = actor_of(request, portal="public")
    if helped is not None:
        _write_down(request, "window.closed", helped.person or "", "")
    assist(request, None)
    messages.success(request, gettext("You no longer act for anybody."))
    return redirect("workbench:window" if request.POST.get("next") == "window" else "workbench:inbox")


def _write_down(request: HouseRequest, action: str, person: str, purpose: str) -> None:
    with transaction.atomic():
        audit.record(by=request.actor, action=action, object=f"person:{person}", purpose=purpose)
