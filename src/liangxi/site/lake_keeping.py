"""`liangxi lake`: what operators see of the lake and may do to it."""

from collections.abc import Callable
from datetime import timedelta

from liangxi.core.lake import face as lake
from liangxi.kit.actor import system

Say = Callable[[str], None]
HOUSE = system("operator")


def tables(say: Say) -> int:
    """Each table: rows, size, newest version, batches that wait."""
    for one in lake.tables():
        head = next(iter(lake.versions(table=one.spec.name)), None)
        rows, size = (head.rows, head.bytes) if head else (0, 0)
        stands = f"version {one.version}, {one.waiting} waiting"
        say(f"{one.spec.name:<30} {rows:>14,} rows {size / 1e6:>10,.1f} MB  {stands}")
    return 0


def compact(say: Say, table: str | None) -> int:
    """Merge waiting corrections now."""
    say(f"{lake.compact(by=HOUSE, table=table)} new versions")
    return 0


def sweep(say: Say, keep: int | None) -> int:
    """Drop all but the `keep` newest versions of each table, if given, and remove what nothing needs."""
    for one in lake.tables() if keep else ():
        dropped = lake.retain(by=HOUSE, table=one.spec.name, newest=keep or 1, younger=timedelta(days=1))
        say(f"{one.spec.name}: {dropped} versions dropped; their files go a day later")
    swept = lake.sweep()
    say(f"{swept.files} files removed, {swept.bytes / 1e6:,.1f} MB")
    return 0


def verify(say: Say) -> int:
    """Prove every file; 1 when one is not sound."""
    faults = [fault for one in lake.tables() for fault in lake.verify(table=one.spec.name)]
    for fault in faults:
        say(f"NOT SOUND: {fault.table}: {fault.path} is {fault.what}")
    if not faults:
        say("sound: every file is what was written, and published")
    return 1 if faults else 0
