"""Who is who and who may what, through the door."""

from datetime import date, datetime, timedelta
from uuid import UUID

import pytest
from django.db import connection

from liangxi.core.audit import face as audit
from liangxi.core.people import face as people
from liangxi.core.people.shapes import (
    AccountRow,
    FirmRow,
    HouseholdRow,
    MemberRow,
    OrganisationRow,
    PersonRow,
)
from liangxi.kit.actor import Actor, system
from liangxi.kit.errors import ConflictError, ForbiddenError, InvalidError, NotFoundError
from liangxi.kit.time import CITY, frozen

HOUSE = system("test")
NOW = datetime(2026, 11, 23, 10, tzinfo=CITY)
ANNA, BEN, CHILD = (str(UUID(int=n)) for n in (1, 2, 3))
FIRM = str(UUID(int=9))
WORD = "Meihua-2026-Taihu"


def number(first: str) -> str:
    return first + people.citizen_id_check(first)


@pytest.fixture
def city(db):
    with frozen(NOW):
        _load()
        yield {account.login: account.id for account in people.accounts(by=HOUSE)} | {
            account.login: account.id for account in people.accounts(by=HOUSE, kind="public")
        }


def _load() -> None:
    rows = [
        ("320200", None, "government"),
        ("health", "320200", "department"),
        ("police", "320200", "department"),
        ("320213", "320200", "government"),
        ("liangxi-health", "320213", "department"),
    ]
    organisations = [OrganisationRow(code=c, parent=p, kind=k, name_zh=c, name_en=c) for c, p, k in rows]
    people.load_organisations(by=HOUSE, rows=organisations)
    names = [
        (ANNA, "陈静", "32021119900101002", "F", "320213001001", "13800000001"),
        (BEN, "王伟", "32021119880505001", "M", "320213001001", "13800000002"),
        (CHILD, "王小", "32020520250601003", "M", "320205001001", ""),
    ]
    people.load_people(
        by=HOUSE,
        rows=[
            PersonRow(
                id=i,
                name=name,
                citizen_id=number(first),
                sex=sex,
                birth_date=date(1990, 1, 1),
                division=division,
                phone=phone,
            )
            for i, name, first, sex, division, phone in names
        ],
    )
    _load_firm()
    _load_household()
    _load_accounts()


def _load_firm() -> None:
    firm = FirmRow(
        id=FIRM,
        name="示例面馆",
        uscc="91350100M000100Y43",
        kind="company",
        registered_at=date(2020, 1, 1),
        legal_representative=ANNA,
    )
    people.load_firms(by=HOUSE, rows=[firm])


def _load_household() -> None:
    home = (MemberRow(BEN, "head", date(2015, 1, 1)), MemberRow(ANNA, "spouse", date(2015, 1, 1)))
    people.load_households(
        by=HOUSE,
        rows=[HouseholdRow(id=str(UUID(int=5)), address_code="A1", head=BEN, since=date(2015, 1, 1), members=home)],
    )


def _load_accounts() -> None:
    staff = {
        "clerk": (("320213", "clerk"),),
        "doctor": (("health", "approver"),),
        "boss": (("320200", "bureau_admin"),),
        "guard": (("320200", "security_admin"),),
        "nobody": (),
    }
    accounts = [AccountRow(login=k, kind="staff", name=k, password=WORD, posts=posts) for k, posts in staff.items()]
    anna = AccountRow(
        login=number("32021119900101002"),
        kind="public",
        name="陈静",
        password=WORD,
        phone="13800000001",
        person=ANNA,
        is_sample=True,
    )
    people.load_accounts(by=HOUSE, rows=[*accounts, anna])


def actor(city, login: str, **hat) -> Actor:
    return people.actor_of(account_id=city[login], **hat)


def recorded(action: str) -> tuple:
    audit.seal()
    return audit.entries_of(by=HOUSE, action=action).entries


