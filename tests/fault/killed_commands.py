"""Run in a home of its own: each command is killed (kill -9) before each of its statements, in its write, after it.

After each death nothing of the command is there, or all of it; the same command again is then done once. Prints one
line of JSON: the commands with the number of deaths that each survived.
"""

import json
import os
import signal
import sys
from contextlib import suppress
from functools import partial

import django

django.setup()

from django.db import connection  # noqa: E402

from liangxi.core.calendar import face as calendar  # noqa: E402
from liangxi.core.cases import face as cases  # noqa: E402
from liangxi.core.cases.shapes import Applicant, MaterialRef  # noqa: E402
from liangxi.core.people import face as people  # noqa: E402
from liangxi.core.people.shapes import AccountRow, roles  # noqa: E402
from liangxi.kit.actor import Actor, Grant, system  # noqa: E402
from liangxi.kit.time import today  # noqa: E402

HOUSE = system("test")
RESIDENT = Actor(kind="public", account="r", name="示例甲", person="p1",
                 grants=(Grant("resident", roles.permissions_of("resident"), "/"),))  # fmt: skip
WHY = {"reason": "r"}
DONE, REFUSED = 42, 1  # how a child ends that is not killed
MATERIALS = (MaterialRef("m", "upload", "f"), MaterialRef("p", "commitment", ""), MaterialRef("g", "later", ""))


def attempt(at: int, act, *, into: float | None = None) -> bool:
    """Act in a process of its own that dies before its `at`-th statement, or `into` so many seconds of it.

    True when it came through to its answer, which then nobody hears.
    """
    connection.close()
    child = os.fork()
    if child == 0:
        count = iter(range(10**6))

        def die() -> None:
            os.kill(os.getpid(), signal.SIGKILL)

        def statement(execute, sql, params, many, context):
            if next(count) == at:
                if into is None:
                    die()
                signal.signal(signal.SIGALRM, signal.SIG_DFL)  # whose default is death
                signal.setitimer(signal.ITIMER_REAL, into)
            return execute(sql, params, many, context)

        with suppress(BaseException):
            connection.ensure_connection()
            with connection.execute_wrapper(statement):
                act()
                os._exit(DONE)
        os._exit(REFUSED)
    status = os.waitpid(child, 0)[1]
    if os.WIFSIGNALED(status):
        return False
    assert os.WEXITSTATUS(status) == DONE, "the command was refused"
    return True


