"""What bends the course of a case, through the engine's door: signing together, passing on, limits, second looks."""

from datetime import datetime, timedelta
from itertools import count

import pytest

from liangxi.core.calendar import face as calendar
from liangxi.core.calendar.shapes import DayRow
from liangxi.core.cases import face as cases
from liangxi.core.cases.shapes import Applicant, MaterialRef
from liangxi.core.people import face as people
from liangxi.core.people.shapes import AccountRow, OrganisationRow, roles
from liangxi.kit.actor import Actor, Grant, system
from liangxi.kit.errors import ConflictError, ForbiddenError, InvalidError, NotFoundError
from liangxi.kit.time import CITY, frozen

HOUSE = system("test")
RESIDENT = Actor(kind="public", account="r", name="示例甲", person="p1",
                 grants=(Grant("resident", roles.permissions_of("resident"), "/"),))  # fmt: skip
MONDAY = datetime(2026, 3, 2, 10, tzinfo=CITY)
ORGS = (("320200", None, "government"), ("gov-service", "320200", "window"), ("health", "320200", "department"),
        ("police", "320200", "department"), ("fire", "320200", "department"))  # fmt: skip
STAFF = (("clerk", "顾窗口", "gov-service", roles.CLERK), ("doctor", "沈医", "health", roles.APPROVER),
         ("nurse", "尤医", "health", roles.APPROVER), ("police", "陆警", "police", roles.APPROVER),
         ("fire", "杜消", "fire", roles.APPROVER), ("leader", "范主任", "320200", roles.LEADER),
         ("supervisor", "史监察", "320200", roles.SUPERVISOR))  # fmt: skip
_keys = count()


@pytest.fixture
def staff(db):
    """The members of staff by login, on a Monday."""
    people.load_organisations(
        by=HOUSE, rows=[OrganisationRow(code=c, parent=p, kind=k, name_zh=c, name_en=c) for c, p, k in ORGS]
    )
    rows = [AccountRow(login=login, kind="staff", name=name, password="nobody signs in here", posts=((org, role),))
            for login, name, org, role in STAFF]  # fmt: skip
    calendar.load(by=HOUSE, year=2026, days=[])
    with frozen(MONDAY):
        people.load_accounts(by=HOUSE, rows=rows)
        yield {one.name: one for one in _actors()}


def _actors():
    for permission, org in (("case.accept", "gov-service"), ("case.decide", "health"), ("case.decide", "police"),
                            ("case.decide", "fire"), ("case.supervise", "320200")):  # fmt: skip
        for one in people.colleagues(by=HOUSE, permission=permission, org=org):
            yield people.actor_of(account_id=one.account)


def item(key, org="health", **more):
    return {"key": key, "title": {"zh": key, "en": key}, "org": org, "after": [], "result": None,
            "statutory": {"days": 20}, "promised": {"days": 5}} | more  # fmt: skip


def case_of(*items, materials=(), accept=True):
    plan = cases.register_plan(by=HOUSE, definition={
        "id": "p", "version": "1", "title": {"zh": "事", "en": "Thing"}, "accept": {"org": "gov-service"},
        "hand_out": {"org": "gov-service"}, "on_deny": "collect", "yellow": 0.6, "items": list(items)})  # fmt: skip
    opened = cases.open_case(by=RESIDENT, plan=plan, applicant=Applicant(person="p1", name="示例甲"), subject="事",
                             items=[one["key"] for one in items], form={"name": "甲"}, materials=materials,
                             key=f"key-open-{next(_keys):06}")  # fmt: skip
    if accept:
        do(HOUSE, opened.no, "accept")
    return opened.no


def do(by, no, action, **body):
    return cases.command(by=by, case=no, action=action, key=f"key-{next(_keys):06}-{action}", body=body)


def see(no):
    return cases.case(by=HOUSE, no=no)


@pytest.mark.parametrize(
    ("signs", "voices", "outcome"),
    [
        ({"rule": "all", "orgs": ["health", "police"]}, ["沈医+", "陆警+"], "approved"),
        ({"rule": "all", "orgs": ["health", "police"]}, ["沈医+", "陆警-"], "denied"),
        ({"rule": "all", "orgs": ["health", "police"]}, ["沈医+"], None),
        ({"rule": "any", "orgs": ["health", "police"]}, ["陆警+"], "approved"),
        ({"rule": "any", "orgs": ["health", "police"]}, ["沈医-"], "denied"),
        ({"rule": "votes", "votes": 2, "orgs": ["health", "police", "fire"]}, ["沈医-", "陆警+", "杜消+"], "approved"),
        ({"rule": "votes", "votes": 2, "orgs": ["health", "police", "fire"]}, ["沈医-", "陆警-"], "denied"),
        ({"rule": "votes", "votes": 2, "orgs": ["health", "police", "fire"]}, ["沈医-", "陆警+"], None),
    ],
)
def test_signing_together(staff, signs, voices, outcome):
    no = case_of(item("a", signs=signs)) + "-1"
    for voice in voices:
        do(staff[voice[:-1]], no, "decide", outcome="approve" if voice[-1] == "+" else "deny", reason="r")
    assert see(no).outcome == outcome


