"""How a department reads what it was granted: addresses to call, files to take, the feed, how much is left today."""

from typing import Any
from uuid import UUID

from django.conf import settings
from django.contrib import messages
from django.http import HttpResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.views.decorators.http import require_safe

from liangxi.kit.errors import HouseError, NotFoundError
from liangxi.portals.access import HouseRequest, staff
from liangxi.portals.office import data_wording as words
from liangxi.portals.words import sentence
from liangxi.systems.data import face as data
from liangxi.systems.data.shapes import Delivery, Grant
from liangxi.systems.federation import face as federation

FORMATS = ("csv", "jsonl", "parquet")
_PYTHON = """import httpx

house = httpx.Client(base_url="{root}", headers={{"Authorization": "Bearer YOUR_KEY"}})
answer = house.get("records/{example}")
answer.raise_for_status()
for row in answer.json()["rows"]:
    print(row)
"""


@staff("data.request")
@require_safe
def use(request: HouseRequest, grant: UUID) -> HttpResponse:
    """How the programs of a department call a grant; before anything was delivered it says so."""
    by, id = request.actor, str(grant)
    held = data.grant(by=by, id=id)
    try:
        found: Delivery | None = data.delivery_of(by=by, grant=id)
    except NotFoundError as nothing:
        if nothing.code != "data.delivery.unserved":
            raise
        found = None
    except HouseError as refused:
        messages.error(request, sentence(refused))
        return redirect("office:data_grant", grant=grant)
    context: dict[str, Any] = {"grant": held, "left": max(0, held.quota - held.used_today), "found": found}
    context["calls"] = _calls(held)
    if found is not None:
        context |= {"samples": _samples(found), "formats": FORMATS, "masks": words.mask_names()}
    return render(request, "office/data/use.html", context)


def _calls(held: Grant) -> list[str]:
    """How the provider's own API is called under a grant; none where there is none."""
    api = federation.api_of(resource=held.resource)
    root = settings.CONFIG.public_url
    client = f"{settings.CONFIG.node}/GOV/{held.org}"
    key = f'curl -H "Authorization: Bearer YOUR_KEY" -H "X-Road-Client: {client}"'
    return [f"{key} {root}{path}" for path in api.paths] if api else []


def _samples(found: Delivery) -> dict[str, str]:
    root = f"{settings.CONFIG.public_url}/data/v1/{found.resource}/"
    key = 'curl -H "Authorization: Bearer YOUR_KEY"'
    example = "/".join(name.upper() for name in found.key)
    batch = '{"keys": ["' + example + '", "..."], "answer": "found"}'
    if len(found.key) > 1:
        batch = '{"keys": ["..."], "by": ["' + found.lookups[0] + '"], "answer": "found"}'
    made = {"feed": f'{key} "{root}changes?after={found.cursor}"', "file": f"{key} -OJ {root}versions/latest.parquet"}
    if "point" in found.ways:
        made |= {
            "lookup": f"{key} {root}records/{example}",
            "batch": f"{key} -d '{batch}' {root}batch",
            "python": _PYTHON.format(root=root, example=example),
        }
    measures = "&".join(["measure=count", *(f"measure=avg:{name}" for name in found.measures[:1])])
    grouped = f"by={','.join(found.groups)}&" if found.groups else ""
    return made | {"groups": f'{key} "{root}groups?{grouped}{measures}"'}


@staff("data.request")
@require_safe
def download(request: HouseRequest, grant: UUID, version: int, format: str) -> HttpResponseBase:
    """A file of a version, as the grant shows it; 0 is the newest state, late corrections included."""
    try:
        name, pieces = data.download_of(by=request.actor, grant=str(grant), version=version or None, format=format)
    except NotFoundError:
        raise
    except HouseError as refused:
        messages.error(request, sentence(refused))
        return redirect("office:data_use", grant=grant)
    response = StreamingHttpResponse(pieces, content_type="application/octet-stream")
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    response["Cache-Control"] = "private, no-store"
    return response


def rows_in_words(grant: Grant, titles: dict[str, str]) -> str:
    """The condition on rows as a sentence; empty when every row is granted."""
    return words.condition(grant.terms["rows"], titles) if grant.terms.get("rows") else ""
