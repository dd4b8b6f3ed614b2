"""Things speak MQTT: what they send is stored before it is acknowledged, and they hear what is theirs."""

import asyncio
import contextlib
import json
import socket
from dataclasses import replace

import psycopg
import pytest
from django.db import connection
from psycopg.conninfo import make_conninfo
from tests.scenario.test_sensing import NOW, WATER, city, gauge  # noqa: F401

from liangxi.gateways.mqtt import codec, rights, wire
from liangxi.gateways.mqtt.face import Address, Edge
from liangxi.kit.actor import Actor, Grant
from liangxi.kit.series import log
from liangxi.kit.series.log import Cursor
from liangxi.live.intake import face as intake
from liangxi.systems.sensing import face as sensing

MICROS = intake.micros(NOW)
PATIENCE = 20.0


class Device:
    """A bare client: packets out, packets in."""

    def __init__(self, reader, writer):
        self.reader, self.writer, self.frames, self.got = reader, writer, wire.Frames(10**6), []
        self.version = codec.V5

    @classmethod
    async def connect(cls, port, name, key, *, expiry=0, clean=True):
        self = cls(*await asyncio.open_connection("127.0.0.1", port))
        body = wire.text("MQTT") + bytes([5, 0xC0 | 2 * clean]) + b"\0\0"
        body += wire.properties_bytes({"session_expiry": expiry}) + wire.text(name) + wire.text("") + wire.text(key)
        self.writer.write(wire.packet(codec.CONNECT, body))
        kind, _, said = await self.next()
        assert kind == codec.CONNACK
        self.is_present, self.reason = bool(said[0]), said[1]
        return self

    async def next(self):
        async with asyncio.timeout(PATIENCE):
            while not self.got:
                data = await self.reader.read(65536)
                assert data, "the broker hung up"
                self.got += self.frames.feed(data)
        return self.got.pop(0)

    async def publish(self, topic, body, qos=1, packet=7):
        """The reason code and the words of the acknowledgement; messages that come meanwhile are put aside."""
        payload = body if isinstance(body, bytes) else json.dumps(body).encode()
        self.writer.write(codec.publish_packet(5, codec.Publish(topic, payload, qos, False, False, packet, {})))
        aside = []
        while (found := await self.next())[0] == codec.PUBLISH:
            aside.append(found)
        kind, _, said = found
        self.got = aside + self.got
        assert kind == (codec.PUBACK if qos == 1 else codec.PUBREC) and said[:2] == bytes([0, packet])
        words = wire.properties(wire.Body(said[3:]), frozenset({"reason", "user"})) if len(said) > 3 else {}
        return (said[2] if len(said) > 2 else 0), words.get("reason", "")

    async def subscribe(self, *filters):
        body = b"\0\x05\0" + b"".join(wire.text(one) + b"\1" for one in filters)
        self.writer.write(wire.packet(codec.SUBSCRIBE, body, 2))
        kind, _, said = await self.next()
        assert kind == codec.SUBACK
        return list(said[3:])

    async def message(self):
        kind, flags, body = await self.next()
        assert kind == codec.PUBLISH, kind
        found = codec.publish(flags, body, 5)
        if found.qos:
            self.writer.write(codec.ack_packet(5, codec.PUBACK, found.packet))
        return found

    async def close(self):
        self.writer.write(wire.packet(codec.DISCONNECT, b""))
        await self.end()

    async def end(self):
        self.writer.close()
        with contextlib.suppress(OSError):
            await self.writer.wait_closed()


