"""Two nodes: a district asks, the city grants, data flows through both, and what the city ends ends at the district."""

import contextlib
import json
import os
import signal
import subprocess
import sys
from datetime import timedelta
from pathlib import Path

import httpx
import psycopg
import pytest
from tests.fault.houses import House, free_port, open_place, until

from liangxi.kit import postgres, time

HERE = Path(__file__).parent
RESOURCE = "resident-population"
NEED = {"title": "入学资格核验", "purpose": "核验户籍", "legal_basis": "《义务教育法》第十二条", "matter": "入学",
        "frequency": "on-demand"}  # fmt: skip


class Node:
    """A node of a federation: its web process, and a console at which its people work."""

    def __init__(self, place, name, database):
        self.name, self.house, self.database = name, House(place / name), database
        self.web = self.console = None

    @property
    def address(self):
        return f"http://127.0.0.1:{self.house.port}"

    def environment(self):
        return self.house.environment() | {
            "DJANGO_SETTINGS_MODULE": "liangxi.site.settings",
            "LIANGXI_CONNECTOR_NETWORKS": "127.0.0.1/32",
            "LIANGXI_DATABASE_URL": self.database,
            "LIANGXI_NODE": self.name,
        }

    def run(self, *arguments, **more):
        return subprocess.Popen([sys.executable, *arguments], env=self.environment(), start_new_session=True, **more)

    def start(self):
        self.web = self.run("-m", "liangxi.cli", "serve")
        until(self.is_open)
        return self

    def is_open(self):
        with contextlib.suppress(httpx.TransportError):
            return httpx.get(f"{self.address}/federation/v1/node").status_code == 200

    def kill(self):
        if self.web is not None and self.web.poll() is None:
            os.killpg(self.web.pid, signal.SIGKILL)
            self.web.wait()

    def says(self, line, **values):
        """What the node answers to a line of Python; `{name}` stands for a value."""
        if self.console is None:
            pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "text": True}
            self.console = self.run(str(HERE / "node_console.py"), **pipes)
        for name, value in values.items():
            line = line.replace("{" + name + "}", repr(value))
        self.console.stdin.write(json.dumps(line) + "\n")
        self.console.stdin.flush()
        answer = json.loads(self.console.stdout.readline())
        return answer.get("said", answer)

    def stop(self):
        self.kill()
        if self.console is not None:
            self.console.stdin.close()
            self.console.wait()
            self.console.stdout.close()

    def ask(self):
        return self.says("[(a.state, a.case_no, a.paths) for a in federation.asks(by=HOUSE)][0]")

    def call(self, key, path, client):
        headers = {"Authorization": f"Bearer {key}", "X-Road-Client": client}
        return httpx.get(f"{self.address}{path}", headers=headers, timeout=60)


def tend(*nodes):
    for node in nodes:
        node.says("federation.tend_nodes()")


@pytest.fixture(scope="module")
def federation(catalogued):
    with open_place() as place:
        server = postgres.start(place / "pg", fsync=False)
        nodes, others = [], []
        try:
            postgres.create_database(server, "city")
            city = Node(place, "city", server.url("city"))
            for line in (["manage", "migrate", "-v0"], ["load", str(catalogued)]):
                done = subprocess.run([sys.executable, "-m", "liangxi.cli", *line], env=city.environment(),
                                      capture_output=True, text=True, check=False)  # fmt: skip
                assert done.returncode == 0, done.stderr[-3000:] + done.stdout[-1000:]
            with psycopg.connect(server.url("postgres"), autocommit=True) as link:
                link.execute("CREATE DATABASE district TEMPLATE city")
            district = Node(place, "district", server.url("district"))
            nodes = [city.start(), district.start()]
            port = free_port()
            others.append(city.run(str(HERE / "road_provider.py"), str(port)))
            city.port = port
            yield city, district
        finally:
            for one in nodes:
                one.stop()
            for one in others:
                os.killpg(one.pid, signal.SIGKILL)
                one.wait()
            postgres.stop(place / "pg")


