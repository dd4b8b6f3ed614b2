"""`liangxi audit` on a real home: sound, then one byte is changed behind everybody's back."""

import json
import subprocess
import sys

from tests.fault.houses import House, open_place

CHANGE = """
from django.db import connection
with connection.cursor() as c:
    c.execute("ALTER TABLE audit_entry DISABLE TRIGGER ALL")
    c.execute("UPDATE audit_entry SET body = overlay(body placing 'X' from position(%s in body) + 10) WHERE seq = 1",
              ['"action"'])
    c.execute("ALTER TABLE audit_entry ENABLE ALWAYS TRIGGER audit_entry_grows")
"""


def test_a_changed_byte_is_named_by_the_command():
    with open_place() as place:
        house = House(place / "var")
        assert house.command("prepare", "--no-sample").returncode == 0
        sound = house.command("audit", "verify")
        assert sound.returncode == 0 and sound.stdout.startswith("sound: "), sound.stdout + sound.stderr

        folder = place / "out"
        assert house.command("audit", "export", str(folder)).returncode == 0
        records = (folder / "records.jsonl").read_text().splitlines()
        assert [json.loads(record)["seq"] for record in records] == list(range(len(records))) and len(records) > 1
        alone = [sys.executable, "-I", str(folder / "verifier.py"), str(folder)]
        assert subprocess.run(alone, capture_output=True, check=False).returncode == 0

        changed = house.command("manage", "shell", "-c", CHANGE)
        assert changed.returncode == 0, changed.stderr
        found = house.command("audit", "verify")
        assert found.returncode == 1 and found.stdout.startswith("NOT SOUND: record 1: "), found.stdout + found.stderr
