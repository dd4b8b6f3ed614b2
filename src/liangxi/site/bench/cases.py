"""The case engine: processor time of a whole case, durable commands over HTTP, lists of a large city, rules."""

import time
from collections.abc import Callable
from dataclasses import dataclass
from statistics import fmean
from typing import Any

from liangxi.site.bench._figures import CpuClock, Figure, rate_versus, report, versus

WARM = 10  # cases before anything is counted


@dataclass(frozen=True, slots=True)
class Spent:
    """What one case took: processor seconds of who works it and of the database server, seconds by the clock."""

    python: float
    server: float
    wall: float


def run(*, quick: bool) -> dict[str, Any]:
    """Measure in a database of its own, durable (fsync on); `quick` uses fewer cases and says so in the names."""
    import django

    from liangxi.site import database

    with database.scratch():
        django.setup()
        from django.core.management import call_command

        from liangxi.site.bench import _http, _inbox, _rules, _town

        call_command("migrate", verbosity=0, interactive=False)
        plan = _town.found()
        figures = [
            *_whole_cases(plan, 40 if quick else 300),
            *_http.commands(plan, at_once=200 if quick else 2000, steady=600 if quick else 4000),
            *_inbox.pages(plan, 200_000 if quick else 1_000_000),
            *_rules.speeds(20_000 if quick else 200_000),
        ]
    return report("cases", figures)


def _whole_cases(plan: Any, number: int) -> list[Figure]:
    """Ours and the peers' cases in turns, so that all see the same machine."""
    from django.conf import settings
    from django.db import connection

    from liangxi.site.bench import _spiff, _town, _viewflow

    clock = CpuClock(settings.CONFIG.database_directory)
    with connection.cursor() as cursor:
        cursor.execute("SHOW fsync")
        assert cursor.fetchone() == ("on",), "only durable work is measured"
    url = settings.CONFIG.database_url
    peers = {_spiff.NAME: _spiff.found(url, _town.FORM), _viewflow.NAME: _viewflow.found(url, _town.FORM)}
    spent: dict[str, list[Spent]] = {"": [], **{name: [] for name, peer in peers.items() if peer is not None}}
    for n in range(number + WARM):
        spent[""].append(_measured(clock, lambda n=n: _ours(plan, n)))  # type: ignore[misc]
        for name, peer in peers.items():
            if peer is not None:
                spent[name].append(_measured(clock, lambda n=n, peer=peer: peer.whole_case(n)))  # type: ignore[misc]
    for peer in peers.values():
        if peer is not None:
            peer.close()
    means = {name: _mean(each[WARM:]) for name, each in spent.items()}
    shown = list(spent)[1:] or [""]  # without a peer ours stand alone
    return [figure for name in shown for figure in _compared(number, means[""], means[name], name)]


def _ours(plan: Any, n: int) -> float:
    from liangxi.site.bench import _town

    begun = time.process_time()
    _town.whole_case(plan, n)
    return time.process_time() - begun


def _measured(clock: CpuClock, work: Callable[[], float]) -> Spent:
    """`work` does one case and gives the processor seconds of who did it."""
    begun, before = time.perf_counter(), clock.server()
    python = work()
    return Spent(python, clock.server() - before, time.perf_counter() - begun)


def _mean(each: list[Spent]) -> Spent:
    return Spent(fmean(s.python for s in each), fmean(s.server for s in each), fmean(s.wall for s in each))


def _compared(number: int, ours: Spent, theirs: Spent, peer: str) -> list[Figure]:
    """The figures beside those of one peer, or alone when `peer` is empty."""
    rows = [
        (
            f"CPU per whole case, {number} cases",
            1000 * (ours.python + ours.server),
            1000 * (theirs.python + theirs.server),
        ),
        ("  of it in Python", 1000 * ours.python, 1000 * theirs.python),
        ("  of it in PostgreSQL", 1000 * ours.server, 1000 * theirs.server),
    ]
    name, mine, other = "  whole cases one after another", 1 / ours.wall, 1 / theirs.wall
    if not peer:
        return [Figure(name=row[0], value=row[1], unit="ms") for row in rows] + [
            Figure(name=name, value=mine, unit="1/s")
        ]
    return [
        *(versus(row[0], row[1], "ms", peer=peer, peer_value=row[2]) for row in rows),
        rate_versus(name, mine, "1/s", peer=peer, peer_value=other),
    ]
