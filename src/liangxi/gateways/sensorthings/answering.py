"""One request to one answer, whoever carries it: a page's own request, or a part of a batch."""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import jsonpatch
from jsonpointer import JsonPointerException

from liangxi.gateways.sensorthings import bodies, options, resources
from liangxi.gateways.sensorthings.printing import Printer
from liangxi.gateways.sensorthings.resources import Resource
from liangxi.kit.actor import Actor
from liangxi.kit.errors import HouseError, InvalidError
from liangxi.systems.sensing import face as sensing
from liangxi.systems.sensing.shapes.observatory import PROPERTIES, RELATIONS, SETS, Draft

PATCH = "application/json-patch+json"
CONFORMANCE = tuple(
    f"http://www.opengis.net/spec/iot_sensing/1.1/req/{name}"
    for name in (
        "datamodel", "resource-path/resource-path-to-entities", "request-data", "request-data/status-codes",
        "request-data/expand", "request-data/select", "request-data/orderby", "request-data/top", "request-data/skip",
        "request-data/count", "request-data/filter", "request-data/built-in-filter-operations",
        "request-data/built-in-query-functions", "request-data/pagination",
        "create-update-delete", "create-update-delete/create-entity", "create-update-delete/deep-insert",
        "create-update-delete/update-entity", "create-update-delete/update-entity-put",
        "create-update-delete/update-entity-jsonpatch", "create-update-delete/delete-entity",
        "create-update-delete/historical-location-auto-creation", "batch-request/batch-request",
        "multi-datastream", "data-array/data-array",
    )
)  # fmt: skip


class MethodError(HouseError):
    """The address does not take this method."""

    status = 405


def status_of(error: HouseError) -> int:
    """The status of a refusal; the specification says 400 for what is wrong in a request."""
    return 400 if isinstance(error, InvalidError) else error.status


@dataclass(frozen=True, slots=True)
class Asking:
    """A request: its path below the root, its query as text, its body and the type of that."""

    method: str
    path: str
    query: str = ""
    body: bytes = b""
    type: str = ""


@dataclass(frozen=True, slots=True)
class Answer:
    """An answer; `said` is written as JSON, a str as it is."""

    status: int
    said: Any = None
    headers: Mapping[str, str] = field(default_factory=dict)


def answer(by: Actor, root: str, asking: Asking) -> Answer:
    """Answer a request; HouseErrors of all kinds refuse it."""
    path = asking.path.strip("/")
    if not path:
        return _get_only(asking, lambda: Answer(200, _root(root)))
    if path == "CreateObservations":
        return _only(asking, "POST", lambda: _create_series(by, root, asking))
    serve = _METHODS.get(asking.method)
    if serve is None:
        raise _wrong_method()
    return serve(by, root, asking)


def _root(root: str) -> Any:
    return {
        "value": [{"name": name, "url": f"{root}/{name}"} for name in SETS],
        "serverSettings": {"conformance": list(CONFORMANCE)},
    }


def _get(by: Actor, root: str, asking: Asking) -> Answer:
    here = resources.found(by, asking.path)
    held = options.of_query(asking.query, here.kind)
    printer = Printer(by, root)
    if here.entity is not None:
        return _told_of(here, held, printer)
    found = sensing.entities(by=by, asked=held.asked(here.kind, here.within))
    if here.form == "$count":
        counted = sensing.entities(by=by, asked=options.Options(
            where=held.where, top=0, is_counted=True).asked(here.kind, here.within))  # fmt: skip
        return Answer(200, str(counted.count), {"Content-Type": "text/plain"})
    address = f"{root}/{asking.path.strip('/')}"
    if held.form not in ("", "dataArray") or (held.form and here.kind != "Observation"):
        raise InvalidError("sta.option", "There is no such format.", fields={"$resultFormat": "dataArray"})
    if here.form == "$ref":
        return Answer(200, printer.references(found, held, address))
    return Answer(200, (printer.arrays if held.form else printer.page)(found, held, address))


