"""One embedded PostgreSQL for a test run: started before Django reads its settings, swept after it.

A plugin (`-p tests.embedded` in pyproject.toml) and not a conftest, because pytest-django reads the settings before any
conftest is loaded.
"""

import os
import shutil
import tempfile
from pathlib import Path

import pytest

from liangxi.kit import postgres

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
