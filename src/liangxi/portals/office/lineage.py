"""整合: where the fields of a resource came from, and where they go."""

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from liangxi.portals.access import HouseRequest, staff
from liangxi.systems.data import face as data


@staff()
@require_safe
def resource(request: HouseRequest, resource: str) -> HttpResponse:
    """The origins of each field, the uses elsewhere, the steps and the runs of the transform."""
    seen = data.lineage_of(by=request.actor, resource=resource)
    made = data.resource(by=request.actor, id=resource).definition
    titles = {field.name: field.title for field in made.fields}
    fields: dict[str, list[object]] = {}
    for one in seen.origins:
        fields.setdefault(one.field, []).append(one)
    context = {
        "seen": seen,
        "fields": [(name, titles.get(name, {"zh": name, "en": name}), origins) for name, origins in fields.items()],
        "uses": [(titles.get(own, {"zh": own, "en": own}), title, id, field) for own, title, id, field in seen.uses],
    }
    return render(request, "office/data/lineage.html", context)
