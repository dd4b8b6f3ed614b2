"""A fault that a law found, and the one file of exceptions."""

import tomllib
from collections.abc import Iterable
from dataclasses import dataclass
from fnmatch import fnmatchcase
from pathlib import Path

FILE = Path(__file__).with_name("exceptions.toml")
_REASON_WORDS = 5  # a reason is a sentence, not a shrug


@dataclass(frozen=True, slots=True, order=True)
class Fault:
    """One breach: the law's name, where (a path, a dotted name or `importer -> imported`), and what the law says."""

    law: str
    where: str
    says: str

    def __str__(self) -> str:
        return f"{self.where}: {self.says} [{self.law}]"


@dataclass(frozen=True, slots=True)
class Excuse:
    """An exception: in `law`, what `where` (a shell pattern) names is allowed, because of `reason`."""

    law: str
    where: str
    reason: str

    def covers(self, fault: Fault) -> bool:
        """True when this exception speaks of `fault`."""
        return fault.law == self.law and fnmatchcase(fault.where, self.where)


def excuses(law: str | None = None, file: Path = FILE) -> tuple[Excuse, ...]:
    """The exceptions of `law` (None: of all). ValueError when one has no reason."""
    rows = tomllib.loads(file.read_text()).get("exception", [])
    found = tuple(Excuse(row["law"], row["where"], row.get("reason", "")) for row in rows)
    for excuse in found:
        if len(excuse.reason.split()) < _REASON_WORDS:
            raise ValueError(f"the exception {excuse.law}: {excuse.where} gives no reason")
    return tuple(excuse for excuse in found if law in (None, excuse.law))


def judge(law: str, faults: Iterable[Fault], allowed: Iterable[Excuse] | None = None) -> list[Fault]:
    """The faults that no exception covers, and a fault for every exception of `law` that covers nothing."""
    allowed = excuses(law) if allowed is None else tuple(allowed)
    faults = sorted(set(faults))
    unused = [e for e in allowed if not any(e.covers(fault) for fault in faults)]
    rest = [fault for fault in faults if not any(e.covers(fault) for e in allowed)]
    return rest + [Fault(law, e.where, "this exception is not needed any more: remove it") for e in unused]