def they_make_each_other_known(city, district):
    for here, there, org, level in ((city, district, "education", "district"), (district, city, "", "city")):
        card = there.says("[federation.own_node().node, federation.own_node().key]")
        said = {
            "id": card[0],
            "title": there.name,
            "level": level,
            "address": there.address,
            "key": card[1],
            "org": org,
        }
        assert here.says("federation.save_node(by=HOUSE, said={said})", said=said) == there.name
    wrong = district.says("federation.save_node(by=HOUSE, said={'id': 'district', 'key': 'x', 'org': 'ghost'})")
    assert set(wrong["fields"]) == {"id", "title", "level", "address", "key", "org"}


def the_district_asks_and_the_city_opens_a_case(city, district):
    services = [{"code": "rows", "path": "/rows", "methods": ["GET"]}]
    api = {"id": "population", "resource": RESOURCE, "title": {"zh": "人口接口"}, "services": services,
           "address": f"http://127.0.0.1:{city.port}/v2"}  # fmt: skip
    assert city.says("federation.save_api(by=HOUSE, definition={api})", api=api) == "population"
    city.says("federation.change_api(by=HOUSE, id='population', deed='open')")
    shared = district.says("[(r.id, r.services) for r in federation.catalogue_of(by=HOUSE, neighbour='city')]")
    assert shared == [[RESOURCE, ["rows"]]]
    until_day = time.today() + timedelta(days=300)
    for key in ("one", "one"):  # twice the same
        id = district.says(
            "federation.ask_neighbour(by=post('hrss'), neighbour='city', resource={r}, key={k}, "
            "said={said} | {'until': time.today().fromisoformat({d})})",
            r=RESOURCE, k=key, said=NEED, d=until_day.isoformat(),
        )  # fmt: skip
    tend(district)
    until(lambda: [tend(district, city), district.ask()[0] == "open"][1])
    _, case, _ = district.ask()
    found = city.says("[(s.client, s.need, s.state) for s in federation.served_asks(by=HOUSE)]")
    assert len(found) == 1 and found[0][0] == "district/GOV/hrss" and case
    need = found[0][1]
    assert city.says("data.need(by=HOUSE, id={n}).case_no", n=need) == case
    assert city.says("data.need(by=HOUSE, id={n}).org", n=need) == "education"
    return id, need


def the_city_grants_and_data_flows_through_both(city, district, id, need):
    city.says("data.check_need(by=system('bureau'), id={n}, outcome='conform')", n=need)
    line = city.says("data.need(by=HOUSE, id={n}).requests[0].id", n=need)
    grant = city.says(
        "data.grant_request(by=HOUSE, id={l}, quota=50, until=data.need(by=HOUSE, id={n}).until, terms={'columns': "
        "list(data.need(by=HOUSE, id={n}).requests[0].columns), 'masks': {}, 'rows': None, 'minimum_group': 0})",
        l=line, n=need,
    )  # fmt: skip
    assert isinstance(grant, str), grant
    until(lambda: [tend(city, district), district.ask()[0] == "active"][1])
    (path,) = district.ask()[2]
    assert path == "/r1/city/GOV/police/population/rows"
    key = district.says("federation.issue_node_key(by=post('hrss'), id={i})", i=id)
    answer = district.call(key, f"{path}/a?x=1", "district/GOV/hrss/school")
    assert answer.status_code == 200, answer.text
    told = answer.json()
    assert told["path"] == "/v2/rows/a?x=1" and told["headers"]["x-road-client"] == "district/GOV/hrss/school"
    assert "liangxi-node" not in told["headers"] and answer.headers["x-road-id"] == told["headers"]["x-road-id"]
    for node, other in ((city, "district"), (district, "city")):
        (line,) = node.says("[(e.node, e.state, e.status, e.client) for e in federation.exchanges_of(by=HOUSE)[0]]")
        assert line == [other, "answered", 200, "district/GOV/hrss/school"]
    assert district.call(key, f"{path}x", "district/GOV/hrss").json()["code"] == "federation.service.unknown"
    assert district.call("lxn_other", path, "district/GOV/hrss").status_code == 401
    assert city.says("data.usage_of(by=HOUSE, id={g})[0].reads", g=grant) == 1
    return grant, key, path


