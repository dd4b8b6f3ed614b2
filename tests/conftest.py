"""What every test run obeys. Its database is made by the plugin `tests/embedded.py`."""

import os
import shutil
from collections.abc import Generator
from pathlib import Path
from typing import TypeVar

import pytest
from pytest_django import DjangoDbBlocker
from pytest_django.plugin import blocking_manager_key

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


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Generator[None]:
    """The database as the migrations left it, kept beside the one that tests use."""
    with django_db_blocker.unblock():
        _copy_database(source=_used(), name=_kept())
    yield
    with django_db_blocker.unblock():
        _copy_database(source=None, name=_kept())


@pytest.hookimpl(wrapper=True)
def pytest_runtest_teardown(item: pytest.Item, nextitem: pytest.Item | None) -> Generator[None]:
    """A test that commits leaves the database as the migrations left it: rows, sequences and all."""
    yield
    is_marked = any(mark.kwargs.get("transaction") for mark in item.iter_markers("django_db"))
    if nextitem and (is_marked or "transactional_db" in getattr(item, "fixturenames", ())):
        with item.config.stash[blocking_manager_key].unblock():
            _copy_database(source=_kept(), name=_used())


def _used() -> str:
    from django.db import connection

    return str(connection.settings_dict["NAME"])


def _kept() -> str:
    return f"{_used()}_kept"


def _copy_database(*, source: str | None, name: str) -> None:
    """Make `name` a copy of `source` (None: of nothing, it is gone then), whatever it was."""
    from django.db import connection

    connection.close()
    with connection._nodb_cursor() as cursor:
        cursor.execute(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')
        if source:
            cursor.execute(f'CREATE DATABASE "{name}" TEMPLATE "{source}"')


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
