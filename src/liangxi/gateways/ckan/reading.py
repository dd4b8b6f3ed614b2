"""Packages, resources, organizations, groups, tags, licences: the catalogue of open data as CKAN says it."""

import re
from collections.abc import Mapping
from datetime import UTC
from typing import Any

from django.conf import settings

from liangxi.core.codes import face as codes
from liangxi.core.people import face as people
from liangxi.gateways.ckan.actions import Action, Asked, wrong
from liangxi.kit.actor import Actor
from liangxi.kit.errors import NotFoundError
from liangxi.systems.data.face import opendata, opening
from liangxi.systems.data.shapes.opening import OpenCard, OpenDataset

MOST = 1000
FORMATS = {"csv": "text/csv", "jsonl": "application/x-ndjson", "parquet": "application/vnd.apache.parquet"}
_FIELDS = {"organization": "org", "owner_org": "org", "groups": "category", "tags": "kind", "frequency": "cycle"}
_FACETS = {"organization": "org", "groups": "category", "tags": "kind"}
_SORTS = {"metadata_modified desc": "newest", "title asc": "name", "name asc": "id", "title_string asc": "name"}
_TERM = re.compile(r'\+?(\w+):"?([^"\s)(]+)"?')


def package_list(by: Actor | None, asked: Asked) -> Any:
    """The ids of all data sets."""
    limit, offset = asked.number("limit", MOST, MOST), asked.number("offset", 0, 10**6)
    return [one.id for one in opendata.datasets(sort="id", offset=offset, limit=limit).rows]


def package_search(by: Actor | None, asked: Asked) -> Any:
    """Words in `q`, `fq` with organization, groups, tags or frequency; `rows`, `start`, `sort`, `facet.field`."""
    query, narrow = asked.text("q"), dict[str, str]()
    for name, value in _TERM.findall(f"{asked.text('fq')} {query}"):
        if name in _FIELDS:
            narrow[_FIELDS[name]] = value
        elif name not in ("state", "private", "type", "dataset_type"):
            raise wrong("fq", "Only organization, groups, tags and frequency can be searched by field.")
    page = opendata.datasets(
        query=_TERM.sub("", query).replace("*:*", "").strip(),
        narrow=narrow,
        sort=_SORTS.get(asked.text("sort"), ""),
        offset=asked.number("start", 0, 10**6),
        limit=asked.number("rows", 10, MOST),
    )
    wanted = [name for name in _FACETS if name in asked.words("facet.field")]
    facets = {name: {one.value: one.count for one in page.facets[_FACETS[name]]} for name in wanted}
    names = _organisations()
    return {
        "count": page.total,
        "sort": asked.text("sort"),
        "results": [_package(opendata.dataset(id=one.id), names) for one in page.rows],
        "facets": facets,
        "search_facets": {
            name: {"title": name, "items": [{"name": v, "display_name": v, "count": n} for v, n in found.items()]}
            for name, found in facets.items()
        },
    }


def package_show(by: Actor | None, asked: Asked) -> Any:
    """One data set by its id."""
    return _package(opendata.dataset(id=asked.needed("id")), _organisations())


def resource_show(by: Actor | None, asked: Asked) -> Any:
    """One file of a data set: its id is that of the data set (CSV, with the rows to search), or `<id>.jsonl` ..."""
    id, _, format = asked.needed("id").partition(".")
    found = opendata.dataset(id=id)
    one = next((r for r in _resources(found) if r["id"] == (f"{id}.{format}" if format else id)), None)
    if one is None:
        raise NotFoundError("ckan.resource", "There is no such resource.")
    return one


def organization_list(by: Actor | None, asked: Asked) -> Any:
    """Departments with open data, and how many data sets; with `all_fields` as objects."""
    names, counted = _organisations(), opendata.datasets(limit=0).facets["org"]
    listed = [_organisation(one.value, names, one.count) for one in counted]
    return listed if asked.flag("all_fields", False) else [one["name"] for one in listed]


def organization_show(by: Actor | None, asked: Asked) -> Any:
    """One department; with `include_datasets` its open data."""
    id, names = asked.needed("id"), _organisations()
    if id not in names:
        raise NotFoundError("ckan.organization", "There is no such organization.")
    page = opendata.datasets(narrow={"org": id}, sort="id", limit=MOST)
    said = _organisation(id, names, page.total)
    if asked.flag("include_datasets", False):
        said["packages"] = [_package(opendata.dataset(id=one.id), names) for one in page.rows]
    return said


