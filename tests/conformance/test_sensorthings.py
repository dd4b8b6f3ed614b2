"""The SensorThings API 1.1: every entity made, asked for, changed and removed over HTTP; and by FROST's own client."""

import asyncio
import json
from dataclasses import replace

import frost_sta_client as frost
import pytest
import requests
from tests.conformance.inside import session
from tests.conformance.observatory import OM, POINT, ROOT, city, house, observed, sta, stream, thing
from tests.scenario.test_sensing import NOW, WATER, gauge

from liangxi.live.intake import face as intake
from liangxi.systems.sensing import face as sensing
from liangxi.systems.sensing.shapes.observatory import SETS

assert city and house and sta


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


FILTERS = [
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
]
REFUSED = (
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
)


def test_entities_are_filtered_over_their_relations(sta):
    observed(sta, [30])
    sta.make(
        "/Things", thing(name="Lamp 2", properties={"height": 9, "tags": ["x"]}, Datastreams=[stream(name="雨量")])
    )
    sta.make("/Things", {"name": "bare", "description": "nothing"})
    for text, wanted in FILTERS:
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
    for options in REFUSED:
        assert sta.get("/Things", status=400, **options)["errors"]


PATCH = "application/json-patch+json"


def test_a_thing_is_changed_in_part_as_a_whole_and_by_a_patch(sta):
    id = sta.make("/Things", thing())
    sta.send("PATCH", f"/Things({id})", {"description": "moved", "properties": {"a": 1}}, 200)
    told = sta.get(f"/Things({id})")
    assert (told["name"], told["properties"]) == ("灯杆 1", {"a": 1})
    sta.send("PUT", f"/Things({id})", {"name": "n", "description": "d"}, 200)
    assert sta.get(f"/Things({id})")["properties"] == {}
    sta.send("PUT", f"/Things({id})", {"name": "n"}, 400)
    sta.send("PATCH", f"/Things({id})", [{"op": "add", "path": "/properties/b", "value": 2}], 200, PATCH)
    assert sta.get(f"/Things({id})")["properties"] == {"b": 2}
    sta.send("PATCH", f"/Things({id})", [{"op": "test", "path": "/name", "value": "x"}], 400, PATCH)
    for method, path in (
        ("DELETE", f"/Things({id})/name"),
        ("POST", f"/Things({id})"),
        ("DELETE", "/Things"),
        ("PATCH", "/Things"),
    ):
        answer = sta.client.generic(method, f"{ROOT}{path}", "{}", content_type="application/json")
        assert answer.status_code == 405, (method, path)


def test_a_thing_that_moves_observes_another_feature_and_its_past_stays(sta):
    id = observed(sta, [1])
    (one,) = sta.values(f"/Datastreams({id})/Observations")
    lamp = sta.get(f"/Datastreams({id})/Thing")["@iot.id"]
    there = {"type": "Point", "coordinates": [120.4, 31.6]}
    place = {"name": "新", "description": "", "encodingType": "application/geo+json", "location": there}
    id_of_place = sta.make("/Locations", place | {"Things": [{"@iot.id": lamp}]})
    assert [held["@iot.id"] for held in sta.values(f"/Things({lamp})/Locations")] == [id_of_place]
    assert len(sta.values(f"/Things({lamp})/HistoricalLocations")) == 2
    moved = sta.make(f"/Datastreams({id})/Observations", {"result": 3, "phenomenonTime": "2026-01-01T09:00:00Z"})
    assert sta.get(f"/Observations({moved})/FeatureOfInterest")["feature"] == there
    assert sta.get(f"/Observations({one['@iot.id']})/FeatureOfInterest")["feature"] == POINT
    feature = sta.get(f"/Observations({moved})/FeatureOfInterest")["@iot.id"]
    sta.send("DELETE", f"/FeaturesOfInterest({feature})", None, 200)
    assert [held["result"] for held in sta.values(f"/Datastreams({id})/Observations")] == [1]


def test_observations_are_changed_and_removed_and_keep_their_ids(sta):
    id = observed(sta, [1, 2])
    one, two = (f"/Observations({held['@iot.id']})" for held in sta.values(f"/Datastreams({id})/Observations"))
    sta.send("PATCH", one, {"result": 7}, 200)
    assert sta.get(one)["result"] == 7
    sta.send("PATCH", one, {"phenomenonTime": "2026-01-01T12:00:00Z"}, 200)
    assert [held["result"] for held in sta.values(f"/Datastreams({id})/Observations")] == [2, 7]
    sta.send("PUT", one, {"result": 8}, 200)
    assert (sta.get(one)["result"], sta.get(one)["phenomenonTime"]) == (8, "2026-01-01T12:00:00.000Z")
    sta.send("PUT", one, {"resultQuality": "bad"}, 400)
    sta.send("DELETE", two, None, 200)
    sta.get(two, status=404)


def test_what_is_removed_takes_with_it_what_cannot_stay(sta):
    id = observed(sta, [1])
    lamp = sta.get(f"/Datastreams({id})/Thing")["@iot.id"]
    sta.send("DELETE", f"/Sensors({sta.get(f'/Datastreams({id})/Sensor')['@iot.id']})", None, 200)
    sta.get(f"/Datastreams({id})", status=404)
    assert sta.values("/Observations") == [] and sta.get(f"/Things({lamp})")
    sta.send("DELETE", f"/Things({lamp})", None, 200)
    assert sta.values("/HistoricalLocations") == []


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
    sta.send("PATCH", f"/Datastreams({level['@iot.id']})", {"name": "mine"}, 409)
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
    settings.CONFIG = replace(settings.CONFIG, observatory="")
    assert sta.client.get(f"{ROOT}/Things").status_code == 401
    assert sta.client.get(f"{ROOT}/Things", headers={"Authorization": "Bearer lxk_none"}).status_code == 401
    assert sta.client.get(f"{ROOT}/Things", headers={"Authorization": "Basic !"}).status_code == 401


def test_a_change_in_part_makes_no_entities_within(sta):
    id = sta.make("/Things", thing())
    (held,) = sta.values(f"/Things({id})/Datastreams")
    place = {"name": "n", "description": "d", "encodingType": "application/geo+json", "location": POINT}
    for path, body in (
        (f"/Things({id})", {"Locations": [place]}),
        (f"/Things({id})", {"Datastreams": [stream()]}),
        (f"/Datastreams({held['@iot.id']})", {"Observations": [{"result": 1}]}),
        (f"/Datastreams({held['@iot.id']})", {"ObservedProperty": stream()["ObservedProperty"]}),
    ):
        refused = json.loads(sta.send("PATCH", path, body, 400).content)
        assert list(refused["errors"]) == list(body)
    assert len(sta.values(f"/Things({id})/Locations")) == len(sta.values(f"/Things({id})/Datastreams")) == 1
    other = sta.make("/Locations", place)
    sta.send("PATCH", f"/Things({id})", {"Locations": [{"@iot.id": other}]}, 200)
    assert [one["@iot.id"] for one in sta.values(f"/Things({id})/Locations")] == [other]


def test_what_a_profile_brought_is_seen_where_something_uses_it(house, sta):
    assert sta.values("/Sensors") == sta.values("/ObservedProperties") == []
    sensing.register_things(by=WATER, rows=[gauge("gauge-1")])
    (sensor,) = sta.values("/Sensors")
    assert sensor["metadata"] and sta.values(f"/Sensors({sensor['@iot.id']})/Datastreams")
    assert sta.values("/ObservedProperties")


@pytest.mark.filterwarnings("ignore:furl.pathstr is deprecated")
def test_the_client_of_frost_drives_it(sta, monkeypatch):
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
