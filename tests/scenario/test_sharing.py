"""供需对接: from a need to a grant; refusal with its basis; mediation; quota, suspension, expiry, the yearly review."""

from datetime import date, datetime, timedelta
from uuid import uuid4

import pytest
from tests.scenario.test_catalogue import HOUSE, PASSWORD, actor, city  # noqa: F401 (the fixture comes from there)

from liangxi.core.audit import face as audit
from liangxi.core.cases import face as cases
from liangxi.core.events import face as events
from liangxi.core.people import face as people
from liangxi.core.people.shapes import AccountRow, PersonRow, roles
from liangxi.kit import time
from liangxi.kit.errors import ConflictError, ForbiddenError, HouseError, InvalidError, NotFoundError
from liangxi.systems.data import face as data
from liangxi.systems.data.shapes import Asked

TODAY = date(2026, 11, 25)
NOON = datetime(2026, 11, 25, 4, tzinfo=time.CITY)
BASIS = "《社会保险法》第七十四条"


@pytest.fixture(autouse=True)
def that_day(city):  # noqa: F811
    with time.frozen(NOON):
        people.load_accounts(by=HOUSE, rows=[
            AccountRow(login=login, kind="staff", name=login, password=PASSWORD, posts=((org, role),))
            for login, org, role in (("civil", "civil", roles.STEWARD), ("auditor", "320200", roles.AUDITOR))
        ])  # fmt: skip
        yield


def need(*resources, by="hrss", key="need-0001", **other):
    asked = [Asked(resource=one, columns=columns) for one, columns in resources]
    said = {"title": "失业金申领核验", "purpose": "核验申领人身份", "legal_basis": BASIS, "matter": "失业保险金申领",
            "frequency": "on-demand", "since": TODAY, "until": TODAY + timedelta(days=700)} | other  # fmt: skip
    return data.open_need(by=actor(by), asked=asked, key=key, **said)


PERSON = ("resident-population", ("citizen_id", "name", "sex"))
FIRM = ("market-entity", ("uscc", "firm_name"))


def asked_of(id, resource):
    return next(one for one in data.need(by=HOUSE, id=id).requests if one.resource == resource)


def granted(**terms):
    id = need(PERSON)
    data.check_need(by=actor("bureau"), id=id, outcome="conform")
    said = {"columns": ["citizen_id", "name"], "masks": {"name": {"kind": "keep", "prefix": 1, "suffix": 0}}} | terms
    until = TODAY + timedelta(days=600)
    return data.grant_request(by=actor("police"), id=asked_of(id, PERSON[0]).id, terms=said, quota=3, until=until)


def deliver():
    while events.deliver_due():
        pass


def test_a_need_goes_from_the_question_to_the_grant(city):  # noqa: F811
    id = need(PERSON, FIRM)
    assert need(PERSON, FIRM) == id  # the same key is the same need
    found = data.need(by=actor("hrss"), id=id)
    assert (found.state, found.light, [one.state for one in found.requests]) == ("checking", "green", ["checking"] * 2)
    assert found.due.date() == date(2026, 11, 27)  # two working days
    assert [one.id for one in data.needs_to_check(by=actor("bureau"))] == [id]
    assert data.requests_to_answer(by=actor("police")) == ()
    with pytest.raises(NotFoundError):
        data.need(by=actor("civil"), id=id)
    with pytest.raises(ForbiddenError):
        data.check_need(by=actor("hrss"), id=id, outcome="conform")

    data.check_need(by=actor("bureau"), id=id, outcome="conform")
    assert asked_of(id, FIRM[0]).state == "granted"  # shared without condition: at once
    (waiting,) = data.requests_to_answer(by=actor("police"))
    assert waiting.due.date() == date(2026, 12, 9) and waiting.light == "green"  # ten working days
    with time.frozen(NOON + timedelta(days=20)):
        assert data.requests_to_answer(by=actor("police"))[0].light == "red"
    terms = {"columns": ["citizen_id", "name"], "masks": {"citizen_id": {"kind": "keep", "prefix": 6, "suffix": 4}},
             "rows": {"all": [{"column": "sex", "op": "eq", "value": "F"}]}, "minimum_group": 0}  # fmt: skip
    grant = data.grant_request(by=actor("police"), id=waiting.id, terms=terms, quota=500, until=date(2027, 12, 1))
    assert data.need(by=actor("hrss"), id=id).state == "answered"
    seen = data.grant(by=actor("hrss"), id=grant)
    assert (seen.state, seen.quota, seen.purpose, seen.legal_basis) == ("active", 500, "核验申领人身份", BASIS)
    assert seen.terms == terms and seen.review_on == date(2027, 11, 25) and seen.steps[0].by == "police"
    deliver()
    case = cases.case(by=HOUSE, no=data.need(by=HOUSE, id=id).case_no)
    assert case.state == "issued" and case.closed_at is not None  # the one case engine carried it
    assert {one.resource for one in data.grants_of(by=actor("hrss"))} == {PERSON[0], FIRM[0]}
    assert [one.id for one in data.grants_given(by=actor("police"))] == [grant]


