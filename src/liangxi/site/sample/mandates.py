"""Who acts for whom in the sample city: people of a firm in their roles, grown children for their parents."""

from datetime import timedelta

from liangxi.core.people import face as people
from liangxi.core.people.shapes import PersonRow, roles
from liangxi.kit import time
from liangxi.kit.actor import Actor
from liangxi.site.sample.accounts import Cast
from liangxi.site.sample.identities import Identities

TERM = timedelta(days=365)
_ROLES = (  # who is asked by the second caterer, and what becomes of it
    (roles.AGENT, True),
    (roles.PREPARER, True),
    (roles.SIGNER, False),
    (roles.VIEWER, True),
)


def give(cast: Cast, known: Identities) -> None:
    """Roles of one firm and proxies of two parents, the third still to be accepted; a second time changes nothing."""
    for head, firm in cast.caterers[1:2]:
        giver = known.resident(head, firm=firm.id)
        if not people.proxies_given(by=giver):
            for (role, is_accepted), wife in zip(_ROLES, cast.wives[1:], strict=False):
                _ask(giver, wife, role, known, is_accepted=is_accepted)
    for n, (parent, child) in enumerate(cast.families):
        giver = known.resident(parent)
        if not people.proxies_given(by=giver):
            _ask(giver, child, roles.RELATIVE, known, is_accepted=n < 2)


def _ask(giver: Actor, agent: PersonRow, role: str, known: Identities, *, is_accepted: bool) -> None:
    until = time.today() + TERM
    given = people.give_proxy(by=giver, name=agent.name, citizen_id=agent.citizen_id, role=role, until=until)
    if is_accepted:
        people.accept_proxy(by=known.resident(agent), id=given.id)
