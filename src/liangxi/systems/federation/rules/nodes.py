"""What nodes say to each other, and when it is believed.

Every request between nodes carries `Liangxi-Node`, a JWS (EdDSA) by the key of the sender:

    {"iss": "wuxi", "aud": "liangxi", "iat": 1795600000, "nonce": "...", "method": "POST",
     "target": "/federation/v1/messages", "body": "<base64 of SHA-512>", "ask": "..."}

It is believed when the neighbour is known and active, its key signed it, it is for us, for this very method, target and
body, and its time is within `TOLERANCE` of ours. Calls are taken once by their nonce; messages by their number, which
must follow the one before: what is repeated changes nothing, and what came too early is asked for in its order.
"""

import re
from collections.abc import Mapping
from datetime import datetime
from typing import Any

TYPE = "liangxi-node+jws"
HEADER = "liangxi-node"
TOLERANCE = 300.0  # seconds
LEVELS = ("nation", "province", "city", "district")
FINAL = ("refused", "revoked", "expired", "lapsed", "withdrawn")
_NODE = re.compile(r"[A-Za-z0-9][A-Za-z0-9-]{0,39}")


def is_node(text: str) -> bool:
    """Whether this can be the name of a node."""
    return bool(_NODE.fullmatch(text))


def why_not(said: Mapping[str, Any], expected: Mapping[str, str], now: datetime) -> str:
    """Why a signed request is not believed; empty when it is."""
    if any(said.get(name) != value for name, value in expected.items()):
        return "This was signed for another node, address or body."
    at = said.get("iat")
    if not isinstance(at, (int, float)) or abs(now.timestamp() - at) > TOLERANCE:
        return "The clocks of the nodes differ by more than five minutes."
    return "" if isinstance(said.get("nonce"), str) and 16 <= len(said["nonce"]) <= 64 else "There is no nonce."


def pause(tries: int) -> int:
    """Seconds until a message is told again: 1, 2, 4 ... 30."""
    return int(min(30, 2 ** min(tries, 5)))