def test_nobody_signs_twice_or_for_others(staff):
    no = case_of(item("a", signs={"rule": "all", "orgs": ["health", "police"]})) + "-1"
    do(staff["沈医"], no, "decide", outcome="approve")
    with pytest.raises(ConflictError):
        do(staff["尤医"], no, "decide", outcome="approve")
    with pytest.raises(NotFoundError):
        do(staff["杜消"], no, "decide", outcome="approve")
    assert [seat.outcome for seat in see(no).seats] == ["approve", None]


def test_a_further_signature_must_agree_too(staff):
    no = case_of(item("a")) + "-1"
    do(staff["沈医"], no, "add_approver", to={"account": staff["尤医"].account}, reason="复核")
    do(staff["沈医"], no, "decide", outcome="approve")
    assert see(no).outcome is None
    with pytest.raises(ForbiddenError):
        do(staff["尤医"], no, "remove_approver", seat=2)
    do(staff["沈医"], no, "remove_approver", seat=2)
    assert see(no).outcome == "approved"


def test_what_lies_with_a_colleague_is_taken_over_first(staff):
    no = case_of(item("a")) + "-1"
    doctor, nurse = staff["沈医"], staff["尤医"]
    do(doctor, no, "transfer", to={"account": nurse.account}, reason="轮班")
    assert [row.assignee_name for row in cases.inbox(by=doctor).rows] == ["尤医"]
    assert [row.case_no for row in cases.inbox(by=nurse, mine=True).rows] == [no]
    with pytest.raises(ForbiddenError) as held:
        do(doctor, no, "decide", outcome="approve")
    assert held.value.params["name"] == "尤医"
    do(doctor, no, "transfer", to={"account": doctor.account})
    do(doctor, no, "decide", outcome="approve")
    assert see(no).outcome == "approved"


def test_an_opinion_comes_back_to_who_asked_for_it(staff):
    no = case_of(item("a")) + "-1"
    doctor, nurse = staff["沈医"], staff["尤医"]
    do(doctor, no, "delegate", to={"account": nurse.account}, reason="请核对")
    with pytest.raises(ForbiddenError):
        do(nurse, no, "decide", outcome="approve")
    do(nurse, no, "return", reason="符合")
    assert see(no).seats[0].lies_with == ""
    do(doctor, no, "delegate", to={"account": nurse.account}, reason="再看")
    do(doctor, no, "take_back")
    with pytest.raises(ConflictError):
        do(doctor, no, "take_back")
    do(doctor, no, "decide", outcome="approve")


def test_the_competent_department_takes_over(staff):
    no = case_of(item("a")) + "-1"
    do(staff["沈医"], no, "transfer", to={"org": "police"}, reason="职权在公安")
    assert see(no).org == "police" and not cases.inbox(by=staff["沈医"]).rows
    with pytest.raises(ForbiddenError):  # who gave the case away may still read it
        do(staff["沈医"], no, "decide", outcome="approve")
    do(staff["陆警"], no, "return", reason="仍属卫健")
    assert see(no).org == "health" and not cases.inbox(by=staff["陆警"]).rows
    for wrong in ({"org": "nowhere"}, {"account": "999999"}, {"account": staff["陆警"].account}, {}, "health"):
        with pytest.raises(InvalidError) as refused:
            do(staff["沈医"], no, "transfer", to=wrong, reason="r")
        assert "to" in refused.value.fields


def test_a_special_procedure_does_not_count(staff):
    root = case_of(item("a"))
    no, before = f"{root}-1", see(root).due
    do(staff["沈医"], no, "suspend", kind="expert-review", days=10, reason="专家评审")
    assert see(no).light == "paused" and see(root).due is None and see(no).course.procedure == "expert-review"
    with frozen(MONDAY + timedelta(days=7)):
        do(staff["沈医"], no, "resume", finding="通过")
        assert see(root).due == before + timedelta(days=7)  # the 2nd to the 9th: none of its days counts
        assert [row.kind for row in cases.inbox(by=staff["沈医"]).rows] == ["decide"]
    with pytest.raises(InvalidError):
        do(staff["沈医"], no, "suspend", kind="holiday", days=1, reason="r")


