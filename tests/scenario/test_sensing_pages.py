"""The pages of things and alarms: registered by table, keyed, looked at, alarms handled, rules tried and switched."""

from dataclasses import replace

import pytest
from django.conf import settings
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from tests.scenario.test_alarms import Town
from tests.scenario.test_sensing import WATER, city  # noqa: F401

from liangxi.core.people import face as people
from liangxi.core.people.shapes import AccountRow, roles
from liangxi.kit.actor import system
from liangxi.systems.sensing import face as sensing

HOUSE = system("test")
PASSWORD = "a password for tests"
TABLE = """code,title,profile,org,lon,lat
gauge-1,蠡湖水位计,water_level,water,120.28,31.52
gauge-2,井盖 2,water_level,water,,
"""


def desk(login):
    client = Client(headers={"accept-language": "en"})
    assert client.post("/desk/login/", {"login": login, "password": PASSWORD}).status_code == 302
    return client


@pytest.fixture
def water(city, tmp_path, monkeypatch):  # noqa: F811
    people.load_accounts(by=HOUSE, rows=[
        AccountRow(login=org, kind="staff", name=org, password=PASSWORD, posts=((org, roles.STEWARD),))
        for org in ("water", "ecology")
    ])  # fmt: skip
    monkeypatch.setattr(settings, "CONFIG", replace(settings.CONFIG, home=tmp_path))
    return desk("water")


def upload(client, text):
    return client.post("/office/things/register/", {"table": SimpleUploadedFile("t.csv", text.encode())})


def test_things_are_registered_looked_at_and_keyed(water, tmp_path):
    assert "There are no things yet" in water.get("/office/things/").content.decode()
    wrong = upload(water, TABLE.replace("31.52", "north"))
    assert wrong.status_code == 422 and "This is not a number." in wrong.content.decode()
    assert water.post("/office/things/register/").status_code == 422
    keys = upload(water, TABLE)
    assert keys["Content-Type"].startswith("text/csv")
    assert keys.content.decode().count("lxd_") == 2
    town = Town(settings.CONFIG.sensing)
    town.say(("level", 1, 2.5), ("cover", 1, 1.0))
    listed = water.get("/office/things/", {"query": "蠡湖"}).content.decode()
    assert "蠡湖水位计" in listed and "2.5 m" in listed and "井盖 2" not in listed
    page = water.get("/office/things/gauge-1/").content.decode()
    assert "2.5 m" in page and "yes" in page and "31.52000" in page and "In service" in page
    fresh = water.post("/office/things/gauge-1/keys/new/", {"at_once": "1"}).content.decode()
    assert "lxd_" in fresh
    key = sensing.credentials_of(by=WATER, code="gauge-1")[0].id
    water.post("/office/things/gauge-1/keys/revoke/", {"key": key})
    water.post("/office/things/gauge-1/state/", {"state": "retired"})
    again = water.post("/office/things/gauge-1/state/", {"state": "in_service"}, follow=True).content.decode()
    assert "A thing does not go from" in again and "Retired" in again
    assert desk("ecology").get("/office/things/gauge-1/").status_code == 404


def test_a_rule_is_tried_switched_on_and_its_alarm_handled(water):
    upload(water, TABLE)
    town = Town(settings.CONFIG.sensing)
    town.say(("level", -30, 2.0), ("level", -20, 3.5), ("level", -10, 1.0))
    form = {"title": "水位高", "property": "water_level/level", "org": "water", "kind": "threshold", "severity": "high",
            "high": "3"}  # fmt: skip
    tried = water.post("/office/rules/", form | {"try": "1"}).content.decode()
    assert "It would have raised 1 alarm on 3 readings." in tried
    wrong = water.post("/office/rules/", form | {"high": "three"})
    assert wrong.status_code == 422 and "This is not a number." in wrong.content.decode()
    assert water.post("/office/rules/", form).status_code == 302
    town.renew()
    town.say(("level", 10, 4.0))
    (alarm,) = sensing.alarms(by=WATER).rows
    assert "水位高" in water.get("/office/alarms/").content.decode()
    there = f"/office/alarms/{alarm.id}/"
    assert water.post(there, {"deed": "clear"}).status_code == 422
    for sent in ({"deed": "acknowledge", "note": "已派人"}, {"deed": "assign"}, {"deed": "shelve", "hours": "8"}):
        assert water.post(there, sent).status_code == 302
    page = water.get(there).content.decode()
    assert all(said in page for said in ("已派人", "Shelved", "Taken over"))
    water.post(there, {"deed": "clear", "note": "误报"})
    assert "水位高" in water.get("/office/alarms/", {"state": "over"}).content.decode()
    assert "This alarm is over." in water.post(there, {"deed": "comment", "note": "x"}, follow=True).content.decode()
    id = next(one.id for one in sensing.alarm_rules(by=WATER) if one.kind == "threshold")
    water.post(f"/office/rules/{id}/switch/", {"on": "0"})
    assert "Switch on" in water.get("/office/rules/").content.decode()
    assert desk("ecology").get(there).status_code == 404
