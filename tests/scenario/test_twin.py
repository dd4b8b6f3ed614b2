"""What stands at an address: loaded by the house, read by everybody, in plain numbers."""

from datetime import date
from decimal import Decimal

import pytest

from liangxi.core.people.shapes import roles
from liangxi.kit.actor import Actor, Grant, system
from liangxi.kit.errors import ForbiddenError
from liangxi.systems.twin import face as twin
from liangxi.systems.twin.shapes import PremisesRow

HOUSE = system("test")
AT = "32021300100190000000001"
ANYBODY = Actor(kind="public", account="1", name="n")


def row(address: str = AT, area: float = 340, floor: int | None = 2) -> PremisesRow:
    return PremisesRow(address=address, area_m2=area, floor=floor, use="餐饮", surveyed_on=date(2024, 5, 1))


@pytest.mark.parametrize(("area", "said"), [(340, "340"), (340.5, "340.5"), (1200, "1200"), (0.25, "0.25")])
def test_an_area_is_said_as_people_write_it(db, area, said):
    twin.load_premises(by=HOUSE, rows=[row(area=area)])
    found = twin.premises_at(by=ANYBODY, address=AT)
    assert found and str(found.area_m2) == said and found.area_m2 == Decimal(said)
    assert (found.floor, found.use, found.as_of, found.source_org) == (2, "餐饮", date(2024, 5, 1), "land")


@pytest.mark.parametrize("address", ["", "32021300100190000000002", "nowhere", "x" * 500])
def test_where_nothing_stands_nothing_is_said(db, address):
    twin.load_premises(by=HOUSE, rows=[row()])
    assert twin.premises_at(by=ANYBODY, address=address) is None


def test_a_new_survey_replaces_and_the_same_changes_nothing(db):
    loads = [twin.load_premises(by=HOUSE, rows=rows) for rows in ([row()], [row()], [row(area=350, floor=None)])]
    assert loads == [1, 0, 1]
    found = twin.premises_at(by=ANYBODY, address=AT)
    assert found and found.area_m2 == 350 and found.floor is None


@pytest.mark.parametrize("role", [*sorted(roles.STAFF_ROLES), None])
def test_only_the_house_loads(db, role):
    grant = Grant(role=role or "", permissions=roles.permissions_of(role or ""), org_path="/")
    with pytest.raises(ForbiddenError):
        twin.load_premises(by=Actor(kind="staff", account="1", name="n", grants=(grant,)), rows=[row()])
    assert twin.premises_at(by=ANYBODY, address=AT) is None
