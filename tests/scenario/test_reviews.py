"""Good and bad reviews (好差评): once each, put right by a case of the one engine, published and counted."""

import csv
import io
from datetime import timedelta

import pytest
from django.db import transaction
from django.test import Client
from tests.scenario.test_workbench import HOUSE, PASSWORD, act, actor, city, deliver, desk, item, no

from liangxi.core.audit import face as audit
from liangxi.core.cases import face as cases
from liangxi.core.messages import face as messages
from liangxi.core.people import face as people
from liangxi.core.people.shapes import AccountRow, roles
from liangxi.kit import time
from liangxi.kit.errors import ConflictError, ForbiddenError, InvalidError, NotFoundError
from liangxi.systems.reviews import face as reviews
from liangxi.systems.reviews.events import ServiceReviewed
from liangxi.systems.reviews.shapes import PLAN, Filter

assert city  # the fixtures
assert no
SECRET = "态度差，找张三先生，电话13800001111"


def end(no):
    body = {"reason": "样例", "reason_code": "not-supplemented"}
    cases.command(by=HOUSE, case=no, action="terminate", key="end-it-now", body=body)


@pytest.fixture
def ended(no):
    """A case that was taken in and ended without a result, and a supervisor with an account."""
    people.load_accounts(by=HOUSE, rows=[AccountRow(login="watch", kind="staff", name="史监察", password=PASSWORD,
                                                    posts=(("320200", roles.SUPERVISOR),))])  # fmt: skip
    window = desk("window")
    act(window, no, "accept")
    end(no)
    deliver()
    return no


def mother():
    return actor("mother", "public")


def bad(ended, **said):
    """The number of the case that a bad review of the health department opens."""
    reviews.rate_case(by=mother(), case=ended, stars=1, text=SECRET, tags=("efficiency",), org="health", **said)
    deliver()
    (row,) = reviews.reviews(by=actor("doctor"), wanted=Filter()).rows
    return row.current.case_no


def test_a_case_is_reviewed_once_and_only_when_it_has_ended(no):
    with pytest.raises(ConflictError):
        reviews.rate_case(by=mother(), case=no, stars=5)
    end(no)
    for wrong, field in [({"stars": 0}, "stars"), ({"stars": 5, "tags": ("attitude",)}, "tags"),
                         ({"stars": 5, "text": "长" * 501}, "text"),
                         ({"stars": 5, "org": "tobacco"}, "org")]:  # fmt: skip
        with pytest.raises(InvalidError) as refused:
            reviews.rate_case(by=mother(), case=no, **wrong)
        assert field in refused.value.fields
    with pytest.raises(NotFoundError):
        reviews.rate_case(by=people.actor_of(account_id=actor("doctor").account), case="20990101-1", stars=5)
    assert reviews.rate_case(by=mother(), case=no, stars=4, tags=("guide",)).stars == 4
    with pytest.raises(ConflictError):
        reviews.rate_case(by=mother(), case=no, stars=1)
    deliver()
    (row,) = reviews.reviews(by=actor("window"), wanted=Filter()).rows
    assert (row.stars, row.rounds, row.channel) == (4, (), "online")


def test_a_rating_through_another_door_is_a_review_too(ended):
    cases.rate(by=mother(), case=ended, stars=2)
    deliver()
    (row,) = reviews.reviews(by=actor("window"), wanted=Filter(level="bad")).rows
    assert row.is_named and row.current is not None


def called_back(case):
    """The department looks up whom to call, and calls once."""
    doctor, watch = actor("doctor"), actor("watch")
    person, _ = reviews.contact(by=doctor, case=case)
    assert person.name == "陈静" and person.phone == "13800001111"
    with pytest.raises(ForbiddenError):
        reviews.contact(by=watch, case=case)
    with pytest.raises(NotFoundError):
        reviews.contact(by=actor("market"), case=case)
    with pytest.raises(InvalidError):
        reviews.call_back(by=doctor, case=case, is_reached=True, note=" ")
    reviews.call_back(by=doctor, case=case, is_reached=True, note="已道歉")
    with pytest.raises(ConflictError):
        reviews.call_back(by=doctor, case=case, is_reached=True, note="再次")


