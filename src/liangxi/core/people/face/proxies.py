"""Acting for a firm, a child or a relative."""

from collections.abc import Sequence
from datetime import date

from liangxi.core.people import shapes
from liangxi.core.people.actions import proxies as deeds
from liangxi.core.people.queries import proxies
from liangxi.kit.actor import Actor
from liangxi.kit.errors import ForbiddenError


def mandates_of(*, by: Actor) -> tuple[shapes.Mandate, ...]:
    """For whom the natural person behind `by` may act today: firms, minor children, relatives."""
    return proxies.mandates_of(by)


def give_proxy(
    *, by: Actor, name: str, citizen_id: str, role: str, until: date, matters: Sequence[str] = ()
) -> shapes.Proxy:
    """Ask a person to act for the firm, or the person, for whom `by` speaks; it holds when he has accepted.

    `role` is one of `roles.FIRM_ROLES` for a firm and `relative` for a person; `matters` limit it to packages. Needs
    `proxy.grant`. InvalidError naming citizen_id, role, until or matters; ConflictError `people.proxy.held`;
    ForbiddenError `people.proxy.minor`. Announces ProxyChanged.
    """
    return deeds.give(by, (name, citizen_id), role, matters, until)


def accept_proxy(*, by: Actor, id: str) -> None:
    """Take the role that one was asked for; NotFoundError for another's, ConflictError `people.proxy.ended`."""
    deeds.accept(by, id)


def end_proxy(*, by: Actor, id: str) -> None:
    """Revoke what one has given; decline or give back what one was asked for. Errors as for `accept_proxy`."""
    deeds.end(by, id)


def proxies_given(*, by: Actor) -> tuple[shapes.Proxy, ...]:
    """The roles that the firm, or the person, for whom `by` speaks has given, ended ones too, the newest first.

    Needs `proxy.grant`.
    """
    by.require("proxy.grant")
    return proxies.given_by(by)


def proxies_received(*, by: Actor) -> tuple[shapes.Proxy, ...]:
    """The roles that the natural person behind `by` was asked to take, ended ones too, the newest first."""
    return proxies.given_to(by)


def proxy_deeds(*, by: Actor, limit: int = 50) -> tuple[shapes.ProxyDeed, ...]:
    """What others did for the firm, or the person, for whom `by` speaks, the newest first; needs `proxy.grant`."""
    by.require("proxy.grant")
    return proxies.deeds(by, max(1, min(limit, 200)))


def hearers(
    *, by: Actor, person: str, firm: str | None = None, permission: str = "case.own", matter: str = ""
) -> tuple[str, ...]:
    """Who is told about a case of an applicant (register ids), by the right that one must hold; for the house.

    For a firm its legal representative and the agents whose roles hold; for a person himself, his relatives with a
    proxy, and the parents of a minor.
    """
    if by.kind != "system":
        raise ForbiddenError("house.forbidden", "This is for the house itself.")
    return proxies.hearers(person, firm, permission, matter)
