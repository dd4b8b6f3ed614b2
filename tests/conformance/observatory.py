"""A city with an intake, and a client of its SensorThings API that says what it got."""

import asyncio
import json
import threading
from dataclasses import replace

import pytest
from django.test import Client
from tests.scenario.test_sensing import city  # noqa: F401 (the fixture comes from there)

from liangxi.live.intake import face as intake

ROOT = "/sta/v1.1"
POINT = {"type": "Point", "coordinates": [120.3, 31.5]}
UNIT = {"name": "degree Celsius", "symbol": "°C", "definition": "ucum:Cel"}
OM = "http://www.opengis.net/def/observationType/OGC-OM/2.0/OM_"


class Stored:
    """An intake in a thread: what is handed over is on disk."""

    def __init__(self, folder):
        self.folder, self.loop, self.is_up = folder, asyncio.new_event_loop(), threading.Event()
        self.thread = threading.Thread(target=self._run)
        self.thread.start()
        assert self.is_up.wait(10)

    def _run(self):
        self.loop.run_until_complete(self._live())
        self.loop.close()

    async def _live(self):
        self.ending = asyncio.Event()
        engine = intake.Engine(self.folder)
        engine.start()
        exchange = intake.Exchange(engine, self.folder / intake.LINE)
        await exchange.start()
        self.engine = engine
        self.is_up.set()
        await self.ending.wait()
        await exchange.stop()
        await engine.stop()

    def stop(self):
        self.loop.call_soon_threadsafe(self.ending.set)
        self.thread.join()


@pytest.fixture
def house(city, settings, tmp_path):  # noqa: F811
    settings.CONFIG = replace(settings.CONFIG, home=tmp_path, observatory="water")
    stored = Stored(settings.CONFIG.sensing)
    yield stored
    stored.stop()


class Sta:
    """A client that says what it got."""

    def __init__(self):
        self.client = Client()

    def get(self, path, status=200, **query):
        found = self.client.get(f"{ROOT}{path}", query)
        assert found.status_code == status, found.content
        is_json = "json" in found.headers.get("Content-Type", "")
        return json.loads(found.content) if is_json else found.content.decode()

    def values(self, path, **query):
        return self.get(path, **query)["value"]

    def names(self, path, **query):
        return [one["name"] for one in self.values(path, **query)]

    def send(self, method, path, body, status, kind="application/json"):
        found = self.client.generic(method, f"{ROOT}{path}", json.dumps(body), content_type=kind)
        assert found.status_code == status, found.content
        return found

    def make(self, path, body):
        found = self.send("POST", path, body, 201)
        place = found.headers["Location"]
        return int(place.rpartition("(")[2][:-1])


@pytest.fixture
def sta(house):
    return Sta()


def stream(**more):
    return {
        "name": "气温",
        "description": "air temperature",
        "unitOfMeasurement": UNIT,
        "observationType": f"{OM}Measurement",
        "Sensor": {"name": "DHT22", "description": "thermometer", "encodingType": "application/pdf", "metadata": "x"},
        "ObservedProperty": {"name": "Temperature", "definition": "http://x/t", "description": "of the air"},
    } | more


def thing(**more):
    return {
        "name": "灯杆 1",
        "description": "a lamp post",
        "properties": {"owner": "城管", "height": 8, "lit": True},
        "Locations": [
            {"name": "路口", "description": "crossing", "encodingType": "application/geo+json", "location": POINT}
        ],
        "Datastreams": [stream()],
    } | more


def observed(sta, values, **more):
    """Observations of one stream, an hour apart from 2026-01-01; the stream."""
    id = sta.make("/Things", thing())
    (held,) = sta.values(f"/Things({id})/Datastreams")
    for hour, value in enumerate(values):
        body = {
            "phenomenonTime": f"2026-01-01T{hour:02d}:00:00Z",
            "result": value,
            "Datastream": {"@iot.id": held["@iot.id"]},
        }
        sta.make("/Observations", body | more)
    return held["@iot.id"]
