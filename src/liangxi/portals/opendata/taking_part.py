"""What a signed-in reader may add: stars, a story of use, a request for data that is missing."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext
from django.views.decorators.http import require_http_methods, require_POST

from liangxi.kit.errors import ForbiddenError, HouseError, InvalidError
from liangxi.kit.ids import new_id
from liangxi.portals.access import HouseRequest, VisitorRequest, public, resident
from liangxi.portals.opendata.one import render_page
from liangxi.portals.words import in_words, sentence
from liangxi.systems.data.face import opendata


@resident
@require_POST
def rate(request: HouseRequest, dataset: str) -> HttpResponse:
    """Stars for a data set; again: other stars."""
    stars = request.POST.get("stars", "")
    try:
        opendata.rate_dataset(
            by=request.actor,
            id=dataset,
            stars=int(stars) if stars in "12345" and stars else 0,
            text=request.POST.get("text", ""),
        )
    except InvalidError as refused:
        return render_page(request, dataset, in_words(refused), 422, "rate")
    messages.success(request, gettext("Thank you. Your rating counts."))
    return redirect("opendata:dataset", dataset=dataset)


@resident
@require_POST
def tell(request: HouseRequest, dataset: str) -> HttpResponse:
    """A story of use; it is shown when the data bureau has read it."""
    said = {name: request.POST.get(name, "") for name in ("title", "story", "url")}
    try:
        opendata.tell_story(by=request.actor, id=dataset, title=said["title"], text=said["story"], url=said["url"])
    except InvalidError as refused:
        errors = {"story" if name == "text" else name: text for name, text in in_words(refused).items()}
        return render_page(request, dataset, errors, 422, "tell")
    messages.success(request, gettext("Received. It is shown here when the data bureau has read it."))
    return redirect("opendata:dataset", dataset=dataset)


@public
@require_http_methods(["GET", "HEAD", "POST"])
def requests(request: VisitorRequest) -> HttpResponse:
    """What people miss and what the bureau said; a form for who is signed in."""
    errors: dict[str, str] = {}
    sent = request.POST
    if request.method == "POST":
        try:
            if request.actor is None:
                raise ForbiddenError("data.open.person", "Sign in as a resident to ask for data.")
            no = opendata.request_dataset(
                by=request.actor,
                title=sent.get("title", ""),
                text=sent.get("text", ""),
                use=sent.get("use", ""),
                key=_key(sent.get("key", "")),
            )
            messages.success(request, gettext("Received as %(no)s. The data bureau answers.") % {"no": no})
            return redirect("opendata:requests")
        except HouseError as refused:
            errors = in_words(refused) if isinstance(refused, InvalidError) else {"__all__": sentence(refused)}
    context = {
        "rows": opendata.open_requests(),
        "errors": errors,
        "sent": sent,
        "key": _key(sent.get("key", "")),
        "actor": request.actor,
    }
    return render(request, "opendata/requests.html", context, status=422 if errors else 200)


def _key(text: str) -> str:
    """The key of the form that was sent, so that it makes one request however often it is sent; else a new one."""
    try:
        return str(UUID(text))
    except ValueError:
        return str(new_id())
