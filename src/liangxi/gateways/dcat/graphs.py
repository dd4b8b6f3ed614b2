"""From open data sets to graphs of DCAT-AP 3.0 (SEMIC). Codes are those of the EU's authority tables, as it asks.

A theme is a category of the national catalogue, as a concept of our own scheme.
"""

from collections.abc import Iterable, Mapping
from decimal import Decimal

from django.conf import settings
from rdflib import BNode, Graph, Literal, Namespace, URIRef
from rdflib.namespace import DCAT, DCTERMS, FOAF, RDF, RDFS, SKOS, XSD

from liangxi.core.codes import face as codes
from liangxi.core.people import face as people
from liangxi.kit.errors import NotFoundError
from liangxi.systems.data.shapes.opening import Box, Licence, OpenDataset

EU = "http://publications.europa.eu/resource/authority/"
IANA = "https://www.iana.org/assignments/media-types/"
VERSION = URIRef(f"{DCAT}version")  # of DCAT 3; the library lists the terms of DCAT 2
GEO = Namespace("http://www.opengis.net/ont/geosparql#")
HYDRA = Namespace("http://www.w3.org/ns/hydra/core#")
CYCLES: Mapping[str, str] = {
    "realtime": "UPDATE_CONT", "daily": "DAILY", "weekly": "WEEKLY", "monthly": "MONTHLY", "quarterly": "QUARTERLY",
    "half-yearly": "ANNUAL_2", "yearly": "ANNUAL", "irregular": "IRREG",
}  # fmt: skip
FILES: Mapping[str, tuple[str, str]] = {  # ending -> the EU's code of the format, media type
    "csv": ("CSV", "text/csv"),
    "jsonl": ("JSON", "application/x-ndjson"),
    "parquet": ("PARQUET", "application/vnd.apache.parquet"),
}
_LANGUAGES = ("ZHO", "ENG")


def catalog(sets: Iterable[OpenDataset], total: int, page: int, size: int, format: str) -> Graph:
    """One page of the catalogue: the catalogue, its services, and the data sets of the page."""
    graph, root = _graph(), settings.CONFIG.public_url
    me = URIRef(f"{root}/dcat/catalog")
    graph.add((me, RDF.type, DCAT.Catalog))
    _say(graph, me, DCTERMS.title, {"zh": "城市开放数据目录", "en": "Catalogue of the city's open data"})
    said = {"zh": "各部门向公众开放的数据集。", "en": "Data sets that the departments have opened to everybody."}
    _say(graph, me, DCTERMS.description, said)
    graph.add((me, DCTERMS.publisher, _agent(graph, None)))
    graph.add((me, FOAF.homepage, _document(graph, f"{root}/data/")))
    graph.add((me, DCAT.themeTaxonomy, _scheme(graph)))
    for code in _LANGUAGES:
        graph.add((me, DCTERMS.language, URIRef(f"{EU}language/{code}")))
    newest = None
    for found in sets:
        graph.add((me, DCAT.dataset, _dataset(graph, found)))
        newest = max(filter(None, (newest, found.card.updated_at)))
    if newest:
        graph.add((me, DCTERMS.modified, Literal(newest)))
    for service in _services(graph):
        graph.add((me, DCAT.service, service))
    _pages(graph, me, total, page, size, format)
    return graph


def one(found: OpenDataset) -> Graph:
    """One data set by itself, with its services."""
    graph = _graph()
    me = _dataset(graph, found)
    for service in _services(graph):
        graph.add((service, DCAT.servesDataset, me))
    return graph


def _graph() -> Graph:
    graph = Graph()
    for prefix, space in (("dcat", DCAT), ("dct", DCTERMS), ("foaf", FOAF), ("skos", SKOS), ("geo", GEO),
                          ("hydra", HYDRA)):  # fmt: skip
        graph.bind(prefix, space)
    return graph


def _dataset(graph: Graph, found: OpenDataset) -> URIRef:
    card, root = found.card, settings.CONFIG.public_url
    me = URIRef(f"{root}/data/sets/{card.id}/")
    graph.add((me, RDF.type, DCAT.Dataset))
    _say(graph, me, DCTERMS.title, card.title)
    _say(graph, me, DCTERMS.description, card.summary)
    for value in (card.id, found.code):
        graph.add((me, DCTERMS.identifier, Literal(value)))
    graph.add((me, DCTERMS.publisher, _agent(graph, card.org)))
    graph.add((me, DCTERMS.issued, Literal(card.opened_at)))
    graph.add((me, DCTERMS.modified, Literal(card.updated_at)))
    graph.add((me, VERSION, Literal(str(card.version))))
    graph.add((me, DCTERMS.accrualPeriodicity, URIRef(f"{EU}frequency/{CYCLES[card.cycle]}")))
    graph.add((me, DCTERMS.accessRights, URIRef(f"{EU}access-right/PUBLIC")))
    graph.add((me, DCTERMS.language, URIRef(f"{EU}language/ZHO")))
    graph.add((me, DCAT.theme, _theme(graph, card.category)))
    graph.add((me, DCAT.landingPage, _document(graph, f"{root}/data/sets/{card.id}/")))
    for column in found.columns:
        _say(graph, me, DCAT.keyword, column.field.title)
    if found.provenance:
        graph.add((me, DCTERMS.provenance, _labelled(graph, DCTERMS.ProvenanceStatement, found.provenance)))
    if found.box:
        graph.add((me, DCTERMS.spatial, _location(graph, found.box)))
    licence = _licence(graph, found.licence)
    for format, (code, kind) in FILES.items():
        graph.add((me, DCAT.distribution, _distribution(graph, found, format, code, kind, licence)))
    return me


