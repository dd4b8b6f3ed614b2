"""The registry of things: profiles, things and their keys, each within its owner's scope."""

from datetime import datetime, timedelta
from pathlib import Path

import pytest
import yaml

from liangxi.core.audit import face as audit
from liangxi.core.people import face as people
from liangxi.core.people.shapes import OrganisationRow, roles
from liangxi.kit.actor import Actor, Grant, system
from liangxi.kit.errors import ConflictError, ForbiddenError, InvalidError, NotFoundError, UnauthenticatedError
from liangxi.kit.time import CITY, frozen
from liangxi.systems.sensing import face as sensing
from liangxi.systems.sensing.rules import profiles
from liangxi.systems.sensing.shapes import ThingRow

HOUSE = system("test")
NOW = datetime(2026, 11, 25, 10, tzinfo=CITY)
THINGS = Path(__file__).parents[2] / "cities/wuxi/things"
DOCUMENTS = [yaml.safe_load(file.read_text()) for file in sorted(THINGS.glob("*.yaml"))]


def officer(role: str, org: str) -> Actor:
    path = f"/320200/{org}/"
    grant = Grant(role=role, permissions=roles.permissions_of(role), org_path=path)
    return Actor(kind="staff", account=f"{org}-{role}", name=org, org=org, org_path=path, grants=(grant,))


WATER, ECOLOGY = officer(roles.STEWARD, "water"), officer(roles.STEWARD, "ecology")
CLERK = officer(roles.CLERK, "water")


@pytest.fixture
def city(db):
    with frozen(NOW):
        people.load_organisations(by=HOUSE, rows=[
            OrganisationRow(code="320200", parent=None, kind="government", name_zh="市", name_en="City"),
            *(OrganisationRow(code=o, parent="320200", kind="department", name_zh=o, name_en=o.title())
              for o in ("water", "ecology")),
        ])  # fmt: skip
        assert sensing.load_profiles(by=HOUSE, documents=DOCUMENTS) == len(DOCUMENTS)
        yield


def gauge(code="gauge-1", **more):
    return ThingRow(**({"code": code, "title": "水位计", "profile": "water_level", "org": "water"} | more))


def test_profiles_load_once_and_a_new_property_becomes_a_stream(city):
    assert sensing.load_profiles(by=HOUSE, documents=DOCUMENTS) == 0
    sensing.register_things(by=WATER, rows=[gauge()])
    before = sensing.thing(by=WATER, code="gauge-1").streams
    assert [list(one.properties) for one in sensing.profiles()] == [list(one["properties"]) for one in DOCUMENTS]
    mine = next(one for one in DOCUMENTS if one["code"] == "water_level")
    more = mine | {"properties": mine["properties"] | {"flow": {"title": {"zh": "流量", "en": "Flow"}, "unit": "m3/s"}}}
    version = sensing.directory().version
    assert sensing.load_profiles(by=HOUSE, documents=[more]) == 1
    after = sensing.thing(by=WATER, code="gauge-1").streams
    assert after.items() > before.items()
    assert after.keys() - before.keys() == {"flow"}
    changed = sensing.directory(after=version)
    assert [one.code for one in changed.profiles] == ["water_level"]
    assert [dict(one.streams) for one in changed.things] == [after]
    with pytest.raises(ForbiddenError):
        sensing.load_profiles(by=WATER, documents=[more | {"offline_after": 1}])


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"code": "Air"}, "code"),
        ({"title": {"zh": "站"}}, "title"),
        ({"properties": {}}, "properties"),
        ({"colour": "red"}, "colour"),
        ({"offline_after": -1}, "offline_after"),
        ({"properties": {"a": {"title": {"zh": "甲", "en": "A"}, "low": 2, "high": 1}}}, "properties.a.high"),
        ({"properties": {"a": {"title": {"zh": "甲", "en": "A"}, "type": "category"}}}, "properties.a.options"),
        ({"properties": {"a": {"title": {"zh": "甲", "en": "A"}, "type": "text", "low": 1}}}, "properties.a.low"),
        ({"properties": {"a": {"title": {"zh": "甲", "en": "A"}, "type": "colour"}}}, "properties.a.type"),
    ],
)  # fmt: skip
def test_a_wrong_profile_is_refused_by_field(change, field):
    with pytest.raises(InvalidError) as refused:
        profiles.read(DOCUMENTS[0] | change)
    assert field in refused.value.fields


def test_things_are_registered_and_seen_within_the_scope_of_their_owner(city):
    sensing.register_things(by=WATER, rows=[gauge("b"), gauge("a"), gauge("c", title="井盖")])
    assert [one.code for one in sensing.things(by=WATER).rows] == ["a", "b", "c"]
    page = sensing.things(by=WATER, limit=2)
    assert (page.total, page.next) == (3, "b")
    assert [one.code for one in sensing.things(by=WATER, after="b").rows] == ["c"]
    assert [one.code for one in sensing.things(by=WATER, query="井盖").rows] == ["c"]
    assert sensing.things(by=ECOLOGY).total == 0
    with pytest.raises(NotFoundError):
        sensing.thing(by=ECOLOGY, code="a")
    with pytest.raises(ForbiddenError):
        sensing.things(by=CLERK)
    with pytest.raises(ForbiddenError):
        sensing.register_things(by=ECOLOGY, rows=[gauge("d")])
    assert sensing.things(by=WATER).total == 3


