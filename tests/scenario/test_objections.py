"""异议校核: a resident says that a register is wrong; its owner looks with a purpose, answers once, and he is told."""

# ruff: noqa: F401, F811 (fixtures come from the stories of the desk)
import pytest
from django.test import Client
from tests.scenario.test_workbench import FATHER, HOUSE, MOTHER, PASSWORD, actor, city, deliver, desk, refused

from liangxi.core.audit import face as audit
from liangxi.core.messages import face as messages
from liangxi.core.people import face as people
from liangxi.core.people.shapes import AccountRow, roles
from liangxi.kit.errors import ConflictError, ForbiddenError, NotFoundError
from liangxi.systems.data import face as data
from liangxi.systems.onething import face as onething

PHONE = "registry.person.phone"


@pytest.fixture
def stewards(city):
    people.load_accounts(by=HOUSE, rows=[
        AccountRow(login=login, kind="staff", name=login, password=PASSWORD, posts=((org, roles.STEWARD),))
        for login, org in (("policedata", "police"), ("civildata", "civil"))
    ])  # fmt: skip
    return desk("policedata"), desk("civildata")


def objects(claim="13911112222", field=PHONE):
    return data.dispute(by=actor("mother", "public"), subject=MOTHER, field=field, claim=claim, note="换了号码")


def test_the_owner_looks_with_a_purpose_answers_and_the_person_is_told(stewards):
    police, _ = stewards
    there = f"/office/objections/{objects()}/"
    listed = police.get("/office/objections/").content.decode()
    assert there in listed and "陈*" in listed and "陈静" not in listed and "13911112222" not in listed
    masked = police.get(there).content.decode()
    assert "13911112222" not in masked and "13800001111" not in masked and "换了号码" not in masked
    vague = police.post(there, {"purpose": "?"})
    assert vague.status_code == 422 and "13911112222" not in vague.content.decode()
    full = police.post(there, {"purpose": "核查该异议"}).content.decode()
    assert all(said in full for said in ("13911112222", "13800001111", "陈静", "换了号码"))
    empty = police.post(there, {"outcome": "corrected", "answer": " ", "purpose": "核查该异议"})
    assert empty.status_code == 422 and "Write an answer of up to 500 characters." in empty.content.decode()
    assert police.post(there, {"outcome": "corrected", "answer": "已按运营商记录更正"}).status_code == 302

    (told,) = messages.inbox(by=actor("mother", "public"))
    assert "已按运营商记录更正" in told.text and told.link == "/me/"
    mother = Client(headers={"accept-language": "en"})
    mother.post("/login/", {"login": "mother", "password": PASSWORD})
    audit.seal()
    me = mother.get("/me/").content.decode()
    assert "已按运营商记录更正" in me and "Corrected" in me and "核查该异议" in me
    assert there not in police.get("/office/objections/").content.decode()
    assert there in police.get("/office/objections/", {"state": "answered"}).content.decode()
    again = police.post(there, {"outcome": "upheld", "answer": "登记无误"}, follow=True).content.decode()
    assert "This objection has been answered already." in again


def test_whatever_a_register_filled_in_can_be_objected_to(stewards):
    mother = Client(headers={"accept-language": "en"})
    mother.post("/login/", {"login": "mother", "password": PASSWORD})
    answers = {"born_here": True, "married": True, "register_here": True, "insure": False, "card": False}
    draft = onething.start(by=actor("mother", "public"), package="newborn", answers=answers, consent=True)
    assert {"mother_name", "mother_phone", "household_number"} <= draft.prefilled.keys()
    for field in draft.prefilled:
        assert f"/wrong/{field}/" in mother.get(f"/applications/{draft.id}/").content.decode()
        sent = mother.post(f"/applications/{draft.id}/wrong/{field}/", {"claim": "另一个值"})
        assert sent.status_code == 302, field
    told = {row.field for row in data.own_disputes(by=actor("mother", "public"))}
    assert {PHONE, "registry.person.name", "registry.household.number"} <= told


def test_another_department_neither_sees_nor_answers(stewards):
    _, civil = stewards
    ident = objects()
    assert "No objection waits for you" in civil.get("/office/objections/").content.decode()
    assert refused(civil, "get", f"/office/objections/{ident}/") == 404
    sent = {"outcome": "upheld", "answer": "登记无误"}
    assert refused(civil, "post", f"/office/objections/{ident}/", sent) == 404
    assert refused(desk("doctor"), "get", "/office/objections/") == 403
    assert data.own_disputes(by=actor("mother", "public"))[0].state == "open"
    with pytest.raises(ForbiddenError):
        data.disputes(by=actor("doctor"))


def test_who_waits_longest_stands_first_and_what_is_open_is_never_cut_off(stewards):
    ids = [objects(claim=f"1391111000{n}") for n in range(5)]
    by = actor("policedata")
    data.answer_dispute(by=by, id=ids[1], outcome="upheld", answer="登记无误")
    first = data.disputes(by=by, limit=3)
    rest = data.disputes(by=by, limit=3, after=first.next)
    assert [row.id for row in (*first.rows, *rest.rows)] == [ids[0], *ids[2:]] and first.open == 4 and not rest.next
    assert [row.id for row in data.disputes(by=by, is_open=False).rows] == [ids[1]]
    own = data.own_disputes(by=actor("mother", "public"))
    assert [row.state for row in own] == ["open"] * 4 + ["upheld"] and own[0].claim == "13911110004"
    with pytest.raises(ConflictError):
        data.answer_dispute(by=by, id=ids[1], outcome="corrected", answer="改了")
    with pytest.raises(NotFoundError):
        data.disputed(by=by, id="nowhere")


def test_a_steward_comes_home_to_the_number_that_waits(stewards):
    police, _ = stewards
    objects()
    home = police.get("/office/")
    assert home.status_code == 200 and "Objections to be answered" in home.content.decode()
