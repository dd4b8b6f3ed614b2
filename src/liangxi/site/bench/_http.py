"""Durable commands over HTTP: clerks accept cases through the workbench, each answer after its commit."""

import http.client
import os
import re
import subprocess
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager
from urllib.parse import urlencode

from liangxi.core.cases.shapes import PlanRef
from liangxi.core.people import face as people
from liangxi.core.people.shapes import AccountRow
from liangxi.site import serving
from liangxi.site.bench import _town
from liangxi.site.bench._figures import Figure, percentile

CLERKS = 8
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
        return answer.status, body


def commands(plan: PlanRef, number: int) -> list[Figure]:
    """`number` cases accepted by eight clerks at once, through one web process."""
    rows = [
        AccountRow(login=f"clerk{n}", kind="staff", name="示例", password=PASSWORD, posts=(("gov-service", "clerk"),))
        for n in range(CLERKS)
    ]
    people.load_accounts(by=_town.HOUSE, rows=rows)
    cases = [_town.submit(plan, 1_000_000 + n) for n in range(number)]
    with _served() as port:
        clerks = [Clerk(port, row.login) for row in rows]
        for clerk, no in zip(clerks, cases, strict=False):
            clerk.accept(no)
        shares = [cases[CLERKS + n :: CLERKS] for n in range(CLERKS)]
        begun = time.perf_counter()
        with ThreadPoolExecutor(CLERKS) as pool:
            work = [pool.submit(_accept_all, clerk, share) for clerk, share in zip(clerks, shares, strict=True)]
            seconds = [one for each in work for one in each.result()]
        took = time.perf_counter() - begun
    return [
        Figure(name=f"durable commands over HTTP, {CLERKS} clerks at once", value=len(seconds) / took, unit="1/s"),
        Figure(name="  median answer", value=percentile(seconds, 0.5) * 1000, unit="ms"),
        Figure(name="  p99 answer", value=percentile(seconds, 0.99) * 1000, unit="ms"),
    ]


def _accept_all(clerk: Clerk, cases: list[str]) -> list[float]:
    with closing(clerk):
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
