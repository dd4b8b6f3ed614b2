"""The SensorThings API 1.1: every entity made, asked for, changed and removed over HTTP; and by FROST's own client."""

import asyncio
import json
import threading

import pytest
from django.test import Client
from tests.scenario.test_sensing import NOW, WATER, city, gauge  # noqa: F401 (the fixture comes from there)

from liangxi.live.intake import face as intake
from liangxi.systems.sensing import face as sensing
from liangxi.systems.sensing.shapes.observatory import SETS

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
    from dataclasses import replace

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


def test_a_thing_is_made_with_all_that_hangs_on_it_and_every_relation_is_walked(sta):
    assert len(sta.get("")["value"]) == 9
    id = sta.make("/Things", thing())
    told = sta.get(f"/Things({id})")
    assert told["@iot.selfLink"] == f"http://testserver{ROOT}/Things({id})"
    assert told["properties"] == {"owner": "城管", "height": 8, "lit": True}
    assert told["Datastreams@iot.navigationLink"].endswith(f"/Things({id})/Datastreams")
    (place,) = sta.values(f"/Things({id})/Locations")
    assert place["location"] == POINT
    (past,) = sta.values(f"/Things({id})/HistoricalLocations")
    assert sta.get(f"/HistoricalLocations({past['@iot.id']})/Thing")["@iot.id"] == id
    assert sta.values(f"/HistoricalLocations({past['@iot.id']})/Locations")[0]["@iot.id"] == place["@iot.id"]
    (held,) = sta.values(f"/Things({id})/Datastreams")
    at = f"/Datastreams({held['@iot.id']})"
    assert sta.get(f"{at}/Sensor")["name"] == "DHT22" and sta.get(f"{at}/ObservedProperty")["name"] == "Temperature"
    assert sta.get(f"{at}/Thing/Locations({place['@iot.id']})/Things")["value"][0]["@iot.id"] == id
    assert sta.values(f"{at}/Sensor/Datastreams") == sta.values(f"{at}/ObservedProperty/Datastreams")
    assert sta.get(f"/Things({id})/name") == {"name": "灯杆 1"}
    assert sta.get(f"/Things({id})/name/$value") == "灯杆 1"
    assert sta.get(f"/Things({id})/Datastreams/$ref")["value"] == [{"@iot.selfLink": held["@iot.selfLink"]}]
    for path in (
        "/Things(999999)",
        "/Ghosts",
        f"/Things({id})/Ghosts",
        f"/Things({id})/name/x",
        "/Things(0)",
        "/Things(-1)",
        f"/Things({id})/Datastreams(999999)",
        "/Things(99999999999999999999999)",
    ):
        sta.get(path, status=404)


def test_observations_are_stored_before_they_are_acknowledged_and_found_again(house, sta):
    id = observed(sta, [20.5, 21, 19.25])
    rows = sta.values(f"/Datastreams({id})/Observations")
    assert [one["result"] for one in rows] == [20.5, 21, 19.25]
    assert rows[0]["phenomenonTime"] == "2026-01-01T00:00:00.000Z" and rows[0]["resultTime"] is None
    assert sta.get(f"/Datastreams({id})")["phenomenonTime"] == "2026-01-01T00:00:00.000Z/2026-01-01T02:00:00.000Z"
    one = f"/Observations({rows[1]['@iot.id']})"
    assert sta.get(f"{one}/Datastream")["@iot.id"] == id
    assert sta.get(f"{one}/FeatureOfInterest")["feature"] == POINT
    assert sta.get(f"{one}/result/$value") == "21"
    more = {
        "phenomenonTime": "2026-01-01T05:00:00+08:00/2026-01-01T06:00:00+08:00",
        "resultTime": "2026-01-02T00:00:00Z",
        "result": 3,
        "validTime": "2026-01-02T00:00:00Z/2026-01-03T00:00:00Z",
        "parameters": {"operator": "王"},
        "resultQuality": "good",
        "FeatureOfInterest": {
            "name": "湖",
            "description": "",
            "encodingType": "application/geo+json",
            "feature": {"type": "Point", "coordinates": [120.1, 31.2]},
        },
    }
    again = sta.make(f"/Datastreams({id})/Observations", more)
    told = sta.get(f"/Observations({again})")
    assert told["phenomenonTime"] == "2025-12-31T21:00:00.000Z/2025-12-31T22:00:00.000Z"
    assert told["parameters"] == {"operator": "王"} and told["resultQuality"] == "good"
    assert told["validTime"] == "2026-01-02T00:00:00.000Z/2026-01-03T00:00:00.000Z"
    assert sta.get(f"/Observations({again})/FeatureOfInterest")["name"] == "湖"
    lake = sta.get(f"/Observations({again})/FeatureOfInterest")["@iot.id"]
    assert [one["@iot.id"] for one in sta.values(f"/FeaturesOfInterest({lake})/Observations")] == [again]
    house.engine.roll()
    sealer = intake.Sealer(house.engine, intake.Directory())
    assert sealer.turn() == 4
    assert [one["result"] for one in sta.values(f"/Datastreams({id})/Observations")] == [3, 20.5, 21, 19.25]


