"""Tickets for live pages: which topics a page may hear, signed, for a short time.

The page that shows a case knows what its reader may see; the push process does not. So the page writes the topics into
a ticket, and the push process reads only the ticket.
"""

import base64
import hashlib
import hmac
import json
from collections.abc import Sequence
from datetime import timedelta

from liangxi.kit import time
from liangxi.kit.errors import ForbiddenError

LIFETIME = timedelta(hours=1)
MOST_TOPICS = 20
_SIGNATURE_BYTES = 32


class ExpiredTicketError(ForbiddenError):
    """The ticket was good once; the page must be loaded again."""


def issue(topics: Sequence[str], *, secret: str, lifetime: timedelta = LIFETIME) -> str:
    """A ticket (URL-safe text) for `topics` such as `case:20261123-0007`; ValueError for none or more than 20."""
    if not 0 < len(topics) <= MOST_TOPICS:
        raise ValueError(f"a ticket holds 1 to {MOST_TOPICS} topics")
    expires = int((time.now() + lifetime).timestamp())
    body = json.dumps([expires, *topics], ensure_ascii=False, separators=(",", ":")).encode()
    return base64.urlsafe_b64encode(_signature(body, secret) + body).decode().rstrip("=")


def read(ticket: str, *, secret: str) -> tuple[str, ...]:
    """The topics of a ticket of ours. ForbiddenError `live.ticket`; ExpiredTicketError `live.ticket.expired`."""
    try:
        raw = base64.urlsafe_b64decode(ticket + "=" * (-len(ticket) % 4))
    except ValueError:
        raw = b""
    signature, body = raw[:_SIGNATURE_BYTES], raw[_SIGNATURE_BYTES:]
    if not hmac.compare_digest(signature, _signature(body, secret)):
        raise ForbiddenError("live.ticket", "This live address is not valid. Load the page again.")
    expires, *topics = json.loads(body)
    if time.now().timestamp() >= expires:
        raise ExpiredTicketError("live.ticket.expired", "This live address has expired. Load the page again.")
    return tuple(topics)


def _signature(body: bytes, secret: str) -> bytes:
    return hmac.digest(b"live-ticket:" + secret.encode(), body, hashlib.sha256)
