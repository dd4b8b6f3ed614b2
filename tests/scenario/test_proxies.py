"""Acting for a firm, a child or a relative: who may do what, and who sees what was done."""

from dataclasses import replace
from datetime import date, timedelta
from uuid import uuid4

import pytest
from django.test import Client
from tests.scenario.test_workbench import FATHER, HOUSE, MOTHER, PASSWORD, PNG, _numbered, city, deliver

from liangxi.core.audit import face as audit
from liangxi.core.cases import face as cases
from liangxi.core.certificates import face as certificates
from liangxi.core.messages import face as messages
from liangxi.core.people import face as people
from liangxi.core.people.shapes import AccountRow, FirmRow, HouseholdRow, MemberRow, PersonRow, roles
from liangxi.kit import time
from liangxi.kit.errors import ConflictError, ForbiddenError, HouseError, InvalidError, NotFoundError
from liangxi.systems.onething import face as onething

assert city  # the fixture
FIRM, CHILD, TEEN, GRANNY = (str(uuid4()) for _ in range(4))
USCC = "91320200MA00000A1"
HELPERS = {role: str(uuid4()) for role in (*roles.FIRM_ROLES, "stranger")}
NUMBERS = {role: _numbered(f"3202031985010{n}001") for n, role in enumerate(HELPERS, 1)}
SITUATION = {"scale": 200, "fire_commitment": False, "sign": False, "tobacco": False}
FORM = {
    "shop_name": "样例面馆", "uscc": USCC + people.uscc_check(USCC), "legal_representative": "陈静",
    "phone": "13800001111",
    "shop_address": "无锡市滨湖区蠡湖大道2号", "area": 200, "cuisine": ["hot"], "seats": 40, "manager_name": "王样",
    "manager_phone": "13800002222",
}  # fmt: skip


@pytest.fixture
def cast(city):
    """Mother represents a firm and has two children; four helpers and a grandmother have accounts."""
    today = time.today()
    persons = [
        PersonRow(id=CHILD, name="周小满", citizen_id=_numbered("32020320200601003"), sex="M",
                  birth_date=date(today.year - 6, 1, 2)),
        PersonRow(id=TEEN, name="周大满", citizen_id=_numbered("32020320100601002"), sex="F",
                  birth_date=date(today.year - 16, 1, 2)),
        PersonRow(id=GRANNY, name="吴阿婆", citizen_id=_numbered("32020319450601004"), sex="F",
                  birth_date=date(1945, 6, 1)),
        *(PersonRow(id=HELPERS[role], name=f"帮手{role}", citizen_id=NUMBERS[role], sex="M",
                    birth_date=date(1985, 1, 1))
          for role in HELPERS),
    ]  # fmt: skip
    people.load_people(by=HOUSE, rows=persons)
    since = date(2018, 1, 1)
    home = (MemberRow(FATHER, "head", since), MemberRow(MOTHER, "spouse", since), MemberRow(TEEN, "child", since),
            MemberRow(CHILD, "child", since))  # fmt: skip
    standing = people.household_of(by=HOUSE, person=MOTHER)
    people.load_households(by=HOUSE, rows=[HouseholdRow(id=standing.id, address_code="", head=FATHER, since=since,
                                                        number="H1", members=home)])  # fmt: skip
    people.load_firms(by=HOUSE, rows=[FirmRow(id=FIRM, name="样例面馆", uscc=FORM["uscc"], kind="company",
                                              registered_at=date(2020, 1, 1),
                                              legal_representative=MOTHER)])  # fmt: skip
    people.load_accounts(by=HOUSE, rows=[
        *(AccountRow(login=f"{role}-account", kind="public", name=f"帮手{role}", password=PASSWORD, person=id)
          for role, id in HELPERS.items()),
        AccountRow(login="granny", kind="public", name="吴阿婆", password=PASSWORD, person=GRANNY),
    ])  # fmt: skip
    return city


def someone(login, **hat):
    account = people.authenticate(login=login, password=PASSWORD, portal="public")
    return people.actor_of(account_id=str(account.pk), **hat)


def head():
    return someone("mother", firm=FIRM)


def given(role, by=None, matters=(), days=30, accepted=True):
    """A role of the firm for the helper of that name."""
    kept = people.give_proxy(by=by or head(), name=f"帮手{role}", citizen_id=NUMBERS[role], role=role,
                             until=time.today() + timedelta(days=days), matters=matters)  # fmt: skip
    if accepted:
        people.accept_proxy(by=someone(f"{role}-account"), id=kept.id)
    return kept.id


