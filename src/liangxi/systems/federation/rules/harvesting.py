"""What other catalogues say of a data set, in one form: packages of CKAN, data sets of DCAT (-AP).

A record that cannot be taken raises InvalidError, whose message is the reason in the report; the others go on.
"""

import hashlib
import re
import warnings
from collections.abc import Iterator, Mapping
from dataclasses import asdict
from typing import Any
from urllib.parse import urljoin, urlsplit

import rfc8785
from rdflib import DCTERMS, FOAF, RDF, RDFS, BNode, Graph, Literal, URIRef
from rdflib.namespace import DCAT, SKOS, Namespace
from rdflib.term import Node

from liangxi.kit.errors import InvalidError
from liangxi.systems.federation.shapes import HarvestedFile, HarvestRecord

LONGEST = {"title": 300, "summary": 4000, "url": 2000, "word": 200}
MOST_FILES = 200
_HYDRA = Namespace("http://www.w3.org/ns/hydra/core#")
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")
_LANGUAGES = ("zh", "zh-hans", "zh-cn", "", "en")


def bad(message: str) -> InvalidError:
    """The reason for which a record, or a whole answer, is not taken."""
    return InvalidError("federation.harvest", message)


def hash_of(record: HarvestRecord) -> str:
    """SHA-256 of all that a record says, in canonical JSON (RFC 8785)."""
    said = asdict(record) | {"files": [asdict(one) for one in record.files], "tags": list(record.tags)}
    return hashlib.sha256(rfc8785.dumps(said)).hexdigest()


def ckan_page(body: Any) -> tuple[list[Any], int]:
    """The packages of an answer of `package_search`, and how many there are in all."""
    result = body.get("result") if isinstance(body, Mapping) and body.get("success") is True else None
    listed = result.get("results") if isinstance(result, Mapping) else None
    count = result.get("count") if isinstance(result, Mapping) else None
    if not isinstance(listed, list) or not isinstance(count, int):
        raise bad("The address does not answer as CKAN's package_search does.")
    return listed, count


def of_package(said: Any, root: str) -> HarvestRecord:
    """A package of CKAN."""
    said = said if isinstance(said, Mapping) else {}
    id = _text(said.get("id") or said.get("name"), "word")
    if not id:
        raise bad("The record has no id.")
    resources = said.get("resources") if isinstance(said.get("resources"), list) else []
    organisation = said.get("organization") if isinstance(said.get("organization"), Mapping) else {}
    tags = said.get("tags") if isinstance(said.get("tags"), list) else []
    return HarvestRecord(
        identifier=id,
        title=_titled(said.get("title") or said.get("name")),
        summary=_text(said.get("notes"), "summary"),
        publisher=_text((organisation or {}).get("title") or said.get("author"), "word"),
        licence=_text(said.get("license_title") or said.get("license_id"), "word"),
        licence_url=_web(said.get("license_url"), root),
        landing=_web(said.get("url"), root) or urljoin(f"{root}/", f"dataset/{said.get('name') or id}"),
        provenance="",
        files=_files(_ckan_file(one, root) for one in resources or [] if isinstance(one, Mapping)),
        tags=tuple(dict.fromkeys(_text(one.get("name"), "word") for one in tags or [] if isinstance(one, Mapping))),
        modified=_text(said.get("metadata_modified"), "word"),
    )


def _ckan_file(said: Mapping[str, Any], root: str) -> HarvestedFile:
    title = _text(said.get("name") or said.get("description") or said.get("format"), "title")
    return HarvestedFile(title=title, url=_web(said.get("url"), root), format=_text(said.get("format"), "word"))


def parse_graph(content: bytes, kind: str, json: Any) -> Graph:
    """The triples of an answer; `json` is its JSON where it is JSON-LD, whose contexts may not be fetched elsewhere."""
    form = {"text/turtle": "turtle", "application/rdf+xml": "xml", "application/n-triples": "nt",
            "application/ld+json": "json-ld", "application/json": "json-ld"}.get(kind)  # fmt: skip
    if form is None:
        raise bad("The address answers with neither Turtle, RDF/XML nor JSON-LD.")
    if form == "json-ld" and _has_remote_context(json):
        raise bad("Contexts of JSON-LD must stand in the answer itself.")
    graph = Graph()
    try:
        with warnings.catch_warnings():  # rdflib's reader of JSON-LD uses what rdflib deprecates
            warnings.simplefilter("ignore", DeprecationWarning)
            graph.parse(data=content, format=form)
    except Exception as error:  # the parsers of rdflib raise whatever they meet
        raise bad("The answer is no RDF that can be read.") from error
    return graph


