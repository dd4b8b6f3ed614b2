"""The read store under fire: no half state, no lost or doubled change."""

import subprocess
import sys
from pathlib import Path

from tests.fault.houses import House, open_place

from liangxi.kit import postgres


def test_a_killed_worker_leaves_a_whole_state_and_every_change_once():
    with open_place() as place:
        house = House(place / "var")
        assert house.command("manage", "migrate", "-v0").returncode == 0
        postgres.start(place / "var/pg")
        try:
            done = subprocess.run(
                [sys.executable, str(Path(__file__).with_name("killed_serving.py"))],
                env=house.environment() | {"DJANGO_SETTINGS_MODULE": "liangxi.site.settings"},
                capture_output=True, text=True, timeout=600, check=False,
            )  # fmt: skip
        finally:
            postgres.stop(place / "var/pg")
        assert done.returncode == 0, done.stderr[-3000:]
        assert int(done.stdout.splitlines()[-1]) >= 6  # commits at which it was killed