def _told_of(here: Resource, held: options.Options, printer: Printer) -> Answer:
    assert here.entity is not None
    if here.form == "$ref":
        return Answer(200, {"@iot.selfLink": printer.address(here.kind, here.entity.id)})
    if not here.property:
        return Answer(200, printer.entity(here.entity, held))
    value = here.entity.properties.get(here.property)
    if here.form == "$value":
        if value is None:
            return Answer(204)
        text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
        return Answer(200, text, {"Content-Type": "text/plain; charset=utf-8"})
    if value is None:
        return Answer(204)
    return Answer(200, {here.property: value})


def _post(by: Actor, root: str, asking: Asking) -> Answer:
    here = resources.found(by, asking.path)
    if here.entity is not None or here.form:
        raise _wrong_method()
    draft = bodies.draft(here.kind, bodies.document(asking.body))
    if here.parent is not None:
        kind, id, name = here.parent
        inverse = RELATIONS[kind][name].inverse
        draft = Draft(draft.kind, draft.properties, {inverse: [id], **draft.links})
    id = sensing.create_entity(by=by, draft=draft)
    printer = Printer(by, root)
    said = None  # of an observation: reading it back from the history would cost more than storing it
    if here.kind != "Observation":
        said = printer.entity(sensing.entity(by=by, kind=here.kind, id=id), options.Options())
    return Answer(201, said, {"Location": printer.address(here.kind, id)})


def _change(by: Actor, root: str, asking: Asking) -> Answer:
    here = resources.found(by, asking.path)
    if here.entity is None or here.property or here.form:
        raise _wrong_method()
    is_whole = asking.method == "PUT"
    if asking.type.partition(";")[0].strip() == PATCH:
        given = _patched(here, bodies.document(asking.body))
    else:
        given = bodies.document(asking.body)
    draft = bodies.draft(here.kind, given)
    inline = [name for name, linked in draft.links.items() if any(isinstance(one, Draft) for one in linked)]
    if inline and not is_whole:
        why = "A change in part names what stands already by its @iot.id; new entities are made by POST."
        raise InvalidError("sta.body", why, fields=dict.fromkeys(inline, why))
    sensing.change_entity(by=by, kind=here.kind, id=here.entity.id, draft=draft, is_whole=is_whole)
    changed = sensing.entity(by=by, kind=here.kind, id=here.entity.id)
    return Answer(200, Printer(by, root).entity(changed, options.Options()))


def _patched(here: Resource, steps: Any) -> Any:
    """The properties after a JSON Patch (RFC 6902) of them."""
    assert here.entity is not None
    before = {name: here.entity.properties[name] for name in PROPERTIES[here.kind] if name in here.entity.properties}
    try:
        after = jsonpatch.apply_patch(before, steps)
    except (jsonpatch.JsonPatchException, JsonPointerException, TypeError, KeyError, AttributeError) as error:
        why = f"The patch cannot be applied: {error}"[:300]
        raise InvalidError("sta.patch", "The patch cannot be applied.", fields={"body": why}) from error
    gone = dict.fromkeys(before.keys() - after.keys())
    return gone | {name: value for name, value in after.items() if name not in before or before[name] != value}


def _remove(by: Actor, root: str, asking: Asking) -> Answer:
    here = resources.found(by, asking.path)
    if here.entity is None or here.property or here.form:
        raise _wrong_method()
    sensing.remove_entity(by=by, kind=here.kind, id=here.entity.id)
    return Answer(200)


def _create_series(by: Actor, root: str, asking: Asking) -> Answer:
    said = sensing.record_series(by=by, series=bodies.series(bodies.document(asking.body)))
    return Answer(201, [_stored(root, one) for one in said])


def _stored(root: str, one: int | HouseError) -> str:
    return f"error {one.sentence(str)}" if isinstance(one, HouseError) else f"{root}/Observations({one})"


def _only(asking: Asking, method: str, serve: Callable[[], Answer]) -> Answer:
    if asking.method != method:
        raise _wrong_method()
    return serve()


def _get_only(asking: Asking, serve: Callable[[], Answer]) -> Answer:
    return _only(asking, "GET", serve)


def _wrong_method() -> MethodError:
    return MethodError("sta.method", "This address does not take that method.")


_METHODS: Mapping[str, Callable[[Actor, str, Asking], Answer]] = {
    "GET": _get,
    "POST": _post,
    "PATCH": _change,
    "PUT": _change,
    "DELETE": _remove,
}