def _has_remote_context(said: Any) -> bool:
    if isinstance(said, list):
        return any(_has_remote_context(one) for one in said)
    if not isinstance(said, Mapping):
        return False
    contexts = said.get("@context", ())
    listed = contexts if isinstance(contexts, list) else [contexts]
    return any(isinstance(one, str) for one in listed) or any(
        _has_remote_context(value) or name == "@import" for name, value in said.items()
    )


def datasets_of(graph: Graph) -> list[Node]:
    """The data sets of a graph; InvalidError when it holds no catalogue at all."""
    found = sorted(set(graph.subjects(RDF.type, DCAT.Dataset)), key=str)
    if not found and not set(graph.subjects(RDF.type, DCAT.Catalog)):
        raise bad("The answer holds no catalogue of DCAT.")
    return found


def next_page(graph: Graph, at: str) -> str:
    """The address of the next page (Hydra), empty on the last. It must stand at the same host."""
    found = next((str(one) for name in ("nextPage", "next") for one in graph.objects(None, _HYDRA[name])), "")
    if not found:
        return ""
    there = urljoin(at, found)
    if urlsplit(there)[:2] != urlsplit(at)[:2]:
        raise bad("The catalogue goes on at another host.")
    return there


def of_node(graph: Graph, me: Node) -> HarvestRecord:
    """A data set of DCAT."""
    if isinstance(me, BNode):
        raise bad("The record has no id.")
    files = (_distribution(graph, one) for one in sorted(graph.objects(me, DCAT.distribution), key=str))
    licence = graph.value(me, DCTERMS.license) or next(
        (one for d in graph.objects(me, DCAT.distribution) for one in graph.objects(d, DCTERMS.license)), None
    )
    landing = graph.value(me, DCAT.landingPage)
    page = graph.value(landing, FOAF.page) if landing is not None else None
    return HarvestRecord(
        identifier=_text(str(me), "url"),
        title=_titled(_said(graph, me, DCTERMS.title)),
        summary=_text(_said(graph, me, DCTERMS.description), "summary"),
        publisher=_text(_named(graph, graph.value(me, DCTERMS.publisher), FOAF.name), "word"),
        licence=_text(_named(graph, licence, DCTERMS.title), "word"),
        licence_url=_web(str(licence or ""), ""),
        landing=_web(str(page or landing or me), ""),
        provenance=_text(_named(graph, graph.value(me, DCTERMS.provenance), RDFS.label), "summary"),
        files=_files(files),
        tags=tuple(sorted({_text(str(one), "word") for one in graph.objects(me, DCAT.keyword)})),
        modified=_text(str(graph.value(me, DCTERMS.modified) or ""), "word"),
    )


def _distribution(graph: Graph, me: Node) -> HarvestedFile:
    format = str(graph.value(me, DCTERMS["format"]) or graph.value(me, DCAT.mediaType) or "")
    url = graph.value(me, DCAT.downloadURL) or graph.value(me, DCAT.accessURL)
    title = _said(graph, me, DCTERMS.title)
    return HarvestedFile(
        title=_text(title, "title"), url=_web(str(url or ""), ""), format=_text(re.split(r"[/#]", format)[-1], "word")
    )


def _said(graph: Graph, me: Node, predicate: URIRef) -> str:
    """A text in the first of our languages that there is."""
    by_language = {
        (one.language or "").lower(): str(one) for one in graph.objects(me, predicate) if isinstance(one, Literal)
    }
    ranked = [by_language[name] for name in _LANGUAGES if name in by_language]
    return next(iter([*ranked, *sorted(by_language.values())]), "")


def _named(graph: Graph, me: Node | None, predicate: URIRef) -> str:
    if me is None:
        return ""
    if isinstance(me, Literal):
        return str(me)
    return _said(graph, me, predicate) or _said(graph, me, SKOS.prefLabel) or ("" if isinstance(me, BNode) else str(me))


def _titled(said: Any) -> str:
    text = _text(said, "title")
    if not text:
        raise bad("The record has no title.")
    return text


def _text(said: Any, kind: str) -> str:
    return _CONTROL.sub("", str(said if said is not None else "")).strip()[: LONGEST[kind]]


def _web(said: Any, root: str) -> str:
    """An address of the web, or nothing: what is shown as a link must not run as a script."""
    text = _text(said, "url")
    try:
        there = urljoin(f"{root}/", text) if text and root else text
        parts = urlsplit(there)
        return there if parts.scheme in ("http", "https") and parts.hostname else ""
    except ValueError:
        return ""


def _files(found: Iterator[HarvestedFile]) -> tuple[HarvestedFile, ...]:
    return tuple(one for one in found if one.url)[:MOST_FILES]
