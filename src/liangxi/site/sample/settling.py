"""Persons, households and firms of one community, drawn from its own stream of chance.

Nobody in it is real. The place part of every number (320291 to 320297) was never given to a place, and the telephone
numbers begin with 154, which no operator holds: so no sample number can be a living person's.
"""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, timedelta
from uuid import UUID

import numpy as np

from liangxi.core.people.face import citizen_id_check, uscc_check
from liangxi.core.people.shapes import FirmRow, HouseholdRow, MemberRow, PersonRow
from liangxi.site.dice import dice
from liangxi.site.sample import names
from liangxi.site.sample.homes import Doors
from liangxi.systems.data.shapes import LicenceRow, MarriageRow
from liangxi.systems.twin.shapes import PremisesRow

TODAY = date(2026, 1, 1)  # the day of which the sample city is a picture; never the clock's
_ORG_WEIGHTS = (3, 7, 9, 10, 5, 8, 4, 2)
_ORG_ALPHABET = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"
_KINDS = ("single", "couple", "one_child", "two_children", "three_generations", "elderly")
_SHARES = (0.24, 0.22, 0.30, 0.09, 0.09, 0.06)


@dataclass(slots=True)
class Numbers:
    """Which numbers are taken: one counter for the whole city, so that none is given twice."""

    births: Counter[tuple[str, date, str]] = field(default_factory=Counter)
    firms: int = 0
    phones: int = 0
    households: int = 0
    marriages: int = 0

    def citizen_id(self, place: str, born: date, sex: str) -> tuple[str, date]:
        """The next number of a birthday; the day moves on when its 499 numbers for a sex are used up."""
        while self.births[place, born, sex] >= 499:
            born += timedelta(days=1)
        self.births[place, born, sex] += 1
        sequence = 2 * self.births[place, born, sex] + (1 if sex == "M" else 0)
        first = f"{place}{born:%Y%m%d}{sequence % 1000:03d}"
        return first + citizen_id_check(first), born

    def uscc(self, place: str, kind: str) -> str:
        """The next unified code: registrar 9 (market regulation), kind, place, organisation code, check digit."""
        self.firms += 1
        body = f"Y{self.firms:07d}"
        total = sum(_ORG_ALPHABET.index(c) * w for c, w in zip(body, _ORG_WEIGHTS, strict=True))
        check = "0123456789X"[-total % 11]
        first = f"9{kind}{place}{body}{check}"
        return first + uscc_check(first)

    def phone(self) -> str:
        """A mobile number of an unassigned segment."""
        self.phones += 1
        return f"154{self.phones:08d}"


@dataclass(slots=True)
class Community:
    """What one community holds, ready to load."""

    persons: list[PersonRow] = field(default_factory=list)
    households: list[HouseholdRow] = field(default_factory=list)
    marriages: list[MarriageRow] = field(default_factory=list)
    firms: list[FirmRow] = field(default_factory=list)
    licences: list[LicenceRow] = field(default_factory=list)
    premises: list[PremisesRow] = field(default_factory=list)


