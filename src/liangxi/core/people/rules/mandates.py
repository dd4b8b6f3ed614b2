"""Who acts for whom: by law for one's children, by a proxy for a firm or a relative."""

from collections.abc import Iterable
from datetime import date

from liangxi.kit import time

MAJORITY = 18  # 民法典第十七条
PARENTS = frozenset({"head", "spouse", "husband", "wife"})
CHILDREN = frozenset({"child", "son", "daughter"})
LONGEST_DAYS = 3 * 366  # design: a proxy ends within three years and is then given anew


def comes_of_age(born: date) -> date:
    """The eighteenth birthday; who was born on 29 February comes of age on 1 March."""
    try:
        return born.replace(year=born.year + MAJORITY)
    except ValueError:
        return date(born.year + MAJORITY, 3, 1)


def is_minor(born: date, on: date) -> bool:
    """True before the eighteenth birthday."""
    return on < comes_of_age(born)


def children_of(person: str, members: Iterable[tuple[str, str]]) -> tuple[str, ...]:
    """The children, among `members` of a household as (person, relation to the head), of its head or the spouse.

    Parents are the guardians of their minor children (民法典第二十七条); whose child somebody is shows in the
    household register only for the head and the spouse.
    """
    relations = dict(members)
    if relations.get(person) not in PARENTS:
        return ()
    return tuple(one for one, relation in relations.items() if relation in CHILDREN)


def state_of(until: date, *, is_accepted: bool, ended: str) -> str:
    """asked, held, expired, or how it ended (declined, revoked, returned)."""
    if ended:
        return ended
    if time.today() >= until:
        return "expired"
    return "held" if is_accepted else "asked"