def test_an_incomplete_need_changes_nothing_and_names_its_fields(city):  # noqa: F811
    for other, fields in (
        ({"title": " "}, {"title"}),
        ({"legal_basis": ""}, {"legal_basis"}),
        ({"frequency": "often"}, {"frequency"}),
        ({"until": TODAY}, {"until"}),
        ({"until": TODAY + timedelta(days=9999)}, {"until"}),
    ):
        with pytest.raises(InvalidError) as refused:
            need(PERSON, **other)
        assert set(refused.value.fields) == fields
    assert data.own_needs(by=actor("hrss")) == ()


def test_what_may_not_be_asked_for(city):  # noqa: F811
    for resource, columns, field in (
        ("ghost", ("a",), "resources.0"), ("vaccination", ("dose",), "resources.0"),
        ("social-insurance", ("months",), "resources.0"), (PERSON[0], ("income",), "resources.0.columns"),
        (PERSON[0], (), "resources.0.columns"),
    ):  # fmt: skip
        with pytest.raises(InvalidError) as refused:
            need((resource, columns))
        assert set(refused.value.fields) == {field}
    with pytest.raises(ForbiddenError):
        need(PERSON, by="clerk")


def test_a_refusal_needs_its_basis_in_law_and_the_bureau_mediates(city):  # noqa: F811
    id = need(PERSON)
    data.check_need(by=actor("bureau"), id=id, outcome="conform")
    request, police = asked_of(id, PERSON[0]).id, actor("police")
    for reason, basis in (("不便提供", ""), ("", BASIS)):
        with pytest.raises(InvalidError) as refused:
            data.refuse_request(by=police, id=request, reason=reason, basis=basis)
        assert set(refused.value.fields) == ({"basis"} if reason else {"reason"})
    item = asked_of(id, PERSON[0]).item_no
    with pytest.raises(InvalidError) as refused:  # nor by the engine's own door
        cases.command(by=police, case=item, action="decide", key="straight-1", body={"outcome": "deny", "reason": "不"})
    assert set(refused.value.fields) == {"ground"}
    assert asked_of(id, PERSON[0]).state == "asked"
    data.refuse_request(by=police, id=request, reason="查询范围过宽", basis="《个人信息保护法》第六条")
    assert asked_of(id, PERSON[0]).basis == "《个人信息保护法》第六条"

    no = data.object_to_refusal(by=actor("hrss"), id=request, reason="范围已是最小必要")
    assert cases.case(by=actor("bureau"), no=no).items[0].org == "data"
    with pytest.raises(ConflictError):
        data.object_to_refusal(by=actor("hrss"), id=request, reason="再来一次")
    assert [one.id for one in data.requests_to_mediate(by=actor("bureau"))] == [id]
    with pytest.raises(NotFoundError):
        data.mediate(by=police, id=request, outcome="uphold", reason="维持")
    with pytest.raises(InvalidError):
        data.mediate(by=actor("bureau"), id=request, outcome="grant", reason=" ")
    data.mediate(by=actor("bureau"), id=request, outcome="grant", reason="属于法定职责")
    seen = asked_of(id, PERSON[0])
    assert seen.state == "granted" and seen.mediation == "属于法定职责"
    assert data.grant(by=actor("hrss"), id=seen.grant).state == "active"


def test_the_bureau_refuses_what_does_not_conform_and_the_consumer_takes_back(city):  # noqa: F811
    one, other = need(PERSON), need(PERSON, key="need-0002", title="另一个需求")
    with pytest.raises(InvalidError):
        data.check_need(by=actor("bureau"), id=one, outcome="refuse")
    data.check_need(by=actor("bureau"), id=one, outcome="refuse", note="与职责无关")
    assert data.need(by=actor("hrss"), id=one).note == "与职责无关"
    with pytest.raises(ConflictError):
        data.check_need(by=actor("bureau"), id=one, outcome="conform")
    data.withdraw_need(by=actor("hrss"), id=other, reason="不再需要")
    assert data.need(by=actor("hrss"), id=other).state == "withdrawn"
    with pytest.raises(HouseError):
        data.check_need(by=actor("bureau"), id=other, outcome="conform")


