"""The door of the federation."""

from liangxi.systems.federation.face.apis import api, api_of, apis, change_api, save_api
from liangxi.systems.federation.face.exchanges import (
    begin_exchange,
    end_exchange,
    exchanges_of,
    exchanges_with,
    fail_exchange,
    message_hash,
    message_head,
    open_call,
    parse_path,
    passed_headers,
    place_of,
    prove_exchanges,
    settle_exchanges,
)

__all__ = [
    "api",
    "api_of",
    "apis",
    "begin_exchange",
    "change_api",
    "end_exchange",
    "exchanges_of",
    "exchanges_with",
    "fail_exchange",
    "message_hash",
    "message_head",
    "open_call",
    "parse_path",
    "passed_headers",
    "place_of",
    "prove_exchanges",
    "save_api",
    "settle_exchanges",
]
