"""kill -9 at every statement of every command: nothing acknowledged is lost, nothing is half done or done twice."""

import json
import subprocess
import sys
from pathlib import Path

from tests.fault.houses import House, open_place

from liangxi.core.cases.rules.deciding import COMMANDS
from liangxi.kit import postgres


def test_every_command_survives_death_at_every_point():
    with open_place() as place:
        house = House(place / "var")
        assert house.command("prepare", "--no-sample").returncode == 0
        postgres.start(place / "var/pg")
        try:
            done = subprocess.run(
                [sys.executable, str(Path(__file__).with_name("killed_commands.py"))],
                env=house.environment() | {"DJANGO_SETTINGS_MODULE": "liangxi.site.settings"},
                capture_output=True,
                text=True,
                timeout=300,
                check=False,
            )
        finally:
            postgres.stop(place / "var/pg")
        assert done.returncode == 0, done.stderr[-3000:]
        survived = json.loads(done.stdout.splitlines()[-1])
        assert {name.split()[0] for name in survived} - {"open"} == set(COMMANDS)
        assert all(deaths >= 3 for deaths in survived.values()), survived
