"""What was answered once is not typed again, in another matter, with its origin; and only with consent."""

import pytest
from tests.scenario.test_packages import applicants, applied, profile
from tests.scenario.test_workbench import city

from liangxi.systems.onething import face as onething
from liangxi.systems.onething.shapes import EARLIER_ANSWER

assert applicants and city and profile  # the fixtures
BIRTH = {"born_here": True, "married": True, "register_here": True, "insure": True, "card": True}


@pytest.fixture
def shared():
    """A package that asks some question of the newborn's form which no register answers, and its answers."""
    newborn = onething.guide(package="newborn").package
    asked = {f.id: f for f in newborn.fields if not f.source}
    for card in onething.packages(audience="person"):
        package = onething.guide(package=card.id).package
        same = [f for f in package.fields if f.id in asked and not f.source and _alike(f, asked[f.id])]
        if package.id != "newborn" and same:
            for example in package.examples:
                shown = onething.guide(package=package.id, answers=example.answers)
                ids = {item.matter.id for item in shown.items}
                field = next((f for f in same if ids & set(f.items) and f.when.evaluate(example.answers) is True), None)
                if field:
                    return package.id, dict(example.answers), field.id
    pytest.fail("no two packages of the profile ask the same")


def _alike(one, other):
    return all(one.definition.get(part) == other.definition.get(part) for part in ("type", "options")) and (
        one.definition["label"]["zh"] == other.definition["label"]["zh"]
    )


@pytest.mark.parametrize("consent", [True, False])
def test_an_answer_comes_back_in_another_matter(applicants, city, shared, consent):
    by, (package, answers, field) = applicants["person"], shared
    first = onething.application(by=by, case=applied(by, "newborn", BIRTH, True, city))
    draft = onething.start(by=by, package=package, answers=answers, consent=consent)
    if consent:
        assert draft.values[field] == first.values[field]
        assert draft.prefilled[field].source == EARLIER_ANSWER and "新生儿" in draft.prefilled[field].org_title["zh"]
    else:
        assert field not in draft.values
    again = onething.start(by=by, package="newborn", answers=BIRTH, consent=True)
    assert field not in again.values  # another child