FILTERS = [
    ("result gt 3", [4, 5]),
    ("result ge 3 and result lt 5", [3, 4]),
    ("not (result eq 3)", [1, 2, 4, 5]),
    ("result add 1 eq 3 or result mul 2 eq 8", [2, 4]),
    ("result mod 2 eq 0", [2, 4]),
    ("result div 2 gt 2", [5]),
    ("result sub 1 le 1", [1, 2]),
    ("-1 lt result and result ne 2", [1, 3, 4, 5]),
    ("result in (1, 5)", [1, 5]),
    ("phenomenonTime gt 2026-01-01T02:30:00Z", [4, 5]),
    ("phenomenonTime le 2026-01-01T09:00:00+08:00", [1, 2]),
    ("hour(phenomenonTime) eq 2", [3]),
    ("date(phenomenonTime) eq 2026-01-01 and minute(phenomenonTime) eq 0", [1, 2, 3, 4, 5]),
    ("during(phenomenonTime, 2026-01-01T00:30:00Z/2026-01-01T03:00:00Z)", [2, 3, 4]),
    ("before(phenomenonTime, 2026-01-01T01:00:00Z)", [1]),
    ("after(phenomenonTime, 2026-01-01T03:00:00Z)", [5]),
    ("phenomenonTime add duration'PT1H' ge 2026-01-01T05:00:00Z", [5]),
    ("phenomenonTime lt now()", [1, 2, 3, 4, 5]),
    ("Datastream/name eq '气温' and result lt 2", [1]),
    ("Datastream/Thing/properties/height eq 9", []),
    ("Datastream/ObservedProperty/name eq 'Temperature' and result eq 5", [5]),
    ("round(result) eq 2", [2]),
    ("resultTime eq null and floor(result) eq 1", [1]),
    ("ceiling(result) eq 2.0", [2]),
    ("st_within(FeatureOfInterest/feature, geography'POLYGON((120 31,121 31,121 32,120 32,120 31))')", [1, 2, 3, 4, 5]),
    ("geo.distance(FeatureOfInterest/feature, geography'POINT(0 0)') lt 1", []),
]


def test_observations_are_filtered_sorted_and_paged(sta):
    id = observed(sta, [1, 2, 3, 4, 5])
    for text, wanted in FILTERS:
        found = sta.values("/Observations", **{"$filter": text, "$orderby": "result"})
        assert [one["result"] for one in found] == wanted, text
    at = f"/Datastreams({id})/Observations"
    page = sta.get(at, **{"$orderby": "result desc", "$top": 2, "$count": "true", "$select": "result"})
    assert page["@iot.count"] == 5 and page["value"] == [{"result": 5}, {"result": 4}]
    seen, following = [], page["@iot.nextLink"]
    while following:
        page = json.loads(sta.client.get(following.removeprefix("http://testserver")).content)
        seen += [one["result"] for one in page["value"]]
        following = page.get("@iot.nextLink")
    assert seen == [3, 2, 1]
    assert sta.get(at + "/$count") == "5"
    arrays = sta.get(at, **{"$resultFormat": "dataArray", "$top": 2})["value"]
    assert arrays[0]["components"] == ["id", "phenomenonTime", "resultTime", "result"]
    assert [row[3] for row in arrays[0]["dataArray"]] == [1, 2]