def events(key: str) -> tuple[int, int]:
    """How many events there are, and how many carry the key of a command."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*), count(*) FILTER (WHERE key LIKE %s) FROM cases_event", [f"%:{key}"])
        found: tuple[int, int] = cursor.fetchone()
        return found


def survive(key: str, act) -> int:
    """Kill `act` at every point, then let it be done; the number of deaths."""
    before, deaths = events(key), 0
    while not attempt(deaths, act):
        assert events(key) == before, f"{key}: a death left something behind"
        deaths += 1
    done = events(key)
    assert done[1] == 1, f"{key} is there {done[1]} times"
    act()
    assert events(key) == done, f"{key} was done twice"
    return deaths + 1


def torn(key: str, act, into: float) -> bool:
    """Die in the write itself: it is there whole or not at all, and once after it is asked for again; was it there?"""
    attempt(1, act, into=into)
    with connection.cursor() as cursor:  # what the server had received it may still be doing
        while True:
            cursor.execute(
                "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() "
                "AND backend_type = 'client backend' AND pid <> pg_backend_pid()"
            )
            if not cursor.fetchone()[0]:
                break
    survived = events(key)[1] == 1
    assert cases.faults(by=HOUSE, limit=1000) == (), f"{key}: half of it is there"
    act()
    assert events(key)[1] == 1, f"{key} was not done once"
    return survived


def item(key: str, **more) -> dict:
    return {"key": key, "title": {"zh": key, "en": key}, "org": "health", "after": [], "result": None, "fee": 5,
            "materials": ["p"], "statutory": {"days": 20}, "promised": {"days": 5}} | more  # fmt: skip


def plan(*items):
    return cases.register_plan(by=HOUSE, definition={
        "id": "p", "version": "1", "title": {"zh": "事", "en": "Thing"}, "accept": {"org": "gov-service"},
        "hand_out": {"org": "gov-service"}, "on_deny": "collect", "yellow": 0.6, "items": list(items)})  # fmt: skip


DOCTOR = "the account of somebody who may decide"
TO = {"account": DOCTOR}
STORY = (  # case, the place in it, command, body; cases open when they are first named
    ("main", "", "accept", {}),
    ("main", "-1", "note", {"text": "t", "to": [DOCTOR]}),
    ("main", "-1", "read", {}),
    ("main", "-1", "copy", {"to": [DOCTOR]}),
    ("main", "", "urge", {}),
    ("main", "", "fill_gap", {"materials": [{"key": "g", "how": "upload", "ref": "h"}]}),
    ("main", "-1", "supplement", {"fields": {"n": "w"}, "materials": {}, "note": "n"}),
    ("main", "-1", "answer_supplement", {"form": {"n": "乙"}, "materials": []}),
    ("main", "-1", "transfer", {"to": {"org": "police"}, **WHY}),
    ("main", "-1", "return", WHY),
    ("main", "-1", "delegate", {"to": TO, **WHY}),
    ("main", "-1", "take_back", {}),
    ("main", "-1", "add_approver", {"to": TO, **WHY}),
    ("main", "-1", "remove_approver", {"seat": 2}),
    ("main", "-1", "suspend", {"kind": "hearing", "days": 3, **WHY}),
    ("main", "-1", "resume", {"finding": "f"}),
    ("main", "-1", "ask_extension", WHY),
    ("main", "-1", "answer_extension", {"outcome": "approve"}),
    ("main", "-1", "correct", {"fields": {"n": "丙"}, **WHY}),
    ("main", "-1", "charge", {"amount": 9, "what": "w", "ground": "g"}),
    ("main", "-1", "answer_supervision", {"flag": 1, "finding": "explained", "text": "t"}),
    ("main", "-1", "flag", {"trigger": "overrun"}),
    ("main", "-1", "decide", {"outcome": "approve"}),
    ("main", "-1", "issue", {"certificate": "L-1"}),
    ("main", "-1", "post_check", {"outcome": "broken", **WHY}),
    ("main", "-1", "reopen", WHY),
    ("main", "-1", "terminate", WHY),
    ("main", "-2", "decide", {"outcome": "deny", **WHY}),
    ("main", "", "hand_out", {"how": "online"}),
    ("granted", "", "deem_accepted", {}),
    ("granted", "-1", "deem_decided", {}),
    ("granted", "-1", "revoke", WHY),
    ("refused", "", "refuse", WHY),
    ("withdrawn", "", "withdraw", WHY),
)


def main() -> None:
    people.load_accounts(by=HOUSE, rows=[AccountRow(login="doctor", kind="staff", name="医", posts=(
        ("health", roles.APPROVER),), password="nobody signs in here")])  # fmt: skip
    for year in (today().year, today().year + 1):
        calendar.load(by=HOUSE, year=year, days=[])
    doctor = people.colleagues(by=HOUSE, permission="case.decide", org="health")[0].account
    actors = {"read": people.actor_of(account_id=doctor), "withdraw": RESIDENT}
    whole = plan(item("a", result="food-licence"), item("b", after=["a"]))
    numbers: dict[str, str] = {}
    found: dict[str, int] = {}
    for n, (name, place, action, body) in enumerate(STORY):
        if name not in numbers:
            opening = partial(opened, whole, name)
            found[f"open {name}"] = survive(f"open-{name}", opening)
            numbers[name] = opening()
        key, said = f"{action}-{n:04}", json.loads(json.dumps(body).replace(DOCTOR, doctor))
        act = partial(cases.command, by=actors.get(action, HOUSE), case=numbers[name] + place, action=action, key=key,
                      body=said)  # fmt: skip
        found[f"{action} {n}"] = survive(key, act)
    open_case = partial(opened, whole, "torn")
    last = open_case()
    for n in range(12):
        key = f"torn-note-{n:04}"
        note = partial(cases.command, by=HOUSE, case=last, action="note", key=key, body={"text": "t"})
        torn(key, note, into=n * 0.0004 + 0.0001)
    assert cases.faults(by=HOUSE, limit=1000) == ()
    sys.stdout.write(json.dumps(found))


def opened(whole, name: str) -> str:
    """The number of a case; only the main one has materials of all kinds."""
    materials = MATERIALS if name == "main" else ()
    return cases.open_case(by=RESIDENT, plan=whole, applicant=Applicant(person="p1", name="示例甲"), subject="事",
                           items=["a", "b"], form={"n": "甲"}, materials=materials, key=f"open-{name}").no  # fmt: skip


if __name__ == "__main__":
    sys.exit(main())