def test_terms_that_go_too_far_or_cannot_be_compiled_are_refused(city):  # noqa: F811
    id = need(PERSON)
    data.check_need(by=actor("bureau"), id=id, outcome="conform")
    request, police = asked_of(id, PERSON[0]).id, actor("police")
    for wrong, field in (
        ({"columns": ["phone"]}, "columns"),
        ({"columns": []}, "columns"),
        ({"masks": {"name": {"kind": "blur"}}}, "masks"),
        ({"masks": {"name": {"kind": "keep", "prefix": -1, "suffix": 0}}}, "masks"),
        ({"masks": {"sex": {"kind": "null"}}}, "masks"),
        ({"rows": {"column": "x"}}, "rows"),
        ({"rows": {"all": []}}, "rows"),
        ({"minimum_group": -1}, "minimum_group"),
    ):
        terms = {"columns": ["citizen_id", "name"]} | wrong
        with pytest.raises(InvalidError) as refused:
            data.grant_request(by=police, id=request, terms=terms, quota=3, until=TODAY + timedelta(days=9))
        assert set(refused.value.fields) == {field}, wrong
    for quota, days, field in ((0, 9, "quota"), (3, 0, "until"), (3, 701, "until")):
        with pytest.raises(InvalidError) as refused:
            data.grant_request(by=police, id=request, terms={"columns": ["name"]}, quota=quota,
                               until=TODAY + timedelta(days=days))  # fmt: skip
        assert set(refused.value.fields) == {field}
    assert asked_of(id, PERSON[0]).state == "asked"


def test_quota_suspension_and_revocation_hold_at_once(city):  # noqa: F811
    grant = granted()
    key = data.issue_key(by=actor("hrss"), name="失业金系统", grants=[grant], until=TODAY + timedelta(days=30))
    open_it = lambda: data.open_grant(secret=key.secret, resource=PERSON[0])  # noqa: E731
    assert open_it().id == grant and key.secret.startswith("lxd_")
    data.note_usage(grant=grant, reads=2, rows=40)
    with pytest.raises(HouseError) as refused:
        data.note_usage(grant=grant, reads=2)
    assert (refused.value.status, refused.value.code) == (429, "data.grant.quota")
    data.note_usage(grant=grant, rows=1)
    (day,) = data.usage_of(by=actor("hrss"), id=grant)
    assert (day.reads, day.rows, day.refused) == (3, 41, 1)
    with time.frozen(NOON + timedelta(days=1)):
        data.note_usage(grant=grant, reads=3)  # another day
    for deed, reason in (("suspend", ""), ("pause", "停")):
        with pytest.raises(InvalidError):
            data.change_grant(by=actor("police"), id=grant, deed=deed, reason=reason)
    with pytest.raises(ForbiddenError):
        data.change_grant(by=actor("hrss"), id=grant, deed="suspend", reason="试")
    data.change_grant(by=actor("police"), id=grant, deed="suspend", reason="异常调用")
    for deed in (open_it, lambda: data.note_usage(grant=grant)):
        with pytest.raises(ForbiddenError) as stopped:
            deed()
        assert stopped.value.code == "data.grant.suspended"
    data.change_grant(by=actor("police"), id=grant, deed="resume", reason="已核实")
    assert open_it().state == "active"
    data.change_grant(by=actor("bureau"), id=grant, deed="revoke", reason="职责调整")
    with pytest.raises(ForbiddenError):
        open_it()
    assert [one.kind for one in data.grant(by=actor("hrss"), id=grant).steps] == [
        "given", "suspended", "resumed", "revoked"]  # fmt: skip
    with pytest.raises(ConflictError):
        data.change_grant(by=actor("bureau"), id=grant, deed="resume", reason="恢复")


