"""Push under fire: the worker dies with requests in its hands, and each subscriber hears of everything, in order."""

import http.server
import json
import os
import signal
import subprocess
import sys
import threading
import time
from collections import defaultdict

import psycopg
from tests.fault.houses import House, open_place, until

from liangxi.core.webhooks import sending
from liangxi.kit import postgres

KILLS, CHANGES, RATE = 4, 300, 200
FOUND = "import json; from liangxi.site.bench import push; print(json.dumps(push.found({port})))"
CHANGE = "from liangxi.site.bench import push; push.changes({granted}, {rate}, 0, {number})"


class Subscriber(http.server.ThreadingHTTPServer):
    """Takes its time to answer; keeps the numbers that it was told of each resource, in the order of their arrival."""

    def __init__(self):
        super().__init__(("127.0.0.1", 0), Call)
        self.heard, self.lock = defaultdict(list), threading.Lock()

    def count(self):
        with self.lock:
            return sum(len(each) for each in self.heard.values())


class Call(http.server.BaseHTTPRequestHandler):
    def do_POST(self):
        length = int(self.headers["Content-Length"])
        body = self.rfile.read(length)
        if len(body) < length:  # who sent it died
            return
        said = json.loads(body)["data"]
        with self.server.lock:
            self.server.heard[said["resource"]].append(said["seq"])
        time.sleep(0.005)
        self.send_response(204)
        self.end_headers()

    def log_message(self, *_):
        """Nothing."""


class Place:
    """A home with its database, in which a department listens to what it was granted."""

    def __init__(self, home, port):
        self.house, self.port = House(home), port
        assert self.house.command("prepare", "--no-sample").returncode == 0
        self.server = postgres.start(home / "pg")

    def run(self, *arguments, **more):
        environment = self.house.environment() | {"LIANGXI_WEBHOOK_NETWORKS": "127.0.0.0/8"}
        command = [sys.executable, "-m", "liangxi.cli", *arguments]
        return subprocess.Popen(command, env=environment, start_new_session=True, **more)

    def shell(self, code, **more):
        return self.run("manage", "shell", "-v", "0", "-c", code, **more)

    def ask(self, sql):
        with psycopg.connect(self.server.url(), autocommit=True) as link:
            return link.execute(sql)


def test_a_worker_that_dies_in_a_delivery_loses_none_and_keeps_the_order():
    subscriber = Subscriber()
    thread = threading.Thread(target=subscriber.serve_forever)
    thread.start()
    with open_place() as home:
        place = Place(home / "var", subscriber.server_address[1])
        try:
            _fire(place, subscriber)
        finally:
            postgres.stop(home / "var/pg")
            subscriber.shutdown()
            thread.join()
            subscriber.server_close()
    assert {n for each in subscriber.heard.values() for n in each} == set(range(CHANGES))
    assert all(each == sorted(each) for each in subscriber.heard.values()), "a later change was told before an earlier"
    assert subscriber.count() - CHANGES <= KILLS * sending.AT_ONCE


def _fire(place, subscriber):
    finding = place.shell(FOUND.format(port=place.port), stdout=subprocess.PIPE)
    granted = json.loads(finding.communicate()[0])
    changing = place.shell(CHANGE.format(granted=granted, rate=RATE, number=CHANGES))
    for n in range(KILLS):
        worker = place.run("worker")
        until(lambda heard=CHANGES * (n + 1) // (KILLS + 1): subscriber.count() >= heard)
        os.kill(worker.pid, signal.SIGKILL)
        worker.wait()
        place.ask("UPDATE webhooks_sending SET due_at = now() WHERE state = 'due'")  # its lease runs out
    assert changing.wait() == 0
    worker = place.run("worker")
    left = "SELECT 1 FROM webhooks_sending WHERE state <> 'done' LIMIT 1"
    until(lambda: subscriber.count() >= CHANGES and not place.ask(left).fetchall())
    worker.terminate()
    assert worker.wait() == 0
