"""The one way out: a POST to an address that was judged, at the very address that was judged."""

import time
from collections.abc import Sequence

from liangxi.core.webhooks import rules
from liangxi.core.webhooks.shapes import Answer, Parcel
from liangxi.kit import outward

DEADLINE = 15.0  # seconds for the whole exchange, however slowly a receiver drips


def post(parcel: Parcel, networks: Sequence[outward.Network]) -> Answer:
    """Send; redirects are not followed and of the answer only the status counts."""
    headers, body = rules.request(parcel.event, parcel.mode, parcel.secrets, int(time.time()))
    try:
        answer = outward.request(
            method="POST", url=parcel.url, networks=networks, headers=headers, body=body, largest=0, deadline=DEADLINE
        )
    except (OSError, UnicodeError) as error:
        return Answer(0, f"{type(error).__name__}: {error}"[:500])
    why = "" if 200 <= answer.status < 300 else f"HTTP {answer.status}"
    return Answer(answer.status, why, _seconds(answer.headers.get("retry-after", "")))


def _seconds(text: str) -> float:
    return float(text) if text.isascii() and text.isdecimal() and len(text) < 9 else 0.0