def test_keys_open_their_own_grants_until_they_end(city):  # noqa: F811
    grant = granted()
    key = data.issue_key(by=actor("hrss"), name="系统", grants=[grant], until=TODAY + timedelta(days=30))
    assert key.secret not in str(data.keys_of(by=actor("hrss")))
    with pytest.raises(ForbiddenError):
        data.open_grant(secret=key.secret, resource="market-entity")
    for name, grants, until, field in (
        ("", [grant], 30, "name"),
        ("a", [], 30, "grants"),
        ("a", [grant], 900, "until"),
    ):
        with pytest.raises(InvalidError) as refused:
            data.issue_key(by=actor("hrss"), name=name, grants=grants, until=TODAY + timedelta(days=until))
        assert set(refused.value.fields) == {field}
    with pytest.raises(InvalidError):  # another department's grant
        data.issue_key(by=actor("civil"), name="a", grants=[grant], until=TODAY + timedelta(days=3))
    with time.frozen(NOON + timedelta(days=30)), pytest.raises(HouseError) as refused:
        data.open_grant(secret=key.secret, resource=PERSON[0])
    assert refused.value.code == "data.key.expired"
    with pytest.raises(NotFoundError):
        data.revoke_key(by=actor("civil"), id=key.key.id)
    data.revoke_key(by=actor("hrss"), id=key.key.id)
    for secret, code in ((key.secret, "data.key.revoked"), ("lxd_wrong", "data.key.unknown")):
        with pytest.raises(HouseError) as refused:
            data.open_grant(secret=secret, resource=PERSON[0])
        assert (refused.value.code, refused.value.status) == (code, 401)


def test_a_grant_lapses_unless_its_provider_confirms_it_each_year(city):  # noqa: F811
    grant = granted()
    assert data.ask_reviews() == 0
    with time.frozen(NOON + timedelta(days=340)):
        assert (data.ask_reviews(), data.ask_reviews()) == (1, 0)
        rows = [row for row in cases.inbox(by=actor("police"), limit=50).rows if row.kind == "decide"]
        assert len(rows) == 1 and rows[0].org == "police"  # in the one inbox
        data.report_usage(by=actor("hrss"), id=grant, text="核验失业金申领人身份，共受理三百件。")
        with pytest.raises(InvalidError):
            data.confirm_grant(by=actor("police"), id=grant, outcome="end")
        data.confirm_grant(by=actor("police"), id=grant, outcome="keep")
    with time.frozen(NOON + timedelta(days=400)):
        assert data.grant(by=HOUSE, id=grant).state == "active"
    with time.frozen(NOON + timedelta(days=601)):
        assert data.grant(by=HOUSE, id=grant).state == "expired"
        with pytest.raises(ForbiddenError):
            data.note_usage(grant=grant)


def test_without_confirmation_or_with_its_resource_gone_it_holds_no_more(city):  # noqa: F811
    grant = granted()
    with time.frozen(NOON + timedelta(days=366)):
        assert data.grant(by=HOUSE, id=grant).state == "lapsed"
        with pytest.raises(ConflictError):
            data.confirm_grant(by=actor("police"), id=grant, outcome="keep")
    data.withdraw_resource(by=actor("police"), id=PERSON[0], reason="目录调整")
    with pytest.raises(ForbiddenError) as refused:
        data.note_usage(grant=grant)
    assert refused.value.code == "data.grant.withdrawn"


def test_who_read_whose_data_is_seen_by_the_auditor_and_the_person(city):  # noqa: F811
    person, grant = str(uuid4()), granted()
    people.load_people(by=HOUSE, rows=[PersonRow(id=person, name="陈静", citizen_id="11010519491231002X", sex="F",
                                                 birth_date=date(1949, 12, 31), division="320213")])  # fmt: skip
    own = AccountRow(login="11010519491231002X", kind="public", name="陈静", password=PASSWORD, person=person)
    people.load_accounts(by=HOUSE, rows=[own])
    data.record_reading(by=HOUSE, grant=grant, subjects=[person], fields=["citizen_id", "name"])
    audit.seal()
    (found,), more = data.readings(by=actor("auditor"), grant=grant)
    assert (found.org, found.object, found.purpose, more) == ("hrss", f"person:{person}", "核验申领人身份", None)
    assert data.readings(by=actor("auditor"), person=str(uuid4()))[0] == ()
    with pytest.raises(ForbiddenError):
        data.readings(by=actor("police"))
    account = people.authenticate(login="11010519491231002X", password=PASSWORD, portal="public")
    (seen,) = data.accesses_of(by=people.actor_of(account_id=str(account.pk)), subject=person)
    assert (seen.who, seen.purpose, seen.grant) == ("无锡市人力资源和社会保障局", "核验申领人身份", grant)
    assert seen.what == "人口基本信息: 公民身份号码、姓名"
    data.change_grant(by=actor("police"), id=grant, deed="suspend", reason="核查")
    with pytest.raises(ForbiddenError):
        data.record_reading(by=HOUSE, grant=grant, subjects=[person], fields=["name"])
