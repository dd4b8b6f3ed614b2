"""What a profile of things (物模型) must be, read from the mapping that a YAML file holds."""

import re
from collections.abc import Iterable, Mapping
from typing import Any

from liangxi.kit.errors import InvalidError
from liangxi.systems.sensing.shapes import RESULT_TYPES, Profile, Property

OPEN = "open"  # the house's own: of things that came through the open interface, whose streams describe themselves
CODE = re.compile(r"[a-z][a-z0-9_]{0,39}")
_KNOWN = frozenset({"code", "title", "properties", "events", "services", "offline_after", "keep"})
_OF_PROPERTY = frozenset({"title", "type", "unit", "low", "high", "options"})
_LONGEST = 366 * 86400


def read(document: Mapping[str, Any]) -> Profile:
    """The profile of a document; InvalidError `sensing.profile` whose fields name what is wrong."""
    faults: dict[str, str] = {}
    for name in document.keys() - _KNOWN:
        faults[str(name)] = "There is no such field."
    code = document.get("code")
    if not (isinstance(code, str) and CODE.fullmatch(code)):
        faults["code"] = "Lower-case letters, digits and underscores, up to 40."
    _check_title(document, "title", faults)
    after = document.get("offline_after", 0)
    if not (isinstance(after, int) and 0 <= after <= _LONGEST):
        faults["offline_after"] = "Seconds, from 0 to a year."
    properties = document.get("properties")
    if not (isinstance(properties, Mapping) and (properties or code == OPEN)):
        faults["properties"] = "A profile observes something."
        properties = {}
    for name, of_property in properties.items():
        _check_property(str(name), of_property, faults)
    if faults:
        raise InvalidError("sensing.profile", "The profile of things is not right.", fields=faults)
    return Profile(
        code=str(code),
        title=dict(document["title"]),
        properties={name: Property(code=name, **_plain(of)) for name, of in properties.items()},
        events=dict(document.get("events") or {}),
        services=dict(document.get("services") or {}),
        offline_after=after,
        keep=str(document.get("keep", "standard")),
    )


def written(profile: Profile) -> list[dict[str, Any]]:
    """The properties of a profile for the table, in their order (which a JSON object would not keep there)."""
    return [
        {
            "code": one.code,
            "title": dict(one.title),
            "type": one.type,
            "unit": one.unit,
            "low": one.low,
            "high": one.high,
            "options": {value: dict(title) for value, title in one.options.items()},
        }
        for one in profile.properties.values()
    ]


def unwritten(rows: Iterable[Mapping[str, Any]]) -> dict[str, dict[str, Any]]:
    """The properties as `read` takes them, from what `written` made of them."""
    return {row["code"]: {name: value for name, value in row.items() if name != "code"} for row in rows}


def _plain(of: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in of.items() if value is not None}


def _check_title(of: Mapping[str, Any], path: str, faults: dict[str, str]) -> None:
    title = of.get("title")
    texts = [title.get(lang) for lang in ("zh", "en")] if isinstance(title, Mapping) else [None]
    if not all(isinstance(text, str) and text for text in texts):
        faults[path] = "A title has zh and en."


def _check_property(name: str, of: Any, faults: dict[str, str]) -> None:
    at = f"properties.{name}"
    if not CODE.fullmatch(name) or not isinstance(of, Mapping):
        faults[at] = "Lower-case letters, digits and underscores, up to 40, and what it is."
        return
    for key in of.keys() - _OF_PROPERTY:
        faults[f"{at}.{key}"] = "There is no such field."
    _check_title(of, f"{at}.title", faults)
    kind = of.get("type", "number")
    if kind not in RESULT_TYPES:
        faults[f"{at}.type"] = f"One of {', '.join(RESULT_TYPES)}."
    _check_range(at, kind, of, faults)
    if (kind == "category") != bool(of.get("options")):
        faults[f"{at}.options"] = "A category, and nothing else, has options."


def _check_range(at: str, kind: Any, of: Mapping[str, Any], faults: dict[str, str]) -> None:
    low, high = of.get("low"), of.get("high")
    if kind != "number" and (low is not None or high is not None):
        faults[f"{at}.low"] = "Only a number has a range."
    elif not all(bound is None or isinstance(bound, int | float) for bound in (low, high)):
        faults[f"{at}.low"] = "A bound is a number."
    elif low is not None and high is not None and low >= high:
        faults[f"{at}.high"] = "The range ends above where it begins."
