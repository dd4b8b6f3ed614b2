"""`liangxi prepare`: the tables, the city's profile and the sample city, each only when it is missing or changed."""

import hashlib
import time
from collections.abc import Callable
from pathlib import Path

from django.core.management import call_command
from django.db import connection
from django.db.migrations.executor import MigrationExecutor

from liangxi.site import marks
from liangxi.site.config import Config

Say = Callable[[str], None]
_LOCK = 0x4C581  # one preparer at a time, whoever starts it


def prepare(config: Config, say: Say, *, sample: bool) -> None:
    """Bring the database to what this version and this profile need. Nothing stored is lost; can be repeated."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_lock(%s)", [_LOCK])
    from liangxi.site.sample import accounts

    try:
        _step("tables", say, _migrate)
        _step("profile", say, lambda: _load(config))
        if sample:
            _step("sample", say, lambda: _sample(say))
            for line in accounts.lines():
                say(line)
    finally:
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_unlock(%s)", [_LOCK])


def _step(name: str, say: Say, work: Callable[[], str]) -> None:
    begun = time.monotonic()
    outcome = work()
    say(f"{name:<10} {time.monotonic() - begun:5.1f} s  {outcome}")


def _migrate() -> str:
    executor = MigrationExecutor(connection)
    plan = executor.migration_plan(executor.loader.graph.leaf_nodes())
    if plan:
        call_command("migrate", verbosity=0, interactive=False)
    return f"{len(plan)} migrations" if plan else "up to date"


def _load(config: Config) -> str:
    from liangxi.site import loading

    content = fingerprint(config.city_root)
    kept = marks.get("profile")
    if kept and kept[0] == content:
        return "up to date"
    loading.load(config.city_root)
    marks.put("profile", content)
    return config.city


def fingerprint(root: Path) -> str:
    """A hash of every file of a profile and of the code that loads it."""
    digest = hashlib.sha256()
    for path in sorted(p for folder in (root, Path(__file__).with_name("loading.py")) for p in _files(folder)):
        digest.update(f"{path.name}\0{path.stat().st_size}\0".encode())
        digest.update(path.read_bytes())
    return digest.hexdigest()


def _files(place: Path) -> list[Path]:
    return [p for p in place.rglob("*") if p.is_file()] if place.is_dir() else [place]


def _sample(say: Say) -> str:
    from liangxi.site import sample

    return sample.ensure(say)
