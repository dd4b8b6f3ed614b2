"""What a department must say of its own API:

    {"id": "social-insurance", "resource": "social-insurance", "title": {"zh": "..."},
     "address": "https://api.hrss.example/v2",
     "services": [{"code": "months", "path": "/months", "methods": ["GET"], "subject": "citizen_id"}],
     "header": "Authorization", "prefix": "Bearer ", "timeout": 10, "concurrency": 8,
     "most_asked": 1048576, "most_answered": 8388608, "keeps": 0}

The id is the subsystem code of X-Road; a password, key or token is never part of a definition.
"""

import re
from collections.abc import Mapping
from dataclasses import asdict
from typing import Any
from urllib.parse import urlsplit

from liangxi.kit.errors import InvalidError
from liangxi.systems.federation.shapes import ApiDefinition, Service

METHODS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE")
MEGABYTE = 1024 * 1024
NUMBERS: Mapping[str, tuple[int, int, int]] = {  # name -> default, least, most
    "timeout": (10, 1, 120),
    "concurrency": (8, 1, 64),
    "most_asked": (MEGABYTE, 1024, 32 * MEGABYTE),
    "most_answered": (8 * MEGABYTE, 1024, 256 * MEGABYTE),
    "keeps": (0, 0, 3650),
}
MOST_SERVICES = 50
_ID = re.compile(r"[a-z][a-z0-9]*(-[a-z0-9]+)*")
_CODE = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,59}")
_PATH = re.compile(r"(/[A-Za-z0-9._~-]+)*/?")
_HEADER = re.compile(r"[A-Za-z][A-Za-z0-9-]{0,59}")
_PARAMETER = re.compile(r"([A-Za-z_][A-Za-z0-9_.-]{0,59})?")
_NOT_TAKEN = frozenset({"host", "connection", "content-length", "transfer-encoding", "upgrade", "te", "trailer"})
_PRINTABLE = re.compile(r"[ -~]{0,60}")

Faults = dict[str, str]


def compile_api(said: Mapping[str, Any]) -> ApiDefinition:
    """The definition; InvalidError `federation.api` maps each path to its fault."""
    faults: Faults = {}
    title = said.get("title")
    titles = {k: str(v).strip() for k, v in title.items() if str(v).strip()} if isinstance(title, Mapping) else {}
    if not titles.get("zh") or any(len(one) > 200 for one in titles.values()):
        faults["title"] = "Give a name in Chinese, up to 200 characters."
    id = str(said.get("id") or "").strip()
    if not (_ID.fullmatch(id) and len(id) <= 60):
        faults["id"] = "Small letters, digits and hyphens, up to 60 characters."
    made = ApiDefinition(
        id=id,
        resource=str(said.get("resource") or "").strip(),
        title=titles,
        address=_address(str(said.get("address") or "").strip(), faults),
        services=_services(said.get("services"), faults),
        header=_header(str(said.get("header") or "Authorization").strip(), faults),
        prefix=_prefix(str(said.get("prefix") or ""), faults),
        **{name: _number(said, name, faults) for name in NUMBERS},
    )
    if faults:
        raise InvalidError("federation.api", "The API needs a correction.", fields=faults)
    return made


def as_json(made: ApiDefinition) -> dict[str, Any]:
    """The definition as it is kept."""
    return {**asdict(made), "title": dict(made.title)}


def of_json(kept: Mapping[str, Any]) -> ApiDefinition:
    """The definition that `as_json` wrote."""
    services = tuple(Service(**{**one, "methods": tuple(one["methods"])}) for one in kept["services"])
    return ApiDefinition(**{**kept, "services": services})


def _address(text: str, faults: Faults) -> str:
    try:
        parts = urlsplit(text)
        is_right = bool(parts.scheme in ("http", "https") and parts.hostname and parts.port != 0)
        is_right = is_right and _is_plain(parts.path)
    except ValueError:
        is_right = False
    if not is_right or parts.username or parts.query or parts.fragment:
        faults["address"] = "An address such as https://api.example.org/v2, without user, query or fragment."
    return text.rstrip("/")


def _is_plain(path: str) -> bool:
    return bool(_PATH.fullmatch(path)) and not any(part in (".", "..") for part in path.split("/"))


def _services(said: Any, faults: Faults) -> tuple[Service, ...]:
    if not isinstance(said, (list, tuple)) or not 1 <= len(said) <= MOST_SERVICES:
        faults["services"] = "Name 1 to 50 services."
        return ()
    made: list[Service] = []
    for n, given in enumerate(said):
        one = given if isinstance(given, Mapping) else {}
        service = Service(
            code=str(one.get("code") or ""),
            path=str(one.get("path") or "").rstrip("/"),
            methods=tuple(str(method).upper() for method in one.get("methods") or ("GET",)),
            subject=str(one.get("subject") or ""),
        )
        if wrong := _wrong(service, made):
            faults[f"services.{n}"] = faults["services"] = wrong
        made.append(service)
    return tuple(made)


def _wrong(one: Service, before: list[Service]) -> str:
    if not _CODE.fullmatch(one.code) or one.code in {other.code for other in before}:
        return "A service has a code of letters, digits, dots and hyphens, each once."
    if not _is_plain(one.path):
        return "The path of a service begins with a slash and holds plain names."
    if not one.methods or set(one.methods) - set(METHODS):
        return "Methods are GET, HEAD, POST, PUT, PATCH and DELETE."
    return "" if _PARAMETER.fullmatch(one.subject) else "Name the query parameter that holds the citizen id."


def _header(text: str, faults: Faults) -> str:
    if not _HEADER.fullmatch(text) or text.lower() in _NOT_TAKEN or text.lower().startswith("x-road-"):
        faults["header"] = "The name of a header such as Authorization."
    return text


def _prefix(text: str, faults: Faults) -> str:
    if not _PRINTABLE.fullmatch(text):
        faults["prefix"] = "Up to 60 printable characters."
    return text


def _number(said: Mapping[str, Any], name: str, faults: Faults) -> int:
    default, least, most = NUMBERS[name]
    text = str(said.get(name) if said.get(name) not in (None, "") else default)
    if not (text.isascii() and text.isdecimal() and len(text) < 12 and least <= int(text) <= most):
        faults[name] = _RANGES[name]
        return default
    return int(text)


_RANGES = {
    "timeout": "Seconds, from 1 to 120.",
    "concurrency": "Calls at the same time, from 1 to 64.",
    "most_asked": "Bytes, from 1,024 to 32 MB.",
    "most_answered": "Bytes, from 1,024 to 256 MB.",
    "keeps": "Days, from 0 to 3,650.",
}
