"""Signing, patience and what an event may say outside: pure."""

import base64
import hashlib
import hmac
import ipaddress
from collections.abc import Iterable, Mapping
from datetime import timedelta
from typing import Any
from urllib.parse import quote, urlsplit

import msgspec

from liangxi.core.webhooks.shapes import Answer, Mode
from liangxi.kit import outward

MAX_TRIES = 10
PATIENCE = timedelta(days=3)  # a receiver that failed for so long without a break is left alone
OLD_SECRET = timedelta(hours=24)  # both secrets sign for so long after a rotation
KEPT = timedelta(days=30)  # settled deliveries are shown for so long
_PAUSES = (5, 30, 120, 600, 1800, 7200, 14400, 28800, 43200)  # seconds after each failure; about 27 hours in all
_LONGEST_WISH = 86400.0
_SAFE = "!#$&'()*+,-./:;<=>?@[]^_`{|}~"  # what the HTTP binding leaves as it is; quotes, percent and spaces are coded
_TOLD = ("item", "org", "outcome", "deemed", "due", "procedure", "days", "trigger", "stars", "at")


def data_of(fields: Mapping[str, Any], url: str) -> dict[str, Any]:
    """The fields of an event of a case that say nothing of a person: references and state, and where to ask more.

    `case` is the whole case, `matter` the number of the part that it happened to; reasons and notes stay inside.
    """
    whole, part = fields.get("parent_no") or fields["case_no"], fields["case_no"]
    told = {name: fields[name] for name in _TOLD if fields.get(name) is not None}
    return {"case": whole, "matter": part if part != whole else None, "href": f"{url}/api/v1/cases/{part}", **told}


def key_of(house: str, subscription: str, serial: int) -> bytes:
    """The secret of a subscription, derived (HMAC-SHA256) from the secret of the house: no table keeps it."""
    return hmac.digest(house.encode(), f"webhooks:{subscription}:{serial}".encode(), hashlib.sha256)


def written(key: bytes) -> str:
    """A secret as Standard Webhooks writes it."""
    return f"whsec_{base64.b64encode(key).decode()}"


def request(event: Mapping[str, Any], mode: Mode, keys: Iterable[bytes], now: int) -> tuple[dict[str, str], bytes]:
    """Headers and body of a CloudEvent (HTTP protocol binding 1.0), signed as Standard Webhooks 1.0 says.

    `webhook-signature` holds one `v1,<base64 of HMAC-SHA256 over id.timestamp.body>` for each key.
    """
    if mode == "structured":
        headers, body = {"Content-Type": "application/cloudevents+json; charset=utf-8"}, msgspec.json.encode(event)
    else:
        headers, body = {"Content-Type": "application/json"}, msgspec.json.encode(event["data"])
        beside = {name: value for name, value in event.items() if name not in ("data", "datacontenttype")}
        headers |= {f"ce-{name}": quote(str(value), safe=_SAFE) for name, value in beside.items()}
    signed = f"{event['id']}.{now}.".encode() + body
    marks = [base64.b64encode(hmac.digest(key, signed, hashlib.sha256)).decode() for key in keys]
    headers |= {
        "webhook-id": str(event["id"]),
        "webhook-timestamp": str(now),
        "webhook-signature": " ".join(f"v1,{mark}" for mark in marks),
    }
    return headers, body


def pause(tries: int, answer: Answer) -> timedelta:
    """How long to wait after the `tries`-th failure; a receiver may ask for longer (Retry-After), a day at most."""
    usual = _PAUSES[min(tries, len(_PAUSES)) - 1]
    return timedelta(seconds=max(usual, min(answer.retry_after, _LONGEST_WISH)))


def fault_of_url(url: str, networks: Iterable[outward.Network]) -> str:
    """Why an address cannot be delivered to, as a msgid; "" for a good one. Its host is judged when it is called."""
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        return "This is no address of the web."
    if parts.scheme not in ("https", "http") or not parts.hostname or port == 0 or not url.isascii() or len(url) > 500:
        return "This is no address of the web."
    if parts.username or parts.password or parts.fragment or any(sign.isspace() for sign in url):
        return "Leave out names, passwords and what stands behind #."
    if parts.scheme == "http" and not list(networks):
        return "The address must begin with https://."
    try:
        literal = ipaddress.ip_address(parts.hostname)
    except ValueError:
        return ""
    return "" if outward.is_open(str(literal), parts.scheme, networks) else "This address belongs to a private network."