def filled(by, commits=True):
    """A draft that lacks nothing but, without `commits`, the promises."""
    draft = onething.start(by=by, package="restaurant", answers=SITUATION, consent=False)
    values = {field.id: FORM[field.id] for field in draft.form.fields if field.id in FORM}
    values |= {"legal_representative_id": _numbered("32020319920514002")}
    draft = onething.save(by=by, draft=draft.id, values=values, complete=True)
    assert not draft.errors, draft.errors
    for one in draft.missing:
        if one.how != "commitment":
            draft = onething.add_material(by=by, draft=draft.id, material=one.material.id, upload=("图.png", PNG))
        elif commits:
            draft = onething.add_material(by=by, draft=draft.id, material=one.material.id, commit=True)
    return draft


def allowed(deed):
    """Whether the house lets it happen."""
    try:
        deed()
    except (ForbiddenError, NotFoundError):
        return False
    return True


DEEDS = ("start", "read", "save", "upload", "commit", "submit", "read case", "withdraw", "certificates", "grant")
TABLE = {
    "legal_representative": set(DEEDS),
    "agent": set(DEEDS) - {"commit", "grant"},
    "preparer": {"start", "read", "save", "upload", "read case"},
    "signer": set(DEEDS) - {"start", "grant"},
    "viewer": {"read", "read case"},
    "stranger": set(),
}


def test_each_role_does_what_the_table_says_and_no_more(cast):
    assert {role: _can(role) for role in TABLE} == TABLE


def _can(role):
    """What somebody in a role is let do, on applications and a case of the legal representative."""
    if role == "legal_representative":
        by = head()
    elif role == "stranger":
        with pytest.raises(ForbiddenError):
            someone("stranger-account", firm=FIRM)
        by = someone("stranger-account")
    else:
        given(role)
        by = someone(f"{role}-account", firm=FIRM)
    open_draft, whole = filled(head(), commits=False), filled(head())
    submitted = onething.submit(by=head(), draft=filled(head()).id, key=f"of-the-head-{role}").case_no
    promise = next(one.material.id for one in open_draft.missing)
    plan = onething.draft(by=head(), id=whole.id).materials[0].material.id
    deeds = {
        "start": lambda: _started(by),
        "read": lambda: onething.draft(by=by, id=whole.id),
        "save": lambda: onething.save(by=by, draft=open_draft.id, values={"seats": 50}),
        "upload": lambda: onething.add_material(by=by, draft=open_draft.id, material=plan, upload=("新.png", PNG)),
        "commit": lambda: onething.add_material(by=by, draft=open_draft.id, material=promise, commit=True),
        "submit": lambda: onething.submit(by=by, draft=whole.id, key=f"of-the-role-{role}"),
        "read case": lambda: cases.case(by=by, no=submitted),
        "withdraw": lambda: cases.command(by=by, case=submitted, action="withdraw", key="withdraw-it"),
        "certificates": lambda: _receives(by),
        "grant": lambda: people.proxies_given(by=replace(by)) if by.firm else _refuse(),
    }
    return {name for name in DEEDS if allowed(deeds[name])}


def _started(by):
    try:
        onething.start(by=by, package="restaurant", answers=SITUATION, consent=False)
    except InvalidError:  # without the firm there is nobody to begin it for
        _refuse()


def _receives(by):
    certificates.of_holder(by=by, holder=FIRM)
    by.require("certificate.own")
    if by.firm != FIRM:
        _refuse()


def _refuse():
    raise ForbiddenError("test", "no")


def test_a_role_holds_from_its_acceptance_to_its_end_for_its_matters(cast):
    proxy = given("agent", matters=("restaurant",), accepted=False)
    with pytest.raises(ForbiddenError):
        someone("agent-account", firm=FIRM)
    with pytest.raises(NotFoundError):
        people.accept_proxy(by=someone("viewer-account"), id=proxy)
    people.accept_proxy(by=someone("agent-account"), id=proxy)
    by = someone("agent-account", firm=FIRM)
    assert (by.name, by.through, by.firm) == ("样例面馆", "帮手agent", FIRM)
    (mandate,) = people.mandates_of(by=by)
    assert (mandate.name, mandate.roles, mandate.matters) == ("样例面馆", ("agent",), {"restaurant"})
    draft = filled(head())
    assert [one.id for one in onething.drafts(by=by)] == [draft.id]
    no = onething.submit(by=by, draft=draft.id, key="by-the-agent").case_no
    assert [row.no for row in cases.my_cases(by=by)] == [no] == [row.no for row in cases.my_cases(by=head())]
    elsewhere = replace(by, grants=tuple(replace(one, matters=frozenset({"company-closing"})) for one in by.grants))
    assert cases.my_cases(by=elsewhere) == () and onething.drafts(by=elsewhere) == ()
    with pytest.raises(NotFoundError):
        cases.case(by=elsewhere, no=no)
    with time.frozen(time.now() + timedelta(days=30)), pytest.raises(ForbiddenError):
        someone("agent-account", firm=FIRM)
    people.end_proxy(by=head(), id=proxy)
    with pytest.raises(ForbiddenError):
        someone("agent-account", firm=FIRM)
    with pytest.raises(
        NotFoundError
    ):  # who no longer acts for the firm reads none of its cases, not even his own deeds
        cases.case(by=someone("agent-account"), no=no)
    with pytest.raises(ConflictError):
        people.accept_proxy(by=someone("agent-account"), id=proxy)