def test_entities_are_filtered_over_their_relations(sta):
    observed(sta, [30])
    sta.make(
        "/Things", thing(name="Lamp 2", properties={"height": 9, "tags": ["x"]}, Datastreams=[stream(name="雨量")])
    )
    sta.make("/Things", {"name": "bare", "description": "nothing"})
    for text, wanted in [
        ("name eq 'Lamp 2'", ["Lamp 2"]),
        ("startswith(name, '灯')", ["灯杆 1"]),
        ("endswith(name, '2')", ["Lamp 2"]),
        ("contains(tolower(name), 'lamp')", ["Lamp 2"]),
        ("substringof('amp', name)", ["Lamp 2"]),
        ("length(name) eq 4", ["灯杆 1", "bare"]),
        ("indexof(name, 'amp') eq 1", ["Lamp 2"]),
        ("substring(name, 1) eq 'amp 2'", ["Lamp 2"]),
        ("substring(name, 1, 3) eq 'amp'", ["Lamp 2"]),
        ("concat(name, '!') eq 'bare!'", ["bare"]),
        ("toupper(trim(name)) eq 'BARE'", ["bare"]),
        ("properties/height gt 8", ["Lamp 2"]),
        ("properties/lit eq true", ["灯杆 1"]),
        ("properties/owner eq '城管'", ["灯杆 1"]),
        ("Datastreams/name eq '雨量'", ["Lamp 2"]),
        ("Datastreams/Observations/result gt 20", ["灯杆 1"]),
        ("Datastreams/any(d: d/name eq '气温' and d/unitOfMeasurement/symbol eq '°C')", ["灯杆 1"]),
        ("not Locations/any()", ["bare"]),
        ("st_intersects(Locations/location, geography'POINT(120.3 31.5)')", ["灯杆 1", "Lamp 2"]),
        ("id gt 0 and name ne 'bare'", ["灯杆 1", "Lamp 2"]),
        ("description eq null", []),
        ("name eq 'it''s'", []),
    ]:
        assert sta.names("/Things", **{"$filter": text}) == wanted, text
    assert sta.names("/Things", **{"$orderby": "name desc", "$top": 1, "$skip": 1}) == ["bare"]
    assert sta.names("/Datastreams", **{"$orderby": "Thing/name desc"}) == ["气温", "雨量"]
    best = "Observations($top=1;$orderby=result desc;$count=true)"
    (told,) = sta.values(
        "/Things",
        **{
            "$filter": "name eq '灯杆 1'",
            "$select": "name",
            "$expand": f"Datastreams($select=name;$expand={best}),Locations",
        },
    )
    assert told["Datastreams"][0]["Observations"][0]["result"] == 30 and told["Locations"][0]["name"] == "路口"
    assert told["Datastreams"][0]["Observations@iot.count"] == 1
    assert (
        sta.get("/Things", **{"$expand": "Datastreams/ObservedProperty", "$top": 1})["value"][0]["Datastreams"][0][
            "ObservedProperty"
        ]["name"]
        == "Temperature"
    )
    for options in (
        {"$filter": "name eq"},
        {"$filter": "ghost eq 1"},
        {"$filter": "name gt 5"},
        {"$top": "-1"},
        {"$skip": "x"},
        {"$orderby": "ghost"},
        {"$expand": "Ghosts"},
        {"$select": "ghost"},
        {"$ghost": "1"},
        {"$filter": "name"},
        {"$count": "maybe"},
        {"$filter": "foo(name) eq 1"},
        {"$filter": "(" * 90 + "name eq 'a'" + ")" * 90 + "("},
        {"$filter": "st_within(name, geography'POINT(1 1)')"},
        {"$expand": "Datastreams($top=x)"},
    ):
        assert sta.get("/Things", status=400, **options)["errors"]


