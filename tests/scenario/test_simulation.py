"""The sample things: what they say fits their profiles, is the same each time, and goes in by the door of devices."""

import http.server
import json
import threading
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import yaml
from tests.scenario.test_sensing import city  # noqa: F401 (the fixture comes from there)

from liangxi.core.people import face as people
from liangxi.core.people.shapes import OrganisationRow
from liangxi.kit.time import frozen
from liangxi.site import marks, simulating
from liangxi.site.sample import things
from liangxi.systems.sensing import face as sensing

PROFILES = {
    one["code"]: one
    for file in (Path(__file__).parents[2] / "cities/wuxi/things").glob("*.yaml")
    for one in [yaml.safe_load(file.read_text())]
}
NOW = datetime(2026, 11, 25, 2, tzinfo=UTC)
OWNERS = ("transport", "urban", "market", "fire")


def fits(wanted, result):
    if wanted["type"] == "number":
        return isinstance(result, int | float) and wanted["low"] <= result <= wanted["high"]
    if wanted["type"] == "category":
        return result in wanted["options"]
    return isinstance(result, bool)


@pytest.mark.parametrize("kind", things.KINDS, ids=lambda kind: kind.profile)
def test_what_they_say_fits_their_profile_at_any_time(kind):
    wanted = PROFILES[kind.profile]["properties"]
    for n in range(things.EACH):
        for minutes in range(0, 40 * 24 * 60, 47):
            at = NOW + timedelta(minutes=minutes)
            said = kind.says(n, at)
            assert said == kind.says(n, at)
            assert {name: value for name, value in said.items() if not fits(wanted[name], value)} == {}
            assert things.says(f"{things.PREFIX}{kind.profile}-{n + 1}", at) == said


def test_something_happens_within_a_season():
    days = [NOW + timedelta(minutes=45 * n) for n in range(90 * 32)]
    for rule in things.RULES:
        said = [things.says(f"{things.PREFIX}{rule.profile}-{n + 1}", at) for at in days for n in range(things.EACH)]
        assert any(one[rule.property] > rule.high for one in said), rule.title
        assert not all(one[rule.property] > rule.high for one in said), rule.title


class Door(http.server.ThreadingHTTPServer):
    """The door of devices, which notes who said what."""

    def __init__(self):
        super().__init__(("127.0.0.1", 0), Said)
        self.heard = []


class Said(http.server.BaseHTTPRequestHandler):
    def do_POST(self):
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        self.server.heard.append((self.path, self.headers["Authorization"], body["readings"]))
        self.send_response(201)
        self.end_headers()

    def log_message(self, *_):
        """Nothing."""


@pytest.fixture
def sample(city, settings, tmp_path):  # noqa: F811
    settings.CONFIG = replace(settings.CONFIG, home=tmp_path, port=1)
    with frozen(NOW):
        people.load_organisations(by=things.HOUSE, rows=[
            OrganisationRow(code="320200", parent=None, kind="government", name_zh="市", name_en="City"),
            *(OrganisationRow(code=code, parent="320200", kind="department", name_zh=code, name_en=code.title())
              for code in OWNERS),
        ])  # fmt: skip
        yield settings


def test_they_stand_once_and_are_heard_with_their_keys_and_their_past(sample, monkeypatch):
    places = [type("Town", (), {"name": {"zh": "样例街道"}, "code": lambda self: ""})()]
    monkeypatch.setattr(things.places, "divisions", lambda **_: places)
    monkeypatch.setattr(things.places, "find_addresses", lambda **_: ())
    assert simulating.speak() == 0  # no sample
    things.make()
    things.make()
    assert len(things.keys()) == len(things.KINDS) * things.EACH
    written = [rule.title for rule in sensing.alarm_rules(by=things.HOUSE)]
    assert all(written.count(rule.title) == 1 for rule in things.RULES)
    assert (sample.CONFIG.home / "keys/sample-things.json").stat().st_mode & 0o077 == 0

    assert simulating.speak() == 0 and marks.get(simulating.MARK) is None  # the web is not up: nothing is passed over
    door = Door()
    thread = threading.Thread(target=door.serve_forever)
    thread.start()
    try:
        sample.CONFIG = replace(sample.CONFIG, port=door.server_address[1])
        past = simulating.PAST // simulating.STEP
        assert simulating.speak() == sum(len(readings) for _, _, readings in door.heard)
        path, key, readings = door.heard[0]
        assert path == "/iot/v1/observations" and key == f"Bearer {things.keys()['sample-water_level-1']}"
        assert len({time for _, time, _ in readings}) == past + 1
        door.heard.clear()
        with frozen(NOW + timedelta(minutes=1)):
            simulating.speak()
        assert {time for _, _, readings in door.heard for _, time, _ in readings} == {
            int((NOW + timedelta(minutes=1)).timestamp() * 1000)
        }
        sample.CONFIG = replace(sample.CONFIG, simulates=False)
        assert simulating.speak() == 0
    finally:
        door.shutdown()
        thread.join()
        door.server_close()
