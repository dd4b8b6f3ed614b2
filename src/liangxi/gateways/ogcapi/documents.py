"""The documents of the OGC API: landing page, conformance, collections, features, records, OpenAPI."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any
from urllib.parse import quote, urlencode

from django.conf import settings

from liangxi.core.forms import face as forms
from liangxi.systems.data.face import opendata
from liangxi.systems.data.shapes.opening import OpenDataset, OpenRows

RECORDS = "catalogue"  # the collection of records; `-` and small letters name all others
CRS84 = "http://www.opengis.net/def/crs/OGC/1.3/CRS84"
CONFORMS = (
    "http://www.opengis.net/spec/ogcapi-common-1/1.0/conf/core",
    "http://www.opengis.net/spec/ogcapi-features-1/1.0/conf/core",
    "http://www.opengis.net/spec/ogcapi-features-1/1.0/conf/oas30",
    "http://www.opengis.net/spec/ogcapi-features-1/1.0/conf/html",
    "http://www.opengis.net/spec/ogcapi-features-1/1.0/conf/geojson",
    "http://www.opengis.net/spec/ogcapi-records-1/1.0/conf/record-core",
    "http://www.opengis.net/spec/ogcapi-records-1/1.0/conf/record-api",
    "http://www.opengis.net/spec/ogcapi-records-1/1.0/conf/json",
)
Document = dict[str, Any]


def root() -> str:
    """The address of the API."""
    return f"{settings.CONFIG.public_url}/ogc"


def link(path: str, rel: str, kind: str = "application/json", title: str = "") -> Document:
    """A link to a part of the API, or to an address elsewhere."""
    address = path if "://" in path else root() + path
    return {"href": address, "rel": rel, "type": kind} | ({"title": title} if title else {})


def landing() -> Document:
    """What there is."""
    return {
        "title": "梁溪开放数据 / Open data of the city",
        "description": "OGC API Features & Records",
        "links": [
            link("/", "self"),
            link("/?f=html", "alternate", "text/html"),
            link("/api", "service-desc", "application/vnd.oai.openapi+json;version=3.0"),
            link("/api?f=html", "service-doc", "text/html"),
            link("/conformance", "conformance"),
            link("/collections", "data"),
        ],
    }


def collections(found: Iterable[OpenDataset]) -> Document:
    """The collection of records, and one of features for each data set with places."""
    listed = [records(), *(collection(one) for one in found)]
    return {"collections": listed, "links": [link("/collections", "self"),
            link("/collections?f=html", "alternate", "text/html")]}  # fmt: skip


def records() -> Document:
    """The collection of records: every open data set."""
    return {
        "id": RECORDS,
        "title": "开放数据目录 / Catalogue of open data",
        "description": "每个开放数据集一条记录 / One record for each open data set",
        "itemType": "record",
        "links": _links_of(RECORDS),
    }


def collection(found: OpenDataset) -> Document:
    """A data set with places as a collection of features."""
    card = found.card
    extent: Document = {}
    if found.box:
        extent["spatial"] = {"bbox": [list(found.box)], "crs": CRS84}
    profile = next((c.profile for c in found.columns if c.field.name == found.moment), {})
    if profile.get("least"):
        extent["temporal"] = {"interval": [[_zoned(profile["least"]), _zoned(profile["most"])]]}
    return {
        "id": card.id,
        "title": forms.say(card.title),
        "description": forms.say(card.summary),
        "itemType": "feature",
        "crs": [CRS84],
        "storageCrs": CRS84,
        "extent": extent,
        "links": [
            *_links_of(card.id),
            link(f"{settings.CONFIG.public_url}/data/sets/{card.id}/", "license", "text/html"),
        ],
    }


def _zoned(moment: str) -> str:
    """A day, or an instant in official time of China, as RFC 3339."""
    return f"{moment}+08:00" if "T" in moment else f"{moment}T00:00:00+08:00"


def _links_of(id: str) -> list[Document]:
    return [
        link(f"/collections/{id}", "self"),
        link(f"/collections/{id}?f=html", "alternate", "text/html"),
        link(f"/collections/{id}/items", "items", "application/geo+json"),
        link(f"/collections/{id}/items?f=html", "items", "text/html"),
    ]


def features(found: OpenDataset, rows: OpenRows, sent: Mapping[str, str], limit: int, offset: int) -> Document:
    """A page of features."""
    listed = [feature(found, rows.columns, row, id) for row, id in zip(rows.rows, rows.ids, strict=True)]
    return _page(f"/collections/{found.card.id}/items", listed, rows.total or 0, sent, (limit, offset))


def feature(found: OpenDataset, names: Sequence[str], row: Sequence[Any], id: str) -> Document:
    """A row as a feature; the columns that tell its place are its geometry."""
    values, place = dict(zip(names, row, strict=True)), found.place
    geometry = opendata.geometry_of(place=place, row=values) if place else None
    hidden = {place.geometry} if place else set()
    return {
        "type": "Feature",
        "id": id,
        "geometry": geometry,
        "properties": {name: value for name, value in values.items() if name not in hidden},
    }


def item(found: OpenDataset, one: Document) -> Document:
    """One feature by itself."""
    path = f"/collections/{found.card.id}/items/{quote(str(one['id']), safe='')}"
    links = [
        link(path, "self", "application/geo+json"),
        link(f"{path}?f=html", "alternate", "text/html"),
        link(f"/collections/{found.card.id}", "collection"),
    ]
    return one | {"links": links}


def record(found: OpenDataset) -> Document:
    """A data set as a record (OGC API Records, GeoJSON)."""
    card, site = found.card, settings.CONFIG.public_url
    box = found.box
    ring = [[box[0], box[1]], [box[2], box[1]], [box[2], box[3]], [box[0], box[3]], [box[0], box[1]]] if box else []
    files = [
        link(f"{site}/data/sets/{card.id}/files/latest.{format}", "enclosure", kind)
        for format, kind in (("csv", "text/csv"), ("jsonl", "application/x-ndjson"),
                             ("parquet", "application/vnd.apache.parquet"))
    ]  # fmt: skip
    return {
        "id": card.id,
        "type": "Feature",
        "conformsTo": ["http://www.opengis.net/spec/ogcapi-records-1/1.0/req/record-core"],
        "geometry": {"type": "Polygon", "coordinates": [ring]} if box else None,
        "time": None,
        "properties": {
            "type": "dataset",
            "title": forms.say(card.title),
            "description": forms.say(card.summary),
            "keywords": [forms.say(column.field.title) for column in found.columns],
            "created": card.opened_at.isoformat(),
            "updated": card.updated_at.isoformat(),
            "language": {"code": "zh"},
            "license": found.licence.url or f"{site}/data/licences/#{found.licence.id}",
            "externalIds": [{"value": found.code}],
        },
        "links": [
            link(f"/collections/{RECORDS}/items/{card.id}", "self", "application/geo+json"),
            link(f"/collections/{RECORDS}", "collection"),
            link(f"{site}/data/sets/{card.id}/", "alternate", "text/html"),
            *([link(f"/collections/{card.id}", "item")] if card.has_place else []),
            *files,
        ],
    }


def page_of_records(listed: list[Document], total: int, sent: Mapping[str, str], limit: int, offset: int) -> Document:
    """A page of records."""
    return _page(f"/collections/{RECORDS}/items", listed, total, sent, (limit, offset))


def _page(path: str, listed: list[Document], total: int, sent: Mapping[str, str], place: tuple[int, int]) -> Document:
    limit, offset = place
    asked = {name: value for name, value in sent.items() if name not in ("f", "limit", "offset")}

    def at(start: int, **more: str) -> str:
        return f"{path}?{urlencode({**asked, 'limit': limit, 'offset': start, **more})}"

    links = [link(at(offset), "self", "application/geo+json"), link(at(offset, f="html"), "alternate", "text/html")]
    if offset + len(listed) < total and listed:
        links.append(link(at(offset + limit), "next", "application/geo+json"))
    if offset:
        links.append(link(at(max(0, offset - limit)), "prev", "application/geo+json"))
    return {
        "type": "FeatureCollection",
        "features": listed,
        "numberMatched": total,
        "numberReturned": len(listed),
        "links": links,
    }


def openapi() -> Document:
    """The description of the API (OpenAPI 3.0)."""
    ok = {"200": {"description": "OK", "content": {"application/json": {"schema": {"type": "object"}}}}}
    text = {"type": "string"}
    at = [{"name": "id", "in": "path", "required": True, "schema": text}]
    narrow = [
        {"name": "limit", "in": "query", "schema": {"type": "integer", "minimum": 1, "maximum": 10000, "default": 100}},
        {"name": "offset", "in": "query", "schema": {"type": "integer", "minimum": 0, "default": 0}},
        {"name": "bbox", "in": "query", "style": "form", "explode": False,
         "schema": {"type": "array", "items": {"type": "number"}, "minItems": 4, "maxItems": 6}},
        {"name": "datetime", "in": "query", "schema": text},
        {"name": "q", "in": "query", "schema": text},
    ]  # fmt: skip
    paths: Document = {
        "/": ("The landing page", []),
        "/conformance": ("What this API conforms to", []),
        "/collections": ("All collections", []),
        "/collections/{id}": ("One collection", at),
        "/collections/{id}/items": ("Features or records; any column of the collection narrows them", at + narrow),
        "/collections/{id}/items/{item}": (
            "One feature or record",
            [*at, {"name": "item", "in": "path", "required": True, "schema": text}],
        ),
    }
    return {
        "openapi": "3.0.3",
        "info": {"title": "OGC API", "version": "1.0.0"},
        "servers": [{"url": root()}],
        "paths": {
            path: {"get": {"summary": said, "parameters": parameters, "responses": ok}}
            for path, (said, parameters) in paths.items()
        },
    }
