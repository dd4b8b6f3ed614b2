"""Calls through the house, and the message log that they leave."""

from pathlib import Path

from liangxi.kit.actor import Actor
from liangxi.kit.errors import HouseError
from liangxi.systems.federation.actions import exchanging, proving
from liangxi.systems.federation.queries import apis, exchanges
from liangxi.systems.federation.rules import messages
from liangxi.systems.federation.shapes import Begun, Body, Call, Exchange, ExchangeReport, Opened

parse_path = messages.parse_path
passed_headers = messages.passed_headers
message_head = messages.head
message_hash = messages.message_hash


def open_call(*, call: Call) -> Opened:
    """Judge a call by its key, its grant and its API as they stand now; nothing is counted.

    NotFoundError `federation.service.unknown`; ForbiddenError `federation.api.closed`, `federation.terms` and those of
    `data.face.open_grant`; UnauthenticatedError; InvalidError `federation.method`, `.client`, `.header`.
    """
    return exchanging.open_call(call)


def begin_exchange(*, call: Call, opened: Opened, asked: Body) -> Begun:
    """Count the call and write it into the message log, durable on return.

    QuotaError `data.grant.quota`; ForbiddenError when the grant ended since it was opened; for a call of a node
    UnauthenticatedError `federation.node.unbelieved` and ReplayError `federation.replay`.
    """
    return exchanging.begin(call, opened, asked)


def end_exchange(*, call: Call, opened: Opened, id: str, status: int, answered: Body) -> str:
    """Complete the exchange, durable on return; the hash of the answer. After this the answer may be passed on.

    ForbiddenError when the grant ended while the provider answered: the answer must not be passed on.
    """
    return exchanging.end(call, opened, id, status, answered)


def fail_exchange(*, id: str, error: HouseError) -> None:
    """Complete an exchange to which the provider gave no answer."""
    exchanging.fail(id, error)


def place_of(*, id: str, side: str) -> Path:
    """The file in which one side (`request`, `answer`) of an exchange is kept where its API keeps whole messages."""
    return exchanges.file_of(id, side)


def settle_exchanges(*, limit: int = 200) -> int:
    """Mark exchanges as broken that a process left behind, and forget old messages; how many. Called by workers."""
    return exchanging.settle(limit) + exchanging.forget(limit)


def exchanges_of(
    *, by: Actor, org: str = "", api: str = "", grant: str = "", state: str = "", after: str = "", limit: int = 50
) -> tuple[tuple[Exchange, ...], str]:
    """The message log, the newest first, and the `after` of the next page (empty on the last). Needs `audit.read`."""
    by.require("audit.read")
    narrow = {"org": org, "api": api, "grant": grant, "state": state}
    found, more = exchanges.listed(narrow, after, max(1, min(limit, 200)))
    return tuple(found), more


def exchanges_with(*, by: Actor, api: str, limit: int = 20) -> tuple[Exchange, ...]:
    """The last exchanges of an API, for who tends it. NotFoundError `federation.api.unknown`."""
    return exchanges.of_api(by, apis.row(by, api).pk, max(1, min(limit, 200)))


def prove_exchanges(*, by: Actor) -> ExchangeReport:
    """Compare the message log and the kept messages with the sealed trail. Needs `audit.read`."""
    by.require("audit.read")
    return proving.compare(by)
