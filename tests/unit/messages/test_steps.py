"""Which steps of a case tell the applicant: each has its wire and its words in both languages."""

from typing import get_args

import pytest

from liangxi.core.cases import events as case_events
from liangxi.core.events import face as events
from liangxi.core.messages.rules.templates import TEMPLATES
from liangxi.site import wiring
from liangxi.systems.onething.actions.results import TOLD, Told

SILENT = {"CaseRated", "CommitmentRejected", "SupervisionRaised", "SupervisionAnswered"}  # not for the applicant


@pytest.mark.parametrize("step", sorted(one.__name__ for one in TOLD))
def test_each_step_tells_the_applicant(step):
    wiring.connect()
    assert any(wire.name == f"onething.tell.{step}" for wire in events.wires())
    template = next(template for event, template in TOLD.items() if event.__name__ == step)
    assert set(TEMPLATES[template]) == {"zh", "en"}


def test_no_step_is_forgotten():
    announced = {name for name, value in vars(case_events).items() if isinstance(value, type) and name != "datetime"}
    assert {one.__name__ for one in TOLD} == {one.__name__ for one in get_args(Told)} == announced - SILENT
