"""Web, worker and database are killed while clerks work: what was acknowledged stands, once, and all of it is told."""

import http.client
import json
import threading
from concurrent.futures import ThreadPoolExecutor

import pytest
from tests.fault.houses import PATIENCE, House, open_place, until

from liangxi.site.bench import _http
from liangxi.site.settings import SAMPLE_PASSWORD

CLERKS, SHARE = 4, 20
KILLS = ("web", "worker", "postgres", "web")
EVERY = CLERKS * SHARE // (len(KILLS) + 1)  # commands between two kills

PREPARE = f"""
import io, json
import segno
from django.conf import settings
from liangxi.core.people import face as people
from liangxi.systems.onething import face as onething
mother = people.sample_accounts(kind="public")[0].login
account = people.authenticate(login=mother, password=settings.SAMPLE_PASSWORD, portal="public")
by = people.actor_of(account_id=str(account.pk))
answers = {{"born_here": True, "married": True, "register_here": True, "insure": True, "card": True}}
scan = io.BytesIO()
segno.make("SAMPLE").save(scan, kind="png", scale=8)

def apply(n):
    draft = onething.start(by=by, package="newborn", answers=answers, consent=True)
    values = dict(draft.values) | {{"child_name": "安然", "child_sex": "female", "born_at": "2026-03-02",
        "hospital": "无锡市妇幼保健院", "register_with": "father"}}
    draft = onething.save(by=by, draft=draft.id, values=values, complete=True)
    for one in draft.materials:
        if not one.is_satisfied:
            upload = ("scan.png", scan.getvalue())
            onething.add_material(by=by, draft=draft.id, material=one.material.id, upload=upload)
    return onething.submit(by=by, draft=draft.id, key=f"apply-{{n:04}}").case_no

print(json.dumps([apply(n) for n in range({CLERKS * SHARE})]))
"""
COUNT = """
import json
from django.db import connection
from liangxi.core.cases import face as cases
from liangxi.kit.actor import system
with connection.cursor() as c:
    c.execute("SELECT case_no, count(*) FROM cases_event WHERE kind = 'accepted' GROUP BY 1")
    accepted = dict(c.fetchall())
    c.execute("SELECT count(*) FROM events_delivery WHERE state <> 'done'")
    open_deliveries = c.fetchone()[0]
    c.execute("SELECT params->>'case', count(*) FROM messages_message WHERE template = 'case.accepted' GROUP BY 1")
    messages = dict(c.fetchall())
print(json.dumps([accepted, open_deliveries, messages, cases.faults(by=system("audit"), limit=1000)]))
"""


class Hands:
    """What all clerks have had confirmed, and a bell every so many confirmations."""

    def __init__(self):
        self._lock = threading.Lock()
        self._count = 0
        self._bells = [threading.Event() for _ in KILLS]

    def confirm(self):
        with self._lock:
            self._count += 1
            if self._count % EVERY == 0 and self._count // EVERY <= len(self._bells):
                self._bells[self._count // EVERY - 1].set()

    def wait(self, n):
        assert self._bells[n].wait(PATIENCE), f"the clerks stand still at {self._count}"


@pytest.fixture(scope="module")
def house():
    with open_place() as place:
        it = House(place / "var").start()
        yield it
        it.stop()


def _ask(house, code):
    done = house.command("manage", "shell", "-v", "0", "-c", code)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout.splitlines()[-1])


def _work(house, cases, hands):
    """Accept each case; when nobody answers, or nobody could, send the same again until it is confirmed."""
    clerk = _http.Clerk(house.port, "clerk", SAMPLE_PASSWORD)
    for no in cases:
        sent = {"do": "accept", "version": "1", "key": f"under-fire-{no}"}

        def confirmed(no=no, sent=sent):
            try:
                status, body = clerk.ask("POST", f"/desk/cases/{no}/do/", sent)
            except (OSError, http.client.HTTPException):
                return False
            assert status in (302, 503), (no, status, body[:2000])
            return status == 302

        until(confirmed)
        hands.confirm()
    clerk.close()


def test_kills_in_the_middle_of_commands(house):
    until(house.is_well)
    cases = _ask(house, PREPARE)
    hands = Hands()
    with ThreadPoolExecutor(CLERKS) as pool:
        work = [pool.submit(_work, house, cases[n::CLERKS], hands) for n in range(CLERKS)]
        for n, name in enumerate(KILLS):
            hands.wait(n)
            house.kill(name)
        for one in work:
            one.result()
    until(house.is_well)

    def nothing_waits():
        found = _ask(house, COUNT)
        return None if found[1] else found

    accepted, _, messages, faults = until(nothing_waits, pause=0.5)
    once = dict.fromkeys(cases, 1)
    assert {no: times for no, times in accepted.items() if no in once} == once
    assert {no: times for no, times in messages.items() if no in once} == once
    assert faults == []
    sound = house.command("audit", "verify")
    assert sound.returncode == 0, sound.stdout
