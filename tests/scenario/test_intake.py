"""A device's observation from its request to the disk: acknowledged when it is there, refused with a reason."""

import asyncio
import errno
import json
from datetime import datetime, timedelta

import numpy as np
import pytest
from tests.scenario.test_sensing import NOW, WATER, city, gauge  # noqa: F401

from liangxi.kit.errors import UnauthenticatedError
from liangxi.kit.series import log
from liangxi.kit.series.latest import Reader
from liangxi.kit.series.log import Cursor
from liangxi.live.intake import admission, app, engine
from liangxi.live.intake.app import Door
from liangxi.live.intake.directory import Directory
from liangxi.live.intake.engine import Engine
from liangxi.live.intake.line import Exchange, Line
from liangxi.systems.sensing import face as sensing
from liangxi.systems.sensing.shapes import IssuedCredential

AT = NOW.isoformat()
MICROS = admission.micros(NOW)
PATIENCE = 20.0


async def ask(door, key, body=None, path="observations", method="POST", query=""):
    """Status, body as JSON, headers."""
    got = []
    data = body if isinstance(body, bytes) else json.dumps(body).encode() if body is not None else b""

    async def receive():
        return {"type": "http.request", "body": data, "more_body": False}

    async def send(message):
        got.append(message)

    headers = [(b"authorization", f"Bearer {key}".encode())] if key else []
    scope = {"type": "http", "method": method, "path": f"/iot/v1/{path}", "query_string": query.encode(),
             "headers": headers}  # fmt: skip
    async with asyncio.timeout(PATIENCE):
        await door(scope, receive, send)
    return got[0]["status"], json.loads(got[1]["body"]), dict(got[0]["headers"])


@pytest.fixture
def house(city, tmp_path):  # noqa: F811
    """A function that runs a story with a door, an engine and the keys of two gauges and a tracker."""
    rows = [
        gauge("gw"),
        gauge("behind", gateway="gw"),
        gauge("planned", state="planned", gateway="gw"),
        gauge("car", profile="tracker"),
        gauge("smoke", profile="smoke_detector"),
    ]
    keys = {one.thing: one.secret for one in sensing.register_things(by=WATER, rows=rows, are_keyed=True)}
    directory = Directory()
    directory.refresh()

    def run(story, **more):
        async def go():
            held = Engine(tmp_path, clock=more.get("clock", lambda: MICROS))
            held.start()
            exchange, line = Exchange(held, tmp_path / "s"), Line(tmp_path / "s")
            await exchange.start()
            line.start()
            while line._writer is None:
                await asyncio.sleep(0.01)
            try:
                await story(Door(directory, line, tmp_path, clock=lambda: MICROS), keys, held)
            finally:
                await line.stop()
                await exchange.stop()
                await held.stop()

        asyncio.run(go())

    run.folder, run.directory = tmp_path, directory
    return run


def stored(folder):
    return [
        (stream, at)
        for block, _ in log.read(folder / "log", Cursor())
        for stream, at in zip(block.batch.streams.tolist(), block.batch.times.tolist(), strict=True)
    ]


def test_one_reading_and_many_are_stored_before_they_are_acknowledged(house):
    async def story(door, keys, held):
        one = {"property": "level", "time": AT, "result": 3.25}
        status, said, _ = await ask(door, keys["gw"], one)
        assert (status, said) == (201, {"thing": "gw", "seq": 1})
        assert len(stored(house.folder)) == 1
        millis = MICROS // 1000
        many = {"readings": [["level", millis - 1000, 3], ["cover", AT, True], ["battery", AT, 12.5]]}
        status, said, _ = await ask(door, keys["gw"], many)
        assert (status, said) == (201, {"thing": "gw", "stored": 3, "seq": 2, "refused": []})
        status, said, _ = await ask(door, keys["gw"], method="GET", path="latest")
        assert status == 200
        assert {name: (one["result"], one["seq"]) for name, one in said["latest"].items()} == {
            "level": (3.25, 1), "cover": (True, 3), "battery": (12.5, 4)
        }  # fmt: skip
        assert datetime.fromisoformat(said["latest"]["level"]["time"]) == NOW
        counted = held.counters()
        assert (counted.received, counted.stored, counted.refused) == (4, 4, {})

    house(story)


