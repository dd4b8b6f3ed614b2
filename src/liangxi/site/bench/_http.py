"""Durable commands over HTTP: clerks accept cases through the workbench, each answer after its commit."""

import http.client
import os
import re
import subprocess
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, closing, contextmanager
from queue import SimpleQueue
from urllib.parse import urlencode

from liangxi.core.cases.shapes import PlanRef
from liangxi.core.people import face as people
from liangxi.core.people.shapes import AccountRow
from liangxi.site import serving
from liangxi.site.bench import _town
from liangxi.site.bench._figures import Figure, percentile

CLERKS, HANDS = 8, 16  # who work as fast as they can; connections of those who work at a rate
RATE = 200  # commands a second
PASSWORD = "only for this measurement"  # noqa: S105
_FORM = "application/x-www-form-urlencoded"
_STARTING = 60  # seconds


class Clerk:
    """One signed-in browser with one connection that stays open."""

    def __init__(self, port: int, login: str, password: str = PASSWORD) -> None:
        self._http = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
        self._cookies: dict[str, str] = {}
        page = self.ask("GET", "/desk/login/")[1].decode()
        found = re.search(r'name="csrfmiddlewaretoken" value="(\w+)"', page)
        assert found, "the login page holds no token"
        self._token = found[1]
        status, _ = self.ask("POST", "/desk/login/", {"login": login, "password": password})
        assert status == 302, f"the clerk was not let in: {status}"
        self._http.close()  # it opens again with the first command; an idle connection would be closed by the server

    def accept(self, no: str) -> float:
        """Accept one case; seconds until the answer."""
        begun = time.perf_counter()
        sent = {"do": "accept", "version": "1", "key": _town.key()}
        status, body = self.ask("POST", f"/desk/cases/{no}/do/", sent)
        assert status == 302, f"{no} was not accepted: {status} {body[:300]!r}"
        return time.perf_counter() - begun

    def close(self) -> None:
        """Hang up."""
        self._http.close()

    def ask(self, method: str, path: str, form: dict[str, str] | None = None) -> tuple[int, bytes]:
        """Status and body; OSError or HTTPException when the other side hung up, after which it may be asked again."""
        headers = {"Cookie": "; ".join(f"{name}={value}" for name, value in self._cookies.items())}
        if form is not None:
            headers |= {"Content-Type": _FORM, "X-CSRFToken": self._cookies.get("csrftoken", self._token)}
        try:
            self._http.request(method, path, urlencode(form) if form is not None else None, headers)
            answer = self._http.getresponse()
            body = answer.read()
        except (OSError, http.client.HTTPException):
            self._http.close()
            raise
        for name, value in answer.getheaders():
            if name.lower() == "set-cookie":
                key, _, kept = value.split(";", 1)[0].partition("=")
                self._cookies[key] = kept
        self._cookies.pop("messages", None)  # what was said is shown once; here nobody opens the page that shows it
        return answer.status, body


def commands(plan: PlanRef, *, at_once: int, steady: int) -> list[Figure]:
    """Cases accepted through one web process: `at_once` as fast as eight clerks can, then `steady` at a given rate."""
    rows = [
        AccountRow(login=f"clerk{n}", kind="staff", name="示例", password=PASSWORD, posts=(("gov-service", "clerk"),))
        for n in range(HANDS)
    ]
    people.load_accounts(by=_town.HOUSE, rows=rows)
    cases = [_town.submit(plan, 1_000_000 + n) for n in range(HANDS + at_once + steady)]
    first, fast, slow = cases[:HANDS], cases[HANDS : HANDS + at_once], cases[HANDS + at_once :]
    with _served() as port, ExitStack() as stack:
        clerks = [stack.enter_context(closing(Clerk(port, row.login))) for row in rows]
        for clerk, no in zip(clerks, first, strict=True):
            clerk.accept(no)
        return _in_turn(clerks[:CLERKS], fast) + _steadily(clerks, slow)


def _in_turn(clerks: list[Clerk], cases: list[str]) -> list[Figure]:
    begun = time.perf_counter()
    with ThreadPoolExecutor(len(clerks)) as pool:
        work = [pool.submit(_accept_all, clerk, cases[n :: len(clerks)]) for n, clerk in enumerate(clerks)]
        seconds = [one for each in work for one in each.result()]
    took = time.perf_counter() - begun
    name = f"durable commands over HTTP, {len(clerks)} clerks at once"
    return [Figure(name=name, value=len(seconds) / took, unit="1/s"), *_answers(seconds)]


def _steadily(clerks: list[Clerk], cases: list[str]) -> list[Figure]:
    """Each command has its instant, whether those before it are answered or not; its wait counts from then on."""
    idle: SimpleQueue[Clerk] = SimpleQueue()
    for clerk in clerks:
        clerk.close()  # some had nothing to do meanwhile, and the server closes idle connections
        idle.put(clerk)
    begun = time.perf_counter() + 0.1

    def accept(n: int, no: str) -> tuple[float, float]:
        instant = begun + n / RATE
        time.sleep(max(0.0, instant - time.perf_counter()))
        clerk = idle.get()
        clerk.accept(no)
        idle.put(clerk)
        done = time.perf_counter()
        return done - instant, done

    with ThreadPoolExecutor(len(clerks)) as pool:
        found = list(pool.map(accept, range(len(cases)), cases))
    achieved = len(cases) / (max(done for _, done in found) - begun)
    name = f"durable commands over HTTP, {RATE} asked for each second: answered"
    return [Figure(name=name, value=achieved, unit="1/s"), *_answers([seconds for seconds, _ in found])]


def _answers(seconds: list[float]) -> list[Figure]:
    return [
        Figure(name="  median answer", value=percentile(seconds, 0.5) * 1000, unit="ms"),
        Figure(name="  p99 answer", value=percentile(seconds, 0.99) * 1000, unit="ms"),
    ]


def _accept_all(clerk: Clerk, cases: list[str]) -> list[float]:
    return [clerk.accept(no) for no in cases]


@contextmanager
def _served() -> Iterator[int]:
    """A web process of its own on this database; its port."""
    with closing(serving.listen("127.0.0.1", 0)) as probe:
        port = int(probe.getsockname()[1])
    environment = os.environ | {"LIANGXI_PORT": str(port), "LIANGXI_LOG_LEVEL": "error"}
    command = [sys.executable, "-m", "liangxi.cli", "serve"]
    with subprocess.Popen(command, env=environment, stderr=subprocess.DEVNULL) as web:
        try:
            _wait(port)
            yield port
        finally:
            web.terminate()


def _wait(port: int) -> None:
    deadline = time.monotonic() + _STARTING
    while True:
        probe = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
        try:
            probe.request("GET", "/health")
            probe.getresponse()
        except OSError:
            if time.monotonic() > deadline:
                raise
            time.sleep(0.1)
        else:
            return
        finally:
            probe.close()
