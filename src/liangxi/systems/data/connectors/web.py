"""HTTP APIs: JSON in pages, each record an object, written as JSON lines. Redirects are not followed.

The address is judged before it is called (`kit.outward`); an answer larger than 64 MB or slower than two minutes ends
the fetch.
"""

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any
from urllib.parse import parse_qsl, urlencode, urljoin, urlsplit, urlunsplit

from liangxi.kit import outward
from liangxi.kit.errors import InvalidError
from liangxi.systems.data.connectors.drafts import Page

LARGEST = 64 * 1024 * 1024
DEADLINE = 120.0  # seconds for a whole page
MOST_PAGES = 100_000


def pages(
    settings: Mapping[str, Any], secret: str, networks: Sequence[outward.Network]
) -> Callable[[Any], Iterator[Page]]:
    """The records of an API, page after page. OSError when it cannot be reached; InvalidError `data.api.*`."""
    headers = {"Accept": "application/json"}
    if secret:
        headers[settings["header"]] = settings["prefix"] + secret

    def read(token: Any) -> Iterator[Page]:
        step = token if token is not None else _first(settings)
        for _ in range(MOST_PAGES):
            body, link = get(_address(settings, step), headers, networks)
            records = _records(body, settings["records"])
            step = _next(settings, step, body, link, len(records))
            lines = b"".join(json.dumps(one, ensure_ascii=False).encode() + b"\n" for one in records)
            yield Page(lines, len(records), step)
            if step is None:
                return
        raise InvalidError("data.api.pages", "The API has more pages than can be read.")

    return read


def get(url: str, headers: Mapping[str, str], networks: Sequence[outward.Network]) -> tuple[Any, str]:
    """The JSON of an answer and its header Link."""
    answer = outward.request(
        method="GET", url=url, networks=networks, headers=headers, largest=LARGEST, deadline=DEADLINE
    )
    if answer.status != 200:
        raise _wrong(answer.status)
    if not answer.is_whole:
        raise InvalidError("data.api.size", "A page of the API is larger than 64 MB; ask for smaller ones.")
    try:
        return json.loads(answer.content, parse_float=str, parse_int=str), answer.headers.get("link", "")
    except ValueError as error:
        raise InvalidError("data.api.json", "The API does not answer with JSON.") from error


def _wrong(status: int) -> Exception:
    """What may pass (429, 5xx) is tried again, what will not is told."""
    if status == 429 or status >= 500:
        return ConnectionError(f"HTTP {status}")
    return InvalidError("data.api.status", "The API answers with status %(status)s.", {"status": status})


def _first(settings: Mapping[str, Any]) -> Any:
    first = {"number": int(settings["first"]), "offset": 0, "cursor": "", "link": settings["url"]}
    return first.get(settings["paging"], 0)


def _address(settings: Mapping[str, Any], step: Any) -> str:
    if settings["paging"] == "link":
        return str(step)
    parts = urlsplit(settings["url"])
    query = dict(parse_qsl(parts.query, keep_blank_values=True))
    if settings["paging"] != "none":
        query |= {settings["parameter"]: str(step)} if step != "" else {}
        query |= {settings["size_parameter"]: str(settings["size"])} if settings["size_parameter"] else {}
    return str(urlunsplit(parts._replace(query=urlencode(query))))


def _next(settings: Mapping[str, Any], step: Any, body: Any, link: str, count: int) -> Any:
    """The token of the page after this one; None when this was the last."""
    match settings["paging"]:
        case "number":
            return step + 1 if count else None
        case "offset":
            return step + count if count else None
        case "cursor":
            return at(body, settings["next"]) or None
        case "link":
            found = at(body, settings["next"]) if settings["next"] else _linked(link)
            return _same_host(settings["url"], urljoin(str(step), found)) if found else None
    return None


def _same_host(url: str, found: str) -> str:
    """The next page, which must stand where the API stands: its key goes nowhere else."""
    if urlsplit(url)[:2] != urlsplit(found)[:2]:
        raise InvalidError("data.api.link", "The API leads to another host.")
    return found


def _linked(header: str) -> str:
    """The address with rel="next" of a header Link (RFC 8288)."""
    for part in header.split(","):
        address, _, rest = part.partition(";")
        if 'rel="next"' in rest.replace(" ", "") or "rel=next" in rest.replace(" ", ""):
            return address.strip().strip("<>")
    return ""


def at(body: Any, path: str) -> Any:
    """What stands at `data.items`; None where nothing does."""
    for step in path.split(".") if path else ():
        body = body.get(step) if isinstance(body, Mapping) else None
    return body


def _records(body: Any, path: str) -> list[Any]:
    found = at(body, path)
    if not isinstance(found, list):
        raise InvalidError("data.api.records", "There is no list of records at %(path)s.", {"path": path or "."})
    return found
