"""Reads of the registers: masked unless the reader has the right, the place and a purpose."""

from collections.abc import Sequence
from typing import Any

from django.db import connection

from liangxi.core.people.models import Firm as FirmModel
from liangxi.core.people.rules.identity import mask_citizen_id, mask_name, mask_phone
from liangxi.core.people.rules.scope import division_prefixes, prefix_sql
from liangxi.core.people.shapes import Firm, Household, Member, Person
from liangxi.kit.actor import Actor

READ = "person.read"
_PERSON = "id, name, citizen_id, sex, birth_date, address_code, division, phone, since, until"


def division_scope(by: Actor, column: str) -> tuple[str, list[str]]:
    """The predicate for the people in the charge of the actor's posts that hold `person.read`."""
    return prefix_sql(division_prefixes(by.paths(READ)), column)


def is_in_scope(by: Actor, division: str) -> bool:
    """The single decision that `division_scope` makes for lists."""
    return any(division.startswith(prefix) for prefix in division_prefixes(by.paths(READ)))


def people(where: str, params: Sequence[Any], *, limit: int) -> list[tuple[Any, ...]]:
    """Rows of persons; `where` is one of our own predicates, its values come as `params`."""
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT {_PERSON} FROM people_person WHERE {where} ORDER BY name, id LIMIT %s",  # noqa: S608 see docstring
            [*params, limit],
        )
        found: list[tuple[Any, ...]] = cursor.fetchall()
    return found


def ids_of(citizen_ids: Sequence[str]) -> dict[str, str]:
    """Register ids by citizen id."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT citizen_id, id FROM people_person WHERE citizen_id = ANY(%s)", [list(citizen_ids)])
        return {citizen_id: str(id) for citizen_id, id in cursor.fetchall()}


def person_shape(row: Sequence[Any], *, is_masked: bool) -> Person:
    """A person as the reader may see him."""
    ident, name, citizen_id, sex, birth, address, division, phone, since, until = row
    return Person(
        id=str(ident),
        name=mask_name(name) if is_masked else name,
        citizen_id=mask_citizen_id(citizen_id) if is_masked else citizen_id,
        sex=sex,
        birth_date=None if is_masked else birth,
        address_code="" if is_masked else address,
        division=division,
        phone=mask_phone(phone) if is_masked else phone,
        since=since,
        until=until,
        is_masked=is_masked,
    )


def firm_shape(firm: FirmModel) -> Firm:
    """The register's row as a value."""
    return Firm(
        id=str(firm.id),
        name=firm.name,
        uscc=firm.uscc,
        kind=firm.kind,
        industry=firm.industry,
        registered_at=firm.registered_at,
        address_code=firm.address_code,
        division=firm.division,
        capital_wan=firm.capital_wan,
        legal_representative=str(firm.legal_representative_id) if firm.legal_representative_id else None,
        status=firm.status,
        until=firm.until,
    )


_HOUSEHOLD = """
SELECT household.id, household.number, household.address_code, household.head_id, household.since,
       member.person_id, person.name, member.relation, member.since
FROM people_householdmember mine
JOIN people_household household ON household.id = mine.household_id
JOIN people_householdmember member ON member.household_id = household.id AND member.until IS NULL
JOIN people_person person ON person.id = member.person_id
WHERE mine.person_id = %s AND mine.until IS NULL
ORDER BY member.person_id <> household.head_id, member.since, member.id
"""


def household_of(person: str) -> Household | None:
    """The household that a person belongs to now, with its members, the head first."""
    with connection.cursor() as cursor:
        cursor.execute(_HOUSEHOLD, [person])
        rows = cursor.fetchall()
    if not rows:
        return None
    members = tuple(Member(str(row[5]), row[6], row[7], row[8]) for row in rows)
    return Household(str(rows[0][0]), rows[0][1], rows[0][2], str(rows[0][3]), rows[0][4], members)
