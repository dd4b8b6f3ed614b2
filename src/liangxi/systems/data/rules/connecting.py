"""What a source must say of itself. A definition is JSON or YAML:

    {"id": "tax-credit-drop", "resource": "tax-credit", "title": {"zh": "..."}, "kind": "folder",
     "mode": "replace", "schedule": "every 10m", "threshold": 0.1, "shrink": 0.5,
     "columns": {"信用代码": "uscc"}, "required": ["firm_name"], "codes": {"tax_grade": ["A", "B"]},
     "settings": {"folder": "tax-credit", "pattern": "*.csv"}}

`SETTINGS` lists the settings of each kind. A password, key or token is never part of a definition.
"""

import re
from collections.abc import Mapping
from dataclasses import asdict
from typing import Any, cast

from liangxi.kit.errors import InvalidError
from liangxi.systems.data.rules import timing
from liangxi.systems.data.shapes import ResourceDefinition
from liangxi.systems.data.shapes.connectors import SourceDefinition, SourceKind, SourceMode

SETTINGS: Mapping[str, Mapping[str, Any]] = {  # name -> default; None: must be given
    "upload": {},
    "folder": {"folder": "", "pattern": "*"},
    "sftp": {"host": None, "port": 22, "user": None, "folder": ".", "pattern": "*", "host_key": None},
    "postgresql": {"host": None, "port": 5432, "database": None, "user": None, "table": None, "key": "",
                   "cursor": "", "overlap": 0, "tls": "prefer"},
    "mysql": {"host": None, "port": 3306, "database": None, "user": None, "table": None, "key": "",
              "cursor": "", "overlap": 0, "tls": "prefer"},
    "http": {"url": None, "records": "", "paging": "none", "parameter": "", "size_parameter": "", "size": 1000,
             "first": 1, "next": "", "header": "Authorization", "prefix": "Bearer "},
}  # fmt: skip
KINDS = tuple(SETTINGS)
PULLED = ("folder", "sftp", "postgresql", "mysql", "http")  # kinds that the house fetches itself
MODES = ("replace", "append", "upsert")
PAGING = ("none", "number", "offset", "cursor", "link")
TLS = ("prefer", "require", "disable")
_ID = re.compile(r"[a-z][a-z0-9]*(-[a-z0-9]+)*")
_NAMES = ("id", "resource", "title", "kind", "mode", "schedule", "threshold", "shrink", "columns", "required", "codes",
          "settings")  # fmt: skip
_CHOICES = {"paging": PAGING, "tls": TLS}

Faults = dict[str, str]


def compile_source(said: Mapping[str, Any], resource: ResourceDefinition) -> SourceDefinition:
    """The definition of a source of `resource`; InvalidError `data.source` maps each path to its fault."""
    faults: Faults = {name: "Sources know no such entry." for name in said if name not in _NAMES}
    kind = _one_of(said, "kind", KINDS, faults)
    made = SourceDefinition(
        id=_id(said, faults),
        resource=resource.id,
        title=_title(said, faults),
        kind=cast(SourceKind, kind),
        mode=cast(SourceMode, _one_of(said, "mode", MODES, faults, "replace")),
        schedule=_schedule(said, kind, faults),
        threshold=_share(said, "threshold", 0.1, faults),
        shrink=_share(said, "shrink", 0.5, faults),
        columns=_columns(said, resource, faults),
        required=_required(said, resource, faults),
        codes=_codes(said, resource, faults),
        settings=_settings(said, kind, faults),
    )
    _check_together(made, resource, faults)
    if faults:
        raise InvalidError("data.source", "The description of the source needs a correction.", fields=faults)
    return made


def as_json(made: SourceDefinition) -> dict[str, Any]:
    """The definition as it is kept: the form that `compile_source` reads."""
    return {**asdict(made), "title": dict(made.title), "required": list(made.required)}


def _check_together(made: SourceDefinition, resource: ResourceDefinition, faults: Faults) -> None:
    if not any(field.is_key for field in resource.fields):
        faults.setdefault("resource", "The resource has no key field; without it rows cannot be told apart.")
    if made.settings.get("cursor") and made.mode != "upsert":
        faults.setdefault("mode", "What is read after a cursor is merged by key.")
    if made.settings.get("paging", "none") in ("number", "offset", "cursor") and not made.settings["parameter"]:
        faults.setdefault("settings.parameter", "This must be filled in.")