def test_a_bad_review_opens_one_case_with_its_lights_and_closes_when_supervision_agrees(ended):
    case = bad(ended)
    doctor, watch = actor("doctor"), actor("watch")
    (row,) = reviews.reviews(by=doctor, wanted=Filter()).rows
    again = ServiceReviewed(review=row.id, channel="online", org="health", stars=1, at=time.now())
    with transaction.atomic():
        reviews.open_rectification(again)  # the event may come twice
    assert [one.case_no for one in reviews.review(by=doctor, id=row.id).rounds] == [case]
    view = cases.case(by=doctor, no=case)
    assert (view.plan.id, view.applicant.person, view.state) == (PLAN, "", "accepted")
    tasks = {task.case_no: task for task in cases.inbox(by=doctor, query=case).rows}
    assert {tasks[one.no].kind for one in view.items} == {"decide"} and view.light in ("green", "yellow")
    assert {one.item: one.due for one in view.items}["rectify"] is not None
    assert SECRET not in str(view.form)
    called_back(case)
    with pytest.raises(ForbiddenError):
        reviews.verify(by=doctor, case=case, is_accepted=True, finding="自己核验")
    with pytest.raises(ConflictError):
        reviews.verify(by=watch, case=case, is_accepted=True, finding="还没有答复")
    reviews.answer(by=doctor, case=case, kind="rectified", reply="已整改，增设窗口")
    deliver()
    assert any("已整改" in one.text for one in messages.inbox(by=mother()))
    (task,) = cases.inbox(by=watch, kind="supervise").rows
    assert task.case_no.startswith(case)
    found = reviews.own_review(by=mother(), case=ended)
    reviews.settle(by=mother(), review=found.id, is_settled=True, note="谢谢")
    with pytest.raises(ConflictError):
        reviews.settle(by=mother(), review=found.id, is_settled=False)
    assert reviews.published() == ()  # nothing before supervision has spoken
    reviews.verify(by=watch, case=case, is_accepted=True, finding="属实", public_text=reviews.masked(text=SECRET),
                   public_reply="已整改，增设窗口")  # fmt: skip
    deliver()
    assert cases.case(by=HOUSE, no=case).closed_at is not None
    (shown,) = reviews.published()
    assert shown.text == "态度差，找张某先生，电话***" or "13800001111" not in shown.text
    assert shown.reply == "已整改，增设窗口" and not hasattr(shown, "person")
    assert not cases.inbox(by=doctor, query=case).rows
    audit.seal()
    looks = audit.entries_of(by=HOUSE, action="reviews.contact.view", actor=doctor.account).entries
    assert [look.detail["case"] for look in looks] == [case]


def test_an_answer_that_is_sent_back_begins_a_further_round_and_an_appeal_takes_the_review_out(ended):
    first = bad(ended, is_named=False)
    doctor, watch = actor("doctor"), actor("watch")
    assert [one.item for one in cases.case(by=doctor, no=first).items] == ["rectify"]  # nobody to call
    with pytest.raises(ConflictError):
        reviews.call_back(by=doctor, case=first, is_reached=True, note="无人可打")
    reviews.answer(by=doctor, case=first, kind="rectified", reply="知道了")
    deliver()
    reviews.verify(by=watch, case=first, is_accepted=False, finding="答复空泛")
    deliver()
    (row,) = reviews.reviews(by=watch, wanted=Filter(level="bad")).rows
    assert [one.is_accepted for one in row.rounds] == [False, None] and row.rounds[1].round == 2
    assert cases.case(by=HOUSE, no=first).closed_at is not None
    second = row.current.case_no
    cases.command(by=doctor, case=item(second, "rectify"), action="decide", key="elsewhere",
                  body={"outcome": "deny", "reason": "并非我局办理"})  # fmt: skip
    deliver()
    assert reviews.review(by=watch, id=row.id).current.kind == "mistaken"
    flag = next(one for one in cases.case(by=watch, no=item(second, "rectify")).flags if one.trigger == "review")
    cases.command(by=watch, case=item(second, "rectify"), action="answer_supervision", key="at-the-desk",
                  body={"flag": flag.n, "finding": "explained", "text": "申诉成立"})  # fmt: skip
    deliver()
    found = reviews.review(by=watch, id=row.id)
    assert found.is_excluded and found.current.is_accepted
    (tally,) = reviews.tallies(by=watch, wanted=Filter(), dimension="org")
    assert (tally.total, tally.bad, tally.excluded) == (0, 0, 1) and reviews.published() == ()


