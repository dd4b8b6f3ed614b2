"""Pages of the catalogue, and one data set, in the format that is named or preferred."""

from collections.abc import Mapping

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_safe
from rdflib import Graph

from liangxi.gateways.dcat import graphs
from liangxi.kit.errors import NotFoundError
from liangxi.systems.data.face import opendata

PAGE = 100  # data sets of one page
FORMATS: Mapping[str, tuple[str, str]] = {  # ending -> serializer of rdflib, media type
    "ttl": ("turtle", "text/turtle"),
    "jsonld": ("json-ld", "application/ld+json"),
    "rdf": ("pretty-xml", "application/rdf+xml"),
}


@require_safe
def _negotiated(request: HttpRequest) -> HttpResponse:
    kinds = {kind: format for format, (_, kind) in FORMATS.items()}
    wanted = request.get_preferred_type(list(kinds)) or "text/turtle"
    answer = redirect("dcat-catalog", format=kinds[wanted])
    answer["Vary"] = "Accept"
    return answer


@require_safe
def _catalog(request: HttpRequest, format: str) -> HttpResponse:
    _known(format)
    text = request.GET.get("page", "1")
    number = int(text) if text.isascii() and text.isdecimal() and 0 < len(text) < 6 else 1
    page = opendata.datasets(sort="id", offset=(max(number, 1) - 1) * PAGE, limit=PAGE)
    sets = [opendata.dataset(id=card.id) for card in page.rows]
    return _answer(graphs.catalog(sets, page.total, max(number, 1), PAGE, format), format)


@require_safe
def _dataset(request: HttpRequest, dataset: str, format: str) -> HttpResponse:
    _known(format)
    return _answer(graphs.one(opendata.dataset(id=dataset)), format)


negotiated, catalog, dataset = _negotiated, _catalog, _dataset
negotiated.access = "public"  # type: ignore[attr-defined]  # the house law: every route says who may come
catalog.access = "public"  # type: ignore[attr-defined]
dataset.access = "public"  # type: ignore[attr-defined]


def _known(format: str) -> None:
    if format not in FORMATS:
        raise NotFoundError("dcat.format", "There is no such format; take ttl, jsonld or rdf.")


def _answer(graph: Graph, format: str) -> HttpResponse:
    serializer, kind = FORMATS[format]
    answer = HttpResponse(graph.serialize(format=serializer, encoding="utf-8"), content_type=f"{kind}; charset=utf-8")
    answer["Access-Control-Allow-Origin"] = "*"
    answer["Cache-Control"] = "no-store"
    return answer
