"""The engine through its door: a whole case, races, repeats, rights."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta

import pytest
from django.db import connection, transaction

from liangxi.core.calendar import face as calendar
from liangxi.core.cases import face as cases
from liangxi.core.cases.shapes import Applicant, MaterialRef
from liangxi.core.people import face as people
from liangxi.core.people.shapes import OrganisationRow, roles
from liangxi.kit.actor import Actor, Grant, system
from liangxi.kit.errors import ConflictError, ForbiddenError, InvalidError, NotFoundError
from liangxi.kit.time import frozen, today

HOUSE = system("test")
RESIDENT = Actor(
    kind="public",
    account="1",
    name="示例甲",
    person="p1",
    grants=(Grant("resident", roles.permissions_of("resident"), "/"),),
)
STRANGER = Actor(
    kind="public",
    account="2",
    name="示例乙",
    person="p2",
    grants=(Grant("resident", roles.permissions_of("resident"), "/"),),
)


def staff(account: str, org: str, *permissions: str) -> Actor:
    return Actor(
        kind="staff", account=account, name=f"员{account}", org=org, org_path=f"/320200/{org}/",
        grants=(Grant("x", frozenset({"case.read", *permissions}), f"/320200/{org}/"),),
    )  # fmt: skip


CLERK = staff("10", "gov-service", "case.accept", "case.handout")
DOCTOR = staff("11", "health", "case.decide")
POLICE = staff("12", "police", "case.decide")


def item(key: str, org: str, after: tuple[str, ...] = (), result: str | None = None) -> dict[str, object]:
    return {"key": key, "title": {"zh": key, "en": key}, "org": org, "after": list(after), "result": result,
            "statutory": {"days": 20}, "promised": {"days": 2}}  # fmt: skip


PLAN = {
    "id": "birth", "version": "1", "title": {"zh": "出生", "en": "Birth"}, "accept": {"org": "gov-service"},
    "hand_out": {"org": "gov-service"}, "on_deny": "collect", "yellow": 0.6,
    "items": [item("certificate", "health", result="birth-certificate"), item("register", "police", ("certificate",)),
              item("vaccination", "health")],
}  # fmt: skip


@pytest.fixture
def city(db):
    rows = [("320200", None, "government"), ("gov-service", "320200", "window"), ("health", "320200", "department"),
            ("police", "320200", "department")]  # fmt: skip
    people.load_organisations(
        by=HOUSE, rows=[OrganisationRow(code=c, parent=p, kind=k, name_zh=c, name_en=c) for c, p, k in rows]
    )
    calendar.load(by=HOUSE, year=today().year, days=[])
    calendar.load(by=HOUSE, year=today().year + 1, days=[])


def opened(key: str = "key-00000001", by: Actor = RESIDENT, **form):
    plan = cases.register_plan(by=HOUSE, definition=PLAN)
    return cases.open_case(
        by=by, plan=plan, applicant=Applicant(person=by.person or "", name=by.name), subject="出生",
        items=[i["key"] for i in PLAN["items"]], form={"name": "小甲", "hospital": "示例医院"} | form,
        materials=[MaterialRef("photo", "upload", "f1")], key=key,
    )  # fmt: skip


_keys = iter(range(10**6))


def do(by: Actor, case: str, action: str, **body):
    return cases.command(by=by, case=case, action=action, key=f"key-{next(_keys):08d}-{action}", body=body)


def test_a_whole_case_from_submission_to_rating(city):
    case = opened()
    assert case.state == "submitted" and [i.state for i in case.items] == ["submitted"] * 3
    assert case.check and case.light == "green"
    first, second, third = (i.no for i in case.items)
    do(CLERK, case.no, "accept")
    assert [i.state for i in cases.case(by=RESIDENT, no=case.no).items] == ["reviewing", "accepted", "reviewing"]
    do(DOCTOR, first, "supplement", fields={"hospital": "写全称"}, materials={"photo": "不清楚"}, note="请补正")
    waiting = cases.case(by=RESIDENT, no=first)
    assert waiting.state == "correction" and waiting.light == "paused" and waiting.actions == ("answer_supplement",)
    assert cases.my_cases(by=RESIDENT)[0].waiting_for_me
    do(RESIDENT, first, "answer_supplement", form={"hospital": "无锡示例医院"},
       materials=[{"key": "photo", "how": "upload", "ref": "f2"}])  # fmt: skip
    do(DOCTOR, first, "decide", outcome="approve")
    assert cases.case(by=RESIDENT, no=second).state == "accepted"  # waits for the certificate, not for the decision
    do(HOUSE, first, "issue", certificate="BC-1")
    assert cases.case(by=RESIDENT, no=second).state == "reviewing"
    do(DOCTOR, third, "decide", outcome="approve")
    assert do(POLICE, second, "decide", outcome="approve").events == ("decided", "ready")
    assert [row.kind for row in cases.inbox(by=CLERK).rows] == ["hand_out"]
    do(CLERK, case.no, "hand_out")
    cases.rate(by=RESIDENT, case=case.no, stars=5, text="好")
    done = cases.case(by=RESIDENT, no=case.no)
    assert done.state == "issued" and done.stars == 5 and done.closed_at and not done.tasks
    assert done.form["hospital"] == "无锡示例医院" and done.materials[0].ref == "f2"
    assert all(entry.actor == "" for entry in done.history)
    assert "员11" in {entry.actor for entry in cases.case(by=DOCTOR, no=case.no).history}


def test_each_department_sees_its_own_work(city):
    case = opened()
    assert [row.kind for row in cases.inbox(by=CLERK).rows] == ["accept"]
    do(CLERK, case.no, "accept")
    assert [row.item for row in cases.inbox(by=DOCTOR).rows] == ["certificate", "vaccination"]
    assert cases.inbox(by=POLICE).rows == ()
    assert cases.inbox(by=DOCTOR, query=case.no[:8]).counts.green == 2
    assert cases.inbox(by=DOCTOR, light="red").rows == ()
    page = cases.inbox(by=DOCTOR, limit=1)
    assert page.next and [r.item for r in cases.inbox(by=DOCTOR, limit=1, after=page.next).rows] == ["vaccination"]


def test_a_denial_ends_what_depends_on_it_and_the_rest_goes_on(city):
    case = opened()
    do(CLERK, case.no, "accept")
    first, _, third = (i.no for i in case.items)
    with pytest.raises(InvalidError) as refused:
        do(DOCTOR, first, "decide", outcome="deny")
    assert "reason" in refused.value.fields
    do(DOCTOR, first, "decide", outcome="deny", reason="材料不实")
    states = [i.state for i in cases.case(by=RESIDENT, no=case.no).items]
    assert states == ["denied", "terminated", "reviewing"]
    do(DOCTOR, third, "decide", outcome="approve")
    assert cases.case(by=RESIDENT, no=case.no).outcome == "approved"


def test_the_same_key_is_done_once_and_other_content_is_refused(city):
    assert opened().no == opened().no
    with pytest.raises(ConflictError) as reused:
        opened(name="别人")
    assert reused.value.code == "cases.key.reused"
    case = opened()
    again = [cases.command(by=CLERK, case=case.no, action="accept", key="accept-it-1") for _ in range(2)]
    assert [a.replayed for a in again] == [False, True] and again[0].version == again[1].version


def test_a_plan_whose_first_case_was_taken_back_is_kept_by_the_next_one(city):
    with transaction.atomic():
        opened("key-taken-back")
        transaction.set_rollback(True)
    case = opened("key-kept")
    limited = replace(RESIDENT, grants=(replace(RESIDENT.grants[0], matters=frozenset({PLAN["id"]})),))
    assert [row.no for row in cases.my_cases(by=limited)] == [case.no]


def test_rights(city):
    case = opened()
    with pytest.raises(NotFoundError):
        cases.case(by=STRANGER, no=case.no)
    with pytest.raises(ForbiddenError):
        do(DOCTOR, case.no, "accept")
    with pytest.raises(NotFoundError):
        do(STRANGER, case.no, "withdraw")
    plan = cases.register_plan(by=HOUSE, definition=PLAN)
    with pytest.raises(ForbiddenError):
        cases.open_case(
            by=STRANGER, plan=plan, applicant=Applicant(person="p1", name="x"), subject="", items=["certificate"],
            form={}, key="key-other-1",
        )  # fmt: skip
    status = cases.public_status(no=case.no, check=case.check or "")
    assert status.state == "submitted"
    with pytest.raises(NotFoundError):
        cases.public_status(no=case.no, check="WRONG")


def test_the_second_of_two_deciders_is_told_who_was_first(city):
    case = opened()
    do(CLERK, case.no, "accept")
    first = case.items[0].no
    do(DOCTOR, first, "decide", outcome="approve")
    with pytest.raises(ConflictError) as late:
        do(staff("13", "health", "case.decide"), first, "decide", outcome="deny", reason="不")
    assert late.value.code == "cases.version.stale" and "员11" in str(late.value)
    with pytest.raises(ConflictError):
        cases.command(by=CLERK, case=case.no, action="accept", key="key-stale-1", expected_version=0)


def test_red_and_yellow_come_with_time(city):
    case = opened()
    do(CLERK, case.no, "accept")
    view = cases.case(by=DOCTOR, no=case.items[0].no)
    assert view.due and view.yellow_at and view.red_at and view.yellow_at <= view.due < view.red_at
    with frozen(view.yellow_at + timedelta(seconds=1)):
        assert view.yellow_at < view.due
        assert cases.case(by=DOCTOR, no=view.no).light == "yellow"
    with frozen(view.red_at.replace(year=view.red_at.year + 1)):
        assert cases.inbox(by=DOCTOR).counts.red == 2


def test_withdrawing_ends_everything(city):
    case = opened()
    do(CLERK, case.no, "accept")
    do(RESIDENT, case.no, "withdraw", reason="不办了")
    view = cases.case(by=RESIDENT, no=case.no)
    assert view.state == "withdrawn" and {i.state for i in view.items} == {"withdrawn"} and not view.tasks
    with pytest.raises(ConflictError):
        cases.rate(by=RESIDENT, case=case.no, stars=5)


@pytest.mark.django_db(transaction=True)
def test_many_at_once_decide_once(transactional_db, request):
    request.getfixturevalue("city")
    case = opened("key-race-1")
    do(CLERK, case.no, "accept")
    first = case.items[0].no

    def attempt(n: int) -> str:
        try:
            cases.command(by=staff(str(100 + n), "health", "case.decide"), case=first, action="decide",
                          key=f"race-key-{n}", body={"outcome": "approve"})  # fmt: skip
            return "won"
        except ConflictError as error:
            return error.code
        finally:
            connection.close()

    with ThreadPoolExecutor(64) as pool:
        results = list(pool.map(attempt, range(64)))
    assert sorted(results) == ["cases.version.stale"] * 63 + ["won"]