def test_words_places_and_states_are_kept_beside_the_numbers(house):
    point = {"type": "Point", "coordinates": [120.3, 31.57]}

    async def story(door, keys, held):
        many = {"readings": [["position", AT, point], ["speed", AT, 35], ["ignition", AT, False]]}
        assert (await ask(door, keys["car"], many))[0] == 201
        assert (await ask(door, keys["smoke"], {"property": "status", "time": AT, "result": "alarm"}))[0] == 201
        _, said, _ = await ask(door, keys["car"], method="GET", path="latest")
        assert {name: one["result"] for name, one in said["latest"].items()} == {
            "position": point, "speed": 35.0, "ignition": False
        }  # fmt: skip
        _, said, _ = await ask(door, keys["smoke"], method="GET", path="latest")
        assert said["latest"]["status"]["result"] == "alarm"

    house(story)


BAD = [
    ("gw", {"property": "wind"}, "intake.stream.unknown", "property"),
    ("gw", {"result": 51}, "intake.result.range", "result"),
    ("gw", {"result": "high"}, "intake.result.type", "result"),
    ("gw", {"result": True}, "intake.result.type", "result"),
    ("gw", {"property": "cover", "result": 1}, "intake.result.type", "result"),
    ("gw", {"time": (NOW + timedelta(minutes=6)).isoformat()}, "intake.time.future", "time"),
    ("gw", {"time": (NOW - timedelta(days=32)).isoformat()}, "intake.time.past", "time"),
    ("gw", {"time": 2**62}, "intake.time.future", "time"),
    ("gw", {"time": -(2**62)}, "intake.time.past", "time"),
    ("smoke", {"property": "status", "result": "asleep"}, "intake.result.range", "result"),
    ("car", {"property": "position", "result": {"type": "Sphere"}}, "intake.result.type", "result"),
    ("car", {"property": "position", "result": {"type": "Point", "coordinates": [0.5] * 9000}}, "intake.result.size",
     "result"),
]  # fmt: skip


def test_bad_readings_are_refused_with_a_reason_and_disturb_no_other(house):
    async def story(door, keys, held):
        for who, change, code, field in BAD:
            good = {"property": "level", "time": AT, "result": 1.0}
            status, said, headers = await ask(door, keys[who], good | change)
            assert (status, said["code"], list(said["errors"])) == (422, code, [field]), change
            assert headers[b"content-type"] == b"application/problem+json"
        rows = [["level", AT, 1.0], ["wind", AT, 1.0], ["level", AT, 99.0], ["battery", AT, 2.0], ["level", 0, 1.0]]
        status, said, _ = await ask(door, keys["gw"], {"readings": rows})
        assert (status, said["stored"]) == (201, 2)
        assert [(one["index"], one["code"]) for one in said["refused"]] == [
            (1, "intake.stream.unknown"), (2, "intake.result.range"), (4, "intake.time.past")
        ]  # fmt: skip
        while held.counters().refused.get("intake.time.past", 0) < 3:
            await asyncio.sleep(0.01)
        assert held.counters().stored == 2

    house(story)
    assert len(stored(house.folder)) == 2


@pytest.mark.parametrize(
    ("body", "status", "code"),
    [
        (b"{", 400, "intake.malformed"),
        (b'{"property": "level", "time": "2026-11-25T08:00:00Z", "result": NaN}', 400, "intake.malformed"),
        (b'{"property": "level", "time": "yesterday", "result": 1}', 400, "intake.malformed"),
        (b'{"colour": "red"}', 400, "intake.malformed"),
        (b'{"property": "level", "result": 1}', 422, "intake.reading"),
        (b'{"property": "level", "time": "2026-11-25T08:00:00", "result": 1}', 422, "intake.time.offset"),
        (b'{"readings": []}', 413, "intake.readings"),
        (b" " * (app.LARGEST + 1), 413, "live.size"),
        (b'{"thing": "car", "property": "speed", "time": 1, "result": 1}', 404, "intake.thing.unknown"),
        (b'{"thing": "planned", "property": "level", "time": 1, "result": 1}', 403, "intake.thing.state"),
        (b'{"property": "level", "time": 99999999999999999999999, "result": 1}', 422, "intake.time.future"),
        (b'{"property": "level", "time": 1, "result": 1e999}', 400, "intake.malformed"),
    ],
)
def test_a_request_that_makes_no_sense_gets_its_own_answer(house, body, status, code):
    async def story(door, keys, held):
        got, said, _ = await ask(door, keys["gw"], body)
        assert (got, said["code"]) == (status, code), said

    house(story)