def test_what_cannot_be_given_is_refused_with_its_field(cast):
    asked = {"name": "帮手agent", "citizen_id": NUMBERS["agent"], "role": "agent",
             "until": time.today() + timedelta(days=9), "matters": ()}  # fmt: skip
    wrong = [
        ({"name": "别人"}, "citizen_id"),
        ({"citizen_id": "320203198501010010"}, "citizen_id"),
        ({"role": "relative"}, "role"),
        ({"role": "resident"}, "role"),
        ({"until": date(2020, 1, 1)}, "until"),
        ({"until": date(2099, 1, 1)}, "until"),
        ({"matters": ["x"] * 61}, "matters"),
        ({"citizen_id": _numbered("32020319920514002"), "name": "陈静"}, "citizen_id"),
        ({"citizen_id": _numbered("32020320100601002"), "name": "周大满"}, "citizen_id"),
    ]
    for changed, field in wrong:
        with pytest.raises(InvalidError) as refused:
            people.give_proxy(by=head(), **(asked | changed))
        assert field in refused.value.fields, changed
    assert people.proxies_given(by=head()) == ()


def test_nobody_is_asked_twice_passes_on_or_ends_what_is_another_s(cast):
    first = given("agent")
    with pytest.raises(ConflictError):
        given("agent", accepted=False)
    with pytest.raises(ForbiddenError):
        given("viewer", by=someone("agent-account", firm=FIRM))
    with pytest.raises(NotFoundError):
        people.end_proxy(by=someone("viewer-account"), id=first)
    people.end_proxy(by=someone("agent-account"), id=first)
    assert [one.state for one in people.proxies_given(by=head())] == ["returned"]
    deliver()
    told = [one.title for one in messages.inbox(by=someone("mother"))]
    assert told == ["The role was given back", "The role was accepted"]


def test_a_preparer_asks_a_signer_who_commits_and_submits_and_both_are_on_record(cast):
    given("preparer")
    given("signer")
    preparer, signer = (someone(f"{role}-account", firm=FIRM) for role in ("preparer", "signer"))
    draft = filled(preparer, commits=False)
    assert onething.ask_signature(by=preparer, draft=draft.id).sign_asked_at is not None
    onething.ask_signature(by=preparer, draft=draft.id)  # asking twice a day tells nobody twice
    (letter,) = [one for one in messages.inbox(by=signer) if one.title == "Please sign"]
    assert letter.link == f"/applications/{draft.id}/check/" and "帮手preparer" in letter.text
    assert [one.title for one in messages.inbox(by=someone("mother")) if "sign" in one.title] == ["Please sign"]
    with pytest.raises(ForbiddenError):
        onething.submit(by=preparer, draft=draft.id, key="not-for-him")
    for one in onething.draft(by=signer, id=draft.id).missing:
        onething.add_material(by=signer, draft=draft.id, material=one.material.id, commit=True)
    no = onething.submit(by=signer, draft=draft.id, key="signed-it").case_no
    deliver()
    for who in ("preparer-account", "signer-account", "mother"):
        assert any(no in one.text for one in messages.inbox(by=someone(who)))
    history = cases.case(by=HOUSE, no=no).history
    assert history[0].actor == "样例面馆（帮手signer代）"
    audit.seal()
    deeds = people.proxy_deeds(by=head())
    assert ("帮手signer", "cases.opened") in {(one.who, one.action) for one in deeds}
    assert ("帮手preparer", "onething.draft.started") in {(one.who, one.action) for one in deeds}
    opened = next(e for e in audit.entries_of(by=HOUSE, object=f"case:{no}").entries if e.action == "cases.opened")
    assert opened.on_behalf == f"firm:{FIRM}"
    with pytest.raises(ForbiddenError):
        people.proxy_deeds(by=signer)


