"""What a request writes: JSON as drafts of entities, and as observations in arrays."""

from collections.abc import Mapping, Sequence
from typing import Any

from liangxi.kit import json_text
from liangxi.kit.errors import HouseError, InvalidError
from liangxi.systems.sensing.shapes.observatory import PROPERTIES, RELATIONS, Draft, Kind, Series

DEEPEST = 12
MOST = 100_000  # observations of one request
_TOLD = ("@iot.navigationLink", "@iot.nextLink", "@iot.count")  # what a client may send back as it got it


class MalformedError(HouseError):
    """The body is not JSON that can be kept."""

    status = 400


def document(body: bytes) -> Any:
    """The JSON of a body; MalformedError `sta.json` for NaN, NUL and what is no JSON."""
    try:
        return json_text.read(body)
    except ValueError as error:
        raise MalformedError("sta.json", "The body is not JSON that can be kept (RFC 8259).") from error


def draft(kind: Kind, given: Any, at: str = "", depth: int = 0) -> Draft:
    """An entity as a body has it, with those within; InvalidError `sta.body` naming the place of what is wrong."""
    if not isinstance(given, Mapping) or depth > DEEPEST:
        raise _wrong(at or kind, "This is a JSON object.")
    properties: dict[str, Any] = {}
    links: dict[str, list[int | Draft]] = {}
    for name, value in given.items():
        if name in PROPERTIES[kind]:
            properties[name] = value
        elif name in RELATIONS[kind]:
            links[name] = _linked(RELATIONS[kind][name].kind, value, f"{at}{name}", depth)
        elif not (name.startswith("@iot.") or name.endswith(_TOLD)):
            raise _wrong(f"{at}{name}", "There is no such property.")
    return Draft(kind, properties, links, at)


def _linked(kind: Kind, value: Any, at: str, depth: int) -> list[int | Draft]:
    if value is None:
        return []
    many = value if isinstance(value, list) else [value]
    return [_link(kind, one, f"{at}.{n}" if isinstance(value, list) else at, depth) for n, one in enumerate(many)]


def _link(kind: Kind, one: Any, at: str, depth: int) -> int | Draft:
    if isinstance(one, Mapping) and "@iot.id" in one:  # who names an id means what stands, whatever else is said
        return number(one["@iot.id"], f"{at}.@iot.id")
    return draft(kind, one, f"{at}.", depth + 1)


def number(value: Any, at: str) -> int:
    """An id."""
    text = str(value)
    if isinstance(value, bool) or not (text.isascii() and text.isdecimal() and len(text) < 19):
        raise _wrong(at, "An id is a whole number.")
    return int(text)


def series(given: Any) -> list[Series]:
    """Observations in arrays; InvalidError `sta.body` where they do not fit their components."""
    if not isinstance(given, Sequence) or isinstance(given, str):
        raise _wrong("body", "This is a list of arrays of observations.")
    found = [_series(one, f"{n}.") for n, one in enumerate(given)]
    if sum(len(next(iter(one.columns.values()), ())) for one in found) > MOST:
        raise _wrong("dataArray", "A request holds 100,000 observations at most.")
    return found


def _series(given: Any, at: str) -> Series:
    if not isinstance(given, Mapping):
        raise _wrong(at, "This is a JSON object.")
    named = [name for name in ("Datastream", "MultiDatastream") if name in given]
    if len(named) != 1 or not isinstance(given[named[0]], Mapping):
        raise _wrong(f"{at}Datastream", "An array of observations belongs to one Datastream or MultiDatastream.")
    components, rows = given.get("components"), given.get("dataArray")
    if not (isinstance(components, list) and components and all(isinstance(one, str) for one in components)):
        raise _wrong(f"{at}components", "These are the names of the columns.")
    if not isinstance(rows, list):
        raise _wrong(f"{at}dataArray", "This is a list of rows.")
    for n, row in enumerate(rows):
        if not isinstance(row, list) or len(row) != len(components):
            raise _wrong(f"{at}dataArray.{n}", "A row has as many values as there are components.")
    columns = dict(zip((_component(one) for one in components), zip(*rows, strict=True), strict=True)) if rows else {}
    if len(columns) != len(components) and rows:
        raise _wrong(f"{at}components", "A component is named once.")
    stream = number(given[named[0]].get("@iot.id"), f"{at}{named[0]}.@iot.id")
    return Series(stream, named[0] == "MultiDatastream", columns)


def _component(name: str) -> str:
    return "FeatureOfInterest" if name in ("FeatureOfInterest/id", "FeatureOfInterest/@iot.id") else name


def _wrong(at: str, why: str) -> InvalidError:
    return InvalidError("sta.body", "%(field)s: %(why)s", {"field": at, "why": why}, fields={at: why})