def what_was_signed_for_something_else_or_comes_twice_is_refused(city, district, id, path):
    def sent(**more):
        made = {"who": "city", "method": "GET", "target": path, "body": b""} | more
        token = district.says(
            "nodes.signed({who}, {method}, {target}, hashlib.sha512({body}).digest(), ask={i})", i=id, **made
        )  # fmt: skip
        headers = {"Liangxi-Node": token, "X-Road-Client": "district/GOV/hrss/school"}
        return headers, httpx.get(f"{city.address}{path}", headers=headers)

    headers, answer = sent()
    assert answer.status_code == 200, answer.text
    again = httpx.get(f"{city.address}{path}", headers=headers)
    assert (again.status_code, again.json()["code"]) == (409, "federation.replay")
    for more in ({"who": "other"}, {"method": "POST"}, {"target": f"{path}?a=1"}, {"body": b"other"}):
        assert sent(**more)[1].json()["code"] == "federation.node.unbelieved", more
    forged = headers | {"Liangxi-Node": headers["Liangxi-Node"][:-6] + "AAAAAA"}
    assert httpx.get(f"{city.address}{path}", headers=forged).status_code == 401
    other = headers | {"X-Road-Client": "city/GOV/hrss/x"}
    assert httpx.get(f"{city.address}{path}", headers=other).json()["code"] == "federation.client"

    body = json.dumps({"seq": 1, "kind": "need", "said": {}}).encode()
    signed = "nodes.signed('city', 'POST', '/federation/v1/messages', hashlib.sha512({body}).digest())"
    token = district.says(signed, body=body)
    heard = httpx.post(f"{city.address}/federation/v1/messages", content=body, headers={"Liangxi-Node": token})
    assert (heard.status_code, heard.json()["code"]) == (409, "federation.heard") and heard.json()["heard"] >= 1
    assert httpx.post(f"{city.address}/federation/v1/messages", content=body).status_code == 401


def what_the_city_ends_ends_at_the_district(city, district, grant, key, path):
    deed = "data.change_grant(by=HOUSE, id={g}, deed={d}, reason='核查')"
    city.says(deed, g=grant, d="suspend")  # the district was not told yet
    answer = district.call(key, path, "district/GOV/hrss")
    assert (answer.status_code, answer.json()["code"]) == (403, "data.grant.suspended")
    assert answer.headers["x-road-error"]
    until(lambda: [tend(city), district.ask()[0] == "suspended"][1])
    assert district.call(key, path, "district/GOV/hrss").json()["code"] == "data.grant.suspended"
    city.says(deed, g=grant, d="resume")
    until(lambda: [tend(city), district.ask()[0] == "active"][1])

    district.kill()
    city.says(deed, g=grant, d="revoke")
    until(lambda: [tend(city), city.says("federation.neighbours(by=HOUSE)[0].failing_since")][1])
    assert city.says("federation.neighbours(by=HOUSE)[0].waiting") >= 1
    assert district.ask()[0] == "active"  # it cannot know
    district.start()
    until(lambda: [tend(city), district.ask()[0] == "revoked"][1], patience=60)
    assert district.call(key, path, "district/GOV/hrss").json()["code"] == "data.grant.revoked"
    line = city.says("[(n.error, n.waiting) for n in federation.neighbours(by=HOUSE)][0]")
    assert line == ["", 0]


def a_suspended_neighbour_is_believed_no_more(city, district):
    city.says("federation.suspend_node(by=HOUSE, id='district', is_active=False)")
    refused = district.says("federation.catalogue_of(by=HOUSE, neighbour='city')")
    assert refused["refused"] == "federation.node.away"


def test_a_district_asks_the_city_grants_and_revocation_reaches_both(federation):
    city, district = federation
    they_make_each_other_known(city, district)
    id, need = the_district_asks_and_the_city_opens_a_case(city, district)
    grant, key, path = the_city_grants_and_data_flows_through_both(city, district, id, need)
    what_was_signed_for_something_else_or_comes_twice_is_refused(city, district, id, path)
    what_the_city_ends_ends_at_the_district(city, district, grant, key, path)
    a_suspended_neighbour_is_believed_no_more(city, district)
