"""归并核对: which records are entities of a register, and the pairs that a steward decides, side by side."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_safe

from liangxi.kit.errors import ConflictError
from liangxi.portals.access import HouseRequest, staff
from liangxi.portals.office.purposes import purpose_of
from liangxi.portals.words import sentence
from liangxi.systems.data.face import matching
from liangxi.systems.data.shapes.matching import MatchPair

STATES = ("review", "linked", "new", "gone")
PURPOSE = "matching_purpose"  # in the session: told once for a walk through the queue
PUT_OFF = "matching_put_off"
MOST = 500  # pairs put off that a session remembers


@staff("data.manage")
@require_safe
def board(request: HouseRequest) -> HttpResponse:
    """Every matching with how its records stand."""
    return render(request, "office/data/matchings.html", {"cards": matching.matchings(by=request.actor)})


@staff("data.manage")
@require_safe
def listed(request: HouseRequest, matching_id: str) -> HttpResponse:
    """The records of one matching in one state."""
    state = request.GET.get("state", "review")
    state = state if state in STATES else "review"
    after = request.GET.get("after", "")
    page = matching.match_page(by=request.actor, matching=matching_id, state=state, after=after)
    card = next(one for one in matching.matchings(by=request.actor) if one.id == matching_id)
    return render(request, "office/data/matching.html", {"page": page, "card": card, "state": state, "states": STATES})


@staff("data.manage")
@require_safe
def go_on(request: HouseRequest, matching_id: str) -> HttpResponse:
    """The next pair in doubt; at the end of the queue the list again, and what was put off comes back."""
    put_off = request.session.get(PUT_OFF, [])
    found = matching.next_match(by=request.actor, matching=matching_id, put_off=put_off)
    if found is None:
        request.session.pop(PUT_OFF, None)
        messages.info(request, gettext("The queue is at its end."))
        return redirect("office:matching", matching_id=matching_id)
    return redirect("office:match", match=found)


@staff("data.manage")
@sensitive_post_parameters("purpose")
@require_http_methods(["GET", "HEAD", "POST"])
def pair(request: HouseRequest, match: UUID) -> HttpResponse:
    """One pair: opened with a purpose, then accepted, rejected, split or put off."""
    if request.method == "POST" and "outcome" in request.POST:
        return _decide(request, str(match))
    errors: dict[str, str] = {}
    if request.method == "POST":
        purpose, errors = purpose_of(request.POST)
        if not errors:
            request.session[PURPOSE] = purpose
            return redirect("office:match", match=match)
    purpose = request.session.get(PURPOSE, "")
    found = matching.match_pair(by=request.actor.with_purpose(purpose), id=str(match))
    context = {"found": found, "one": found.link, "purpose": purpose, "errors": errors, "asked": request.POST}
    response = render(request, "office/data/match.html", context, status=422 if errors else 200)
    response["Cache-Control"] = "private, no-store"
    return response


def _decide(request: HouseRequest, match: str) -> HttpResponse:
    found: MatchPair = matching.match_pair(by=request.actor, id=match)
    outcome = request.POST["outcome"]
    if outcome == "skip":
        request.session[PUT_OFF] = [*request.session.get(PUT_OFF, []), match][-MOST:]
        return redirect("office:matching_next", matching_id=found.link.matching)
    try:
        matching.decide_match(by=request.actor, id=match, outcome=outcome)
    except ConflictError as refused:
        messages.error(request, sentence(refused))
    if outcome == "split":
        return redirect("office:match", match=match)
    return redirect("office:matching_next", matching_id=found.link.matching)
