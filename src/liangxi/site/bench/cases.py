"""The case engine: processor time of a whole case, durable commands over HTTP, lists of a large city, rules."""

from collections.abc import Callable
from typing import Any

from liangxi.site.bench._figures import CpuClock, Figure, report, versus

WARM = 10  # cases before anything is counted
Spent = tuple[float, float]  # processor seconds of this process and of the database server


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
            *_whole_cases(plan, 60 if quick else 400),
            *_http.commands(plan, 240 if quick else 2000),
            *_inbox.pages(plan, 200_000 if quick else 1_000_000),
            *_rules.speeds(20_000 if quick else 200_000),
        ]
    return report("cases", figures)


def _whole_cases(plan: Any, number: int) -> list[Figure]:
    """Ours and the peer's cases in turns, so that both see the same machine."""
    from django.conf import settings
    from django.db import connection

    from liangxi.site.bench import _spiff, _town

    clock = CpuClock(settings.CONFIG.database_directory)
    with connection.cursor() as cursor:
        cursor.execute("SHOW fsync")
        assert cursor.fetchone() == ("on",), "only durable work is measured"
    peer = _spiff.found(settings.CONFIG.database_url)
    ours, theirs = [], []
    for n in range(number + WARM):
        ours.append(_spent(clock, lambda n=n: _town.whole_case(plan, n)))  # type: ignore[misc]
        if peer is not None:
            theirs.append(_spent(clock, lambda n=n: peer.whole_case(n, _town.FORM)))  # type: ignore[misc]
    if peer is not None:
        assert peer.is_finished(number), "the peer's last case is not at its end"
        peer.close()
    return [
        _cpu(f"CPU per whole case, {number} cases", ours, theirs, sum),
        _cpu("  of it in Python", ours, theirs, lambda one: one[0]),
        _cpu("  of it in PostgreSQL", ours, theirs, lambda one: one[1]),
    ]


def _spent(clock: CpuClock, work: Callable[[], object]) -> Spent:
    before = clock.now()
    work()
    after = clock.now()
    return after[0] - before[0], after[1] - before[1]


def _cpu(name: str, ours: list[Spent], theirs: list[Spent], part: Callable[[Spent], float]) -> Figure:
    from liangxi.site.bench import _spiff

    mine, others = (_mean_ms([part(one) for one in spent[WARM:]]) for spent in (ours, theirs))
    return versus(name, mine or 0.0, "ms", peer=_spiff.NAME, peer_value=others)


def _mean_ms(values: list[float]) -> float | None:
    return 1000 * sum(values) / len(values) if values else None
