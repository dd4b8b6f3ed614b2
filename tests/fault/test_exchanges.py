"""A department's own API through the house: a provider, a house and a client, each a process of its own."""

import base64
import contextlib
import hashlib
import json
import os
import signal
import subprocess
import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import httpx
import psycopg
import pytest
from tests.fault.houses import House, free_port, open_place, until

from liangxi.kit import postgres

HERE = Path(__file__).parent
CLIENT = "wuxi/GOV/tax"


class Road:
    """A house that serves, and the provider behind it."""

    def __init__(self, place):
        self.house, self.provider = House(place / "var"), free_port()
        self.processes = []
        self.database = postgres.locate(place / "var/pg").url()

    def environment(self):
        return self.house.environment() | {
            "DJANGO_SETTINGS_MODULE": "liangxi.site.settings",
            "LIANGXI_CONNECTOR_NETWORKS": "127.0.0.1/32",
        }

    def run(self, *arguments):
        started = subprocess.Popen([sys.executable, *arguments], env=self.environment(), start_new_session=True)
        self.processes.append(started)
        return started

    def serve(self):
        web = self.run("-m", "liangxi.cli", "serve")
        until(self.is_open)
        return web

    def is_open(self):
        with contextlib.suppress(httpx.TransportError):
            return httpx.get(f"http://127.0.0.1:{self.house.port}/r1/").status_code == 422

    def call(self, path="", method="GET", api="insurance", service="rows", **more):
        headers = {"Authorization": f"Bearer {self.said['secret']}", "X-Road-Client": f"{CLIENT}/payroll"}
        url = f"http://127.0.0.1:{self.house.port}/r1/wuxi/GOV/hrss/{api}/{service}{path}"
        return httpx.request(method, url, headers=headers | more.pop("headers", {}), timeout=30, **more)

    def asked(self, sql, *parameters):
        with psycopg.connect(self.database, autocommit=True) as link:
            found = link.execute(sql, parameters)
            return found.fetchall() if found.description else []

    def stop(self):
        for one in self.processes:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(one.pid, signal.SIGKILL)
            one.wait()


@pytest.fixture(scope="module")
def road():
    with open_place() as place:
        house = House(place / "var")
        assert house.command("manage", "migrate", "-v0").returncode == 0
        postgres.start(place / "var/pg")
        one = Road(place)
        try:
            one.run(str(HERE / "road_provider.py"), str(one.provider))
            rows = [sys.executable, str(HERE / "road_rows.py"), str(one.provider)]
            done = subprocess.run(rows, env=one.environment(), capture_output=True, text=True, check=False)
            assert done.returncode == 0, done.stderr[-3000:]
            one.said = json.loads(done.stdout.splitlines()[-1])
            one.web = one.serve()
            yield one
        finally:
            one.stop()
            postgres.stop(place / "var/pg")


def a_call_reaches_the_provider_with_its_key_and_returns_with_its_hash(road):
    answer = road.call("/a%20b?x=1&x=2", method="POST", content="姓名".encode(), headers={
        "X-Road-Id": "id-1", "X-Road-UserId": "CN1", "Cookie": "own=1", "Content-Type": "text/x", "X-Mine": "m"
    })  # fmt: skip
    assert answer.status_code == 200, answer.text
    seen = answer.json()
    assert (seen["path"], seen["method"], seen["body"]) == ("/v2/rows/a%20b?x=1&x=2", "POST", "姓名")
    told = seen["headers"]
    assert told["authorization"] == "Bearer hush" and "cookie" not in told and told["x-mine"] == "m"
    assert told["x-road-client"] == f"{CLIENT}/payroll" and told["x-road-service"].endswith("hrss/insurance/rows")
    assert told["host"] == f"127.0.0.1:{road.provider}" and told["content-type"] == "text/x"
    got = answer.headers
    assert (got["x-road-id"], got["x-own"]) == ("id-1", "kept")
    assert "set-cookie" not in got and "x-road-error" not in got
    sent = sorted(f"{k}: {v}" for k, v in told.items() if k not in ("host", "authorization", "content-length"))
    head = "\n".join(["POST /r1/wuxi/GOV/hrss/insurance/rows/a%20b?x=1&x=2", *sent, ""]).encode()
    both = hashlib.sha512(head).digest() + hashlib.sha512("姓名".encode()).digest()
    assert got["x-road-request-hash"] == base64.b64encode(hashlib.sha512(both).digest()).decode()
    ((state, status, user, kept),) = road.asked(
        "SELECT state, status, \"user\", kept_until IS NOT NULL FROM federation_exchange WHERE request_id = 'id-1'"
    )
    assert (state, status, user, kept) == ("answered", 200, "CN1", True)
    assert road.call("/missing").status_code == 404 and "x-road-error" not in road.call("/missing").headers