def test_no_bad_review_is_closed_without_words(ended):
    case = bad(ended)
    doctor, (call, rectify) = actor("doctor"), cases.case(by=HOUSE, no=case).items
    found = cases.batch(by=doctor, cases=[rectify.no, call.no], action="decide", key="all-of-them",
                        body={"outcome": "approve"})  # fmt: skip
    assert [(row.done, row.code, row.lacks) for row in found] == [(False, "cases.body", "reason")] * 2
    page = desk("doctor").post("/desk/batch/", {"do": "approve", "cases": [rectify.no], "key": "from-the-page"})
    assert "Reason: This must be filled in. Open the case and answer there." in page.content.decode()
    assert reviews.rectification(by=doctor, case=case)[1].answered_at is None


def test_a_visit_is_reviewed_once_by_the_code_of_its_slip(no):
    visit = reviews.open_visit(by=actor("window"), case=no, window="12")
    assert reviews.open_visit(by=actor("window"), case=no, window="13").code == visit.code
    with pytest.raises(ForbiddenError):
        reviews.open_visit(by=actor("doctor"), case=no)
    anybody = Client(headers={"accept-language": "en"})
    assert anybody.post("/review/", {"code": "nonsense"}).status_code == 404
    assert anybody.post("/review/", {"code": visit.code.lower()}).url == f"/review/{visit.code}/"
    page = anybody.get(f"/review/{visit.code}/").content.decode()
    assert "Attitude" in page and "The platform" not in page
    assert anybody.post(f"/review/{visit.code}/", {"tags": "attitude"}).status_code == 422
    wrong = anybody.post(f"/review/{visit.code}/", {"stars": "2", "phone": "12"})
    assert wrong.status_code == 422
    said = {"stars": "2", "tags": ["attitude"], "text": "等太久", "phone": "13800003333"}
    assert anybody.post(f"/review/{visit.code}/", said).status_code == 302
    deliver()
    with pytest.raises(ConflictError):
        reviews.review_visit(by=None, code=visit.code, stars=5)
    (row,) = reviews.reviews(by=actor("window"), wanted=Filter(channel="window")).rows
    assert (row.window, row.org, row.is_named) == ("12", "gov-service", True)
    reviews.answer(by=HOUSE, case=row.current.case_no, kind="rectified", reply="已增开窗口")
    deliver()
    done = anybody.get(f"/review/{visit.code}/").content.decode()
    assert "已增开窗口" in done and "Does this settle it?" in done
    anybody.post(f"/review/{visit.code}/", {"settled": "no", "note": "还是慢"})
    assert reviews.visit_review(code=visit.code).current.settled is False
    with time.frozen(time.now() + timedelta(days=31)):
        assert reviews.visit(code=visit.code).is_over


