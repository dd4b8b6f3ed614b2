"""Answers as JSON, or as pages for people (`f=html`, or a browser's Accept)."""

from typing import Any

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.utils.translation import gettext
from django.views.decorators.http import require_safe

from liangxi.gateways.ogcapi import asking, documents
from liangxi.gateways.ogcapi.documents import Document
from liangxi.kit.errors import HouseError, InvalidError, NotFoundError
from liangxi.systems.data.face import opendata
from liangxi.systems.data.shapes.opening import OpenDataset, Wanted

GEOJSON = "application/geo+json"
_MOST_COLLECTIONS = 1000


def _served(make: Any, kind: str = "application/json") -> Any:
    """A view that answers with what `make(request, ...)` gives, or with its refusal."""

    @require_safe
    def view(request: HttpRequest, **at: str) -> HttpResponse:
        try:
            document = make(request, **at)
        except HouseError as refused:
            status = 400 if isinstance(refused, InvalidError) else refused.status
            said = {"code": refused.code, "description": refused.sentence(gettext)}
            return _open(JsonResponse(said, status=status, json_dumps_params={"ensure_ascii": False}))
        if _wants_page(request):
            title = document.get("title") or document.get("id") or "OGC API"
            return _open(render(request, "ogcapi/page.html", {"document": document, "title": title}))
        return _open(JsonResponse(document, content_type=kind, json_dumps_params={"ensure_ascii": False}))

    view.access = "public"  # type: ignore[attr-defined]  # the house law: every route says who may come
    return view


def _wants_page(request: HttpRequest) -> bool:
    named = request.GET.get("f", "")
    if named not in ("", "json", "html"):
        raise asking.refused("f", "There is no such format; take json or html.")
    if named:
        return named == "html"
    return request.get_preferred_type([GEOJSON, "application/json", "text/html"]) == "text/html"


def _open(answer: HttpResponse) -> HttpResponse:
    answer["Access-Control-Allow-Origin"] = "*"
    answer["Cache-Control"] = "no-store"
    return answer


def _sent(request: HttpRequest) -> dict[str, str]:
    return {name: str(value) for name, value in request.GET.items()}


def _plain(document: Any) -> Any:
    """A document that takes no parameter but the format."""

    def made(request: HttpRequest) -> Document:
        asking.check_known(_sent(request))
        found: Document = document()
        return found

    return made


def _collections() -> Document:
    page = opendata.datasets(narrow={"place": "yes"}, sort="id", limit=_MOST_COLLECTIONS)
    return documents.collections(opendata.dataset(id=card.id) for card in page.rows)


def _placed(id: str) -> OpenDataset:
    """A data set with places. NotFoundError for any other."""
    found = opendata.dataset(id=id)
    if not found.card.has_place:
        raise NotFoundError("ogc.collection", "There is no such collection.")
    return found


def _collection(request: HttpRequest, id: str) -> Document:
    asking.check_known(_sent(request))
    return documents.records() if id == documents.RECORDS else documents.collection(_placed(id))


def _items(request: HttpRequest, id: str) -> Document:
    sent = _sent(request)
    if id == documents.RECORDS:
        return _records(sent)
    found = _placed(id)
    wanted = asking.wanted_of(sent, found)
    return documents.features(found, opendata.rows(id=id, wanted=wanted), sent, wanted.limit, wanted.offset)


def _records(sent: dict[str, str]) -> Document:
    asking.check_known(sent)
    limit = asking.number(sent, "limit", asking.USUAL, 1, asking.USUAL, clamp=True)
    offset = asking.number(sent, "offset", 0, 0, 1_000_000)
    box = asking.box_of(sent.get("bbox", ""))
    page = opendata.datasets(query=sent.get("q", ""), sort="id", limit=_MOST_COLLECTIONS)
    sets = [opendata.dataset(id=card.id) for card in page.rows if box is None or card.has_place]
    if box is not None:
        sets = [one for one in sets if one.box and one.box[0] <= box[2] and one.box[2] >= box[0]
                and one.box[1] <= box[3] and one.box[3] >= box[1]]  # fmt: skip
    listed = [documents.record(one) for one in sets[offset : offset + limit]]
    return documents.page_of_records(listed, len(sets), sent, limit, offset)


def _item(request: HttpRequest, id: str, item: str) -> Document:
    asking.check_known(_sent(request))
    if id == documents.RECORDS:
        return documents.record(opendata.dataset(id=item))
    found = _placed(id)
    rows = opendata.rows(id=id, wanted=Wanted(row=item, limit=1), counted=False)
    if not rows.rows:
        raise NotFoundError("ogc.item", "There is no such feature.")
    return documents.item(found, documents.feature(found, rows.columns, rows.rows[0], rows.ids[0]))


landing = _served(_plain(documents.landing))
conformance = _served(_plain(lambda: {"conformsTo": list(documents.CONFORMS)}))
api = _served(_plain(documents.openapi), "application/vnd.oai.openapi+json;version=3.0")
collections = _served(_plain(_collections))
collection = _served(_collection)
items = _served(_items, GEOJSON)
item = _served(_item, GEOJSON)
