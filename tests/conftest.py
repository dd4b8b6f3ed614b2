"""One embedded PostgreSQL for a test run: started before Django reads its settings, swept after it."""

import os
import shutil
import tempfile
from collections.abc import Generator
from pathlib import Path
from typing import TypeVar

import pytest

from liangxi.kit import postgres

Report = TypeVar("Report", pytest.TestReport, pytest.CollectReport)

_HOME = Path(tempfile.mkdtemp(prefix="liangxi-test-"))
_HOME.chmod(0o755)
os.environ["LIANGXI_HOME"] = str(_HOME)
os.environ.setdefault("LIANGXI_CITY", "wuxi")
if "LIANGXI_DATABASE_URL" not in os.environ:
    _server = postgres.start(_HOME / "pg", fsync=False)
    postgres.create_database(_server, "liangxi")
    os.environ["LIANGXI_DATABASE_URL"] = _server.url()


def pytest_unconfigure(config: pytest.Config) -> None:
    postgres.stop(_HOME / "pg")
    shutil.rmtree(_HOME, ignore_errors=True)


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
