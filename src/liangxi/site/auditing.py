"""`liangxi audit`: the trail proved, or written out for a verifier that shares nothing with us."""

from collections.abc import Callable
from pathlib import Path

from liangxi.core.audit import face as audit
from liangxi.kit.actor import system
from liangxi.systems.federation import face as federation

BY = system("audit")
Say = Callable[[str], None]


def verify(say: Say) -> int:
    """Prove the whole trail and say what was found; 0 when it is sound, 1 with the first bad record named."""
    report = audit.verify(by=BY, told=lambda count: say(f"{count:,} records read") if count % 100_000 == 0 else None)
    if not report.ok:
        where = "" if report.first_bad is None else f"record {report.first_bad}: "
        say(f"NOT SOUND: {where}{report.reason}")
        return 1
    say(f"sound: {report.records:,} records, {report.checkpoints:,} checkpoints, every signature and both trees hold")
    if report.erased:
        say(f"{report.erased:,} personal values were erased; their records are proved all the same")
    return _exchanges(say)


def _exchanges(say: Say) -> int:
    """The message log of proxied calls against the trail that was just proved."""
    log = federation.prove_exchanges(by=BY)
    if log.reason:
        say(f"NOT SOUND: {log.reason}")
        return 1
    say(f"message log: {log.exchanges:,} exchanges agree with the trail, {log.kept:,} kept messages hold their hash")
    return 0


def export(folder: Path, say: Say) -> int:
    """Write records, checkpoints, leaves, key and the verifier into `folder`."""
    count = audit.export(by=BY, folder=folder)
    say(f"{count:,} records in {folder}; prove them anywhere with: python {folder / 'verifier.py'} {folder}")
    return 0