@pytest.mark.parametrize(
    ("row", "field"),
    [
        ({"code": "a b"}, "0.code"),
        ({"code": "taken"}, "0.code"),
        ({"title": ""}, "0.title"),
        ({"profile": "none"}, "0.profile"),
        ({"org": "none"}, "0.org"),
        ({"gateway": "none"}, "0.gateway"),
        ({"lon": 120.0}, "0.lon"),
        ({"lon": 999.0, "lat": 31.0}, "0.lon"),
        ({"state": "lost"}, "0.state"),
    ],
)
def test_a_wrong_thing_is_refused_by_field_and_nothing_is_registered(city, row, field):
    sensing.register_things(by=WATER, rows=[gauge("taken")])
    with pytest.raises(InvalidError) as refused:
        sensing.register_things(by=WATER, rows=[gauge(**row), gauge("good")])
    assert list(refused.value.fields) == [field]
    assert sensing.things(by=WATER).total == 1


def test_a_table_registers_many_with_their_keys(city):
    header = "code,title,profile,org,lon,lat,gateway\n"
    table = header + "gw,网关,water_level,water,,,\n" + "s1,探头,water_level,water,120.3,31.5,gw\n"
    issued = sensing.register_table(by=WATER, text="\ufeff" + table)
    assert [one.thing for one in issued] == ["gw", "s1"]
    assert len({one.secret for one in issued}) == 2
    assert sensing.thing(by=WATER, code="s1").gateway == "gw"
    for text, field in [
        ("code,title\na,b\n", "profile"),
        (header, "table"),
        (header + "x,题,water_level,water,east,31,\n", "2.lon"),
        (header + "x y,题,water_level,water,,,\n", "2.code"),
        (table.replace("title", "name"), "name"),
    ]:
        with pytest.raises(InvalidError) as refused:
            sensing.register_table(by=WATER, text=text)
        assert field in refused.value.fields
    assert sensing.things(by=WATER).total == 2


def test_a_key_is_rotated_revoked_and_ends_with_the_thing(city):
    sensing.register_things(by=WATER, rows=[gauge()], are_keyed=True)
    sensing.rotate_key(by=WATER, code="gauge-1")
    newest, oldest = sensing.credentials_of(by=WATER, code="gauge-1")
    assert (newest.state, newest.until) == ("held", None)
    assert (oldest.state, oldest.until) == ("held", NOW + timedelta(days=7))
    with frozen(NOW + timedelta(days=8)):
        assert sensing.credentials_of(by=WATER, code="gauge-1")[1].state == "expired"
    sensing.revoke_key(by=WATER, code="gauge-1", credential=newest.id)
    assert sensing.credentials_of(by=WATER, code="gauge-1")[0].state == "revoked"
    assert len(sensing.directory().things[0].keys) == 1
    sensing.rotate_key(by=WATER, code="gauge-1", is_at_once=True)
    sensing.change_state(by=WATER, code="gauge-1", state="maintenance")
    sensing.change_state(by=WATER, code="gauge-1", state="retired")
    assert not sensing.directory().things[0].keys
    for deed in (
        lambda: sensing.change_state(by=WATER, code="gauge-1", state="in_service"),
        lambda: sensing.rotate_key(by=WATER, code="gauge-1"),
    ):
        with pytest.raises(ConflictError):
            deed()
    with pytest.raises(NotFoundError):
        sensing.revoke_key(by=WATER, code="gauge-1", credential="no-key")
    audit.seal()
    done = {entry.action for entry in audit.entries_of(by=HOUSE, object="thing:gauge-1").entries}
    assert done == {"sensing.key.rotated", "sensing.key.revoked", "sensing.thing.changed"}


def test_things_claim_their_place_until_the_key_is_used_up(city):
    until = NOW + timedelta(days=30)
    claim = sensing.issue_claim_key(by=WATER, profile="water_level", org="water", most=2, until=until)
    issued = sensing.claim(secret=claim.secret, code="new-1", title="新水位计")
    assert issued.thing == "new-1"
    assert sensing.thing(by=WATER, code="new-1").org == "water"
    with pytest.raises(InvalidError):  # the code is taken; the key is not used by a refusal
        sensing.claim(secret=claim.secret, code="new-1", title="又一个")
    sensing.claim(secret=claim.secret, code="new-2", title="新水位计")
    with pytest.raises(ConflictError):
        sensing.claim(secret=claim.secret, code="new-3", title="新水位计")
    assert [(one.used, one.state) for one in sensing.claim_keys(by=WATER)] == [(2, "held")]
    assert sensing.claim_keys(by=ECOLOGY) == ()
    sensing.revoke_claim_key(by=WATER, id=claim.key.id)
    for secret in (claim.secret, "lxc_none"):
        with pytest.raises(UnauthenticatedError):
            sensing.claim(secret=secret, code="new-4", title="新水位计")
    with pytest.raises(InvalidError):
        sensing.issue_claim_key(by=WATER, profile="water_level", org="water", most=0, until=until)
    with pytest.raises(ForbiddenError):
        sensing.issue_claim_key(by=ECOLOGY, profile="water_level", org="water", most=1, until=until)
