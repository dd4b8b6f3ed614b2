"""Every package of the profile runs from the question to the hand-out, in each situation that its own examples name."""

from dataclasses import replace
from datetime import date
from itertools import count
from pathlib import Path
from uuid import uuid4

import pytest
from tests.scenario.test_workbench import HOUSE, MOTHER, PNG, actor, city

from liangxi.core.cases import face as cases
from liangxi.core.events import face as events
from liangxi.core.people import face as people
from liangxi.core.people.shapes import FirmRow
from liangxi.systems.onething import face as onething
from liangxi.systems.onething import queries
from liangxi.systems.twin import face as twin
from liangxi.systems.twin.shapes import PremisesRow

assert city  # the fixture
CITY = Path(__file__).parents[2] / "cities" / "wuxi"
PACKAGES = sorted(file.stem for file in (CITY / "onethings").glob("*.yaml"))
PARTS = 4  # of the packages, so that a failure names few
USCC = "91320200MA00000A1"
PREMISES = "32021300100190000000001"
_keys = count()


def answer(field, number):
    """Something that a field of the form takes."""
    first = field.options[0].code if field.options else ""
    low = float(field.minimum) if field.minimum is not None else 1
    return {"text": "样例", "textarea": "样例内容", "number": low, "money": max(low, 1000), "bool": True,
            "date": "2026-03-02", "choice": first, "multi": [first], "citizen_id": number,
            "uscc": USCC + people.uscc_check(USCC), "phone": "13800001111"}[field.type]  # fmt: skip


def deliver():
    while events.deliver_due():
        pass


def do(no, action, **body):
    cases.command(by=HOUSE, case=no, action=action, key=f"key-{action}-{next(_keys):06}", body=body)
    deliver()


def applied(by, package, answers, consent, number):
    """The number of a case that was applied for in this situation."""
    draft = onething.start(by=by, package=package, answers=answers, consent=consent)
    known = {name: value for name, value in draft.values.items() if value not in (None, "")}
    values = {field.id: known.get(field.id, answer(field, number)) for field in draft.form.fields}
    draft = onething.save(by=by, draft=draft.id, values=values, complete=True)
    assert not draft.errors, draft.errors
    for one in draft.missing:
        onething.add_material(by=by, draft=draft.id, material=one.material.id, upload=("scan.png", PNG))
    no = onething.submit(by=by, draft=draft.id, key=f"submit-{next(_keys):06}").case_no
    deliver()
    return no


@pytest.fixture(scope="module")
def profile():
    """All packages of the city."""
    return CITY


@pytest.fixture
def applicants(city):
    """A resident, and the same acting for a firm."""
    firm = str(uuid4())
    row = FirmRow(id=firm, name="样例公司", uscc=USCC + people.uscc_check(USCC), kind="company", division="320213",
                  registered_at=date(2020, 1, 1), legal_representative=MOTHER, address_code=PREMISES)  # fmt: skip
    people.load_firms(by=HOUSE, rows=[row])
    twin.load_premises(by=HOUSE, rows=[PremisesRow(address=PREMISES, area_m2=88.5, floor=1, use="商业",
                                                   surveyed_on=date(2024, 5, 1))])  # fmt: skip
    resident = actor("mother", "public")
    return {"person": resident, "firm": replace(resident, firm=firm)}


@pytest.mark.parametrize("part", range(PARTS))
def test_a_package_runs_in_each_of_its_examples(applicants, city, part):
    for n, id in enumerate(PACKAGES[part::PARTS]):
        package = queries.compiled(queries.current_version(id).hash)
        for example in package.examples:
            no = applied(applicants[package.audience], id, dict(example.answers), bool(n % 2), city)
            do(no, "accept")
            while items := [item for item in cases.case(by=HOUSE, no=no).items if item.state == "reviewing"]:
                for item in items:
                    do(item.no, "decide", outcome="approve")
            case = cases.case(by=HOUSE, no=no)
            ended = {item.item: item.state for item in case.items}
            assert case.state == "approved" and set(ended) == set(example.items), (id, ended)
            for item in case.items:
                matter = package.item(item.item).matter
                assert item.outcome == "approved", (id, item.item)
                assert bool(matter.result) == bool(item.certificate), (id, item.item, item.certificate)
            do(no, "hand_out")
            assert cases.case(by=HOUSE, no=no).closed_at
