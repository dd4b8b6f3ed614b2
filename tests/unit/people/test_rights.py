"""Roles, scopes and passwords as pure rules."""

import re
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from liangxi.core.people import sessions
from liangxi.core.people.rules import passwords, roles, scope
from liangxi.kit.errors import InvalidError
from liangxi.kit.time import CITY

NOW = datetime(2026, 11, 23, 10, tzinfo=CITY)
PATHS = st.lists(st.lists(st.sampled_from("abc"), max_size=3).map(lambda p: "/" + "".join(f"{c}/" for c in p)))


def test_the_database_separates_the_roles_that_the_rule_names():
    text = (Path(roles.__file__).parents[1] / "migrations/0002_constraints.py").read_text()
    listed = re.search(r"role IN \((.*?)\)", text)
    assert listed and set(re.findall(r"'(\w+)'", listed[1])) == roles.SEPARATED_ROLES


def test_no_separated_role_can_handle_cases():
    for role in roles.SEPARATED_ROLES:
        assert not roles.permissions_of(role) & {"case.accept", "case.decide", "case.handout"}
    assert roles.permissions_of("stranger") == frozenset()


@given(PATHS, st.lists(st.sampled_from("abc"), max_size=4))
def test_a_scope_in_sql_is_the_same_as_asking_one_by_one(paths, place):
    path = "/" + "".join(f"{part}/" for part in place)
    sql, params = scope.prefix_sql(paths, "org_path")
    held = sql == "TRUE" or any(path.startswith(p.rstrip("%")) for p in params)
    assert held == any(path.startswith(p) for p in paths)


def test_nothing_granted_is_nothing_seen_and_names_are_checked():
    assert scope.prefix_sql([], "org_path") == ("FALSE", [])
    assert scope.prefix_sql(["/a_b%/"], "t.org_path") == ("(t.org_path LIKE %s)", ["/a\\_b\\%/%"])
    with pytest.raises(ValueError, match="not a column name"):
        scope.prefix_sql(["/a/"], "org_path; DROP TABLE people_person")


@pytest.mark.parametrize(
    ("path", "prefix"),
    [
        ("/", ""),
        ("/320200/health/", ""),
        ("/320200/320213/health/", "320213"),
        ("/320200/320213/320213001000/", "320213001"),
        ("/320200/320213/320213001012/", "320213001012"),
        ("/elsewhere/", None),
    ],
)
def test_an_organisation_is_in_charge_of_its_division(path, prefix):
    assert scope.division_prefix(path) == prefix


@pytest.mark.parametrize("word", ["Short1!", "alllowercase1", "Wuxi-is-fine-1", "zhang.san-A1x", "x" * 129])
def test_weak_passwords_of_staff(word):
    with pytest.raises(InvalidError) as error:
        passwords.check_password(word, kind="staff", login="zhang.san")
    assert "password" in error.value.fields


def test_good_passwords_and_their_age():
    passwords.check_password("Meihua-2026-Taihu", kind="staff", login="zhang.san")
    passwords.check_password("meihua8812", kind="public", login="11010519491231002X")
    assert passwords.is_due_for_change(None, kind="staff", now=NOW)
    assert passwords.is_due_for_change(NOW - timedelta(days=91), kind="staff", now=NOW)
    assert not passwords.is_due_for_change(NOW - timedelta(days=89), kind="staff", now=NOW)
    assert not passwords.is_due_for_change(None, kind="public", now=NOW)


def test_the_fifth_failure_locks():
    failures, until = 0, None
    for _ in range(4):
        failures, until = passwords.after_failure(failures, NOW)
        assert until is None
    assert passwords.after_failure(failures, NOW) == (0, NOW + timedelta(minutes=15))


@pytest.mark.parametrize(
    ("opened", "seen", "is_over"), [(60, 31, True), (60, 29, False), (481, 1, True), (479, 1, False)]
)
def test_a_session_of_staff_ends(opened, seen, is_over):
    stamps = ((NOW - timedelta(minutes=m)).timestamp() for m in (opened, seen))
    assert sessions.is_expired(*stamps, NOW) == is_over
