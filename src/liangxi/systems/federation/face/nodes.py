"""Neighbouring nodes and the cascade between them."""

import hashlib
import json
from collections.abc import Mapping
from typing import Any

from django.conf import settings
from django.db import transaction

from liangxi.kit import jws, outward
from liangxi.kit.actor import Actor
from liangxi.systems.federation.actions import asking, nodes, telling
from liangxi.systems.federation.errors import ProviderError
from liangxi.systems.federation.queries import nodes as queries
from liangxi.systems.federation.rules import nodes as rules
from liangxi.systems.federation.shapes import Ask, Neighbour, NodeCard, ServedAsk, SharedResource

CATALOGUE = "/federation/v1/catalogue"
DEADLINE = 8.0  # seconds that a page waits for a neighbour's catalogue
LARGEST = 16 * 1024 * 1024


def own_node() -> NodeCard:
    """Who this node is, with its public key; for everybody."""
    return queries.card(jws.public_text(nodes.private_key().public_key()))


def save_node(*, by: Actor, said: Mapping[str, Any]) -> str:
    """Make a neighbour known (id, title, level, address, key, org), or change it; its id. Needs `node.manage`.

    InvalidError `federation.node` names the fields.
    """
    return nodes.save(by, said)


def suspend_node(*, by: Actor, id: str, is_active: bool) -> None:
    """Believe a neighbour no more, at once, or again. NotFoundError `federation.node.unknown`."""
    nodes.suspend(by, id, is_active=is_active)


def neighbours(*, by: Actor) -> tuple[Neighbour, ...]:
    """Every neighbour and how the line to it stands: `node.manage`, `data.review`, `data.request` or `audit.read`."""
    if not any(by.may(one) for one in ("data.request", "data.review", "audit.read")):
        by.require("node.manage")
    return queries.neighbours()


def served_asks(*, by: Actor, neighbour: str = "") -> tuple[ServedAsk, ...]:
    """What neighbours asked of this node, and how it stands: `node.manage`, `data.review` or `audit.read`."""
    if not any(by.may(one) for one in ("data.review", "audit.read")):
        by.require("node.manage")
    return queries.served(neighbour)


def catalogue_of(*, by: Actor, neighbour: str) -> tuple[SharedResource, ...]:
    """What a neighbour shares, asked of it now. ProviderError `federation.node.away` when it does not answer."""
    by.require("data.request")
    row = nodes.row_of(neighbour)
    token = nodes.signed(row.pk, "GET", CATALOGUE, hashlib.sha512(b"").digest())
    try:
        found = outward.request(method="GET", url=row.address + CATALOGUE, networks=settings.CONNECTOR_NETWORKS,
                                headers={rules.HEADER: token}, largest=LARGEST, deadline=DEADLINE)  # fmt: skip
        if found.status == 200 and found.is_whole:
            return queries.shared_of(json.loads(found.content))
    except (OSError, ValueError) as error:
        raise ProviderError("federation.node.away", "This node does not answer now.") from error
    raise ProviderError("federation.node.away", "This node does not answer now.")


def catalogue_for(*, token: str) -> tuple[SharedResource, ...]:
    """What this node shares, for a neighbour that signed. UnauthenticatedError; ReplayError."""
    neighbour, said = nodes.believed(token, "GET", CATALOGUE, b"")
    nodes.take_once(neighbour.pk, said)
    return queries.shared()


def ask_neighbour(*, by: Actor, neighbour: str, resource: str, said: Mapping[str, Any], key: str) -> str:
    """Ask a neighbour for a resource: a need and its case there; the id. The same key gives the same ask.

    `said` is title, purpose, legal_basis, matter, frequency, until (a date). InvalidError names the fields.
    """
    return asking.ask(by, neighbour, resource, said, key)


def asks(*, by: Actor) -> tuple[Ask, ...]:
    """What one's departments asked of neighbours (scope of `data.request`), the newest first."""
    return queries.asks(by)


def ask(*, by: Actor, id: str) -> Ask:
    """One ask. NotFoundError `federation.ask.unknown`."""
    return queries.ask(asking.ask_row(by, id))


def issue_node_key(*, by: Actor, id: str) -> str:
    """A key for programs to call what an ask was granted, shown this once; the one before holds no more."""
    return asking.issue_key(by, id)


def hear(*, token: str, body: bytes) -> int:
    """Take the next message of a neighbour; its number. UnauthenticatedError, ReplayError, ConflictError."""
    return telling.hear(token, body, asking.heard)


def tend_nodes() -> int:
    """Tell neighbours what changed, and what waits to be told; how many. Called by workers."""
    with transaction.atomic():
        forgotten = telling.forget() + nodes.forget_calls()
    return asking.reconcile() + telling.tell_due() + forgotten