def test_a_longer_limit_is_for_the_head_to_approve(staff):
    root = case_of(item("a"))
    no, law = f"{root}-1", see(f"{root}-1").statutory_due
    do(staff["沈医"], no, "ask_extension", reason="资料复杂")
    with pytest.raises(ForbiddenError):
        do(staff["沈医"], no, "answer_extension", outcome="approve")
    assert [row.kind for row in cases.inbox(by=staff["范主任"], kind="extension").rows] == ["extension"]
    do(staff["范主任"], no, "answer_extension", outcome="approve")
    assert see(no).statutory_due == law + timedelta(days=14) and see(no).course.is_extended
    assert cases.inbox(by=staff["沈医"]).rows[0].due == see(no).due
    with pytest.raises(ConflictError):
        do(staff["沈医"], no, "ask_extension", reason="还要")
    with pytest.raises(InvalidError):
        do(staff["顾窗口"], root, "ask_extension", days=16, reason="r")


def test_a_grant_is_revoked_and_looked_at_once_more(staff):
    root = case_of(item("a", result="food-licence"), item("b", after=["a"]))
    first, second = f"{root}-1", f"{root}-2"
    do(staff["沈医"], first, "decide", outcome="approve")
    with pytest.raises(ForbiddenError):
        do(staff["沈医"], first, "revoke", reason="r")
    do(staff["范主任"], first, "revoke", reason="材料虚假")
    assert see(first).outcome == "revoked" and see(second).outcome == "cancelled" and see(root).outcome == "denied"
    do(staff["范主任"], first, "reopen", reason="复议决定")
    assert (see(first).state, see(second).state, see(root).outcome) == ("reviewing", "accepted", None)
    do(staff["沈医"], first, "decide", outcome="approve")
    do(HOUSE, first, "issue", certificate="L-1")
    do(staff["沈医"], second, "decide", outcome="approve")
    assert see(root).outcome == "approved"


def test_a_commitment_is_checked_after_the_grant(staff):
    materials = [MaterialRef("promise", "commitment", "")]
    root = case_of(item("a", materials=["promise"]), materials=materials)
    do(staff["沈医"], f"{root}-1", "decide", outcome="approve")
    do(staff["顾窗口"], root, "hand_out")
    assert [row.kind for row in cases.inbox(by=staff["沈医"]).rows] == ["post_check"]
    done = do(staff["沈医"], f"{root}-1", "post_check", outcome="broken", reason="现场不符")
    assert done.state == "revoked" and done.events[:2] == ("commitment_checked", "revoked")


def test_materials_may_follow_by_a_date(staff):
    later = [MaterialRef("photo", "later", "")]
    root = case_of(item("a"), materials=later)
    with pytest.raises(ConflictError) as gap:
        do(staff["沈医"], f"{root}-1", "decide", outcome="approve")
    assert gap.value.code == "cases.gap"
    do(RESIDENT, root, "fill_gap", materials=[{"key": "photo", "how": "upload", "ref": "f"}])
    do(staff["沈医"], f"{root}-1", "decide", outcome="approve")
    late = case_of(item("a"), materials=later)
    with frozen(MONDAY + timedelta(days=30)):
        cases.keep_time()
        assert see(late).state == "terminated" and see(late).reason_code == "not-supplemented"


def test_whoever_is_told_nothing_in_five_days_is_accepted(staff):
    no = case_of(item("a"), accept=False)
    with frozen(MONDAY + timedelta(days=7)):  # the fifth working day is still running
        assert not cases.keep_time()
    with frozen(MONDAY + timedelta(days=8)):
        assert cases.keep_time() == 1 and cases.keep_time() == 0
        assert see(no).state == "accepted" and see(no).course.is_deemed


def test_limits_that_pass_open_supervision_and_silence_grants_where_the_law_says_so(staff):
    root = case_of(item("a"), item("b", silence="approve"))
    with frozen(MONDAY + timedelta(days=40)):
        assert cases.keep_time() == 2
        assert cases.keep_time() == 0
        assert see(f"{root}-2").outcome == "approved" and see(f"{root}-2").course.is_deemed
        assert [flag.trigger for flag in see(f"{root}-1").flags] == ["overrun"]
        task = cases.inbox(by=staff["史监察"]).rows[0]
        assert (task.kind, task.case_no) == ("supervise", f"{root}-1")
        do(staff["史监察"], task.case_no, "answer_supervision", flag=1, finding="explained", text="等待补充材料")
        assert not cases.inbox(by=staff["史监察"]).rows