def test_parents_act_for_their_children_until_they_are_grown(cast):
    mother = someone("mother")
    held = {one.name: one for one in people.mandates_of(by=mother)}
    assert set(held) == {"样例面馆", "周大满", "周小满"}
    assert held["周小满"].roles == ("guardian",) and held["周小满"].until == date(time.today().year + 12, 1, 2)
    by = someone("mother", relative=CHILD)
    assert (by.name, by.person, by.hand, by.through) == ("周小满", CHILD, MOTHER, "陈静")
    with pytest.raises(ForbiddenError):
        people.give_proxy(by=by, name="帮手agent", citizen_id=NUMBERS["agent"], role="relative",
                          until=time.today() + timedelta(days=9))  # fmt: skip
    with pytest.raises(ForbiddenError):
        people.issue_api_key(by=by, name="x", scope="read", until=time.today() + timedelta(days=9))
    assert people.hearers(by=HOUSE, person=CHILD) == (CHILD, FATHER, MOTHER)
    with time.frozen(time.now() + timedelta(days=3 * 365)):
        with pytest.raises(ForbiddenError):
            someone("mother", relative=TEEN)
        assert people.hearers(by=HOUSE, person=TEEN) == (TEEN,)
    with pytest.raises(ForbiddenError):
        someone("mother", relative=GRANNY)
    with pytest.raises(ForbiddenError):
        someone("mother", relative="nobody")


def test_a_grandmother_lets_somebody_act_at_the_window_and_sees_what_was_done(cast):
    clerk = people.authenticate(login="window", password=PASSWORD, portal="staff")
    assisted = people.assisting(by=people.actor_of(account_id=str(clerk.pk)), person=GRANNY)
    proxy = people.give_proxy(by=assisted, name="帮手agent", citizen_id=NUMBERS["agent"], role="relative",
                              until=time.today() + timedelta(days=365))  # fmt: skip
    assert proxy.is_given_at_window
    people.accept_proxy(by=someone("agent-account"), id=proxy.id)
    by = someone("agent-account", relative=GRANNY)
    answers = {"born_here": True, "married": False, "register_here": False, "insure": False, "card": False}
    draft = onething.start(by=by, package="newborn", answers=answers, consent=True)
    assert draft.person == GRANNY and onething.drafts(by=someone("granny"))[0].id == draft.id
    assert onething.drafts(by=someone("agent-account")) == ()
    audit.seal()
    seen = {(one.who, one.action) for one in people.proxy_deeds(by=someone("granny"))}
    assert {("帮手agent", "onething.draft.started"), ("帮手agent", "data.consented")} <= seen
    people.end_proxy(by=someone("granny"), id=proxy.id)
    with pytest.raises(ForbiddenError):
        someone("agent-account", relative=GRANNY)


def test_what_is_for_persons_is_not_begun_for_a_firm(cast):
    answers = {"born_here": True, "married": False, "register_here": False, "insure": False, "card": False}
    with pytest.raises(InvalidError) as refused:
        onething.start(by=head(), package="newborn", answers=answers, consent=False)
    assert "for" in refused.value.fields


def test_two_devices_at_once_lose_nothing_silently(cast):
    draft = filled(head())
    phone = onething.save(by=head(), draft=draft.id, values={"seats": 60}, seen=draft.version)
    assert phone.version == draft.version + 1
    desk_ = onething.save(by=head(), draft=draft.id, values={"seats": 70, "sign_text": "", "manager_name": "李样"},
                          seen=draft.version)  # fmt: skip
    assert "another device" in desk_.errors["seats"] and desk_.values["seats"] == 60
    assert desk_.values["manager_name"] == "李样"  # what nobody else had touched is kept
    again = onething.save(by=head(), draft=draft.id, values={"seats": 70}, seen=desk_.version)
    assert not again.errors and again.values["seats"] == 70
    stale = onething.save(by=head(), draft=draft.id, values={"seats": 60, "area": 200}, seen=desk_.version)
    assert not stale.errors and stale.values["seats"] == 70  # sent back as it was before: nobody meant to change it
    assert draft.step == "check"


def test_keys_of_a_proxy_keep_its_limits(cast):
    proxy = given("viewer")
    by = someone("viewer-account", firm=FIRM)
    key = people.issue_api_key(by=by, name="账房", scope="write", until=time.today() + timedelta(days=9))
    draft = filled(head())
    program = Client(headers={"authorization": f"Bearer {key.secret}"})
    assert program.get("/api/v1/me/cases").status_code == 200
    assert program.get(f"/api/v1/applications/{draft.id}").status_code == 403  # an agent or a preparer begins
    caller = people.api_caller(secret=key.secret).actor
    with pytest.raises(ForbiddenError):
        onething.save(by=caller, draft=draft.id, values={"seats": 1})
    people.end_proxy(by=head(), id=proxy)
    assert program.get("/api/v1/me/cases").status_code == 401
    with pytest.raises(HouseError):
        people.api_caller(secret=key.secret)
