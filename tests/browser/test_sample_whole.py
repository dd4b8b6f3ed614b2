"""The default sample keeps what it promises: its packages in running cases, every state, everybody who acts."""

import json
from collections import Counter

from liangxi.site.sample import accounts, stories

LOOK = """
import json
from django.db import connection

def rows(sql):
    with connection.cursor() as cursor:
        cursor.execute(sql)
        return cursor.fetchall()

print(json.dumps({
    "stories": rows("SELECT split_part(key, ':', 3), split_part(key, ':', 4) FROM cases_event "
                    "WHERE kind = 'opened' AND key LIKE '%sample:%'"),
    "events": rows("SELECT DISTINCT kind FROM cases_event"),
    "states": rows("SELECT DISTINCT state FROM cases_case"),
    "proxies": rows("SELECT DISTINCT role, accepted_at IS NOT NULL FROM people_proxy"),
    "reviews": rows("SELECT DISTINCT stars FROM reviews_review"),
    "staff": rows("SELECT login FROM people_account WHERE kind = 'staff'"),
    "stuck": rows("SELECT count(*) FROM events_delivery WHERE state = 'dead'"),
}))
"""
STATES = {"submitted", "correction", "accepted", "refused", "reviewing", "special", "approved", "denied", "issued",
          "withdrawn", "terminated"}  # fmt: skip
EVENTS = {"extended", "suspended", "supplement_requested", "refused", "withdrawn", "terminated", "handed_out"}


def test_every_package_of_the_sample_runs_and_every_state_is_there_to_be_seen(city):
    done = city.command("manage", "shell", "-v", "0", "-c", LOOK)
    assert done.returncode == 0, done.stderr
    found = json.loads(done.stdout.splitlines()[-1])
    told = Counter(package for package, _ in found["stories"])
    others = dict.fromkeys((*stories.FOR_PERSONS, *stories.FOR_FIRMS), stories.EACH)
    assert told == {"newborn": accounts.COUPLES - 1, "restaurant": accounts.CATERERS - 1} | others
    assert {state for (state,) in found["states"]} >= STATES
    assert {kind for (kind,) in found["events"]} >= EVENTS
    assert {(role, bool(given)) for role, given in found["proxies"]} >= {
        ("agent", True), ("preparer", True), ("viewer", True), ("signer", False), ("relative", True),
        ("relative", False)}  # fmt: skip
    assert {stars for (stars,) in found["reviews"]} == {1, 2, 3, 4, 5}
    assert {login for (login,) in found["staff"]} >= {login for login, *_ in accounts.STAFF}
    assert found["stuck"] == [[0]]
