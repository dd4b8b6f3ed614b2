"""The sample city's laws without a database: drawn from its seed, valid numbers, nobody real, everybody at home."""

from collections import Counter
from dataclasses import asdict
from datetime import date

import msgspec
import pytest

from liangxi.core.people import face as people
from liangxi.core.people.face import check_citizen_id, check_uscc
from liangxi.core.places.rules import parse_address_code
from liangxi.site import sample
from liangxi.site.sample.homes import Doors
from liangxi.site.sample.settling import TODAY, Community, Numbers, Settler

CODE, PLACE = "320213001001", "320291"


def settle(
    seed: int = 1, *, persons: int = 400, firms: int = 60, numbers: Numbers | None = None
) -> tuple[Community, Doors]:
    doors = Doors(seed=seed, division="wuxi-x", code=CODE, place="无锡市", at=(120.3, 31.57))
    return Settler(
        seed=seed, division="wuxi-x", code=CODE, place=PLACE, numbers=numbers or Numbers(), doors=doors
    ).settle(persons, firms), doors


def as_bytes(made: tuple[Community, Doors]) -> bytes:
    community, doors = made
    return msgspec.json.encode([asdict(community), [asdict(door) for door in doors.given]])


@pytest.fixture(scope="module")
def town() -> tuple[Community, Doors]:
    return settle()


def test_a_seed_is_a_city_byte_for_byte(town):
    assert as_bytes(settle()) == as_bytes(town)
    assert as_bytes(settle(2)) != as_bytes(town)


@pytest.mark.parametrize(("persons", "firms"), [(0, 0), (0, 5), (1, 0), (1, 1), (2, 3), (37, 11)])
def test_exactly_so_many_as_were_asked_for(persons, firms):
    made, _ = settle(persons=persons, firms=firms)
    assert len(made.persons) == persons
    assert len(made.firms) == (firms if persons else 0)  # a firm has somebody who represents it


def test_numbers_are_valid_and_belong_to_nobody(town):
    made, _ = town
    for person in made.persons:
        said = check_citizen_id(person.citizen_id)
        assert (said.sex, said.birth_date, said.place_code_hint) == (person.sex, person.birth_date, PLACE)
        assert not person.phone or (people.check_phone(person.phone) and person.phone.startswith("154"))
    for firm in made.firms:
        assert check_uscc(firm.uscc).place_code_hint == PLACE
        assert firm.name.endswith("（样例）")
    for numbers in ([p.citizen_id for p in made.persons], [f.uscc for f in made.firms],
                    [p.phone for p in made.persons if p.phone], [one.number for one in made.licences]):  # fmt: skip
        assert len(set(numbers)) == len(numbers)


def test_a_birthday_that_is_full_moves_on_and_no_number_comes_twice():
    numbers = Numbers()
    drawn = [numbers.citizen_id(PLACE, date(1990, 1, 1), sex) for sex in "MF" for _ in range(600)]
    assert len({number for number, _ in drawn}) == 1200
    assert {born for _, born in drawn} == {date(1990, 1, 1), date(1990, 1, 2)}
    assert all(check_citizen_id(number).birth_date == born for number, born in drawn)


def test_everybody_has_one_home_in_the_community(town):
    made, doors = town
    at = {door.code: door for door in doors.given}
    assert len(at) == len(doors.given)  # no door is given twice
    assert all(code.startswith(CODE) and parse_address_code(code) for code in at)
    members = Counter(member.person for home in made.households for member in home.members)
    assert members == Counter(person.id for person in made.persons)
    lives = {person.id: person for person in made.persons}
    for home in made.households:
        assert home.address_code in at and home.members[0].person == home.head
        assert {lives[member.person].address_code for member in home.members} == {home.address_code}
        assert all(lives[member.person].birth_date <= member.since <= TODAY for member in home.members)
    assert {firm.address_code for firm in made.firms} == {one.address for one in made.premises} <= set(at)


def test_families_are_possible(town):
    made, _ = town
    lives = {person.id: person for person in made.persons}
    for home in made.households:
        born = {relation: lives[member.person].birth_date for member in home.members for relation in [member.relation]}
        for child in (lives[m.person].birth_date for m in home.members if m.relation == "child"):
            assert child.year - born["spouse"].year >= 18
    for marriage in made.marriages:
        husband, wife = lives[marriage.husband], lives[marriage.wife]
        assert (husband.sex, wife.sex) == ("M", "F")
        assert min(marriage.registered_on.year - one.birth_date.year for one in (husband, wife)) >= 18
    spouses = [side for one in made.marriages for side in (one.husband, one.wife)]
    assert len(set(spouses)) == len(spouses)
    ages = {
        firm.legal_representative: TODAY.year - lives[firm.legal_representative].birth_date.year for firm in made.firms
    }
    assert min(ages.values()) >= 21


@pytest.mark.parametrize(("persons", "firms"), [(750, 100), (3, 50), (1, 1), (7500, 1000), (10, 0)])
def test_shares_add_up_and_no_firm_stands_where_nobody_lives(persons, firms):
    weights = [1.0, 0.001, 3.5, 0.2, 2.0, 0.0001] * 40
    shares = sample._shares(weights, persons, firms)
    assert [sum(column) for column in zip(*shares, strict=True)] == [persons, firms]
    assert all(here or not stand for here, stand in shares)
