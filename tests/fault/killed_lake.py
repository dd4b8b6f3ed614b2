"""Run in a home of its own: writers of the lake are killed, starved of disk, paused and let loose on each other.

This process only forks and counts: whoever uses DuckDB has threads and cannot be forked. Prints one line of JSON: how
many deaths each act survived.
"""

import json
import os
import random
import resource
import signal
import sys
import time
import traceback
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import django

django.setup()

import pyarrow as pa  # noqa: E402
from django.db import connection  # noqa: E402

from liangxi.core.lake import disk, iceberg, leases  # noqa: E402, F401 loaded once, before the forks
from liangxi.core.lake import face as lake  # noqa: E402
from liangxi.core.lake.errors import FencedError, StorageError  # noqa: E402
from liangxi.core.lake.models import ChangeBatch, Table, Version  # noqa: E402
from liangxi.core.lake.shapes import Field, TableSpec  # noqa: E402
from liangxi.kit.actor import system  # noqa: E402

HOUSE = system("test")
SPEC = TableSpec(name="t", fields=(Field(name="k"), Field(name="v", type="int")), key=("k",), buckets=3)
ROWS = 3000
KILLED = -signal.SIGKILL


def in_child(act: Callable[[], Any]) -> tuple[int, Callable[[], Any]]:
    """Start `act` in a process of its own: its number, and what waits for it and gives its answer (or its death)."""
    connection.close()
    read, write = os.pipe()
    child = os.fork()
    if child == 0:
        os.close(read)
        try:
            answer = act()
            os.write(write, json.dumps(answer).encode())
            os._exit(0)
        except BaseException:  # noqa: BLE001 it is told by the exit code
            traceback.print_exc()
            os._exit(1)
    os.close(write)

    def wait() -> Any:
        with os.fdopen(read, "rb") as pipe:
            text = pipe.read()
        code = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
        assert code in (0, KILLED), "the child failed; see above"
        return json.loads(text) if text else KILLED

    return child, wait


def done(act: Callable[[], Any]) -> Any:
    return in_child(act)[1]()


def rows(first: int, count: int = ROWS) -> pa.Table:
    return pa.table({"k": [f"k{n}" for n in range(count)], "v": [first + n for n in range(count)]})


def state() -> list[Any]:
    """What a reader sees: a hash of the rows, their number; and whether everything that the ledger names is sound."""
    with lake.read(table="t") as reader:
        seen = reader.rows("SELECT count(*), count(DISTINCT k), coalesce(sum(v), 0)::BIGINT FROM dataset")[0]
    faults = lake.verify(table="t")
    assert not faults, faults
    return [*map(int, seen)]


def load(n: int) -> None:
    lake.write(by=HOUSE, table="t", rows=rows(n), source="load")


def append(n: int) -> None:
    more = pa.table({"k": [f"n{n}-{m}" for m in range(500)], "v": [1] * 500})
    lake.write(by=HOUSE, table="t", rows=more, source="append", mode="append")


def correct(n: int) -> None:
    lake.correct(by=HOUSE, table="t", changes=pa.table({"k": [f"c{n}", "k1"], "v": [1, n]}), source="correct")


def compact(n: int) -> None:
    correct(n)
    lake.compact(by=HOUSE, table="t")


def sweep(n: int) -> None:
    lake.retain(by=HOUSE, table="t", newest=1)
    lake.sweep(grace=timedelta(0))


ACTS = {act.__name__: act for act in (load, append, correct, compact, sweep)}


def dying(act: Callable[[], None], at: Any) -> Callable[[], None]:
    """`act`, killed at its n-th file (`("file", n)`) or before or after its n-th commit."""
    kind, number = at
    count = iter(range(10**6))

    def die_at(when: str) -> None:
        if when == kind and next(count) == number:
            os.kill(os.getpid(), signal.SIGKILL)

    def run() -> None:
        force, commit = disk.force, connection._commit

        def forced(path: Any) -> Any:
            die_at("file")
            return force(path)

        def committed() -> None:
            die_at("before")
            commit()
            die_at("after")

        disk.force = forced
        connection._commit = committed
        act()

    return run


def let_go() -> None:
    """The lease of the dead ends: what a minute does."""
    Table.objects.update(leased_until=None)


def kill_everywhere(name: str) -> int:
    """Kill the act before and after its commit and at its files: what is read is as before or as after, each row once,
    and the act works again."""
    deaths, before = 0, done(state)
    for n, at in enumerate((("before", 0), ("after", 0), ("file", 0), ("file", 2)), 1):
        outcome = done(dying(lambda n=n: ACTS[name](n), at))
        let_go()
        found = done(state)
        assert found[0] == found[1], f"a row stands twice after {name} {at}"
        if outcome == KILLED:
            deaths += 1
            assert at[0] == "after" or name == "compact" or found == before, f"{name} {at} left something"
        before = found
    return deaths