def _distribution(graph: Graph, found: OpenDataset, format: str, code: str, kind: str, licence: URIRef) -> URIRef:
    card, root = found.card, settings.CONFIG.public_url
    address = URIRef(f"{root}/data/sets/{card.id}/files/v{card.version}.{format}")
    me = URIRef(f"{root}/data/sets/{card.id}/#{format}")
    graph.add((me, RDF.type, DCAT.Distribution))
    _say(graph, me, DCTERMS.title, {lang: f"{card.title[lang]} ({code})" for lang in ("zh", "en")})
    graph.add((me, DCAT.accessURL, URIRef(f"{root}/data/sets/{card.id}/")))
    graph.add((me, DCAT.downloadURL, address))
    graph.add((me, DCTERMS.format, URIRef(f"{EU}file-type/{code}")))
    graph.add((me, DCAT.mediaType, URIRef(f"{IANA}{kind}")))
    graph.add((me, DCTERMS.license, licence))
    graph.add((me, DCTERMS.modified, Literal(card.updated_at)))
    return me


def _services(graph: Graph) -> Iterable[URIRef]:
    root = settings.CONFIG.public_url
    for name, path, title, described in (
        ("ckan", "/api/3/action/", "CKAN Action API", "/data/developers/"),
        ("ogc", "/ogc/", "OGC API Features, OGC API Records", "/ogc/api"),
    ):
        me = URIRef(f"{root}/dcat/catalog#{name}")
        graph.add((me, RDF.type, DCAT.DataService))
        graph.add((me, DCTERMS.title, Literal(title, lang="en")))
        graph.add((me, DCAT.endpointURL, URIRef(root + path)))
        graph.add((me, DCAT.endpointDescription, URIRef(root + described)))
        yield me


def _agent(graph: Graph, org: str | None) -> URIRef:
    """A department, or the city for none."""
    listed = people.organisations()
    name: Mapping[str, str] = next((one.name for one in listed if one.code == org), {}) if org else listed[0].name
    me = URIRef(f"{settings.CONFIG.public_url}/dcat/organisations/{org or listed[0].code}")
    graph.add((me, RDF.type, FOAF.Agent))
    _say(graph, me, FOAF.name, name or {"zh": org or "", "en": org or ""})
    return me


def _theme(graph: Graph, category: str) -> URIRef:
    me = URIRef(f"{settings.CONFIG.public_url}/dcat/themes/{category}")
    try:
        title: Mapping[str, str] = codes.code(list_id="data_category", code=category).title
    except NotFoundError:
        title = {"zh": category, "en": category}
    graph.add((me, RDF.type, SKOS.Concept))
    _say(graph, me, SKOS.prefLabel, title)
    graph.add((me, SKOS.inScheme, _scheme(graph)))
    return me


def _scheme(graph: Graph) -> URIRef:
    me = URIRef(f"{settings.CONFIG.public_url}/dcat/themes")
    graph.add((me, RDF.type, SKOS.ConceptScheme))
    _say(graph, me, DCTERMS.title, {"zh": "政务信息资源分类", "en": "Categories of government data"})
    return me


def _licence(graph: Graph, licence: Licence) -> URIRef:
    me = URIRef(licence.url or f"{settings.CONFIG.public_url}/data/licences/#{licence.id}")
    graph.add((me, RDF.type, DCTERMS.LicenseDocument))
    _say(graph, me, DCTERMS.title, licence.title)
    return me


def _location(graph: Graph, box: Box) -> BNode:
    west, south, east, north = (Decimal(str(round(one, 6))) for one in box)
    ring = ", ".join(f"{x} {y}" for x, y in ((west, south), (east, south), (east, north), (west, north), (west, south)))
    me = BNode()
    graph.add((me, RDF.type, DCTERMS.Location))
    graph.add((me, DCAT.bbox, Literal(f"POLYGON(({ring}))", datatype=GEO.wktLiteral)))
    return me


def _document(graph: Graph, address: str) -> URIRef:
    me = URIRef(f"{address}#page")
    graph.add((me, RDF.type, FOAF.Document))
    graph.add((me, FOAF.page, URIRef(address)))
    return me


def _labelled(graph: Graph, kind: URIRef, text: str) -> BNode:
    me = BNode()
    graph.add((me, RDF.type, kind))
    graph.add((me, RDFS.label, Literal(text, lang="zh")))
    return me


def _say(graph: Graph, me: URIRef | BNode, predicate: URIRef, words: Mapping[str, str]) -> None:
    for lang, text in words.items():
        graph.add((me, predicate, Literal(text, lang=lang)))


def _pages(graph: Graph, me: URIRef, total: int, page: int, size: int, format: str) -> None:
    """Which page this is and where the others are (Hydra), as harvesters of DCAT follow them."""
    last = max(1, -(-total // size))
    address = f"{settings.CONFIG.public_url}/dcat/catalog.{format}?page="
    view = URIRef(f"{address}{page}")
    graph.add((view, RDF.type, HYDRA.PagedCollection))
    graph.add((view, HYDRA.totalItems, Literal(total, datatype=XSD.integer)))
    graph.add((view, HYDRA.itemsPerPage, Literal(size, datatype=XSD.integer)))
    for name, number in (("firstPage", 1), ("lastPage", last), ("previousPage", page - 1), ("nextPage", page + 1)):
        if 1 <= number <= last:
            graph.add((view, HYDRA[name], Literal(f"{address}{number}")))