def test_every_number_opens_its_rows_and_leaves_as_a_table(ended):
    case = bad(ended)
    reviews.call_back(by=actor("doctor"), case=case, is_reached=False, note="无人接听")
    watch = actor("watch")
    for dimension in ("org", "matter", "month"):
        (tally,) = reviews.tallies(by=watch, wanted=Filter(), dimension=dimension)
        assert (tally.total, tally.levels, tally.good, tally.bad) == (1, (0, 0, 0, 0, 1), 0, 1)
        assert (tally.to_call, tally.called, tally.ended, tally.answered_in_time) == (1, 1, 0, 0)
    assert reviews.tallies(by=watch, wanted=Filter(), dimension="window") == ()
    assert reviews.tallies(by=actor("market"), wanted=Filter(), dimension="org") == ()
    for level, rows in {"counted": 1, "bad": 1, "1": 1, "good": 0, "called": 1, "to_call": 1, "ended": 0}.items():
        assert len(reviews.reviews(by=watch, wanted=Filter(level=level)).rows) == rows, level
    with pytest.raises(InvalidError):
        reviews.tallies(by=watch, wanted=Filter(), dimension="clerk")
    office = desk("watch")
    page = office.get("/office/reviews/").content.decode()
    assert "within one working day" in page and "of 1" in page and "level=called" in page
    rows = office.get("/office/reviews/rows/", {"org": "health", "level": "bad"}).content.decode()
    assert "Very dissatisfied" in rows and "陈静" not in rows
    assert office.get("/office/reviews/", {"since": "soon"}).status_code == 422
    table = list(
        csv.DictReader(io.StringIO(office.get("/office/reviews/rows/?format=csv").content.decode("utf-8-sig")))
    )
    assert [(row["stars"], row["department"]) for row in table] == [("1", "health")] and SECRET not in str(table)
    counted = office.get("/office/reviews/?by=org&format=csv").content.decode("utf-8-sig")
    assert counted.splitlines()[1].startswith("health,1,0,0,0,0,1")
    review = reviews.reviews(by=watch, wanted=Filter()).rows[0]
    office.post(f"/office/reviews/{review.id}/", {"text": "态度差"})
    assert reviews.review(by=watch, id=review.id).public_text == "态度差"


def test_the_loop_of_a_bad_review_on_the_pages_of_both_sides(ended):
    resident = Client(headers={"accept-language": "en"})
    resident.post("/login/", {"login": "mother", "password": PASSWORD})
    form = resident.get(f"/cases/{ended}/rate/").content.decode()
    assert "The platform" in form and "Attitude" not in form
    assert resident.post(f"/cases/{ended}/rate/", {}).status_code == 422
    sent = resident.post(f"/cases/{ended}/rate/", {"stars": "1", "org": "health", "named": "yes", "tags": ["platform"]})
    assert sent.url == f"/cases/{ended}/rate/"
    deliver()
    (row,) = reviews.reviews(by=actor("doctor"), wanted=Filter()).rows
    case = row.current.case_no
    doctor, watch = desk("doctor"), desk("watch")
    assert doctor.get(f"/desk/cases/{case}/").url == f"/desk/reviews/{case}/"
    page = doctor.get(f"/desk/reviews/{case}/").content.decode()
    assert "Call the reviewer back" in page and "13800001111" not in page
    assert "13800001111" in doctor.post(f"/desk/reviews/{case}/", {"do": "contact"}).content.decode()
    assert doctor.post(f"/desk/reviews/{case}/", {"do": "call", "note": ""}).status_code == 422
    doctor.post(f"/desk/reviews/{case}/", {"do": "call", "note": "已致电", "reached": "yes"})
    doctor.post(f"/desk/reviews/{case}/", {"do": "answer", "kind": "rectified", "reply": "已改进系统"})
    deliver()
    assert "已改进系统" in resident.get(f"/cases/{ended}/rate/").content.decode()
    resident.post(f"/cases/{ended}/rate/settle/", {"settled": "yes"})
    assert watch.post(f"/desk/reviews/{case}/", {"do": "verify", "finding": "属实"}).status_code == 422
    watch.post(f"/desk/reviews/{case}/", {"do": "verify", "accepted": "yes", "finding": "属实",
                                          "public_reply": "已改进系统"})  # fmt: skip
    public = Client(headers={"accept-language": "en"}).get("/reviews/").content.decode()
    assert "已改进系统" in public and "陈静" not in public and ended not in public
    slip = desk("window").post(f"/desk/cases/{ended}/visit/", {"window": "3"}).content.decode()
    assert "/review/" in slip and "<svg" in slip