@pytest.fixture
def house(city, tmp_path):  # noqa: F811
    """A function that runs a story with the port of an edge, the keys of things and the engine behind."""
    rows = [gauge("gw"), gauge("behind", gateway="gw"), gauge("other"), gauge("smoke", profile="smoke_detector")]
    keys = {one.thing: one.secret for one in sensing.register_things(by=WATER, rows=rows, are_keyed=True)}
    directory = intake.Directory()
    directory.refresh()

    held = connection.settings_dict
    place = {"host": held["HOST"], "port": held["PORT"], "user": held["USER"], "dbname": held["NAME"]}
    url = make_conninfo(**{name: value for name, value in place.items() if value})

    def run(story):
        async def go():
            engine = intake.Engine(tmp_path, clock=intake.server_time)
            engine.start()
            exchange, line = intake.Exchange(engine, tmp_path / "s"), intake.Line(tmp_path / "s")
            await exchange.start()
            line.start()
            while line._writer is None:
                await asyncio.sleep(0.01)
            edge = Edge(directory, line, tmp_path, url)
            await edge.start(Address(socket.create_server(("127.0.0.1", 0))))
            try:
                await story(edge, keys, engine)
            finally:
                await edge.stop()
                await line.stop()
                await exchange.stop()
                await engine.stop()

        asyncio.run(go())

    run.folder, run.directory = tmp_path, directory
    yield run
    with psycopg.connect(url) as link:
        link.execute("TRUNCATE mqtt_session, mqtt_message, mqtt_retained")


def stored(folder):
    found = []
    for block, _ in log.read(folder / "log", Cursor()):
        held = block.batch
        found += zip(held.streams.tolist(), held.times.tolist(), held.values.tolist(), strict=True)
    return found


def test_readings_are_stored_before_they_are_acknowledged(house):
    now = intake.server_time() // 1000
    level = house.directory.by_code["gw"].streams["level"]
    behind = house.directory.by_code["behind"].streams["level"]

    async def story(edge, keys, engine):
        gw = await Device.connect(edge.ports[0], "gw", keys["gw"])
        assert await gw.publish("things/gw/observations", {"property": "level", "time": now, "result": 3.25}) == (0, "")
        assert stored(house.folder) == [(level, now * 1000, 3.25)]
        many = {"readings": [["level", now - 1000, 1.5], ["level", now - 2000, "high"]]}
        reason, why = await gw.publish("things/behind/observations", many, qos=2)
        assert reason == 0 and why.startswith("result: ")
        assert stored(house.folder)[1:] == [(behind, (now - 1000) * 1000, 1.5)]
        assert await gw.publish("things/gw/properties/level", b"4.5") == (0, "")
        assert await gw.publish("things/gw/properties/level", {"time": now, "result": 5}) == (0, "")
        assert [value for *_, value in stored(house.folder)] == [3.25, 1.5, 4.5, 5.0]
        await gw.close()

    house(story)


BAD = [
    ("things/gw/observations", b"{", 0x99),
    ("things/gw/observations", {"property": "level", "time": 1, "result": 1}, 0x99),
    ("things/gw/observations", {"thing": "behind", "property": "level", "time": 1, "result": 1}, 0x99),
    ("things/gw/properties/wind", b"1", 0x99),
    ("things/gw/properties/level", b"NaN", 0x99),
    ("things/gw/properties/level", b"1e400", 0x99),
    ("things/gw/properties/level", {"result": 1, "time": "2026-11-25T08:00:00"}, 0x99),
    ("things/other/properties/level", b"1", 0x87),
    ("things/nobody/properties/level", b"1", 0x87),
    ("things/gw/commands/restart", b"", 0x87),
    ("elsewhere", b"1", 0x87),
]


def test_what_is_not_good_is_refused_with_its_reason_and_nothing_is_stored(house):
    async def story(edge, keys, engine):
        gw = await Device.connect(edge.ports[0], "gw", keys["gw"])
        for topic, body, reason in BAD:
            found, why = await gw.publish(topic, body)
            assert (found, bool(why)) == (reason, True), topic
        assert await gw.publish("things/gw/properties/level", b"2") == (0, "")
        assert sum(engine.counters().refused.values()) == len(BAD) - 2  # the last two never were readings
        await gw.close()

    house(story)
    assert len(stored(house.folder)) == 1