class Settler:
    """Fills one community."""

    def __init__(self, *, seed: int, division: str, code: str, place: str, numbers: Numbers, doors: Doors) -> None:
        self._draw = dice(seed, "people", division)
        self._division, self._code, self._place = division, code, place
        self._numbers, self._doors = numbers, doors
        self._made = Community()

    def settle(self, persons: int, firms: int) -> Community:
        """Exactly so many persons in households, and so many firms that some of them represent."""
        while len(self._made.persons) < persons:
            self._household(persons - len(self._made.persons))
        adults = [p for p in self._made.persons if 22 <= _age(p.birth_date) <= 65] or self._made.persons[:1]
        for _ in range(firms if adults else 0):
            self._firm(adults[int(self._draw.integers(len(adults)))])
        return self._made

    def _id(self) -> str:
        """A version 4 UUID from the community's own stream."""
        return str(UUID(bytes=self._draw.bytes(16), version=4))

    def _household(self, room: int) -> None:
        kind = str(self._draw.choice(_KINDS, p=_SHARES))
        door = self._doors.home()
        members = list(self._members(kind))[:room]
        persons = [self._person(born, sex, surname, door.code) for _, born, sex, surname in members]
        relations = [relation for relation, *_ in members]
        since = max(date(1996, 1, 1), min(TODAY, _after(persons[0].birth_date, 22)))
        self._numbers.households += 1
        self._made.households.append(
            HouseholdRow(
                id=self._id(),
                number=f"{self._place}{self._numbers.households:08d}",
                address_code=door.code,
                head=persons[0].id,
                since=since,
                members=tuple(
                    MemberRow(p.id, relation, max(since, p.birth_date))
                    for p, relation in zip(persons, relations, strict=True)
                ),
            )
        )
        if "spouse" in relations:
            self._marry(persons[0], persons[relations.index("spouse")])

    def _members(self, kind: str) -> Iterator[tuple[str, date, str, str]]:
        """Relation to the head, birthday, sex, surname; the head first."""
        surname = self._surname()
        age = int(self._draw.integers(62, 90)) if kind == "elderly" else int(self._draw.integers(23, 58))
        sex = "M" if kind != "single" or self._draw.random() < 0.5 else "F"
        yield "head", self._born(age), sex, surname
        if kind == "single":
            return
        spouse = max(22, age + int(self._draw.integers(-4, 3)))
        yield "spouse", self._born(spouse), "F", self._surname()
        children = {"one_child": 1, "two_children": 2, "three_generations": 1}.get(kind, 0)
        for n in range(children):
            child_age = max(0, spouse - int(self._draw.integers(22, 33)) - 3 * n)
            yield "child", self._born(child_age), self._sex(), surname
        if kind == "three_generations":
            for parent_sex in "MF":
                name = surname if parent_sex == "M" else self._surname()
                yield "parent", self._born(min(95, age + int(self._draw.integers(22, 33)))), parent_sex, name

    def _person(self, born: date, sex: str, surname: str, address: str) -> PersonRow:
        number, born = self._numbers.citizen_id(self._place, born, sex)
        given = self._pick(names.GIVEN_LAST_M if sex == "M" else names.GIVEN_LAST_F)
        if self._draw.random() < 0.82:
            given = self._pick(names.GIVEN_FIRST) + given
        adult = _age(born) >= 16
        row = PersonRow(
            id=self._id(),
            name=surname + given,
            citizen_id=number,
            sex=sex,
            birth_date=born,
            address_code=address,
            division=self._code,
            phone=self._numbers.phone() if _age(born) >= 12 else "",
            since=born,
        )
        self._made.persons.append(row)
        if adult:
            self._licence("id-card", f"ID{number}", "police", person=row.id, since=_after(born, 16 + _age(born) // 20))
        return row

    def _marry(self, one: PersonRow, other: PersonRow) -> None:
        husband, wife = (one, other) if one.sex == "M" else (other, one)
        self._numbers.marriages += 1
        young = max(one.birth_date, other.birth_date)
        on = min(_after(young, 20 + int(self._draw.integers(2, 8))), TODAY - timedelta(days=30))
        number = f"J{self._place}-{on.year}-{self._numbers.marriages:07d}"
        self._made.marriages.append(MarriageRow(number=number, husband=husband.id, wife=wife.id, registered_on=on))
        for person in (husband, wife):
            letter = "A" if person is husband else "B"
            self._licence("marriage-certificate", f"{number}{letter}", "civil", person=person.id, since=on)

    def _firm(self, head: PersonRow) -> None:
        shares = [trade[2] for trade in names.TRADES]
        code, word, _, low, high = names.TRADES[int(self._draw.choice(len(shares), p=shares))]
        is_small = self._draw.random() < 0.62
        brand = self._pick(names.BRANDS) + self._pick(names.BRANDS)
        door = self._doors.shop()
        since = TODAY - timedelta(days=int(self._draw.integers(40, 5400)))
        area = float(np.round(np.exp(self._draw.uniform(np.log(low), np.log(high))), 0))
        number = self._numbers.uscc(self._place, "2" if is_small else "1")
        row = FirmRow(
            id=self._id(),
            name=f"无锡{brand}{word}{'店' if is_small else '有限公司'}（样例）",
            uscc=number,
            kind="individual" if is_small else "company",
            industry=code,
            registered_at=since,
            address_code=door.code,
            division=self._code,
            capital_wan=0 if is_small else int(self._draw.choice([10, 30, 50, 100, 200, 500, 1000])),
            legal_representative=head.id,
        )
        self._made.firms.append(row)
        self._licence("business-licence", f"YZ{number}", "market", firm=row.id, since=since)
        floor = 1 if is_small or area > 600 else int(self._draw.integers(1, 20))
        use = "餐饮" if code == "62" else "商业"
        self._made.premises.append(
            PremisesRow(address=door.code, area_m2=area, floor=floor, use=use, surveyed_on=since - timedelta(days=30))
        )

    def _licence(
        self, type: str, number: str, org: str, *, since: date, person: str | None = None, firm: str | None = None
    ) -> None:
        self._made.licences.append(
            LicenceRow(number=number, type=type, person=person, firm=firm, issuer_org=org, valid_from=since)
        )

    def _born(self, age: int) -> date:
        return TODAY - timedelta(days=int(age * 365.25) + int(self._draw.integers(1, 365)))

    def _sex(self) -> str:
        return "M" if self._draw.random() < 0.51 else "F"

    def _surname(self) -> str:
        """Frequent surnames come first: the rank falls off like the square root of a uniform draw."""
        return names.SURNAMES[int(len(names.SURNAMES) * self._draw.random() ** 2.2)]

    def _pick(self, words: tuple[str, ...]) -> str:
        return words[int(self._draw.integers(len(words)))]


def _age(born: date) -> int:
    return TODAY.year - born.year - ((TODAY.month, TODAY.day) < (born.month, born.day))


def _after(day: date, years: int) -> date:
    return min(day + timedelta(days=int(years * 365.25)), TODAY)
