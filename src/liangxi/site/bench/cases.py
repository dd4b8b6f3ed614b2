"""The case engine: processor time of a whole case, durable commands over HTTP, the inbox of a large city."""

from typing import Any

from liangxi.site.bench._figures import CpuClock, Figure, report


def run(*, quick: bool) -> dict[str, Any]:
    """Measure in a database of its own, durable (fsync on); `quick` uses fewer cases and says so in the names."""
    import django

    from liangxi.site import database

    with database.scratch():
        django.setup()
        from django.core.management import call_command

        call_command("migrate", verbosity=0, interactive=False)
        figures = [*_whole_cases(80 if quick else 400)]
    return report("cases", figures)


def _whole_cases(number: int) -> list[Figure]:
    from django.conf import settings
    from django.db import connection

    from liangxi.site.bench import _town

    plan = _town.found()
    clock = CpuClock(settings.CONFIG.database_directory)
    peer = _peer(settings.DATABASE_URL)
    with connection.cursor() as cursor:
        cursor.execute("SHOW fsync")
        assert cursor.fetchone() == ("on",), "only durable work is measured"
    ours, theirs = [0.0, 0.0], [0.0, 0.0]
    for n in range(number + 10):
        before = clock.now()
        _town.whole_case(plan, n)
        _add(ours, before, clock.now(), counted=n >= 10)
        if peer:
            before = clock.now()
            peer.whole_case(n, _town.FORM)
            _add(theirs, before, clock.now(), counted=n >= 10)
    return []
