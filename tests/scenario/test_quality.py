"""Quality: rules from the catalogue and the city, six dimensions, profile and drift, a ticket once."""

import pytest
from tests.scenario.test_catalogue import actor, city  # noqa: F401 (the fixture)
from tests.scenario.test_connectors import as_csv, handed, numbered, rows, zone  # noqa: F401 (the fixture)
from tests.scenario.test_data_pages import desk, text  # noqa: F401 (the fixture)

from liangxi.core.cases import face as cases
from liangxi.kit.actor import system
from liangxi.kit.errors import ConflictError, ForbiddenError
from liangxi.systems.data import face as data
from liangxi.systems.data.rules import quality as rules

HOUSE = system("test")


def measured(body, name="a.csv"):
    assert handed(name, as_csv(body)).state == "done"
    assert data.measure_due(limit=5) == 1 and data.measure_due(limit=5) == 0  # each version once
    return data.measurements(by=actor("clerk"), resource="skills")[0]


def result(found, rule):
    return next(one for one in found.results if one.rule == rule)


def test_a_version_is_measured_and_a_failing_rule_opens_one_ticket(zone, desk):  # noqa: F811
    body = [[*row[:2], "-1" if n < 3 else str(60 + n % 40), row[3]] for n, row in enumerate(rows(200))]
    first = measured(body)
    assert first.rows == 200 and result(first, "score.not-negative").broken == 3
    assert first.dimensions["complete"] == 100 and first.dimensions["accurate"] < 100
    assert first.dimensions["normative"] == 100 and first.dimensions["accessible"] == 100
    assert first.dimensions["timely"] == 100 and first.dimensions["consistent"] is None
    known = [score for score in first.dimensions.values() if score is not None]
    assert first.score == pytest.approx(sum(known) / len(known))
    assert data.resource(by=actor("hrss"), id="skills").card.quality == pytest.approx(first.score)
    profile = {one.field: one for one in first.profile}
    assert profile["citizen_id"].top == () and profile["citizen_id"].low == ""  # personal
    assert profile["skill"].top == (("welder", 200),) and profile["score"].low == "-1.000000"
    (ticket,) = data.findings(by=actor("hrss"), resource="skills")
    assert (ticket.rule, ticket.state, ticket.broken) == ("score.not-negative", "open", 3)
    assert cases.case(by=HOUSE, no=ticket.case).state == "accepted"
    second = measured([*body, *rows(203)[200:]])
    assert second.data_version == "2.0" and len(data.findings(by=actor("hrss"), resource="skills")) == 1
    with pytest.raises(ForbiddenError):
        data.answer_finding(by=actor("clerk"), id=ticket.id, outcome="upheld", answer="无误")
    steward = desk("hrss")
    page = text(steward.get("/office/data/quality/skills/"))
    assert "成绩" in page and "The rows are right as they are" in page and "Score of each version" in page
    assert "skills" in text(desk("clerk").get("/office/data/quality/"))
    sent = {"resource": "skills", "outcome": "corrected", "answer": "已在源头更正"}
    text(steward.post(f"/office/data/findings/{ticket.id}/", sent, follow=True))
    assert data.findings(by=actor("hrss"), resource="skills")[0].state == "answered"
    with pytest.raises(ConflictError):
        data.answer_finding(by=actor("hrss"), id=ticket.id, outcome="upheld", answer="无误")
    third = measured(rows(201))
    assert result(third, "score.not-negative").broken == 0
    assert {one.state for one in data.findings(by=actor("hrss"), resource="skills")} == {"answered"}


def test_what_moved_is_told_and_a_mended_ticket_closes_itself(zone):  # noqa: F811
    body = [[row[0], "welder" if n % 2 else "cook", "-5", row[3]] for n, row in enumerate(rows(100))]
    assert not measured(body).alarms
    moved = measured([[row[0], "baker" if n % 10 else "cook", "50", ""] for n, row in enumerate(rows(160))])
    told = {(one["what"], one["field"]) for one in moved.alarms}
    assert {("rows", ""), ("drift", "skill"), ("nulls", "changed")} <= told
    states = {one.rule: one.state for one in data.findings(by=actor("hrss"), resource="skills")}
    assert states == {"score.not-negative": "mended"}  # what may be empty opens no ticket


def test_the_stability_index_is_as_it_is_defined():
    assert rules.stability({"a": 50, "b": 50}, {"a": 5, "b": 5}) == pytest.approx(0)
    assert rules.stability({"a": 50, "b": 50}, {"a": 90, "b": 10}) == pytest.approx(0.8789, abs=1e-4)
    assert rules.stability({}, {"a": 1}) is None
    assert rules.fault_of_condition("score < 0 OR skill = 'x'", ["score", "skill"]) == ""
    for wrong in ("score <", "other > 1", "score IN (SELECT 1)"):
        assert rules.fault_of_condition(wrong, ["score", "skill"])
    assert numbered("32021119800101003").endswith("4")
