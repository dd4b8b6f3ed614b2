"""The all-round window: somebody stands before the clerk, who helps with any one thing.

The clerk states whom he helps; from then on the pages of residents serve them both, under the resident's rights and
with the clerk's account in every trace, until the clerk ends it.
"""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext, gettext_noop
from django.views.decorators.http import require_http_methods, require_POST

from liangxi.core.people import face as people
from liangxi.core.people.shapes import Person
from liangxi.kit.errors import HouseError, InvalidError
from liangxi.portals.access import HouseRequest, assist, staff
from liangxi.portals.words import in_words
from liangxi.systems.onething import face as onething

PURPOSE = "window"


@staff("case.accept")
@require_http_methods(["GET", "HEAD", "POST"])
def window(request: HouseRequest) -> HttpResponse:
    """Find the person by the number of the identity card that lies on the counter."""
    errors: dict[str, str] = {}
    found: tuple[Person, ...] = ()
    number = request.POST.get("number", "").strip()
    if request.method == "POST":
        try:
            wanted = people.check_citizen_id(number, field="number").value
            found = people.find_people(by=request.actor.with_purpose(PURPOSE), query=wanted, limit=1)
            if not found:
                text = gettext_noop("The register has no person with this number.")
                raise InvalidError("workbench.person", text, fields={"number": text})
        except InvalidError as error:
            errors = in_words(error)
    context = {"number": number, "errors": errors, "found": found, "packages": onething.packages()}
    return render(request, "workbench/window.html", context, status=422 if errors else 200)


@staff("case.accept")
@require_POST
def begin(request: HouseRequest) -> HttpResponse:
    """Help this person from now on, beginning with a package."""
    by = request.actor.with_purpose(PURPOSE)
    try:
        person = people.person(by=by, id=request.POST.get("person", ""))
        package = onething.guide(package=request.POST.get("package", "")).package.id
    except HouseError:
        messages.error(request, gettext("Find the person and choose a package first."))
        return redirect("workbench:window")
    people.assisting(by=by, person=person.id)
    assist(request, person.id)
    return redirect("citizen:thing", package=package)


@staff("case.accept")
@require_POST
def end(request: HouseRequest) -> HttpResponse:
    """The next one, please."""
    assist(request, None)
    return redirect("workbench:inbox")
