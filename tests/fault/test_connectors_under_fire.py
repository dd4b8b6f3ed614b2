"""Deliveries under fire: whoever takes them in is killed at each step, and each is there whole and once."""

import json
import subprocess
import sys
from pathlib import Path

from tests.fault.houses import House, open_place

from liangxi.kit import postgres


def test_a_delivery_is_published_whole_and_once_whenever_its_worker_dies():
    with open_place() as place:
        house = House(place / "var")
        assert house.command("manage", "migrate", "-v0").returncode == 0
        postgres.start(place / "var/pg")
        try:
            done = subprocess.run(
                [sys.executable, str(Path(__file__).with_name("killed_connectors.py"))],
                env=house.environment() | {"DJANGO_SETTINGS_MODULE": "liangxi.site.settings"},
                capture_output=True,
                text=True,
                timeout=600,
                check=False,
            )
        finally:
            postgres.stop(place / "var/pg")
        assert done.returncode == 0, done.stderr[-3000:]
        survived = json.loads(done.stdout.splitlines()[-1])
        assert all(deaths >= 4 for deaths in survived.values()), survived