def test_who_may_speak(house):
    reading = {"property": "level", "time": AT, "result": 1.0}

    async def story(door, keys, held):
        for key in ("", "lxd_nobody"):
            status, _, headers = await ask(door, key, reading)
            assert (status, headers[b"www-authenticate"]) == (401, b"Bearer")
        status, said, _ = await ask(door, keys["gw"], reading | {"thing": "behind"})
        assert (status, said["thing"]) == (201, "behind")
        assert (await ask(door, keys["behind"], reading | {"thing": "gw"}))[0] == 404
        assert (await ask(door, keys["gw"], reading, method="DELETE"))[0] == 405
        assert (await ask(door, keys["gw"], reading, path="nothing"))[0] == 404

    house(story)
    fresh = sensing.rotate_key(by=WATER, code="gw", is_at_once=True).secret
    sensing.change_state(by=WATER, code="behind", state="retired")
    house.directory.refresh()

    async def later(door, keys, held):
        assert (await ask(door, keys["gw"], reading))[0] == 401
        assert (await ask(door, fresh, reading))[0] == 201
        assert (await ask(door, keys["behind"], reading))[0] == 401
        assert (await ask(door, fresh, reading | {"thing": "behind"}))[0] == 403

    house(later)


def test_a_full_disk_is_told_and_passes(house, monkeypatch):
    reading = {"property": "level", "time": AT, "result": 1.0}

    def full(*_):
        raise OSError(errno.ENOSPC, "No space left on device")

    async def story(door, keys, held):
        with monkeypatch.context() as broken:
            broken.setattr(log.os, "fdatasync", full)
            status, said, headers = await ask(door, keys["gw"], reading)
            assert (status, said["code"]) == (507, "intake.storage")
            assert b"retry-after" in headers
        assert (await ask(door, keys["gw"], reading))[1]["seq"] == 1
        counted = held.counters()
        assert (counted.received, counted.stored, counted.refused) == (2, 1, {"intake.storage": 1})

    house(story)
    assert len(stored(house.folder)) == 1


def test_the_clock_of_the_house_may_jump_and_the_log_runs_forward(house):
    clock = iter([MICROS, MICROS - 10**9, MICROS + 5, MICROS + 6])

    async def story(door, keys, held):
        for n in range(3):
            assert (await ask(door, keys["gw"], {"property": "level", "time": AT, "result": float(n)}))[0] == 201

    house(story, clock=lambda: next(clock))
    received = [block.received for block, _ in log.read(house.folder / "log", Cursor())]
    assert received == [MICROS, MICROS, MICROS + 5]


def test_what_waits_is_bounded_and_whoever_comes_then_waits_for_the_answer(house, monkeypatch):
    monkeypatch.setattr(engine, "MOST", 200)
    rows = [["level", MICROS // 1000 - n, 1.0] for n in range(20)]

    async def story(door, keys, held):
        answers = await asyncio.gather(*(ask(door, keys["gw"], {"readings": rows}) for _ in range(20)))
        assert [status for status, _, _ in answers] == [201] * 20
        assert held.counters().stored == 400

    house(story)


def test_restarts_replay_and_an_intake_that_is_away_is_told(house):
    reading = {"property": "level", "time": AT, "result": 7.0}

    async def story(door, keys, held):
        assert (await ask(door, keys["gw"], reading))[0] == 201
        held.roll()
        assert (await ask(door, keys["gw"], reading | {"property": "battery"}))[0] == 201

    house(story)
    (house.folder / "latest").unlink()  # as if the machine had lost what was not synced
    again = Engine(house.folder)
    assert again.replayed == 2
    streams = house.directory.by_code["gw"].streams
    found = Reader(house.folder).of(np.array([streams["level"], streams["battery"]], np.uint32))
    assert found.values.tolist() == [7.0, 7.0]

    async def away():
        await again.stop()
        door = Door(house.directory, Line(house.folder / "none"), house.folder, clock=lambda: MICROS)
        return await ask(door, "lxd_none", reading), await ask(Door(Directory(), again, house.folder), "k", reading)

    refused, unready = asyncio.run(away())
    assert (refused[0], unready[0]) == (401, 503)


def test_a_thing_claims_its_key_over_the_same_door(house, monkeypatch):
    """The database is another thread's affair (its law is told in test_sensing); the door asks it and answers."""

    def claim(*, secret, code, title):
        if secret != "lxc_good":
            raise UnauthenticatedError("sensing.claim_key.refused", "This claim key does not hold.")
        return IssuedCredential(code, f"lxd_{title}")

    monkeypatch.setattr(app.sensing, "claim", claim)

    async def story(door, keys, held):
        status, said, _ = await ask(door, "lxc_good", {"code": "self", "title": "自注册"}, path="claims")
        assert (status, said) == (201, {"thing": "self", "key": "lxd_自注册"})
        assert (await ask(door, "lxc_no", {"code": "other", "title": "自"}, path="claims"))[0] == 401
        assert (await ask(door, "lxc_good", {"code": "other"}, path="claims"))[0] == 400

    house(story)