def test_entities_are_changed_and_removed_with_what_cannot_stay(sta):
    id = observed(sta, [1, 2])
    (one, two) = sta.values(f"/Datastreams({id})/Observations")
    thing_id = sta.get(f"/Datastreams({id})/Thing")["@iot.id"]
    sta.send("PATCH", f"/Things({thing_id})", {"description": "moved", "properties": {"a": 1}}, 200)
    assert sta.get(f"/Things({thing_id})")["name"] == "灯杆 1" and sta.get(f"/Things({thing_id})")["properties"] == {
        "a": 1
    }
    sta.send("PUT", f"/Things({thing_id})", {"name": "n", "description": "d"}, 200)
    assert sta.get(f"/Things({thing_id})")["properties"] == {}
    sta.send("PUT", f"/Things({thing_id})", {"name": "n"}, 400)
    sta.send(
        "PATCH",
        f"/Things({thing_id})",
        [{"op": "add", "path": "/properties/b", "value": 2}],
        200,
        "application/json-patch+json",
    )
    assert sta.get(f"/Things({thing_id})")["properties"] == {"b": 2}
    sta.send(
        "PATCH",
        f"/Things({thing_id})",
        [{"op": "test", "path": "/name", "value": "x"}],
        400,
        "application/json-patch+json",
    )
    place = sta.make(
        "/Locations",
        {
            "name": "新",
            "description": "",
            "encodingType": "application/geo+json",
            "Things": [{"@iot.id": thing_id}],
            "location": {"type": "Point", "coordinates": [120.4, 31.6]},
        },
    )
    assert [held["@iot.id"] for held in sta.values(f"/Things({thing_id})/Locations")] == [place]
    assert len(sta.values(f"/Things({thing_id})/HistoricalLocations")) == 2
    moved = sta.make(f"/Datastreams({id})/Observations", {"result": 3, "phenomenonTime": "2026-01-01T09:00:00Z"})
    assert sta.get(f"/Observations({moved})/FeatureOfInterest")["feature"]["coordinates"] == [120.4, 31.6]
    assert sta.get(f"/Observations({one['@iot.id']})/FeatureOfInterest")["feature"] == POINT

    sta.send("PATCH", f"/Observations({one['@iot.id']})", {"result": 7}, 200)
    assert sta.get(f"/Observations({one['@iot.id']})")["result"] == 7
    sta.send("PATCH", f"/Observations({one['@iot.id']})", {"phenomenonTime": "2026-01-01T12:00:00Z"}, 200)
    assert [held["result"] for held in sta.values(f"/Datastreams({id})/Observations")] == [2, 3, 7]
    sta.send("DELETE", f"/Observations({two['@iot.id']})", None, 200)
    sta.get(f"/Observations({two['@iot.id']})", status=404)
    lake = sta.get(f"/Observations({moved})/FeatureOfInterest")["@iot.id"]
    sta.send("DELETE", f"/FeaturesOfInterest({lake})", None, 200)
    assert [held["result"] for held in sta.values(f"/Datastreams({id})/Observations")] == [7]
    sensor = sta.get(f"/Datastreams({id})/Sensor")["@iot.id"]
    sta.send("DELETE", f"/Sensors({sensor})", None, 200)
    sta.get(f"/Datastreams({id})", status=404)
    assert sta.values("/Observations") == [] and sta.get(f"/Things({thing_id})")
    sta.send("DELETE", f"/Things({thing_id})", None, 200)
    assert sta.values("/HistoricalLocations") == []
    for method, path in (
        ("DELETE", "/Things(1)/name"),
        ("POST", "/Things(1)"),
        ("DELETE", "/Things"),
        ("PATCH", "/Things"),
    ):
        assert sta.client.generic(method, f"{ROOT}{path}", "{}", content_type="application/json").status_code in (
            404,
            405,
        )


@pytest.mark.parametrize(
    ("path", "body", "field"),
    [
        ("/Things", {"name": "x"}, "description"),
        ("/Things", {"name": 5, "description": "d"}, "name"),
        ("/Things", {"name": "x", "description": "d", "colour": "red"}, "colour"),
        ("/Things", {"name": "x", "description": "d", "Locations": [{"@iot.id": 99999}]}, "Locations"),
        ("/Things", thing(Datastreams=[stream(Sensor=None)]), "Datastreams.0.Sensor"),
        ("/Things", thing(Datastreams=[stream(unitOfMeasurement="C")]), "Datastreams.0.unitOfMeasurement"),
        ("/Things", [], "Thing"),
        ("/Observations", {"result": 1}, "Datastream"),
        ("/Sensors", {"name": "x"}, "encodingType"),
    ],
)
def test_what_is_wrong_is_told_by_its_place_and_nothing_is_written(sta, path, body, field):
    before = [sta.get(f"/{name}/$count") for name in SETS]
    refused = json.loads(sta.send("POST", path, body, 400).content)
    assert field in refused["errors"]
    assert [sta.get(f"/{name}/$count") for name in SETS] == before