def test_loading_twice_changes_nothing(city):
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM people_householdmember")
        before = cursor.fetchone()
    _load()
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM people_householdmember")
        assert cursor.fetchone() == before
    with pytest.raises(ForbiddenError):
        people.load_people(by=actor(city, "boss"), rows=[])


def test_logging_in_by_number_or_phone_on_its_own_portal(city):
    for login in (number("32021119900101002"), "13800000001"):
        account = people.authenticate(login=login, password=WORD, portal="public", remote="10.0.0.1")
        assert str(account.pk) == city[number("32021119900101002")]
    with pytest.raises(InvalidError) as error:
        people.authenticate(login="13800000001", password=WORD, portal="staff")
    assert error.value.code == "people.login.wrong"
    decisions = [entry.decision for entry in recorded("people.login")]
    assert decisions == ["refused", "granted", "granted"]


def test_five_wrong_passwords_lock_for_a_quarter_of_an_hour(city):
    for _ in range(5):
        with pytest.raises(InvalidError) as wrong:
            people.authenticate(login="clerk", password="no", portal="staff")
        assert wrong.value.code == "people.login.wrong"
    with pytest.raises(ForbiddenError) as locked:
        people.authenticate(login="clerk", password=WORD, portal="staff")
    assert locked.value.code == "people.login.locked" and locked.value.params == {"minutes": 16}
    with frozen(NOW + timedelta(minutes=16)):
        people.authenticate(login="clerk", password=WORD, portal="staff")


def test_an_unknown_login_sounds_like_a_wrong_password(city):
    with pytest.raises(InvalidError) as error:
        people.authenticate(login="stranger", password=WORD, portal="staff", remote="10.0.0.1")
    assert error.value.code == "people.login.wrong"


def test_a_new_password_needs_the_old_one_and_strength(city):
    clerk = actor(city, "clerk")
    for old, new, field in (("no", "Xihu-2026-Taihu!", "old"), (WORD, "short", "new"), (WORD, WORD, "new")):
        with pytest.raises(InvalidError) as error:
            people.change_password(by=clerk, old=old, new=new)
        assert set(error.value.fields) == {field}
    people.change_password(by=clerk, old=WORD, new="Xihu-2026-Taihu!")
    people.authenticate(login="clerk", password="Xihu-2026-Taihu!", portal="staff")


def test_an_actor_has_the_grants_of_the_posts_of_today(city):
    clerk = actor(city, "clerk")
    assert clerk.org == "320213" and clerk.org_path == "/320200/320213/"
    assert clerk.may("case.accept", "/320200/320213/liangxi-health/") and not clerk.may(
        "case.accept", "/320200/health/"
    )
    assert people.scope_sql(by=clerk, permission="case.read", column="org_path")[1] == ["/320200/320213/%"]
    assert actor(city, "nobody").grants == ()
    with pytest.raises(ForbiddenError):
        actor(city, "clerk", post="999999")
    with pytest.raises(NotFoundError):
        people.actor_of(account_id="999999")


def test_a_resident_acts_for_his_own_firm_only(city):
    anna = number("32021119900101002")
    assert actor(city, anna, firm=FIRM).firm == FIRM
    assert [firm.id for firm in people.firms_of(by=actor(city, anna))] == [FIRM]
    with pytest.raises(ForbiddenError):
        actor(city, anna, firm=str(UUID(int=77)))


def test_a_person_is_masked_without_a_purpose_and_outside_the_district(city):
    clerk = actor(city, "clerk")
    assert people.person(by=clerk, id=ANNA).name == "陈*"
    seen = people.person(by=clerk.with_purpose("accept case 1"), id=ANNA)
    assert seen.name == "陈静" and not seen.is_masked
    elsewhere = people.person(by=clerk.with_purpose("accept case 1"), id=CHILD)
    assert elsewhere.is_masked and elsewhere.birth_date is None and elsewhere.address_code == ""
    read = recorded("person.read")
    assert [(e.decision, e.purpose) for e in read] == [
        ("masked", "accept case 1"),
        ("full", "accept case 1"),
        ("masked", ""),
    ]
    assert {e.actor for e in read} == {city["clerk"]}


