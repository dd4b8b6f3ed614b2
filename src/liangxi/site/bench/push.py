"""Push: from the commit of a change to the subscriber's 200, through one worker, signed, with the right judged anew.

A department holds grants of many resources and listens to their changes. Changes are committed at a rate; each goes out
as a CloudEvent, those of one resource in their order.
"""

import json
import os
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any

from liangxi.site.bench._figures import CpuClock, Figure, percentile, report

RATES = (100, 500)  # changes a second
_ORG = "hrss"
_AT_ONCE = 20  # resources of one need
_WAIT = 120.0  # seconds for the last ones


def run(*, quick: bool) -> dict[str, Any]:
    """Measure for 20 seconds at each rate, `quick` for 4, in a home of its own, durable (fsync on)."""
    import django

    from liangxi.site import database

    os.environ["LIANGXI_WEBHOOK_NETWORKS"] = "127.0.0.0/8"
    with database.scratch():
        django.setup()
        from django.conf import settings
        from django.core.management import call_command

        from liangxi.site import loading

        call_command("migrate", verbosity=0, interactive=False)
        loading.load(settings.CONFIG.city_root)
        figures = []
        with _receiver() as port:
            granted = found(port)
            with _worker() as pid:
                changes(granted, RATES[0], 0, len(granted))  # each once: everything is warm
                _all_heard(port, len(granted))
                done = len(granted)
                for rate in RATES:
                    number = rate * (4 if quick else 20)
                    figures += _measured(granted, rate, done, number, port, pid)
                    done += number
    return report("push", figures)


def found(port: int) -> list[str]:
    """A department that listens at `port` to what it was granted; the ids of those resources."""
    granted = _granted()
    _subscribe(port)
    return granted


def _post(org: str) -> Any:
    from liangxi.core.people import face as people
    from liangxi.kit.actor import Actor

    path = people.organisation(code=org).path
    return Actor(kind="system", account=f"bench-{org}", name=org, org=org, org_path=path)


def _granted() -> list[str]:
    """Ids of the resources that the department may have, each with a grant that its provider gave."""
    from liangxi.kit.actor import system
    from liangxi.kit.time import today
    from liangxi.systems.data import face as data
    from liangxi.systems.data.shapes import Asked

    house, until = system("bench"), today() + timedelta(days=300)
    cards = data.resources(by=house, sharing="conditional", limit=200).rows
    wanted = [one.id for one in cards if one.org != _ORG]
    named = {id: data.resource(by=house, id=id).definition.fields[0].name for id in wanted}
    asked = [Asked(resource=id, columns=(name,)) for id, name in named.items()]
    granted = []
    for n in range(0, len(asked), _AT_ONCE):
        need = data.open_need(
            by=_post(_ORG), asked=asked[n : n + _AT_ONCE], key=f"bench-push-{n}", title="推送", purpose="测量",
            legal_basis="测量", matter="测量", frequency="realtime", since=today(), until=until,
        )  # fmt: skip
        data.check_need(by=house, id=need, outcome="conform")
        for one in data.need(by=house, id=need).requests:
            terms = {"columns": list(one.columns), "masks": {}}
            data.grant_request(by=_post(one.org), id=one.id, terms=terms, quota=1_000_000, until=until)
            granted.append(one.resource)
    return granted


def _subscribe(port: int) -> None:
    from liangxi.core.people import face as people
    from liangxi.core.people.shapes import AccountRow
    from liangxi.core.webhooks import face as webhooks
    from liangxi.kit.actor import system

    row = AccountRow(login="bench", kind="staff", name="示例", password="bench-2026!", posts=((_ORG, "steward"),))  # noqa: S106
    people.load_accounts(by=system("bench"), rows=[row])
    (account,) = people.accounts(by=system("bench"), query="bench")
    (post,) = people.posts_of(account=account.id)
    by = people.actor_of(account_id=account.id, post=post.id)
    webhooks.subscribe(by=by, name="bench", url=f"http://127.0.0.1:{port}/", types=["data.DatasetChanged"])


def changes(granted: list[str], rate: float, first: int, number: int) -> dict[int, float]:
    """Commit changes at a rate; when each was committed."""
    from django.db import transaction

    from liangxi.core.events import face as events
    from liangxi.kit import time as clock
    from liangxi.systems.data.events import DatasetChanged

    committed, begun = {}, time.monotonic()
    for n in range(number):
        time.sleep(max(0.0, begun + n / rate - time.monotonic()))
        resource, seq = granted[n % len(granted)], first + n
        fact = DatasetChanged(resource=resource, version=1, batch=seq, seq=seq, rows=1, changes=1, at=clock.now())
        with transaction.atomic():
            events.announce(fact, subject=resource)
        committed[seq] = time.monotonic()
    return committed


def _measured(granted: list[str], rate: int, first: int, number: int, port: int, pid: int) -> list[Figure]:
    from django.conf import settings

    clock = CpuClock(settings.CONFIG.database_directory)
    before = _cpu(pid), clock.server()
    committed = changes(granted, rate, first, number)
    heard = _all_heard(port, first + number)
    worker, server = _cpu(pid) - before[0], clock.server() - before[1]
    took = [heard[seq] - at for seq, at in committed.items()]
    span = max(heard[seq] for seq in committed) - min(committed.values())
    return [
        Figure(name=f"{rate} changes a second: told", value=number / span, unit="1/s"),
        Figure(name="  from commit to the subscriber's 200, p50", value=percentile(took, 0.5) * 1000, unit="ms"),
        Figure(name="  p99", value=percentile(took, 0.99) * 1000, unit="ms"),
        Figure(name="  CPU of a push in the worker", value=worker / number * 1000, unit="ms"),
        Figure(name="  CPU of commit and push in PostgreSQL", value=server / number * 1000, unit="ms"),
    ]


def _cpu(pid: int) -> float:
    """Seconds of the worker so far."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def _all_heard(port: int, number: int) -> dict[int, float]:
    """When each change was told first, once all were."""
    deadline = time.monotonic() + _WAIT
    while True:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/heard") as answer:
            heard = dict(reversed(json.load(answer)))
        if len(heard) >= number:
            return heard
        assert time.monotonic() < deadline, f"{len(heard)} of {number} changes were told within {_WAIT} s"
        time.sleep(0.5)


@contextmanager
def _receiver() -> Iterator[int]:
    command = [sys.executable, "-m", "liangxi.site.bench._receiver"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as server:
        try:
            assert server.stdout is not None
            yield int(server.stdout.readline())
        finally:
            server.terminate()


@contextmanager
def _worker() -> Iterator[int]:
    """One worker of this database; its process."""
    with subprocess.Popen([sys.executable, "-m", "liangxi.cli", "worker"], stderr=subprocess.DEVNULL) as worker:
        try:
            yield worker.pid
        finally:
            worker.terminate()