def test_results_must_be_what_their_stream_observes(sta):
    id = observed(sta, [])
    at = f"/Datastreams({id})/Observations"
    for body, field in (
        ({"result": "warm"}, "result"),
        ({"result": True}, "result"),
        ({"result": 1, "phenomenonTime": "now"}, "phenomenonTime"),
        ({"result": 1, "phenomenonTime": "2026-01-01T00:00:00"}, "phenomenonTime"),
        ({"result": 1, "resultTime": 5}, "resultTime"),
        ({}, "result"),
    ):
        assert field in json.loads(sta.send("POST", at, body, 400).content)["errors"]
    assert sta.client.post(f"{ROOT}{at}", '{"result": NaN}', content_type="application/json").status_code == 400
    bare = sta.make("/Things", {"name": "x", "description": "no place", "Datastreams": [stream()]})
    (held,) = sta.values(f"/Things({bare})/Datastreams")
    sta.send("POST", f"/Datastreams({held['@iot.id']})/Observations", {"result": 1}, 400)
    assert sta.values("/Observations") == []
    other = sta.make(
        "/Things",
        thing(
            Datastreams=[
                stream(observationType=f"{OM}Observation"),
                stream(observationType=f"{OM}TruthObservation"),
                stream(observationType=f"{OM}CategoryObservation"),
            ]
        ),
    )
    streams = [one["@iot.id"] for one in sta.values(f"/Things({other})/Datastreams")]
    for of, result in zip(streams, ({"a": [1, None]}, False, "晴"), strict=True):
        sta.make(f"/Datastreams({of})/Observations", {"result": result})
        assert sta.values(f"/Datastreams({of})/Observations")[0]["result"] == result
    assert len(sta.values("/Observations", **{"$filter": "result eq '晴'"})) == 1
    assert len(sta.values("/Observations", **{"$filter": "result eq false"})) == 1
    assert len(sta.values("/Observations", **{"$filter": "result/a eq null"})) == 2


def test_many_observations_come_as_arrays_and_streams_have_several_properties(sta):
    one, two = observed(sta, []), observed(sta, [])
    rows = [[f"2026-02-01T{hour:02d}:00:00Z", hour] for hour in range(5)]
    said = json.loads(
        sta.send(
            "POST",
            "/CreateObservations",
            [
                {
                    "Datastream": {"@iot.id": one},
                    "components": ["phenomenonTime", "result"],
                    "dataArray@iot.count": 5,
                    "dataArray": rows,
                },
                {"Datastream": {"@iot.id": two}, "components": ["result"], "dataArray": [[1], ["bad"]]},
                {"Datastream": {"@iot.id": 999999}, "components": ["result"], "dataArray": [[1]]},
            ],
            201,
        ).content
    )
    assert [text.startswith("error") for text in said] == [False] * 6 + [True, True]
    assert sta.get(said[2].removeprefix(f"http://testserver{ROOT}"))["result"] == 2
    assert sta.get(f"/Datastreams({one})/Observations/$count") == "5"
    sta.send(
        "POST",
        "/CreateObservations",
        [{"Datastream": {"@iot.id": one}, "components": ["result"], "dataArray": [[1, 2]]}],
        400,
    )

    multi = {
        "name": "气象",
        "description": "weather",
        "unitOfMeasurements": [UNIT, UNIT],
        "multiObservationDataTypes": [f"{OM}Measurement"] * 2,
        "Sensor": stream()["Sensor"],
        "Thing": {"@iot.id": sta.get(f"/Datastreams({one})/Thing")["@iot.id"]},
        "ObservedProperties": [
            stream()["ObservedProperty"],
            {"name": "Humidity", "definition": "http://x/h", "description": ""},
        ],
    }
    of = sta.make("/MultiDatastreams", multi)
    assert [held["name"] for held in sta.values(f"/MultiDatastreams({of})/ObservedProperties")] == [
        "Temperature",
        "Humidity",
    ]
    id = sta.make(f"/MultiDatastreams({of})/Observations", {"result": [20.5, 60]})
    assert sta.get(f"/Observations({id})")["result"] == [20.5, 60]
    assert sta.get(f"/Observations({id})/MultiDatastream")["@iot.id"] == of
    sta.get(f"/Observations({id})/Datastream", status=404)
    sta.send("POST", f"/MultiDatastreams({of})/Observations", {"result": [1]}, 400)
    sta.get(f"/Datastreams({of})", status=404)


def test_a_batch_names_what_its_own_requests_made_and_a_group_is_all_or_none(sta):
    body = {
        "requests": [
            {"id": "1", "method": "post", "url": "Things", "body": {"name": "a", "description": "d"}},
            {
                "id": "2",
                "method": "post",
                "url": "Things($1)/Locations".replace("Things($1)", "$1"),
                "body": {"name": "p", "description": "", "encodingType": "application/geo+json", "location": POINT},
            },
            {"id": "3", "method": "get", "url": "$1?$select=name"},
            {
                "id": "4",
                "atomicityGroup": "g",
                "method": "post",
                "url": "Things",
                "body": {"name": "b", "description": "d"},
            },
            {"id": "5", "atomicityGroup": "g", "method": "post", "url": "Things", "body": {"name": "c"}},
            {"id": "6", "method": "get", "url": "Ghosts"},
        ]
    }
    found = json.loads(sta.send("POST", "/$batch", body, 200).content)["responses"]
    assert [one["status"] for one in found] == [201, 201, 200, 424, 400, 404]
    assert found[2]["body"] == {"name": "a"} and sta.names("/Things") == ["a"]
    assert sta.names("/Things", **{"$filter": "Locations/name eq 'p'"}) == ["a"]


