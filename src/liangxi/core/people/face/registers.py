"""The registers of persons, households and firms: every read of a person is written down with its purpose."""

from collections.abc import Iterable, Mapping, Sequence

from liangxi.core.people import shapes
from liangxi.core.people.actions import loading, reading
from liangxi.core.people.queries import registers as queries
from liangxi.kit.actor import Actor


def person(*, by: Actor, id: str) -> shapes.Person:
    """A person: complete for himself, for the house, and for `person.read` in scope with a purpose; else masked.

    NotFoundError `people.person.unknown`; ForbiddenError for a stranger without `person.read`.
    """
    return reading.person(by, id)


def find_people(*, by: Actor, query: str, limit: int = 20) -> tuple[shapes.Person, ...]:
    """Persons of the scope by citizen id, mobile number or name, masked; needs `person.read` and a purpose."""
    return reading.find_people(by, query, limit)


def ids_of(*, citizen_ids: Sequence[str]) -> Mapping[str, str]:
    """Register ids by citizen id, of those who are registered: for rooms that write down whose data was read.

    It tells nothing of anybody, so it is not written down itself; one statement, whatever the number.
    """
    return queries.ids_of(citizen_ids)


def household_of(*, by: Actor, person: str) -> shapes.Household | None:
    """The household of a person, under the same rule as `person`."""
    return reading.household_of(by, person)


def spouse_of(*, by: Actor, person: str) -> str | None:
    """The id of the husband or wife in the same household, under the same rule as `person`."""
    return reading.spouse_of(by, person)


def firm(*, by: Actor, id: str) -> shapes.Firm:
    """A firm of the public register; NotFoundError `people.firm.unknown`."""
    return reading.firm(by, id)


def firms_of(*, by: Actor) -> tuple[shapes.Firm, ...]:
    """The firms that the person of `by` represents by law."""
    return reading.firms_of(by)


def load_people(*, by: Actor, rows: Iterable[shapes.PersonRow]) -> int:
    """Load persons by id; the number added or changed. Loading is for the house itself (`register.load`)."""
    return loading.load_people(by, rows)


def load_firms(*, by: Actor, rows: Iterable[shapes.FirmRow]) -> int:
    """Load firms by id; the number added or changed."""
    return loading.load_firms(by, rows)


def load_households(*, by: Actor, rows: Iterable[shapes.HouseholdRow]) -> int:
    """Load households with their members; the number added or changed."""
    return loading.load_households(by, rows)


def load_organisations(*, by: Actor, rows: Iterable[shapes.OrganisationRow]) -> int:
    """Load the dated tree, parents before children; InvalidError names the code whose parent is missing."""
    return loading.load_organisations(by, rows)


def load_accounts(*, by: Actor, rows: Iterable[shapes.AccountRow]) -> int:
    """Load accounts with posts; the number added."""
    return loading.load_accounts(by, rows)