def kill_at_random(name: str, dice: random.Random) -> int:
    """Kill the act somewhere: whoever died before the commit changed nothing, whoever died after it changed all."""
    deaths = 0
    before = done(state)
    for n in range(2):
        versions, batches = Version.objects.count(), ChangeBatch.objects.count()
        child, wait = in_child(lambda n=n: ACTS[name](1000 + n))
        time.sleep(dice.uniform(0.02, 0.4))
        os.kill(child, signal.SIGKILL)
        deaths += wait() == KILLED
        let_go()
        if (Version.objects.count(), ChangeBatch.objects.count()) == (versions, batches):
            assert done(state) == before
        before = done(state)
    return deaths


def check_full_disk() -> None:
    """A write that the disk refuses changes nothing and leaves nothing."""
    before = done(state)
    held = sum(1 for _ in (disk.root() / "t/data").iterdir())

    def starved() -> str:
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        resource.setrlimit(resource.RLIMIT_FSIZE, (2000, resource.RLIM_INFINITY))
        try:
            load(7)
        except StorageError as error:
            return error.code
        return "kept"

    assert done(starved) == "lake.disk.full"
    assert sum(1 for _ in (disk.root() / "t/data").iterdir()) == held and done(state) == before


def check_many_at_once() -> None:
    """Four writers at once: every change is there, once."""
    done(lambda: load(0))
    last = Table.objects.get(name="t").batch

    def several(of: int) -> None:
        for n in range(4):
            changes = pa.table({"k": [f"w{of}-{n}"], "v": [1]})
            lake.correct(by=HOUSE, table="t", changes=changes, source="many")

    waits = [in_child(lambda of=of: several(of))[1] for of in range(3)]
    waits.append(in_child(lambda: [lake.compact(by=HOUSE, table="t") for _ in range(2)])[1])
    assert all(wait() != KILLED for wait in waits)
    numbers = list(ChangeBatch.objects.filter(number__gt=last).order_by("number").values_list("number", flat=True))
    assert numbers == list(range(last + 1, last + 13)), numbers
    assert done(state)[0] == ROWS + 12


def check_paused_holder() -> None:
    """A committer that is paused beyond its lease comes to nothing, and so do its files."""

    def paused() -> str:
        check = leases.check

        def stopped(lease: leases.Lease) -> None:
            os.kill(os.getpid(), signal.SIGSTOP)
            check(lease)

        leases.check = stopped
        try:
            load(111)
        except FencedError as error:
            return error.code
        return "kept"

    child, wait = in_child(paused)
    os.waitpid(child, os.WUNTRACED)
    let_go()
    done(lambda: load(222))
    os.kill(child, signal.SIGCONT)
    assert wait() == "lake.fenced"
    assert done(state)[2] == sum(222 + n for n in range(ROWS))


def check_another_engine() -> None:
    """A plain SQL catalogue on its own connection reads what we read."""
    from django.conf import settings
    from pyiceberg.catalog.sql import SqlCatalog

    def theirs() -> list[int]:
        url = settings.DATABASE_URL.replace("postgresql://", "postgresql+psycopg://")
        url += ("&" if "?" in url else "?") + "options=-csearch_path%3Dlake"
        table = SqlCatalog("liangxi", uri=url).load_table("lake.t").scan().to_arrow()
        return [table.num_rows, len(set(table["k"].to_pylist())), sum(table["v"].to_pylist())]

    done(lambda: lake.compact(by=HOUSE, table="t"))
    assert done(theirs) == done(state)


def main() -> None:
    lake.declare(by=HOUSE, spec=SPEC)
    done(lambda: load(0))
    dice = random.Random(int(sys.argv[1]))
    survived = {name: kill_everywhere(name) + kill_at_random(name, dice) for name in ACTS}
    check_full_disk()
    check_many_at_once()
    check_paused_holder()
    check_another_engine()
    done(lambda: lake.sweep(grace=timedelta(0)) and None)
    done(state)
    left = {path.name for path in (disk.root() / "t/data").iterdir()}
    with connection.cursor() as cursor:
        cursor.execute("SELECT path FROM lake_datafile")
        named = {path.rsplit("/", 1)[1] for (path,) in cursor.fetchall()}
    assert left == named, "files that nothing names are left"
    sys.stdout.write(json.dumps(survived) + "\n")


if __name__ == "__main__":
    main()