def group_list(by: Actor | None, asked: Asked) -> Any:
    """Categories of the national catalogue with open data; with `all_fields` as objects."""
    listed = [
        {"id": one.value, "name": one.value, "title": _category(one.value), "package_count": one.count}
        for one in opendata.datasets(limit=0).facets["category"]
    ]
    return listed if asked.flag("all_fields", False) else [one["name"] for one in listed]


def tag_list(by: Actor | None, asked: Asked) -> Any:
    """Classes of resources with open data."""
    return [one.value for one in opendata.datasets(limit=0).facets["kind"]]


def license_list(by: Actor | None, asked: Asked) -> Any:
    """The terms of use of the city."""
    root = settings.CONFIG.public_url
    return [{"id": one.id, "title": one.title["zh"], "url": one.url or f"{root}/data/licences/#{one.id}"}
            for one in opening.licences()]  # fmt: skip


def status_show(by: Actor | None, asked: Asked) -> Any:
    """What this is; the version is that of the action API that is spoken."""
    return {"ckan_version": "2.11.0", "site_title": "Liangxi", "site_url": settings.CONFIG.public_url,
            "extensions": ["datastore"], "locale_default": "zh_Hans_CN"}  # fmt: skip


ACTIONS: Mapping[str, Action] = {
    "package_list": Action(package_list),
    "package_search": Action(package_search),
    "package_show": Action(package_show),
    "resource_show": Action(resource_show),
    "organization_list": Action(organization_list),
    "organization_show": Action(organization_show),
    "group_list": Action(group_list),
    "tag_list": Action(tag_list),
    "license_list": Action(license_list),
    "status_show": Action(status_show),
    "site_read": Action(lambda by, asked: True),
}


def _organisations() -> dict[str, Mapping[str, str]]:
    return {one.code: one.name for one in people.organisations()}


def _organisation(id: str, names: Mapping[str, Mapping[str, str]], count: int) -> dict[str, Any]:
    title = names.get(id, {"zh": id})["zh"]
    return {"id": id, "name": id, "title": title, "display_name": title, "type": "organization", "state": "active",
            "is_organization": True, "package_count": count}  # fmt: skip


def _category(code: str) -> str:
    try:
        return codes.code(list_id="data_category", code=code).title["zh"]
    except NotFoundError:
        return code


def _package(found: OpenDataset, names: Mapping[str, Mapping[str, str]]) -> dict[str, Any]:
    card, root = found.card, settings.CONFIG.public_url
    resources = _resources(found)
    said = {
        "summary_en": card.summary["en"], "title_en": card.title["en"], "code": found.code,
        "category": card.category, "kind": card.kind, "frequency": card.cycle, "version_rows": str(card.rows),
    }  # fmt: skip
    return {
        "id": card.id,
        "name": card.id,
        "title": card.title["zh"],
        "notes": card.summary["zh"],
        "type": "dataset",
        "state": "active",
        "private": False,
        "isopen": True,
        "url": f"{root}/data/sets/{card.id}/",
        "version": str(card.version),
        "license_id": found.licence.id,
        "license_title": found.licence.title["zh"],
        "license_url": found.licence.url or f"{root}/data/licences/#{found.licence.id}",
        "owner_org": card.org,
        "organization": _organisation(card.org, names, 0),
        "groups": [{"id": card.category, "name": card.category, "title": _category(card.category)}],
        "tags": [{"id": card.kind, "name": card.kind, "display_name": card.kind, "state": "active"}],
        "metadata_created": _instant(card, "opened_at"),
        "metadata_modified": _instant(card, "updated_at"),
        "extras": [{"key": key, "value": value} for key, value in said.items()],
        "resources": resources,
        "num_resources": len(resources),
        "num_tags": 1,
    }


def _instant(card: OpenCard, name: str) -> str:
    """As CKAN writes it: universal time without a zone."""
    return str(getattr(card, name).astimezone(UTC).replace(tzinfo=None).isoformat())


def _resources(found: OpenDataset) -> list[dict[str, Any]]:
    card, root = found.card, settings.CONFIG.public_url
    return [
        {
            "id": card.id if format == "csv" else f"{card.id}.{format}",
            "package_id": card.id,
            "name": f"{card.title['zh']} ({format})",
            "format": format.upper(),
            "mimetype": kind,
            "url": f"{root}/data/sets/{card.id}/files/latest.{format}",
            "datastore_active": format == "csv",
            "position": n,
            "state": "active",
            "last_modified": _instant(card, "updated_at"),
            "created": _instant(card, "opened_at"),
        }
        for n, (format, kind) in enumerate(FORMATS.items())
    ]
