"""Departments' own APIs (数据不动)."""

from collections.abc import Mapping
from typing import Any

from liangxi.kit.actor import Actor
from liangxi.systems.federation.actions import apis as actions
from liangxi.systems.federation.queries import apis as queries
from liangxi.systems.federation.shapes import Api


def save_api(*, by: Actor, definition: Mapping[str, Any], secret: str | None = None) -> str:
    """Declare the API behind a resource (`rules.apis` says its form), or change it; its id is the subsystem code.

    Needs `data.manage` on the provider. A new or changed API is closed until it is allowed. `secret` is kept sealed and
    never shown; None keeps the one that is there, unless the host changes. InvalidError `federation.api` names fields.
    """
    return actions.save(by, definition, secret)


def relay_api(*, by: Actor, ask: str, id: str, resource: str) -> str:
    """Hand on what a neighbouring node granted, as the API behind a resource of this node; its id.

    Needs `data.request` on the ask's department and `data.manage` on the resource's. ConflictError when it is not
    granted.
    """
    return actions.relay(by, ask, id, resource)


def change_api(*, by: Actor, id: str, deed: str) -> None:
    """`open` or `close` an API, effective at once; needs `data.grant`. ConflictError `federation.api.state`."""
    actions.change(by, id, deed)


def apis(*, by: Actor) -> tuple[Api, ...]:
    """The APIs of the departments in the scope of `data.manage` or `data.review`."""
    return queries.listed(by)


def api(*, by: Actor, id: str) -> Api:
    """One API. NotFoundError `federation.api.unknown`."""
    return queries.api(by, queries.row(by, id))


def api_of(*, resource: str) -> Api | None:
    """The open API behind a resource, for who holds a grant of it; None when there is none."""
    row = queries.of_resource(resource)
    return queries.api(None, row) if row is not None and row.state == "open" else None