def test_supervision_sees_what_is_against_the_rules(staff):
    held = [MaterialRef("licence", "elicence", "L1")]
    root = case_of(item("a", fee=10), materials=held)
    no = f"{root}-1"
    asked = {"fields": {"name": "写全"}, "materials": {"licence": "再交一次"}, "note": "请补正"}
    given = {"form": {"name": "甲甲"}, "materials": [{"key": "licence", "how": "upload", "ref": "f"}]}
    for _ in range(2):
        do(staff["沈医"], no, "supplement", **asked)
        do(RESIDENT, no, "answer_supplement", **given)
    do(staff["沈医"], no, "charge", amount=10, what="工本费")
    do(staff["沈医"], no, "charge", amount=50, what="加急费", ground="价费文件")
    do(staff["沈医"], no, "decide", outcome="deny", reason="不符合")
    triggers = [flag.trigger for flag in see(no).flags]
    assert triggers == ["already-held", "repeated-supplement", "unlisted-fee", "no-ground"]


def test_a_new_calendar_moves_the_open_clocks(staff):
    root = case_of(item("a"))
    with frozen(datetime(2026, 12, 28, 10, tzinfo=CITY)):
        late = case_of(item("a"))
        assert see(late).provisional and see(f"{late}-1").due is None
    before = see(f"{root}-1").due
    calendar.load(by=HOUSE, year=2027, days=[])
    calendar.load(by=HOUSE, year=2026, days=[DayRow(MONDAY.date() + timedelta(days=1), "假", "off")])
    assert cases.keep_time() == 2
    assert see(f"{root}-1").due == before + timedelta(days=1)
    assert cases.inbox(by=staff["沈医"]).rows[0].due == see(f"{root}-1").due
    assert not see(late).provisional and see(f"{late}-1").due
    assert cases.keep_time() == 0 and cases.faults(by=HOUSE) == ()


def test_a_promise_in_office_hours_ends_on_the_minute(staff):
    no = case_of(item("a", promised={"hours": 3})) + "-1"
    assert see(no).due == MONDAY.replace(hour=14)  # two hours until lunch, one after it
    do(staff["沈医"], no, "suspend", kind="testing", days=1, reason="检测")
    with frozen(MONDAY.replace(hour=16)):
        do(staff["沈医"], no, "resume", finding="合格")
        assert see(no).due == MONDAY.replace(hour=11) + timedelta(days=1)


def test_many_at_once_one_by_one(staff):
    numbers = [case_of(item("a"), accept=False) for _ in range(3)]
    do(staff["顾窗口"], numbers[1], "refuse", reason="r", reason_code="")
    for _ in range(2):  # the same key again changes nothing
        found = cases.batch(by=staff["顾窗口"], cases=[*numbers, "202600000000"], action="accept", key="batch-key-1")
        assert [row.done for row in found] == [True, False, True, False]
    assert found[1].code == "cases.state" or found[1].code == "cases.version.stale"
    with pytest.raises(InvalidError):
        cases.batch(by=staff["顾窗口"], cases=[], action="accept", key="batch-key-2")


def test_notes_copies_and_urging(staff):
    root = case_of(item("a"))
    no, doctor, police = f"{root}-1", staff["沈医"], staff["陆警"]
    do(doctor, no, "note", text="见第三页", to=[police.account])
    assert [(row.kind, row.case_no) for row in cases.inbox(by=police).rows] == [("read", no)]
    assert cases.case(by=police, no=no).no == no  # who is asked to read may read
    do(police, no, "read")
    assert not cases.inbox(by=police).rows
    do(doctor, root, "copy", to=[police.account], text="请知悉")
    assert all(entry.kind not in ("noted", "copied", "read") for entry in cases.case(by=RESIDENT, no=root).history)
    do(RESIDENT, root, "urge")
    assert cases.inbox(by=doctor).rows[0].urged == 1
    with pytest.raises(ConflictError):
        do(RESIDENT, root, "urge")


def test_who_else_is_reading(staff):
    no = case_of(item("a"))
    assert cases.claim(by=staff["沈医"], case=no) == ()
    with frozen(MONDAY + timedelta(seconds=60)):
        assert [one.name for one in cases.claim(by=staff["尤医"], case=no)] == ["沈医"]
    with frozen(MONDAY + timedelta(minutes=5)):
        assert cases.claim(by=staff["尤医"], case=no) == ()
    cases.claim(by=staff["沈医"], case=no, reading=False)
    assert [one.name for one in cases.claim(by=staff["陆警"], case=no)] == ["尤医"]
