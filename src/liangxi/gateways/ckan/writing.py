"""What departments write through CKAN: descriptions to review, rows to validate, the end of an open data set."""

import io
import json
from collections.abc import Mapping
from typing import Any

from liangxi.gateways.ckan.actions import Action, Asked, wrong
from liangxi.kit.actor import Actor
from liangxi.kit.errors import InvalidError
from liangxi.systems.data import face as data
from liangxi.systems.data.face import describing, opening

SOURCE = "ckan"  # the source of rows that come this way
_PLAIN = ("kind", "register", "category", "format", "origin", "cycle", "provenance")
_PARSED = ("sharing", "opening", "fields", "relations", "title", "summary")


def package_create(by: Actor, asked: Asked) -> Any:
    """Describe a resource and ask for the review of the data bureau.

    `name`, `title`, `notes`, `owner_org` as CKAN has them; in `extras` category, kind, cycle, ... as
    `docs/systems/data.md` says, with sharing, opening and fields as JSON. The package is not open by this.
    """
    return _described(by, _definition(asked, {}))


def package_patch(by: Actor, asked: Asked) -> Any:
    """Change what is given and ask for the review again; the version in force stays until then."""
    return _described(by, _definition(asked, describing.definition_of(by=by, id=asked.needed("id"))))


def package_delete(by: Actor, asked: Asked) -> Any:
    """Close an open data set at once. It stays in the catalogue of the departments."""
    why = asked.text("reason") or "CKAN package_delete"
    opening.withdraw_opening(by=by, resource=asked.needed("id"), reason=why)
    return None


def datastore_create(by: Actor, asked: Asked) -> Any:
    """Deliver rows that replace all that stood there; they are validated by the worker."""
    return _delivered(by, asked, "")


def datastore_upsert(by: Actor, asked: Asked) -> Any:
    """Deliver rows that are merged by their key; they are validated by the worker. `method` must be upsert."""
    if asked.text("method", "upsert") != "upsert":
        raise wrong("method", "Rows are merged by their key: only the method upsert is known.")
    return _delivered(by, asked, SOURCE)


def resource_create(by: Actor, asked: Asked) -> Any:
    """Deliver the rows in `records` as a first file of a package; files are made by the house, in each format."""
    return _delivered(by, Asked({**asked.said, "resource_id": asked.needed("package_id")}), "")


ACTIONS: Mapping[str, Action] = {
    "package_create": Action(package_create, writes=True),  # type: ignore[arg-type]  # writing has a caller
    "package_patch": Action(package_patch, writes=True),  # type: ignore[arg-type]
    "package_delete": Action(package_delete, writes=True),  # type: ignore[arg-type]
    "resource_create": Action(resource_create, writes=True),  # type: ignore[arg-type]
    "datastore_create": Action(datastore_create, writes=True),  # type: ignore[arg-type]
    "datastore_upsert": Action(datastore_upsert, writes=True),  # type: ignore[arg-type]
}


def _described(by: Actor, definition: Mapping[str, Any]) -> dict[str, Any]:
    try:
        id = data.save_draft(by=by, definition=definition)
        data.submit_resource(by=by, id=id)
    except InvalidError as refused:
        fields = {_NAMES.get(name, name): why for name, why in refused.fields.items()}
        raise InvalidError(refused.code, refused.message, refused.params, fields=fields) from refused
    return {"id": id, "name": id, "title": definition["title"]["zh"], "notes": definition["summary"]["zh"],
            "owner_org": definition["org"], "state": "draft", "private": True, "resources": []}  # fmt: skip


_NAMES = {"id": "name", "org": "owner_org", "summary": "notes"}


def _definition(asked: Asked, before: Mapping[str, Any]) -> dict[str, Any]:
    extras = _extras(asked)
    made: dict[str, Any] = {"format": "database", "origin": "city", **before}
    made |= {name: extras[name] for name in _PLAIN if name in extras}
    made |= {name: extras[name] for name in _PARSED if name in extras}
    if "id" not in before:
        made["id"] = asked.needed("name")
    for name, key, english in (("title", "title", "title_en"), ("summary", "notes", "notes_en")):
        if asked.text(key):
            made[name] = {"zh": asked.text(key), "en": extras.get(english) or asked.text(key)}
    if asked.text("owner_org"):
        made["org"] = asked.text("owner_org")
    return {"title": {"zh": ""}, "summary": {"zh": ""}} | made


def _extras(asked: Asked) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for one in asked.listed("extras"):
        if not isinstance(one, dict) or not isinstance(one.get("key"), str):
            raise wrong("extras", "Each of them has a key and a value.")
        value = one.get("value")
        if one["key"] in _PARSED and isinstance(value, str):
            try:
                value = json.loads(value)
            except ValueError as error:
                raise wrong(one["key"], "This cannot be read as JSON.") from error
        found[one["key"]] = value
    return found


def _delivered(by: Actor, asked: Asked, source: str) -> dict[str, Any]:
    id, records = asked.needed("resource_id"), asked.listed("records")
    if not records or not all(isinstance(one, dict) for one in records):
        raise wrong("records", "Send the rows as a list of objects.")
    known = {field.name for field in data.resource(by=by, id=id).definition.fields}
    for name in records[0]:
        if name not in known:
            raise wrong("records", "The resource has no such field.")
    if source:
        source = _source(by, id)
    lines = "".join(f"{json.dumps(one, ensure_ascii=False)}\n" for one in records)
    run = data.hand_in(by=by, resource=id, name="records.jsonl", content=io.BytesIO(lines.encode()), source=source)
    return {"resource_id": id, "records": len(records), "run": run}


def _source(by: Actor, resource: str) -> str:
    """The source of rows that are merged by key; made when the first come."""
    id = f"{resource}-{SOURCE}"[:60]
    title = data.resource(by=by, id=resource).definition.title
    said = {"id": id, "resource": resource, "title": dict(title), "kind": "upload", "mode": "upsert"}
    return data.save_source(by=by, definition=said)
