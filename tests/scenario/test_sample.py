"""The sample city in the database: the same from the same seed, at home in its divisions, and no other city's."""

import shutil
from dataclasses import replace
from pathlib import Path

import pytest
from django.db import connection, transaction

from liangxi.core.cases import face as cases
from liangxi.kit.actor import system
from liangxi.kit.errors import ConflictError, InvalidError
from liangxi.site import loading, sample, wiring
from liangxi.site.sample import deliveries, opening
from liangxi.systems.data.face import opendata

HOUSE = system("test")
CITY = Path(__file__).parents[2] / "cities" / "wuxi"
DRAWN = ("people_person", "people_firm", "people_household", "people_householdmember", "places_address",
         "places_gridcell", "data_marriage", "data_licence", "twin_premises")  # fmt: skip


@pytest.fixture
def city(transactional_db, settings, tmp_path, catalogued):
    settings.CONFIG = replace(settings.CONFIG, home=tmp_path, lake=tmp_path / "lake", drops=tmp_path / "drops")
    root = shutil.copytree(catalogued, tmp_path / "wuxi")
    for package in ("social-card", "hire-staff", "elder-allowance"):
        for folder in ("onethings", "matters"):
            shutil.copy(CITY / folder / f"{package}.yaml", root / folder)
    loading.load(root)
    wiring.connect()


def asked(sql: str) -> int:
    with connection.cursor() as cursor:
        cursor.execute(sql)
        return cursor.fetchone()[0]


def drawn() -> dict[str, str]:
    """One hash a table over all that was drawn; the serial numbers of members are the database's own."""
    rows = {table: "to_jsonb(t) - 'id'" if table == "people_householdmember" else "to_jsonb(t)" for table in DRAWN}
    return {
        table: asked(
            f"SELECT md5(string_agg(line, '' ORDER BY line)) FROM (SELECT ({row})::text line FROM {table} t) l"
        )
        for table, row in rows.items()
    }


def settled(seed: int, scale: float = 0.1) -> dict[str, str]:
    """What a city holds that is taken back again."""
    with transaction.atomic():
        sample._settle(seed, scale, print)
        found = drawn()
        transaction.set_rollback(True)
    return found


def test_the_same_seed_is_the_same_city(city):
    first = settled(1)
    assert settled(1) == first
    other = settled(2)
    assert all(other[table] != first[table] for table in DRAWN)


def test_a_city_of_its_scale_with_everybody_at_home_and_a_second_time_nothing(city):
    said = sample.make(scale=0.1, say=print)
    assert said.startswith("750 persons") and "100 firms" in said
    assert asked("SELECT count(*) FROM people_person p LEFT JOIN people_householdmember m ON m.person_id = p.id "
                 "WHERE m.person_id IS NULL") == 0  # fmt: skip
    assert asked("SELECT count(*) FROM places_address a WHERE NOT EXISTS (SELECT 1 FROM places_divisioncode c "
                 "WHERE c.division_id = a.division_id AND c.code = left(a.code, 12))") == 0  # fmt: skip
    assert asked("SELECT count(*) FROM people_person p LEFT JOIN places_address a ON a.code = p.address_code "
                 "WHERE a.code IS NULL OR left(a.code, 12) <> p.division") == 0  # fmt: skip
    places = "SELECT count(*) FROM people_person WHERE left(citizen_id, 6) NOT BETWEEN '320291' AND '320297'"
    assert asked(places) == 0
    given = "SELECT count(*) FROM places_divisioncode WHERE left(code, 6) BETWEEN '320291' AND '320297'"
    assert asked(given) == 0  # and no division has such a code
    kinds = "SELECT count(DISTINCT title->>'zh') FROM cases_case WHERE item = '' AND title->>'zh' LIKE '%一件事'"
    assert asked(kinds) >= 3  # a small city lacks some caterers or families of three generations
    assert asked("SELECT count(*) FROM people_proxy WHERE accepted_at IS NOT NULL") > 0
    assert asked("SELECT count(*) FROM reviews_review WHERE stars > 2") > asked(
        "SELECT count(*) FROM reviews_review WHERE stars <= 2"
    )
    assert asked("SELECT count(*) FROM reviews_review WHERE text NOT IN ('') AND text NOT LIKE '%（样例）'") == 0
    assert asked("SELECT count(*) FROM events_delivery WHERE state <> 'done'") == 0
    opened, before = len(cases.find_cases(by=HOUSE).rows), drawn()
    assert opened > 10
    opened_to_all()
    assert sample.make(scale=0.1, say=print) == said
    assert sample.ensure(print) == said
    assert (len(cases.find_cases(by=HOUSE).rows), drawn()) == (opened, before)
    for wanted in ({"seed": 2, "scale": 0.1}, {"seed": 1, "scale": 0.2}):
        with pytest.raises(ConflictError):
            sample.make(**wanted, say=print)


def opened_to_all():
    """A handful of data sets went the whole way to everybody; no small cell is told, and every place has an outline."""
    found = {one.id: one for one in opendata.datasets().rows}
    assert set(found) == set(opening.OPENED.values()) and all(one.rows for one in found.values())
    assert found["open-towns"].has_place and opendata.dataset(id="open-towns").box is not None
    told = [row[3] for row in opendata.rows(id="open-handled-matters").rows]
    assert told and all(count is None or count >= deliveries.FEW for count in told)
    assert sum(row[4] for row in opendata.rows(id="open-firms-by-industry").rows) == 100
    assert opening.make() == 0


@pytest.mark.parametrize("scale", [0, -1, 1000.1, float("nan")])
def test_a_city_has_a_size(db, scale):
    with pytest.raises(InvalidError):
        sample.make(scale=scale, say=print)
