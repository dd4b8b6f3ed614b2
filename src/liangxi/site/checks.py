"""`liangxi check`: the laws of the house, each with its seconds, and what failed in full."""

import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed
from dataclasses import dataclass
from pathlib import Path

from liangxi.kit.errors import InvalidError

ROOT = Path(__file__).resolve().parents[3]
BIN = Path(sys.executable).parent
AT_ONCE = 2  # types and house tests each keep one processor busy; the others are short


@dataclass(frozen=True, slots=True)
class Check:
    """One check: the name on the command line, what it asks, the program that answers."""

    name: str
    asks: str
    command: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Verdict:
    """What one check said: passed or not, after how many seconds, with which output."""

    check: Check
    passed: bool
    seconds: float
    output: str


CHECKS = (  # the longest first, so that two processors end together
    Check("types", "every type fits (mypy strict)", (str(BIN / "mypy"), "--no-error-summary")),
    Check("house", "the house's own laws", (sys.executable, "-m", "pytest", "tests/house", "-q")),
    Check("doors", "floors, doors and pure rules", (str(BIN / "lint-imports"),)),
    Check("lint", "habits and complexity", (str(BIN / "ruff"), "check", ".")),
    Check("format", "one format", (str(BIN / "ruff"), "format", "--check", ".")),
    Check("needs", "every import is declared", (str(BIN / "deptry"), "src")),
    Check(
        "onethings",
        "every situation of every package",
        (sys.executable, "-m", "liangxi.cli", "load", "--check", str(ROOT / "cities/wuxi")),
    ),
)


def run(only: Sequence[str] = (), *, say: Callable[[str], None]) -> int:
    """Run the checks named in `only` (none: all), saying one line for each; the number that failed.

    One check that is asked for alone says all that it found, also when nothing is wrong.

    InvalidError `check.unknown` for a name that is none, `check.checkout` where there is no source to check.
    """
    chosen = _chosen(only)
    if not (ROOT / "pyproject.toml").exists():
        raise InvalidError("check.checkout", "The checks read the source: run them in a checkout of Liangxi.")
    with ThreadPoolExecutor(AT_ONCE) as pool:
        verdicts = []
        for done in as_completed([pool.submit(_ask, check) for check in chosen]):
            verdicts.append(done.result())
            say(_line(verdicts[-1]))
    if len(verdicts) == 1 and verdicts[0].passed and verdicts[0].output:
        say(verdicts[0].output)
    failed = [verdict for verdict in verdicts if not verdict.passed]
    for verdict in failed:
        say(f"\n── {verdict.check.name}: {' '.join(verdict.check.command)}\n{verdict.output}")
    return len(failed)


def run_onethings(root: Path, *, say: Callable[[str], None]) -> int:
    """Check the packages of the profile in `root`: file, line and reason of every fault; the number of faults."""
    from liangxi.systems.onething import face

    faults = face.check_profile(root=root)
    for fault in faults:
        say(f"{fault.file}:{fault.line}: {fault.text}")
    if not faults:
        say(f"{'package':<24}{'matters':>8}{'situations':>12}{'steps':>14}{'materials':>14}{'days':>14}{'trips':>14}")
        for one in face.summaries(root=root):
            saved = "".join(f"{f'{-low:+d} … {-best:+d} %':>14}" for low, best in one.reductions.values())
            say(f"{one.id:<24}{one.matters:>8}{one.situations:>12}{saved}")
    return len(faults)


def _chosen(only: Sequence[str]) -> list[Check]:
    known = {check.name for check in CHECKS}
    unknown = [name for name in only if name not in known]
    if unknown:
        raise InvalidError(
            "check.unknown",
            "There is no check '%(name)s'. The checks are: %(known)s.",
            {"name": unknown[0], "known": ", ".join(check.name for check in CHECKS)},
        )
    return [check for check in CHECKS if not only or check.name in only]


def _ask(check: Check) -> Verdict:
    begun = time.monotonic()
    try:
        done = subprocess.run(check.command, cwd=ROOT, capture_output=True, text=True, check=False)
        passed, output = done.returncode == 0, done.stdout + done.stderr
    except FileNotFoundError:
        passed, output = False, f"{check.command[0]} is not installed: run `make setup`."
    return Verdict(check, passed, time.monotonic() - begun, output.strip())


def _line(verdict: Verdict) -> str:
    mark = "ok    " if verdict.passed else "FAILED"
    return f"{mark} {verdict.check.name:<9}{verdict.seconds:6.1f} s  {verdict.check.asks}"