def test_strangers_see_nobody_and_everybody_sees_himself(city):
    anna = actor(city, number("32021119900101002"))
    assert people.person(by=anna, id=ANNA).citizen_id == number("32021119900101002")
    for who in (anna, actor(city, "nobody"), actor(city, "guard")):
        with pytest.raises(ForbiddenError):
            people.person(by=who, id=BEN)
    with pytest.raises(NotFoundError):
        people.person(by=actor(city, "clerk"), id="not-an-id")


def test_searching_people_asks_why_and_shows_masked_ones_of_the_scope(city):
    clerk = actor(city, "clerk")
    with pytest.raises(InvalidError) as error:
        people.find_people(by=clerk, query="陈静")
    assert set(error.value.fields) == {"purpose"}
    asking = clerk.with_purpose("accept case 1")
    assert [p.name for p in people.find_people(by=asking, query="陈静")] == ["陈*"]
    assert [p.id for p in people.find_people(by=asking, query="13800000002")] == [BEN]
    assert people.find_people(by=asking, query="王小") == ()
    with pytest.raises(InvalidError):
        people.find_people(by=asking, query="陈")
    assert len(recorded("person.search")) == 3


def test_households_and_spouses(city):
    asking = actor(city, "clerk").with_purpose("newborn")
    assert people.spouse_of(by=asking, person=ANNA) == BEN
    household = people.household_of(by=asking, person=ANNA)
    assert household and [member.person for member in household.members] == [BEN, ANNA]
    with pytest.raises(ForbiddenError):
        people.household_of(by=actor(city, "clerk"), person=ANNA)


def test_posts_are_given_and_ended_by_who_may(city):
    boss = actor(city, "boss")
    post = people.appoint(by=boss, account=city["nobody"], org="health", role="clerk")
    assert actor(city, "nobody").org == "health"
    with pytest.raises(ConflictError) as error:
        people.appoint(by=boss, account=city["nobody"], org="health", role="clerk")
    assert error.value.code == "people.post.held"
    people.end_post(by=boss, post=post)
    assert actor(city, "nobody").grants == ()
    with pytest.raises(ForbiddenError):
        people.appoint(by=actor(city, "clerk"), account=city["nobody"], org="320213", role="clerk")
    with pytest.raises(ForbiddenError) as self_made:
        people.appoint(by=boss, account=boss.account, org="health", role="clerk")
    assert self_made.value.code == "people.post.self"


@pytest.mark.parametrize(
    ("changed", "field"),
    [
        ({"org": "moon"}, "org"),
        ({"role": "king"}, "role"),
        ({"account": "x"}, "account"),
        ({"until": date(2026, 1, 1)}, "until"),
    ],
)
def test_a_bad_appointment_names_the_field(city, changed, field):
    with pytest.raises(InvalidError) as error:
        people.appoint(
            **{"by": actor(city, "boss"), "account": city["nobody"], "org": "health", "role": "clerk"} | changed
        )
    assert set(error.value.fields) == {field}


def test_the_three_hands_stay_apart(city):
    guard, boss = actor(city, "guard"), actor(city, "boss")
    with pytest.raises(ForbiddenError):
        people.appoint(by=boss, account=city["nobody"], org="320200", role="auditor")
    people.appoint(by=guard, account=city["nobody"], org="320200", role="auditor")
    with pytest.raises(ConflictError) as error:
        people.appoint(by=guard, account=city["nobody"], org="320200", role="security_admin")
    assert error.value.code == "people.post.separated"
    with pytest.raises(ConflictError):
        people.appoint(by=guard, account=city["boss"], org="health", role="auditor")


