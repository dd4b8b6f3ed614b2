"""The lake under fire: killed committers, compactions and sweeps, a full disk, two writers, a paused one."""

import json
import random
import subprocess
import sys
from pathlib import Path

from tests.fault.houses import House, open_place

from liangxi.kit import postgres


def test_no_half_version_no_lost_change_no_torn_file():
    seed = random.randrange(10**6)
    with open_place() as place:
        house = House(place / "var")
        assert house.command("manage", "migrate", "-v0").returncode == 0
        postgres.start(place / "var/pg")
        try:
            done = subprocess.run(
                [sys.executable, str(Path(__file__).with_name("killed_lake.py")), str(seed)],
                env=house.environment() | {"DJANGO_SETTINGS_MODULE": "liangxi.site.settings"},
                capture_output=True,
                text=True,
                timeout=600,
                check=False,
            )
        finally:
            postgres.stop(place / "var/pg")
        assert done.returncode == 0, f"seed {seed}: {done.stderr[-3000:]}"
        survived = json.loads(done.stdout.splitlines()[-1])
        assert set(survived) == {"load", "append", "correct", "compact", "sweep"}
        assert all(deaths >= 1 for deaths in survived.values()), survived
