"""Reads of the registers that leave a trace."""

import re
from uuid import UUID

from liangxi.core.audit import face as audit
from liangxi.core.people.models import Firm as FirmModel
from liangxi.core.people.queries import registers
from liangxi.core.people.shapes import Firm, Household, Person
from liangxi.kit.actor import Actor
from liangxi.kit.errors import ForbiddenError, InvalidError, NotFoundError

SPOUSES = frozenset({"spouse", "husband", "wife"})


def person(by: Actor, id: str) -> Person:
    """A person as `by` may see him."""
    row = _row(id)
    is_full = _may_read(by, id, row[6])
    if by.person != id:
        audit.record(by=by, action="person.read", object=f"person:{id}", decision="full" if is_full else "masked")
    return registers.person_shape(row, is_masked=not is_full)


def find_people(by: Actor, query: str, limit: int) -> tuple[Person, ...]:
    """Persons by one of their numbers or their name."""
    by.require(registers.READ)
    if not by.purpose:
        raise InvalidError("people.purpose", "Say why you look at personal data.",
                           fields={"purpose": "Say why you look at personal data."})  # fmt: skip
    text = query.strip()
    if len(text) < 2:
        raise InvalidError("people.query", "Enter at least two characters.",
                           fields={"query": "Enter at least two characters."})  # fmt: skip
    column = "citizen_id" if re.fullmatch(r"\d{17}[\dXx]", text) else "phone" if text.isdecimal() else "name"
    scope, params = registers.division_scope(by, "division")
    rows = registers.people(f"{column} = %s AND {scope}", [text.upper(), *params], limit=max(1, min(limit, 50)))
    audit.record(
        by=by, action="person.search", object="register:person", detail={"found": len(rows)}, personal={"query": text}
    )
    return tuple(registers.person_shape(row, is_masked=True) for row in rows)


def household_of(by: Actor, person: str) -> Household | None:
    """The household, or None."""
    row = _row(person)
    if not _may_read(by, person, row[6]):
        raise ForbiddenError("people.household.masked", "You may not see this household.")
    if by.person != person:
        audit.record(by=by, action="household.read", object=f"person:{person}")
    return registers.household_of(person)


def spouse_of(by: Actor, person: str) -> str | None:
    """The member of the same household who is married to `person`: one is the head, the other the head's spouse."""
    household = household_of(by, person)
    if household is None:
        return None
    pair = [m.person for m in household.members if m.relation in SPOUSES or m.person == household.head]
    return next((other for other in pair if other != person), None) if person in pair and len(pair) == 2 else None


def firm(by: Actor, id: str) -> Firm:
    """A firm; the register is public, so no trace is left."""
    ident = _uuid(id)
    row = FirmModel.objects.filter(pk=ident).first() if ident else None
    if row is None:
        raise NotFoundError("people.firm.unknown", "There is no such firm.")
    return registers.firm_shape(row)


def firms_of(by: Actor) -> tuple[Firm, ...]:
    """The firms whose legal representative is the person of `by`."""
    person = _uuid(by.person or "")
    if person is None:
        return ()
    rows = FirmModel.objects.filter(legal_representative_id=person, until=None).order_by("name")
    return tuple(registers.firm_shape(row) for row in rows)


def _row(id: str) -> tuple[object, ...]:
    rows = registers.people("id = %s", [_uuid(id)], limit=1)
    if not rows:
        raise NotFoundError("people.person.unknown", "There is no such person.")
    return rows[0]


def _may_read(by: Actor, id: str, division: object) -> bool:
    """True: complete; False: masked; a stranger without any right is refused."""
    if by.kind == "system" or by.person == id:
        return True
    by.require(registers.READ)
    return bool(by.purpose) and registers.is_in_scope(by, str(division))


def _uuid(id: str) -> UUID | None:
    try:
        return UUID(id)
    except ValueError:
        return None
