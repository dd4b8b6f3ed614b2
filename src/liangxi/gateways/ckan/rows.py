"""The datastore: rows of open data as `datastore_search` and `datastore_info` give them."""

from collections.abc import Mapping
from typing import Any

from liangxi.gateways.ckan.actions import Action, Asked, wrong
from liangxi.kit.actor import Actor
from liangxi.systems.data.face import opendata
from liangxi.systems.data.shapes.opening import OpenDataset, Wanted

MOST = 32_000
_TYPES = {"text": "text", "code": "text", "attachment": "text", "geometry": "text", "integer": "int8",
          "number": "numeric", "boolean": "bool", "date": "date", "datetime": "timestamp"}  # fmt: skip


def datastore_search(by: Actor | None, asked: Asked) -> Any:
    """Rows by `filters` (equal, or one of a list), `q`, `sort`, `fields`, `limit`, `offset`; `include_total`.

    `resource_id` is the id of a data set. Rows are a version that was frozen when it passed the privacy gate.
    """
    id = asked.needed("resource_id")
    found = opendata.dataset(id=id)
    limit, offset = asked.number("limit", 100, 10**9), asked.number("offset", 0, 10_000_000)
    limit = min(limit, MOST)
    wanted = Wanted(
        columns=asked.words("fields"),
        equal=tuple(
            (name, tuple(value) if isinstance(value, list) else (value,))
            for name, value in asked.mapping("filters").items()
        ),
        text=_words(asked),
        sort=tuple(_order(part) for part in asked.words("sort")),
        limit=limit,
        offset=offset,
    )
    is_counted = asked.flag("include_total", True)
    rows = opendata.rows(id=id, wanted=wanted, counted=is_counted)
    said = {
        "resource_id": id,
        "fields": _fields(found, rows.columns),
        "records": [dict(zip(rows.columns, row, strict=True)) for row in rows.rows],
        "limit": limit,
        "offset": offset,
        "records_format": "objects",
        "include_total": is_counted,
    }
    return said | ({"total": rows.total, "total_was_estimated": False} if is_counted else {})


def datastore_info(by: Actor | None, asked: Asked) -> Any:
    """The fields of a data set, how many rows it has."""
    found = opendata.dataset(id=asked.text("resource_id") or asked.needed("id"))
    names = tuple(column.field.name for column in found.columns)
    return {"meta": {"id": found.card.id, "count": found.card.rows, "table_type": "BASE TABLE"},
            "fields": _fields(found, names)}  # fmt: skip


def datastore_search_sql(by: Actor | None, asked: Asked) -> Any:
    """Refused: SQL of the caller's cannot be held to what is open."""
    raise wrong("sql", "There is no search by SQL here; use datastore_search with filters, q, sort and fields.")


ACTIONS: Mapping[str, Action] = {
    "datastore_search": Action(datastore_search),
    "datastore_info": Action(datastore_info),
    "datastore_search_sql": Action(datastore_search_sql),
}


def _words(asked: Asked) -> str:
    if isinstance(asked.said.get("q"), dict):
        raise wrong("q", "Words are looked for in all fields; use filters for one.")
    return asked.text("q")


def _order(part: str) -> tuple[str, bool]:
    name, _, way = part.replace('"', "").partition(" ")
    if way.strip().lower() not in ("", "asc", "desc"):
        raise wrong("sort", "Sort by names of fields, each with asc or desc.")
    return name, way.strip().lower() == "desc"


def _fields(found: OpenDataset, names: tuple[str, ...]) -> list[dict[str, Any]]:
    known = {column.field.name: column.field for column in found.columns}
    return [
        {"id": name, "type": _TYPES[known[name].type],
         "info": {"label": known[name].title["zh"], "label_en": known[name].title["en"]}}
        for name in names
    ]  # fmt: skip
