"""Guide and form of a package that is still being written, as a resident will see them; for members of staff."""

from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_safe

from liangxi.kit.errors import InvalidError
from liangxi.portals.access import HouseRequest, staff
from liangxi.portals.citizen.guiding import Situation, context_of
from liangxi.portals.fragments import wanted_part
from liangxi.systems.onething.face import preview
from liangxi.systems.onething.shapes.studio import Edition


@staff("onething.read")
@require_safe
def guide(request: HouseRequest, copy: UUID) -> HttpResponse:
    """The guide; the answers stand in the address."""
    edition, errors = Edition(copy=str(copy)), {}
    given = dict(request.GET.items())
    try:
        found = preview.preview_guide(by=request.actor, edition=edition, answers=given)
    except InvalidError as refused:
        if refused.code != "onething.answers":
            return redirect("office:copy_situations", copy=copy)
        errors = dict(refused.fields)
        sound = {key: value for key, value in given.items() if key not in errors}
        found = preview.preview_guide(by=request.actor, edition=edition, answers=sound)
    context = context_of(Situation(found, errors)) | {
        "address": reverse("citizen:preview", args=[copy]),
        "begin": reverse("citizen:preview_form", args=[copy]),
        "copy": copy,
    }
    template = "citizen/guide.html" if wanted_part(request) == "guide" else "citizen/preview.html"
    return render(request, template, context, status=422 if errors else 200)


@staff("onething.read")
@require_safe
def form(request: HouseRequest, copy: UUID) -> HttpResponse:
    """The form of a situation, empty and without a way to send it."""
    edition, given = Edition(copy=str(copy)), dict(request.GET.items())
    try:
        found = preview.preview_guide(by=request.actor, edition=edition, answers=given)
        drawn = preview.preview_form(by=request.actor, edition=edition, answers=given)
    except InvalidError:
        return redirect("citizen:preview", copy=copy)
    context = {"guide": found, "form": drawn, "copy": copy}
    return render(request, "citizen/preview_form.html", context)
