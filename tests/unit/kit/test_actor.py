"""Rights hold on an organisation and everything below it, nowhere else."""

import pytest

from liangxi.kit.actor import Actor, Grant, system
from liangxi.kit.errors import ForbiddenError

CLERK = Actor(
    kind="staff",
    account="a1",
    name="示例",
    grants=(Grant("clerk", frozenset({"case.accept"}), "/320200/window/"),),
)


def test_a_role_holds_on_its_organisation_and_below():
    assert CLERK.may("case.accept", "/320200/window/")
    assert CLERK.may("case.accept", "/320200/window/hall-1/")


@pytest.mark.parametrize("path", ["/", "/320200/", "/320200/windows/", "/320200/health/"])
def test_a_role_holds_nowhere_else(path):
    with pytest.raises(ForbiddenError):
        CLERK.require("case.accept", path)


def test_what_concerns_no_organisation_asks_for_the_permission_anywhere():
    assert CLERK.may("case.accept")
    assert not CLERK.may("case.decide")


def test_scope_lists_the_paths_of_one_permission():
    assert CLERK.paths("case.accept") == ("/320200/window/",)
    assert CLERK.paths("case.decide") == ()
    assert system("worker").paths("anything") == ("/",)
