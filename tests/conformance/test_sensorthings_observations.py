"""Observations over the SensorThings API: stored before they are acknowledged, filtered, sorted, many at once."""

import json
from datetime import timedelta

from tests.conformance.observatory import OM, POINT, ROOT, UNIT, city, house, observed, sta, stream, thing
from tests.scenario.test_sensing import WATER

from liangxi.live.intake import face as intake
from liangxi.systems.sensing import face as sensing

assert city and house and sta


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


def test_a_time_may_stand_in_quotes(sta):
    observed(sta, [1, 2, 3])
    for moment, count in (
        ("'2026-01-01T01:00:00Z'", 2),
        ("2026-01-01T01:00:00Z", 2),
        ("'2026-01-01T09:00:00+08:00'", 2),
    ):
        assert len(sta.values("/Observations", **{"$filter": f"phenomenonTime ge {moment}"})) == count
    sta.get("/Observations", status=400, **{"$filter": "phenomenonTime ge 'yesterday'"})


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


def test_what_cannot_be_kept_is_refused_and_the_registry_shows_what_was_said(sta):
    id = observed(sta, [20.5])
    at = f"/Datastreams({id})/Observations"
    for body in (
        {"result": 1, "phenomenonTime": "9999-12-31T23:59:59-08:00"},
        {"result": 1, "parameters": {"a": "\ud800"}},
    ):
        sta.send("POST", at, body, 400)
    series = {"Datastream": {"@iot.id": id}, "components": ["result", "FeatureOfInterest/id"], "dataArray": [[1, [2]]]}
    assert json.loads(sta.send("POST", "/CreateObservations", [series], 201).content)[0].startswith("error")
    (lamp,) = sensing.things(by=WATER).rows
    (said,) = sensing.latest(by=WATER, things=[lamp])[lamp.code].values()
    assert said.result == 20.5
    (name,) = lamp.streams
    span = {"since": said.time - timedelta(hours=1), "until": said.time + timedelta(hours=1)}
    assert [one.result for one in sensing.readings(by=WATER, code=lamp.code, property=name, **span)] == [20.5]


def test_a_stream_observes_several_properties_at_once(sta):
    one = observed(sta, [])
    warmth = stream()
    multi = {
        "name": "气象", "description": "weather", "unitOfMeasurements": [UNIT, UNIT],
        "multiObservationDataTypes": [f"{OM}Measurement"] * 2, "Sensor": warmth["Sensor"],
        "Thing": {"@iot.id": sta.get(f"/Datastreams({one})/Thing")["@iot.id"]},
        "ObservedProperties": [warmth["ObservedProperty"],
                               {"name": "Humidity", "definition": "http://x/h", "description": ""}],
    }  # fmt: skip
    of = sta.make("/MultiDatastreams", multi)
    properties = sta.values(f"/MultiDatastreams({of})/ObservedProperties")
    assert [held["name"] for held in properties] == ["Temperature", "Humidity"]
    id = sta.make(f"/MultiDatastreams({of})/Observations", {"result": [20.5, 60]})
    assert sta.get(f"/Observations({id})")["result"] == [20.5, 60]
    assert sta.get(f"/Observations({id})/MultiDatastream")["@iot.id"] == of
    sta.get(f"/Observations({id})/Datastream", status=404)
    sta.send("POST", f"/MultiDatastreams({of})/Observations", {"result": [1]}, 400)
    sta.get(f"/Datastreams({of})", status=404)