def test_a_thing_hears_what_is_its_own_and_what_was_observed_last(house):
    async def story(edge, keys, engine):
        gw = await Device.connect(edge.ports[0], "gw", keys["gw"])
        other = await Device.connect(edge.ports[0], "other", keys["other"])
        await other.publish("things/other/properties/level", b"9")
        await gw.publish("things/behind/properties/level", b"1.5")
        assert await gw.subscribe("things/+/properties/#", "things/other/#", "#") == [1, 0x87, 0x87]
        found = await gw.message()
        assert (found.topic, found.retain, found.qos) == ("things/behind/properties/level", True, 0)
        assert json.loads(found.payload)["result"] == 1.5
        await other.publish("things/other/properties/level", b"10")
        await gw.publish("things/gw/properties/level", b"2.5")
        heard = []
        while not heard or heard[-1][0] != "gw":
            found = await gw.message()
            heard.append((found.topic.split("/")[1], json.loads(found.payload)["result"], found.retain))
        assert heard[-1] == ("gw", 2.5, False) and "other" not in {code for code, *_ in heard}
        for one in (gw, other):
            await one.close()

    house(story)


def test_who_has_no_key_stays_outside_and_who_loses_it_leaves(house):
    async def story(edge, keys, engine):
        stranger = await Device.connect(edge.ports[0], "x", "lxd_wrong")
        assert stranger.reason == 0x86
        await stranger.end()
        gw = await Device.connect(edge.ports[0], "gw", keys["gw"])
        house.directory._keys.clear()
        kind, _, body = await gw.next()
        assert (kind, body[0]) == (codec.DISCONNECT, 0x87)
        await gw.end()

    house(story)


def test_sessions_messages_and_retained_ones_outlive_the_broker(house):
    async def first(edge, keys, engine):
        gw = await Device.connect(edge.ports[0], "gw", keys["gw"], expiry=1000, clean=False)
        assert await gw.subscribe("things/gw/notes/#") == [1]
        await gw.close()
        again = await Device.connect(edge.ports[0], "second", keys["gw"])
        for n in range(3):
            assert (await again.publish(f"things/gw/notes/{n}", str(n).encode()))[0] == 0
        sent = codec.Publish("things/gw/state", b"on", 1, True, False, 9, {"content_type": "text/plain"})
        again.writer.write(codec.publish_packet(5, sent))
        assert (await again.next())[0] == codec.PUBACK
        await again.close()

    async def second(edge, keys, engine):
        gw = await Device.connect(edge.ports[0], "gw", keys["gw"], expiry=1000, clean=False)
        assert gw.is_present
        assert [(await gw.message()).payload for _ in range(3)] == [b"0", b"1", b"2"]
        await gw.subscribe("things/gw/state")
        found = await gw.message()
        assert (found.payload, found.retain, found.properties["content_type"]) == (b"on", True, "text/plain")
        await gw.close()

    async def third(edge, keys, engine):
        gw = await Device.connect(edge.ports[0], "gw", keys["gw"], clean=False)
        assert gw.is_present and not gw.got
        await gw.close()

    for story in (first, second, third):
        house(story)


def test_while_the_intake_is_away_nothing_is_acknowledged(house):
    async def story(edge, keys, engine):
        gw = await Device.connect(edge.ports[0], "gw", keys["gw"])
        await edge._server._house.sink.stop()
        gw.writer.write(
            codec.publish_packet(5, codec.Publish("things/gw/properties/level", b"1", 1, False, False, 3, {}))
        )
        kind, _, body = await gw.next()
        assert (kind, body[0]) == (codec.DISCONNECT, 0x88)
        await gw.end()

    house(story)
    assert not stored(house.folder)


def test_a_program_hears_and_commands_only_what_its_account_may(house):
    def account(*permissions, path="/320200/water/"):
        actor = Actor(kind="staff", account="7", name="程序", grants=(Grant("x", frozenset(permissions), path),))
        return rights.OfAccount(house.directory, actor, True)

    reader, manager = account("thing.read"), account("thing.read", "thing.manage")
    elsewhere = account("thing.read", "thing.manage", path="/320200/ecology/")
    assert reader.may_subscribe(("things", "#")) and not reader.may_subscribe(("#",))
    assert reader.may_hear("things/gw/properties/level") and not elsewhere.may_hear("things/gw/properties/level")
    assert manager.may_publish("things/gw/commands/restart") and not reader.may_publish("things/gw/commands/restart")
    assert not manager.may_publish("things/gw/properties/level")
    assert not replace(manager, may_write=False).may_publish("things/gw/commands/restart")
