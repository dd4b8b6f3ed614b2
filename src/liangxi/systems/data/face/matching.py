"""实体归并: records of sources linked with the entities of registers, and the queue of what is in doubt."""

from collections.abc import Sequence

from liangxi.kit.actor import Actor
from liangxi.systems.data.actions import matching as actions
from liangxi.systems.data.queries import matching as queries
from liangxi.systems.data.shapes.matching import MatchingCard, MatchPage, MatchPair


def matchings(*, by: Actor) -> tuple[MatchingCard, ...]:
    """The declared matchings whose register is in the scope of `data.manage`, with how their records stand."""
    by.require("data.manage")
    return queries.cards(by)


def match_page(*, by: Actor, matching: str, state: str = "review", after: str = "") -> MatchPage:
    """Records of a matching in a state (review, linked, new, gone), by falling score; no value of theirs is shown.

    NotFoundError `data.matching.unknown`.
    """
    return queries.page(by, matching, state, after)


def next_match(*, by: Actor, matching: str, put_off: Sequence[str] = ()) -> str | None:
    """The record in doubt that comes next, without those put off; None when the queue is empty."""
    return queries.following(by, matching, put_off)


def match_pair(*, by: Actor, id: str) -> MatchPair:
    """A record beside the entity that it may be, with its history. Values are read with a purpose, and that is audited.

    NotFoundError `data.match.unknown`.
    """
    found: MatchPair = actions.look(by, id)
    return found


def decide_match(*, by: Actor, id: str, outcome: str) -> None:
    """`accept` or `reject` a pair in doubt, `split` one that is linked. A pair once refused is not proposed again.

    ConflictError `data.match.state` when somebody decided it before.
    """
    actions.decide(by, id, outcome)


def match_due(*, limit: int = 1) -> int:
    """Run the matchings whose register or source has a newer version; how many. Called by workers for heavy work."""
    return actions.run_due(limit)
