"""One open data set: fields, rows, a chart, a map, versions, files, how programs read it, what others made of it."""

import json
from collections.abc import Iterator
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils.safestring import SafeString, mark_safe
from django.views.decorators.http import require_safe

from liangxi.core.forms import face as forms
from liangxi.kit.errors import HouseError, NotFoundError
from liangxi.portals.access import VisitorRequest, everybody, public
from liangxi.portals.opendata import drawing, wording
from liangxi.portals.opendata.listing import category, organisations
from liangxi.systems.data.face import opendata
from liangxi.systems.data.shapes.opening import OpenColumn, OpenDataset, Wanted

PREVIEW = 20
_LONGEST = 120  # characters of a value in the preview


@public
@require_safe
def page(request: VisitorRequest, dataset: str) -> HttpResponse:
    """The page of a data set, which is gone at once when the data set is closed."""
    return render_page(request, dataset, {})


def render_page(
    request: HttpRequest, dataset: str, errors: dict[str, str], status: int = 200, part: str = ""
) -> HttpResponse:
    """The page; with `errors` after a form (`part`: rate or tell) was refused."""
    found = opendata.dataset(id=dataset)
    names = organisations()
    rows = opendata.rows(id=dataset, wanted=Wanted(limit=PREVIEW), counted=False)
    context = {
        "found": found,
        "card": found.card,
        "names": names,
        "category": category(found.card.category),
        "headers": [forms.say(column.field.title) for column in found.columns],
        "rows": [[_shown(value) for value in row] for row in rows.rows],
        "charts": drawing.charts(found, rows),
        "map": drawing.picture(found) if found.card.has_place else None,
        "fields": [_field(column) for column in found.columns],
        "formats": list(wording.FORMATS),
        "examples": _examples(found),
        "json_ld": _json_ld(found, names),
        "errors": errors,
        "sent": request.POST,
        "part": part,
    }
    return render(request, "opendata/dataset.html", context, status=status)


def _field(column: OpenColumn) -> dict[str, Any]:
    profile = column.profile
    return {
        "field": column.field,
        "type": wording.types().get(column.type, column.type),
        "mask": wording.masks().get(column.mask, ""),
        "filled": profile.get("filled"),
        "distinct": profile.get("distinct"),
        "range": (profile.get("least"), profile.get("most")) if profile.get("least") is not None else None,
    }


def _shown(value: Any) -> str:
    if value is None:
        return "—"
    text = wording.value(value)
    return text if len(text) <= _LONGEST else f"{text[:_LONGEST]}…"


def _examples(found: OpenDataset) -> list[tuple[str, str]]:
    root, id = settings.CONFIG.public_url, found.card.id
    listed = [
        ("CKAN datastore_search", f"curl '{root}/api/3/action/datastore_search?resource_id={id}&limit=5'"),
        ("Python (ckanapi)", f'from ckanapi import RemoteCKAN\n\ncity = RemoteCKAN("{root}")\n'
         f'rows = city.action.datastore_search(resource_id="{id}", limit=5)["records"]'),
    ]  # fmt: skip
    if found.card.has_place:
        listed.append(("OGC API Features", f"ogr2ogr {id}.gpkg OAPIF:{root}/ogc {id}"))
    return listed


def _json_ld(found: OpenDataset, names: Any) -> SafeString:
    """schema.org Dataset, safe inside a script element."""
    card, root = found.card, settings.CONFIG.public_url
    page_url = root + reverse("opendata:dataset", args=[card.id])
    said: dict[str, Any] = {
        "@context": "https://schema.org/",
        "@type": "Dataset",
        "@id": page_url,
        "url": page_url,
        "name": [{"@language": "zh", "@value": card.title["zh"]}, {"@language": "en", "@value": card.title["en"]}],
        "description": card.summary["zh"],
        "identifier": found.code,
        "isAccessibleForFree": True,
        "license": root + reverse("opendata:licences") + f"#{found.licence.id}",
        "datePublished": card.opened_at.isoformat(),
        "dateModified": card.updated_at.isoformat(),
        "version": str(card.version),
        "creator": {"@type": "GovernmentOrganization", "name": names.get(card.org, {"zh": card.org})["zh"]},
        "variableMeasured": [column.field.title["zh"] for column in found.columns],
        "distribution": [
            {"@type": "DataDownload", "encodingFormat": kind.partition(";")[0],
             "contentUrl": root + file_url(card.id, card.version, format)}
            for format, (_, kind) in wording.FORMATS.items()
        ],
    }  # fmt: skip
    if found.box:
        west, south, east, north = found.box
        shape = {"@type": "GeoShape", "box": f"{south} {west} {north} {east}"}
        said["spatialCoverage"] = {"@type": "Place", "geo": shape}
    text = json.dumps(said, ensure_ascii=False)
    for sign in "<>&\u2028\u2029":
        text = text.replace(sign, f"\\u{ord(sign):04x}")
    return mark_safe(text)  # noqa: S308 JSON whose signs of markup are written as escapes


def file_url(dataset: str, version: int, format: str) -> str:
    """The address of a version as a file."""
    return reverse("opendata:file", args=[dataset, f"v{version}", format])


@everybody
@require_safe
def file(request: HttpRequest, dataset: str, name: str, format: str) -> HttpResponseBase:
    """A version (`v3`, or `latest`) as CSV, JSON lines or Parquet."""
    wanted = wording.FILES.get(format)
    if wanted is None:
        raise NotFoundError("data.open.format", "There is no such format; take csv, jsonl or parquet.")
    number = None if name == "latest" else _number(dataset, name)
    version, pieces = opendata.file(id=dataset, format=wanted, version=number)
    _, kind = wording.FORMATS[format]
    answer = StreamingHttpResponse(_guarded(pieces), content_type=kind)
    answer["Content-Disposition"] = f'attachment; filename="{dataset}-v{version}.{format}"'
    answer["Access-Control-Allow-Origin"] = "*"
    answer["Cache-Control"] = "no-store"  # what is closed at once must be gone at once
    return answer


def _number(dataset: str, name: str) -> int:
    if name[:1] == "v" and name[1:].isascii() and name[1:].isdecimal() and len(name) < 8:
        return int(name[1:])
    raise NotFoundError("data.open.unknown", "There is no open data set %(resource)s.", {"resource": dataset})


def _guarded(pieces: Iterator[bytes]) -> Iterator[bytes]:
    """The pieces; a fault half way breaks the connection, so that nobody takes a part for the whole."""
    try:
        yield from pieces
    except HouseError as error:
        raise ConnectionAbortedError(str(error)) from error
