"""What every test run obeys. Its database is made by the plugin `tests/embedded.py`."""

import os
import shutil
from collections.abc import Generator
from pathlib import Path
from typing import TypeVar

import pytest

Report = TypeVar("Report", pytest.TestReport, pytest.CollectReport)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item, call: pytest.CallInfo[None]
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    return _unskipped((yield))


@pytest.hookimpl(wrapper=True)
def pytest_make_collect_report(
    collector: pytest.Collector,
) -> Generator[None, pytest.CollectReport, pytest.CollectReport]:
    return _unskipped((yield))


def _unskipped(report: Report) -> Report:
    """Where skips are forbidden (the full run), a test that cannot run fails and says what it misses."""
    if os.environ.get("LIANGXI_FORBID_SKIPS") == "1" and report.skipped and not hasattr(report, "wasxfail"):
        report.outcome = "failed"
        report.longrepr = f"skipped, and LIANGXI_FORBID_SKIPS=1 wants every test to run: {report.longrepr}"
    return report


@pytest.fixture(autouse=True)
def _fresh_process() -> None:
    """Each test has a database of its own; what the process remembers of another's must not reach it: the calendar,
    and the language that a page was last asked for in."""
    from django.utils import translation

    from liangxi.core.calendar import queries

    queries.forget()
    translation.deactivate()


CITY = Path(__file__).parents[1] / "cities" / "wuxi"
FEW = ("newborn", "restaurant")


@pytest.fixture(scope="session")
def profile(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The profile of Wuxi with the packages that the stories use and without the catalogue of data.

    It is loaded for each story, so it is small; a module that needs more says so.
    """
    root = tmp_path_factory.mktemp("profile") / "wuxi"
    shutil.copytree(CITY, root, ignore=shutil.ignore_patterns("data"))
    for folder in ("onethings", "matters"):
        for file in (root / folder).glob("*.yaml"):
            if file.stem not in FEW:
                file.unlink()
    return root


@pytest.fixture(scope="session")
def catalogued(profile: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The small profile with the catalogue of data."""
    root = tmp_path_factory.mktemp("catalogued") / "wuxi"
    shutil.copytree(profile, root)
    shutil.copytree(CITY / "data", root / "data")
    return root