def test_a_lent_post_holds_until_its_day(city):
    doctor = actor(city, "doctor")
    post = people.posts_of(account=city["doctor"])[0].id
    lent = people.delegate(
        by=doctor, post=post, to=city["nobody"], until=date(2026, 11, 25), permissions=frozenset({"case.decide"})
    )
    helper = actor(city, "nobody")
    assert helper.may("case.decide", "/320200/health/") and not helper.may("person.read")
    assert helper.on_behalf_of == city["doctor"]
    assert people.posts_of(account=city["nobody"])[0].lent_by == "doctor"
    assert [d.id for d in people.delegations_of(by=helper)] == [lent]
    with frozen(NOW + timedelta(days=2)):
        assert actor(city, "nobody").grants == ()
    with pytest.raises(NotFoundError):
        people.end_delegation(by=helper, delegation=lent)
    people.end_delegation(by=doctor, delegation=lent)
    assert actor(city, "nobody").grants == ()
    with pytest.raises(ForbiddenError):
        people.delegations_of(by=helper, account=city["doctor"])


def test_what_cannot_be_lent(city):
    doctor, boss = actor(city, "doctor"), actor(city, "boss")
    post = people.posts_of(account=city["doctor"])[0].id
    until = date(2026, 12, 1)
    lend = {"by": doctor, "post": post, "to": city["nobody"], "until": until, "permissions": frozenset({"case.decide"})}
    for change, field in (
        ({"permissions": frozenset({"role.manage"})}, "permissions"),
        ({"to": city["doctor"]}, "to"),
        ({"until": NOW.date()}, "until"),
    ):
        with pytest.raises(InvalidError) as error:
            people.delegate(**lend | change)
        assert set(error.value.fields) == {field}
    with pytest.raises(ForbiddenError):
        people.delegate(**lend | {"by": boss})
    own = people.posts_of(account=city["boss"])[0].id
    with pytest.raises(ForbiddenError) as separated:
        people.delegate(**lend | {"by": boss, "post": own, "permissions": frozenset({"case.read"})})
    assert separated.value.code == "people.delegation.separated"


def test_the_tree_is_dated(db):
    people.load_organisations(
        by=HOUSE,
        rows=[
            OrganisationRow(code="320200", parent=None, kind="government", name_zh="市政府", name_en="City"),
            OrganisationRow(
                code="data",
                parent="320200",
                kind="department",
                name_zh="大数据管理局",
                name_en="Big data",
                line="国家数据局",
                valid_to=date(2024, 3, 1),
            ),
            OrganisationRow(
                code="data",
                parent="320200",
                kind="department",
                name_zh="数据局",
                name_en="Data",
                line="国家数据局",
                valid_from=date(2024, 3, 1),
            ),
        ],
    )
    assert people.organisation(code="data", on=date(2024, 2, 29)).name["zh"] == "大数据管理局"
    assert people.organisation(code="data", on=date(2024, 3, 1)).name["zh"] == "数据局"
    assert [o.path for o in people.organisations()] == ["/320200/", "/320200/data/"]
    with pytest.raises(NotFoundError):
        people.organisation(code="data", on=date(1948, 1, 1))
    with pytest.raises(InvalidError) as error:
        people.load_organisations(
            by=HOUSE, rows=[OrganisationRow(code="x", parent="y", kind="k", name_zh="x", name_en="x")]
        )
    assert set(error.value.fields) == {"x"}


def test_accounts_are_listed_for_administrators(city):
    boss = actor(city, "boss")
    assert [a.login for a in people.accounts(by=boss, query="doc")] == ["doctor"]
    assert people.account(by=boss, id=city["clerk"]).login == "clerk"
    with pytest.raises(ForbiddenError):
        people.accounts(by=actor(city, "clerk"))
    with pytest.raises(NotFoundError):
        people.account(by=actor(city, "clerk"), id=city["boss"])


def test_borrowed_sight_needs_the_lender_in_office(city):
    doctor = actor(city, "doctor")
    post = people.posts_of(account=city["doctor"])[0].id
    people.delegate(
        by=doctor, post=post, to=city["nobody"], until=date(2026, 12, 25), permissions=frozenset({"case.read"})
    )
    people.end_post(by=actor(city, "boss"), post=post)
    assert actor(city, "nobody").grants == ()
