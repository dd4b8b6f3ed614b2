"""A device that speaks MQTT while broker and intake are killed: what was acknowledged is stored."""

import json
import threading
import time

import pytest
from paho.mqtt import client as paho
from paho.mqtt.enums import CallbackAPIVersion
from tests.fault.houses import House, free_port, open_place, until

from liangxi.kit.series import log
from liangxi.kit.series.log import Cursor

REGISTER = """
from liangxi.kit.actor import system
from liangxi.systems.sensing import face as sensing
from liangxi.systems.sensing.shapes import ThingRow
rows = [ThingRow(code="gauge", title="水位计", profile="water_level", org="water")]
print("KEY", sensing.register_things(by=system("test"), rows=rows, are_keyed=True)[0].secret)
"""


@pytest.fixture
def house():
    with open_place() as place:
        it = House(place / "var")
        it.mqtt = free_port()
        yield it.start("--no-sample")
        it.stop()


class Gauge:
    """A gauge with QoS 1 that notes what was acknowledged."""

    def __init__(self, port, key, transport):
        self.acknowledged, self._sent, self._stopping = set(), {}, threading.Event()
        self._client = paho.Client(CallbackAPIVersion.VERSION2, transport, clean_session=False, transport=transport)
        self._client.ws_set_options(path="/mqtt")
        self._client.username_pw_set("gauge", key)
        self._client.reconnect_delay_set(1, 1)
        self._client.max_inflight_messages_set(20)
        self._client.on_publish = self._told
        self._client.connect_async("127.0.0.1", port)
        self._client.loop_start()
        self._thread = threading.Thread(target=self._speak)
        self._thread.start()

    def _told(self, client, userdata, number, reason, properties):
        if not reason.is_failure:
            self.acknowledged.add(self._sent[number])

    def _speak(self):
        first = time.time_ns() // 1_000_000 - 3_600_000 - (0 if self._client.transport == "tcp" else 1_800_000)
        for at in range(first, first + 1_000_000):
            if self._stopping.wait(0.002):
                return
            if len(self._sent) - len(self.acknowledged) < 100:
                body = json.dumps({"time": at, "result": 1.5})
                self._sent[self._client.publish("things/gauge/properties/level", body, 1).mid] = at

    def stop(self):
        self._stopping.set()
        self._thread.join()
        self._client.disconnect()
        self._client.loop_stop()


@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")  # paho forgets sockets that were cut
def test_what_a_device_was_told_is_stored_whatever_dies(house):
    until(house.is_well)
    said = house.command("manage", "shell", "-c", REGISTER)
    key = next(line.split()[1] for line in said.stdout.splitlines() if line.startswith("KEY"))
    gauges = [Gauge(house.mqtt, key, "tcp"), Gauge(house.port, key, "websockets")]
    try:
        for name in ("mqtt", "intake", "mqtt", "intake"):
            wanted = [len(one.acknowledged) + 30 for one in gauges]
            until(lambda w=wanted: all(len(one.acknowledged) >= n for one, n in zip(gauges, w, strict=True)))
            house.kill(name)
        wanted = [len(one.acknowledged) + 30 for one in gauges]
        until(lambda: all(len(one.acknowledged) >= n for one, n in zip(gauges, wanted, strict=True)))
    finally:
        for one in gauges:
            one.stop()
    stored = {
        at // 1000 for block, _ in log.read(house.home / "sensing/log", Cursor()) for at in block.batch.times.tolist()
    }
    for one in gauges:
        assert not one.acknowledged - stored
