"""Who acts in the stories of the sample city: the accounts that `accounts.load` made."""

from liangxi.core.people import face as people
from liangxi.core.people.shapes import PersonRow
from liangxi.kit import actor
from liangxi.kit.actor import Actor

HOUSE = actor.system("sample")
DEPARTMENTS = ("health", "police", "medicare", "hrss", "market", "fire", "urban", "tobacco", "civil", "tax", "housing",
               "fund", "transport", "culture")  # fmt: skip


class Identities:
    """The actors by login, with the posts that they hold today; those who decide by organisation in `at`."""

    def __init__(self) -> None:
        self._staff = {one.login: people.actor_of(account_id=one.id) for one in people.accounts(by=HOUSE, limit=200)}
        self._public = {one.login: one.id for one in people.accounts(by=HOUSE, kind="public", limit=200)}
        self.at = {by.org or "": by for by in map(self.staff, DEPARTMENTS)}

    def staff(self, login: str) -> Actor:
        """A member of staff in his first post."""
        return self._staff[login]

    def resident(self, person: PersonRow, *, firm: str | None = None, relative: str | None = None) -> Actor:
        """A resident, for himself, a firm or a relative."""
        return people.actor_of(account_id=self._public[person.citizen_id], firm=firm, relative=relative)