def refusals_name_their_reason_in_the_language_of_the_caller(road):
    for said, status, code in (
        ({"headers": {"Authorization": ""}}, 401, "data.key.unknown"),
        ({"headers": {"Authorization": "Bearer other"}}, 401, "data.key.unknown"),
        ({"headers": {"X-Road-Client": "wuxi/GOV/police"}}, 422, "federation.client"),
        ({"headers": {"X-Road-Client": ""}}, 422, "federation.client"),
        ({"service": "ghost"}, 404, "federation.service.unknown"),
        ({"method": "DELETE"}, 422, "federation.method"),
        ({"path": "/..%2f..%2fadmin"}, 422, "federation.path"),
        ({"path": "/%2e%2e/admin"}, 422, "federation.path"),
        ({"path": "/a%5cb"}, 422, "federation.path"),
        ({"api": "masked"}, 403, "federation.terms"),
        ({"method": "POST", "content": b"x" * 100_001}, 413, "live.size"),
        ({"path": "/large"}, 502, "federation.answer.size"),
        ({"path": "/moved"}, 502, "federation.provider.moved"),
        ({"path": "/cut"}, 502, "federation.provider.away"),
        ({"path": "/never"}, 504, "federation.provider.slow"),
    ):
        answer = road.call(**said)
        assert (answer.status_code, answer.json()["code"]) == (status, code), answer.text
        assert answer.headers["x-road-error"]
    assert road.call(service="ghost").json()["title"] == "本节点没有此服务。"
    assert road.call(service="ghost", headers={"Accept-Language": "en"}).json()["title"].startswith("There is no")


def only_what_is_safe_is_asked_again(road):
    assert road.call("/flaky?a=1").status_code == 200  # the first answer broke off
    assert road.call("/flaky?a=2", method="POST").status_code == 502
    asked = road.call(service="asked").json()
    assert asked.count("/v2/rows/flaky?a=1") == 2 and asked.count("/v2/rows/flaky?a=2") == 1


def a_slow_provider_holds_up_nobody_but_itself(road):
    with ThreadPoolExecutor(3) as pool:
        slow = [pool.submit(road.call, "/slow") for _ in range(2)]
        until(lambda: road.asked("SELECT 1 FROM federation_exchange WHERE state = 'asked' OFFSET 1"))
        busy = road.call()
        assert (busy.status_code, busy.json()["code"], busy.headers["retry-after"]) == (503, "federation.busy", "2")
        assert road.call(api="masked").status_code == 403  # others are judged meanwhile
        assert [one.result().status_code for one in slow] == [200, 200]


def what_is_suspended_meanwhile_is_withheld(road):
    grant = road.said["grant"]
    with ThreadPoolExecutor(1) as pool:
        slow = pool.submit(road.call, "/slow")
        until(lambda: road.asked("SELECT 1 FROM federation_exchange WHERE state = 'asked'"))
        road.asked("UPDATE data_grant SET state = 'suspended' WHERE id = %s", grant)
        assert (slow.result().status_code, slow.result().json()["code"]) == (403, "data.grant.suspended")
    assert road.call().json()["code"] == "data.grant.suspended"
    road.asked("UPDATE data_grant SET state = 'active' WHERE id = %s", grant)
    assert road.asked("SELECT count(*) FROM federation_exchange WHERE state = 'withheld'") == [(1,)]


def a_killed_house_leaves_a_line_that_says_so(road):
    thread = threading.Thread(target=lambda: contextlib.suppress(httpx.TransportError) and _quiet(road))
    thread.start()
    until(lambda: road.asked("SELECT 1 FROM federation_exchange WHERE state = 'asked'"))
    os.killpg(road.web.pid, signal.SIGKILL)
    road.web.wait()
    thread.join()
    road.asked("UPDATE federation_exchange SET due_at = now() - interval '1 s' WHERE state = 'asked'")
    settle = ["-c", "import django; django.setup(); from liangxi.systems.federation import face; "
              "assert face.settle_exchanges() == 1"]  # fmt: skip
    assert road.run(*settle).wait() == 0
    assert road.asked("SELECT count(*) FROM federation_exchange WHERE state = 'broken'") == [(1,)]
    road.web = road.serve()
    assert road.call().status_code == 200


def _quiet(road):
    with contextlib.suppress(httpx.TransportError):
        road.call("/never")


def the_log_is_proved_and_a_changed_line_is_named(road):
    def verify():
        done = subprocess.run([sys.executable, "-m", "liangxi.cli", "audit", "verify"], env=road.environment(),
                              capture_output=True, text=True, check=False)  # fmt: skip
        return done.returncode, done.stdout

    code, said = verify()
    assert code == 0 and "exchanges agree with the trail" in said, said
    road.asked("UPDATE federation_exchange SET client = 'x' || client WHERE request_id = 'id-1'")
    code, said = verify()
    assert code == 1 and "its client is not what was sealed" in said
    road.asked("UPDATE federation_exchange SET client = substr(client, 2) WHERE request_id = 'id-1'")
    ((id,),) = road.asked("SELECT id::text FROM federation_exchange WHERE request_id = 'id-1'")
    kept = road.house.home / "exchanges" / id[:8] / f"{id}.answer"
    whole = kept.read_bytes()
    kept.write_bytes(whole.replace("姓名".encode(), "姓氏".encode()))
    code, said = verify()
    assert code == 1 and f"exchange {id}: its kept answer is not what was sealed" in said
    kept.write_bytes(whole)


def the_quota_ends(road):
    road.asked("UPDATE data_grant SET quota = 1 WHERE id = %s", road.said["grant"])
    answer = road.call()
    assert (answer.status_code, answer.json()["code"]) == (429, "data.grant.quota")


def test_a_departments_own_api_is_called_through_the_house(road):
    a_call_reaches_the_provider_with_its_key_and_returns_with_its_hash(road)
    refusals_name_their_reason_in_the_language_of_the_caller(road)
    only_what_is_safe_is_asked_again(road)
    a_slow_provider_holds_up_nobody_but_itself(road)
    what_is_suspended_meanwhile_is_withheld(road)
    a_killed_house_leaves_a_line_that_says_so(road)
    the_log_is_proved_and_a_changed_line_is_named(road)
    the_quota_ends(road)
