"""OGC API Features and Records: by the rules of part 1, and as GDAL reads them."""

import subprocess
import sys
from dataclasses import replace
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest
from django.test import Client
from tests.scenario.test_catalogue import city  # noqa: F401 (the fixture comes from there)
from tests.scenario.test_opening import opened, zone  # noqa: F401 (the fixture comes from there)


def get(path, status=200, **sent):
    answer = Client().get(path, sent, headers={"accept": "application/json"})
    assert answer.status_code == status, answer.content
    return answer.json()


def test_collections_features_and_records(zone):  # noqa: F811
    opened()
    rels = {one["rel"] for one in get("/ogc/")["links"]}
    assert rels >= {"self", "service-desc", "conformance", "data"}
    assert any("features-1" in one for one in get("/ogc/conformance")["conformsTo"])
    assert get("/ogc/api")["openapi"].startswith("3.0")
    records, buses = get("/ogc/collections")["collections"]
    assert (records["id"], records["itemType"]) == ("catalogue", "record")
    assert buses["id"] == "bus-position" and buses["extent"]["spatial"]["bbox"][0][0] == pytest.approx(120.2)
    assert buses["extent"]["temporal"]["interval"][0][0] == "2026-11-25T08:00:00+08:00"

    items = "/ogc/collections/bus-position/items"
    seen, page = [], get(items, limit=12)
    while True:
        seen += page["features"]
        following = next((one["href"] for one in page["links"] if one["rel"] == "next"), None)
        if following is None:
            break
        page = get(following[following.index("/ogc/") :])
    assert page["numberMatched"] == 30 and page["numberReturned"] == 6
    assert [one["id"] for one in seen] == [f"B{n:03}" for n in range(30)]
    assert seen[0]["geometry"] == {"type": "Point", "coordinates": [120.2, 31.5]}
    assert "position" not in seen[0]["properties"] and seen[0]["properties"]["line"] == "1路"
    one = get(f"{items}/B007")
    assert one["properties"]["vehicle"] == "B007" and one["links"][0]["rel"] == "self"
    assert get(items, bbox="120.2,31.5,120.255,31.6")["numberMatched"] == 6
    assert get(items, datetime="2026-11-25T08:20:00+08:00/..")["numberMatched"] == 10
    assert get(items, datetime="2026-11-25T00:05:00Z")["numberMatched"] == 1
    assert get(items, datetime="2026-11-24")["numberMatched"] == 0
    assert get(items, line="2路", limit=3)["numberMatched"] == 10


def test_records_refusals_and_pages(zone):  # noqa: F811
    opened()
    items = "/ogc/collections/bus-position/items"
    found = get("/ogc/collections/catalogue/items", q="公交")
    (record,) = found["features"]
    assert record["properties"]["type"] == "dataset" and record["geometry"]["type"] == "Polygon"
    assert get("/ogc/collections/catalogue/items", bbox="0,0,1,1")["numberMatched"] == 0
    assert get("/ogc/collections/catalogue/items/bus-position")["id"] == "bus-position"

    for sent in ({"limit": "0"}, {"limit": "x"}, {"bbox": "1,2,3"}, {"bbox": "a,b,c,d"}, {"datetime": "noon"},
                 {"datetime": "2026-11-26/2026-11-25"}, {"ghost": "1"}, {"crs": "http://example.org/crs"}):  # fmt: skip
        assert get(items, 400, **sent)["code"].startswith("ogc.")
    for path in ("/ogc/collections/food-licence", "/ogc/collections/food-licence/items", f"{items}/B999"):
        get(path, 404)
    for path in ("/ogc/", "/ogc/conformance", "/ogc/api", "/ogc/collections", "/ogc/collections/bus-position", items,
                 f"{items}/B007", "/ogc/collections/catalogue/items"):  # fmt: skip
        assert b"<html" in Client().get(path, {"f": "html"}).content


GDAL = """
import sys, pyogrio
place = f"OAPIF:{sys.argv[1]}/ogc"
layers = [str(name) for name, _ in pyogrio.list_layers(place)]
meta, _, shapes, values = pyogrio.raw.read(place, layer="bus-position")
near = pyogrio.raw.read(place, layer="bus-position", bbox=(120.2, 31.5, 120.255, 31.6))[2]
print("bus-position" in layers, meta["geometry_type"], len(shapes), len(near), ",".join(sorted(meta["fields"])))
"""


class Door(BaseHTTPRequestHandler):
    """What a client sends goes into the house, as the test's own client does it."""

    def do_GET(self):
        answer = Client().get(self.path, headers={"accept": self.headers.get("Accept", "*/*")})
        content = answer.getvalue()
        self.send_response(answer.status_code)
        for name, value in answer.headers.items():
            if name != "Content-Length":
                self.send_header(name, value)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, *said):
        """Say nothing."""


def test_gdal_reads_it(zone, settings):  # noqa: F811
    """GDAL brings its own HTTP: it runs beside, while this process answers within the transaction of the test."""
    opened()
    with HTTPServer(("127.0.0.1", 0), Door) as server:
        server.timeout = 0.1
        address = f"http://127.0.0.1:{server.server_port}"
        settings.CONFIG = replace(settings.CONFIG, public_url=address)
        command = [sys.executable, "-c", GDAL, address]
        with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as gdal:
            while gdal.poll() is None:
                server.handle_request()
            said, faults = gdal.communicate()
    assert said.split() == ["True", "Point", "30", "6", "id,line,seen_at,vehicle"], faults
