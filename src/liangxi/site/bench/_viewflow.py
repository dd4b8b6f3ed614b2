"""The peer: Viewflow runs the same case in a process of its own, with its own tables in the same PostgreSQL.

Run as a module it is that process: for each number on its input it runs a whole case and answers with its processor
seconds. It is AGPL and no part of Liangxi; without it the bench measures without it.
"""

import importlib.util
import os
import subprocess
import sys
import time
from collections.abc import Mapping
from typing import Any
from urllib.parse import parse_qs, urlsplit

import msgspec
import psycopg

NAME = "Viewflow"
_DATABASE = "peer_viewflow"


def found(url: str, form: Mapping[str, Any]) -> "Peer | None":
    """The peer beside the database at `url`; None where it is not installed."""
    if importlib.util.find_spec("viewflow") is None:
        return None
    return Peer(url, form)


class Peer:
    """Its process; `whole_case` is submit and five steps, each durable before the next."""

    def __init__(self, url: str, form: Mapping[str, Any]) -> None:
        with psycopg.connect(url, autocommit=True) as db:
            db.execute(f"CREATE DATABASE {_DATABASE}")
        command = [sys.executable, "-W", "ignore", "-m", __name__, url, msgspec.json.encode(form).decode()]
        environment = {key: value for key, value in os.environ.items() if key != "DJANGO_SETTINGS_MODULE"}
        self._process = subprocess.Popen(
            command, env=environment, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )
        self._spent = self._ask("")

    def whole_case(self, no: int) -> float:
        """Submit, accept, three decisions, hand out; the processor seconds of the process."""
        before, self._spent = self._spent, self._ask(str(no))
        return self._spent - before

    def close(self) -> None:
        """End the process."""
        self._process.communicate()

    def _ask(self, line: str) -> float:
        assert self._process.stdin and self._process.stdout
        if line:
            self._process.stdin.write(line + "\n")
            self._process.stdin.flush()
        return float(self._process.stdout.readline())


def _configure(url: str) -> None:
    import django
    from django.conf import settings
    from django.core.management import call_command

    parts = urlsplit(url)
    query = {key: values[-1] for key, values in parse_qs(parts.query).items()}
    database = {"ENGINE": "django.db.backends.postgresql", "NAME": _DATABASE, "USER": parts.username or "",
                "HOST": query.get("host", parts.hostname), "PORT": query.get("port", parts.port),
                "OPTIONS": {"server_side_binding": True, "prepare_threshold": 2}}  # fmt: skip
    apps = ["django.contrib.auth", "django.contrib.contenttypes", "viewflow", "viewflow.workflow", __package__]
    settings.configure(
        DATABASES={"default": database},
        INSTALLED_APPS=apps,
        USE_TZ=True,
        DEFAULT_AUTO_FIELD="django.db.models.AutoField",
    )
    django.setup()
    call_command("migrate", verbosity=0, interactive=False)


def _main(url: str, form: str) -> None:
    _configure(url)
    from liangxi.site.bench._viewflow_case import whole_case

    filled = msgspec.json.decode(form)
    sys.stdout.write(f"{time.process_time()}\n")
    sys.stdout.flush()
    for _ in sys.stdin:
        whole_case(filled)
        sys.stdout.write(f"{time.process_time()}\n")
        sys.stdout.flush()


if __name__ == "__main__":
    _main(sys.argv[1], sys.argv[2])