def test_things_of_the_registry_are_told_and_not_written(house, sta):
    sensing.register_things(by=WATER, rows=[gauge(lon=120.2, lat=31.4)])
    (told,) = sta.values("/Things", **{"$expand": "Datastreams($expand=ObservedProperty,Sensor),Locations"})
    assert told["name"] == "水位计" and told["Locations"][0]["location"]["coordinates"] == [120.2, 31.4]
    level = next(one for one in told["Datastreams"] if one["ObservedProperty"]["definition"].endswith("level"))
    assert level["unitOfMeasurement"]["symbol"] == "m" and level["observationType"].endswith("OM_Measurement")
    sta.send("POST", f"/Datastreams({level['@iot.id']})/Observations", {"result": 3}, 409)
    sta.send("DELETE", f"/Things({told['@iot.id']})", None, 409)
    sta.send("DELETE", f"/Sensors({level['Sensor']['@iot.id']})", None, 409)
    directory = intake.Directory()
    directory.refresh()
    admitted = intake.admit(
        directory, directory.by_code["gauge-1"], [("level", intake.micros(NOW), 3.25)], intake.micros(NOW)
    )
    asyncio.run_coroutine_threadsafe(house.engine.store(admitted.batch), house.loop).result(10)
    (seen,) = sta.values(f"/Datastreams({level['@iot.id']})/Observations", **{"$expand": "FeatureOfInterest"})
    assert seen["result"] == 3.25 and seen["FeatureOfInterest"]["feature"]["coordinates"] == [120.2, 31.4]


def test_nobody_comes_in_without_a_key_where_no_observatory_is_named(house, sta, settings):
    from dataclasses import replace

    settings.CONFIG = replace(settings.CONFIG, observatory="")
    assert sta.client.get(f"{ROOT}/Things").status_code == 401
    assert sta.client.get(f"{ROOT}/Things", headers={"Authorization": "Bearer lxk_none"}).status_code == 401
    assert sta.client.get(f"{ROOT}/Things", headers={"Authorization": "Basic !"}).status_code == 401


@pytest.mark.filterwarnings("ignore:furl.pathstr is deprecated")
def test_the_client_of_frost_drives_it(sta, monkeypatch):
    import frost_sta_client as frost
    import requests
    from tests.conformance.inside import session

    inside = session()
    for name in ("get", "post", "patch", "put", "delete", "request"):
        monkeypatch.setattr(requests, name, getattr(inside, name))
    service = frost.SensorThingsService(f"http://testserver{ROOT}")
    lamp = frost.Thing("灯杆", "lamp", locations=[frost.Location("here", "d", "application/geo+json", location=POINT)])
    unit = frost.UnitOfMeasurement("degree Celsius", "°C", "ucum:Cel")
    warmth = frost.Datastream(
        name="temperature",
        description="d",
        observation_type=f"{OM}Measurement",
        unit_of_measurement=unit,
        sensor=frost.Sensor("s", "d", encoding_type="text/plain", metadata="x"),
        observed_property=frost.ObservedProperty("t", "http://x/t", "d"),
    )
    lamp.datastreams = frost.model.ext.entity_list.EntityList(entity_class="Datastream", entities=[warmth])
    service.create(lamp)
    assert lamp.id
    (held,) = list(service.things().find(lamp.id).get_datastreams().query().list())
    assert held.unit_of_measurement.symbol == "°C"
    for value in (1.5, 2.5):
        service.create(
            frost.Observation(result=value, datastream=held, phenomenon_time=f"2026-01-01T00:00:0{int(value)}Z")
        )
    rows = list(service.observations().query().filter("result gt 2").orderby("phenomenonTime").list())
    assert [row.result for row in rows] == [2.5]
    lamp.description = "changed"
    service.update(lamp)
    assert service.things().find(lamp.id).description == "changed"
    service.delete(rows[0])
    assert service.observations().query().count().list().count == 1
