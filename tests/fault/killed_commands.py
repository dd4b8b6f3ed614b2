"""Run in a home of its own: each command is killed (kill -9) at each of its statements, before and after its commit.

After each death nothing of the command is there, or all of it; the same command again is then done once. Prints one line
of JSON: the commands with the number of deaths that each survived.
"""

import json
import os
import signal
import sys
from contextlib import suppress

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
                 grants=(Grant("resident", frozenset({"case.start", "case.own"}), "/"),))  # fmt: skip
WHY = {"reason": "r"}
COMMIT, REFUSED = 42, 1  # how a child ends that is not killed
MATERIALS = (MaterialRef("m", "upload", "f"), MaterialRef("p", "commitment", ""), MaterialRef("g", "later", ""))


def attempt(at: int | str, act) -> str:
    """Act in a process of its own that is killed at its `at`-th statement, `before` or `after` its commit.

    What became of it: `killed`, or `commit` when it came to its commit alive (it is killed there, all the same).
    """
    connection.close()
    child = os.fork()
    if child == 0:
        count = iter(range(10**6))

        def die() -> None:
            os.kill(os.getpid(), signal.SIGKILL)

        def statement(execute, sql, params, many, context):
            if next(count) == at:
                die()
            return execute(sql, params, many, context)

        def commit(really=connection._commit) -> None:
            if at != "after":
                os._exit(COMMIT)
            really()
            die()

        with suppress(BaseException):
            connection.ensure_connection()
            connection._commit = commit
            with connection.execute_wrapper(statement):
                act()
        os._exit(REFUSED)
    status = os.waitpid(child, 0)[1]
    if os.WIFSIGNALED(status):
        return "killed"
    assert os.WEXITSTATUS(status) == COMMIT, "the command was refused"
    return "commit"


def events(key: str) -> tuple[int, int]:
    """How many events there are, and how many carry the key of a command."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*), count(*) FILTER (WHERE key LIKE %s) FROM cases_event", [f"%:{key}"])
        found: tuple[int, int] = cursor.fetchone()
        return found


def survive(key: str, act) -> int:
    """Kill `act` at every point, then let it be done; the number of deaths."""
    before, deaths = events(key), 0
    while attempt(deaths, act) == "killed":
        assert events(key) == before, f"{key}: a death left something behind"
        deaths += 1
    assert events(key) == before, f"{key}: a death before the commit left something behind"
    attempt("after", act)
    done = events(key)
    assert done[1] == 1, f"{key} is there {done[1]} times"
    act()
    assert events(key) == done, f"{key} was done twice"
    return deaths + 2


def item(key: str, **more) -> dict:
    return {"key": key, "title": {"zh": key, "en": key}, "org": "health", "after": [], "result": None, "fee": 5,
            "materials": ["p"], "statutory": {"days": 20}, "promised": {"days": 5}} | more  # fmt: skip


def plan(*items):
    return cases.register_plan(by=HOUSE, definition={
        "id": "p", "version": "1", "title": {"zh": "事", "en": "Thing"}, "accept": {"org": "gov-service"},
        "hand_out": {"org": "gov-service"}, "on_deny": "collect", "yellow": 0.6, "items": list(items)})  # fmt: skip


def main() -> None:
    people.load_accounts(by=HOUSE, rows=[
        AccountRow(login=f"doc{n}", kind="staff", name=f"医{n}", password="nobody signs in here",
                   posts=(("health", roles.APPROVER),)) for n in range(2)])  # fmt: skip
    for year in (today().year, today().year + 1):
        calendar.load(by=HOUSE, year=year, days=[])
    doctor = people.colleagues(by=HOUSE, permission="case.decide", org="health")[0]
    reader = people.actor_of(account_id=doctor.account)
    whole = plan(item("a", result="food-licence"), item("b", after=["a"]))
    found: dict[str, int] = {}

    def opened(name: str, materials=MATERIALS, by=RESIDENT) -> str:
        def act() -> str:
            return cases.open_case(by=by, plan=whole, applicant=Applicant(person="p1", name="示例甲"), subject="事",
                                   items=["a", "b"], form={"n": "甲"}, materials=materials, key=f"open-{name}").no  # fmt: skip
        found.setdefault("open", survive(f"open-{name}", act))
        return act()

    def do(no: str, action: str, by=HOUSE, **body) -> None:
        key = f"{action}-{no}-{len(found)}"
        found[f"{action} {len(found)}"] = survive(
            key, lambda: cases.command(by=by, case=no, action=action, key=key, body=body)
        )

    no = opened("main")
    one, to = f"{no}-1", {"account": doctor.account}
    do(no, "accept")
    do(one, "note", text="t", to=[doctor.account])
    do(one, "read", by=reader)
    do(one, "copy", to=[doctor.account])
    do(no, "urge")
    do(no, "fill_gap", materials=[{"key": "g", "how": "upload", "ref": "h"}])
    do(one, "supplement", fields={"n": "w"}, materials={}, note="n")
    do(one, "answer_supplement", form={"n": "乙"}, materials=[])
    do(one, "transfer", to={"org": "police"}, **WHY)
    do(one, "return", **WHY)
    do(one, "delegate", to=to, **WHY)
    do(one, "take_back")
    do(one, "add_approver", to=to, **WHY)
    do(one, "remove_approver", seat=2)
    do(one, "suspend", kind="hearing", days=3, **WHY)
    do(one, "resume", finding="f")
    do(one, "ask_extension", **WHY)
    do(one, "answer_extension", outcome="approve")
    do(one, "correct", fields={"n": "丙"}, **WHY)
    do(one, "charge", amount=9, what="w", ground="g")
    do(one, "answer_supervision", flag=1, finding="explained", text="t")
    do(one, "flag", trigger="overrun")
    do(one, "decide", outcome="approve")
    do(one, "issue", certificate="L-1")
    do(one, "post_check", outcome="broken", **WHY)
    do(one, "reopen", **WHY)
    do(one, "terminate", **WHY)
    do(f"{no}-2", "decide", outcome="deny", **WHY)
    do(no, "hand_out", how="online")
    granted = opened("granted", materials=())
    do(granted, "deem_accepted")
    do(f"{granted}-1", "deem_decided")
    do(f"{granted}-1", "revoke", **WHY)
    do(opened("refused", materials=()), "refuse", **WHY)
    do(opened("withdrawn", materials=()), "withdraw", by=RESIDENT)
    assert cases.faults(by=HOUSE, limit=1000) == ()
    print(json.dumps(found))


if __name__ == "__main__":
    sys.exit(main())