def _id(said: Mapping[str, Any], faults: Faults) -> str:
    value = str(said.get("id") or "")
    if not _ID.fullmatch(value) or len(value) > 60:
        faults["id"] = "Use small letters, digits and hyphens, such as resident-population (60 at most)."
    return value


def _title(said: Mapping[str, Any], faults: Faults) -> dict[str, str]:
    value = said.get("title")
    titles = value if isinstance(value, Mapping) else {"zh": value}
    chinese = str(titles.get("zh") or "").strip()[:200]
    if not chinese:
        faults["title"] = "This must be filled in."
    return {"zh": chinese, "en": str(titles.get("en") or "").strip()[:200] or chinese}


def _one_of(said: Mapping[str, Any], name: str, known: tuple[str, ...], faults: Faults, default: str = "") -> str:
    value = str(said.get(name) or default)
    if value not in known:
        faults[name] = "Choose one of the list."
    return value


def _schedule(said: Mapping[str, Any], kind: str, faults: Faults) -> str:
    value = str(said.get("schedule") or "").strip()
    if value and kind not in PULLED:
        faults["schedule"] = "Files that are handed in come when they come."
    elif value and (why := timing.fault_of(value)):
        faults["schedule"] = why
    return value


def _share(said: Mapping[str, Any], name: str, default: float, faults: Faults) -> float:
    value = said.get(name, default)
    try:
        share = float(value)
    except (TypeError, ValueError):
        share = -1.0
    if isinstance(value, bool) or not 0 <= share <= 1:
        faults[name] = "A share lies between 0 and 1."
    return share


def _columns(said: Mapping[str, Any], resource: ResourceDefinition, faults: Faults) -> dict[str, str]:
    found: dict[str, str] = {}
    for column, name in _mapping(said, "columns", faults).items():
        if name not in resource.field_names:
            faults[f"columns.{column}"] = "The resource has no such field."
        found[str(column)[:200]] = str(name)
    return found


def _required(said: Mapping[str, Any], resource: ResourceDefinition, faults: Faults) -> tuple[str, ...]:
    listed = said.get("required") or []
    if not isinstance(listed, list | tuple):
        faults["required"] = "List the names of fields."
        return ()
    for name in listed:
        if name not in resource.field_names:
            faults["required"] = "The resource has no such field."
    return tuple(str(name) for name in listed)


def _codes(said: Mapping[str, Any], resource: ResourceDefinition, faults: Faults) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for name, codes in _mapping(said, "codes", faults).items():
        if name not in resource.field_names:
            faults[f"codes.{name}"] = "The resource has no such field."
        if isinstance(codes, list | tuple) and codes and len(codes) <= 1000:
            found[str(name)] = [str(one) for one in codes]
        elif isinstance(codes, str) and codes:
            found[str(name)] = codes
        else:
            faults[f"codes.{name}"] = "List the codes, or name a code list of the city."
    return found


def _mapping(said: Mapping[str, Any], name: str, faults: Faults) -> Mapping[Any, Any]:
    value = said.get(name) or {}
    if not isinstance(value, Mapping):
        faults[name] = "Write pairs of name and value."
        return {}
    return value


def _settings(said: Mapping[str, Any], kind: str, faults: Faults) -> dict[str, Any]:
    given, known = _mapping(said, "settings", faults), SETTINGS.get(kind, {})
    for name in given:
        if name not in known:
            faults[f"settings.{name}"] = "This kind of source knows no such setting."
    found = {}
    for name, default in known.items():
        value = given.get(name)
        value = default if value in (None, "") else value
        if value is None:
            faults[f"settings.{name}"] = "This must be filled in."
        elif why := _fault_of_setting(name, value, default):
            faults[f"settings.{name}"] = why
        found[name] = int(value) if isinstance(default, int) and str(value).isdecimal() else value
    return found


def _fault_of_setting(name: str, value: Any, default: Any) -> str:
    text = str(value)
    if name in _CHOICES and text not in _CHOICES[name]:
        return "Choose one of the list."
    if isinstance(default, int) and not (text.isascii() and text.isdecimal() and int(text) <= 31_536_000):
        return "Write a whole number."
    if name == "port" and not 1 <= int(text) <= 65535:
        return "A port lies between 1 and 65535."
    if name == "folder" and (text.startswith("/") or ".." in text.split("/")) and default == "":
        return "Name a folder below the folder of deliveries."
    if name == "url" and not text.startswith(("https://", "http://")):
        return "Write an address that begins with https://."
    return "" if len(text) <= 2000 else "This is too long."
