"""What the registers tell: for a purpose, with consent, on record, and never more than was asked."""

from datetime import date, datetime, timedelta
from uuid import UUID

import pytest
from django.utils import translation

from liangxi.core.audit import face as audit
from liangxi.core.certificates.events import CertificateIssued, CertificateRevoked
from liangxi.core.messages import face as messages
from liangxi.core.people import face as people
from liangxi.core.people.shapes import FirmRow, HouseholdRow, MemberRow, OrganisationRow, PersonRow, roles
from liangxi.kit.actor import Actor, Grant, system
from liangxi.kit.errors import ConflictError, ForbiddenError, InvalidError, NotFoundError
from liangxi.kit.time import CITY, frozen
from liangxi.systems.data import face as data
from liangxi.systems.data.shapes import LicenceRow, MarriageRow

HOUSE = system("test")
NOW = datetime(2026, 11, 23, 10, tzinfo=CITY)
WIFE, MAN, FIRM, NOONE = (str(UUID(int=n)) for n in (1, 2, 9, 99))
WHY, REF = "onething:newborn", "draft:1"
MINE = ["registry.person.name", "registry.person.phone", "registry.spouse.name", "registry.marriage.number",
        "registry.household.number"]  # fmt: skip


def resident(person: str) -> Actor:
    grant = Grant(role=roles.RESIDENT, permissions=roles.permissions_of(roles.RESIDENT), org_path="/")
    return Actor(kind="public", account=f"account-{person[-1]}", name="n", person=person, grants=(grant,))


def officer(role: str, org: str) -> Actor:
    path = "/320200/" if org == "320200" else f"/320200/{org}/"
    grant = Grant(role=role, permissions=roles.permissions_of(role), org_path=path)
    return Actor(kind="staff", account=f"{org}-{role}", name=org, org=org, org_path=path, grants=(grant,))


WIVES, CLERK = resident(WIFE), officer(roles.CLERK, "gov-service")


@pytest.fixture
def registers(db):
    with frozen(NOW), translation.override("en"):
        orgs = ("gov-service", "police", "civil", "market", "health")
        people.load_organisations(by=HOUSE, rows=[
            OrganisationRow(code="320200", parent=None, kind="government", name_zh="市", name_en="City"),
            *(OrganisationRow(code=o, parent="320200", kind="department", name_zh=o, name_en=o.title()) for o in orgs),
        ])  # fmt: skip
        people.load_people(by=HOUSE, rows=[
            _person(WIFE, "陈静", "32020319920514002", "F", "13800001111"),
            _person(MAN, "周明", "32020319900101001", "M", "13800002222"),
        ])  # fmt: skip
        since = date(2018, 1, 1)
        home = (MemberRow(MAN, "head", since), MemberRow(WIFE, "spouse", since))
        people.load_households(by=HOUSE, rows=[
            HouseholdRow(id=str(UUID(int=5)), address_code="", head=MAN, since=since, number="H1", members=home)
        ])  # fmt: skip
        people.load_firms(by=HOUSE, rows=[
            FirmRow(id=FIRM, name="示例面馆", uscc="91350100M000100Y43", kind="company", registered_at=since,
                    legal_representative=WIFE)
        ])  # fmt: skip
        married = MarriageRow(number="J1", husband=MAN, wife=WIFE, registered_on=since)
        data.load_marriages(by=HOUSE, rows=[married])
        yield


def _person(id: str, name: str, first: str, sex: str, phone: str) -> PersonRow:
    number = first + people.citizen_id_check(first)
    return PersonRow(id=id, name=name, citizen_id=number, sex=sex, birth_date=date(1990, 1, 1), phone=phone)


def fetch(by=WIVES, subject=WIFE, fields=MINE, purpose=WHY, consent=REF):
    return data.fetch(by=by, purpose=purpose, subject=subject, fields=fields, consent=consent)


def licences(subject=WIFE):
    return [one.number for one in data.licences_of(by=WIVES, purpose=WHY, subject=subject, consent=REF)]


def recorded(action: str):
    audit.seal()
    return audit.entries_of(by=HOUSE, action=action).entries


def recorded_of(object: str):
    recorded("any")
    return audit.entries_of(by=HOUSE, object=object).entries


def test_what_was_asked_is_told_with_its_source_and_nothing_more(registers):
    data.consent(by=WIVES, purpose=WHY, ref=REF)
    facts = fetch()
    assert {field: fact.value for field, fact in facts.items()} == {
        "registry.person.name": "陈静", "registry.person.phone": "13800001111", "registry.spouse.name": "周明",
        "registry.marriage.number": "J1", "registry.household.number": "H1",
    }  # fmt: skip
    assert facts["registry.marriage.number"].source_org == "civil" and facts["registry.person.name"].as_of == NOW
    assert set(fetch(fields=["registry.spouse.name"])) == {"registry.spouse.name"}
    assert fetch(fields=["registry.person.address"]) == {}  # not known: left out, not empty


@pytest.mark.parametrize(
    "asked",
    [
        {"by": resident(MAN)},
        {"by": officer(roles.APPROVER, "health")},
        {"subject": MAN},
        {"subject": FIRM, "purpose": "onething:restaurant"},
        {"subject": NOONE},
        {"subject": "nobody"},
        {"purpose": "onething:restaurant"},
        {"purpose": ""},
        {"consent": "draft:2"},
        {"consent": ""},
    ],
)
def test_without_consent_for_this_purpose_nothing_is_told(registers, asked):
    data.consent(by=WIVES, purpose=WHY, ref=REF)
    with pytest.raises(ForbiddenError):
        fetch(**asked)
    assert recorded("data.fetch") == ()


def test_a_consent_is_given_by_oneself_or_before_a_clerk(registers):
    for stranger in (resident(MAN), officer(roles.APPROVER, "health")):
        with pytest.raises(ForbiddenError):
            data.consent(by=stranger, purpose=WHY, ref=REF, person=WIFE)
    data.consent(by=CLERK, purpose=WHY, ref=REF, person=WIFE)
    assert fetch(by=CLERK)["registry.person.name"].value == "陈静"
    for wrong in ({"purpose": "", "ref": REF}, {"purpose": WHY, "ref": ""}):
        with pytest.raises(InvalidError):
            data.consent(by=WIVES, **wrong)
    for nobody in (None, "nobody"):
        with pytest.raises(InvalidError):
            data.consent(by=CLERK, purpose=WHY, ref=REF, person=nobody)


def test_a_withdrawn_consent_holds_no_longer_until_it_is_given_again(registers):
    data.consent(by=WIVES, purpose=WHY, ref=REF)
    with pytest.raises(ForbiddenError):
        data.withdraw_consent(by=resident(MAN), ref=REF, person=WIFE)
    data.withdraw_consent(by=WIVES, ref=REF)
    for ask in (fetch, licences):
        with pytest.raises(ForbiddenError):
            ask()
    data.consent(by=WIVES, purpose=WHY, ref=REF)
    assert fetch()
    said = [(one.action, one.actor) for one in recorded_of(f"person:{WIFE}") if "consent" in one.action]
    assert said == [(f"data.{what}", WIVES.account) for what in ("consented", "consent.withdrawn", "consented")]


def test_one_occasion_serves_one_purpose(registers):
    data.consent(by=WIVES, purpose=WHY, ref=REF)
    data.consent(by=WIVES, purpose=WHY, ref=REF)  # the same twice is one
    with pytest.raises(ConflictError):
        data.consent(by=WIVES, purpose="onething:restaurant", ref=REF)


def test_a_firm_is_read_with_the_consent_of_who_represents_it(registers):
    data.consent(by=WIVES, purpose=WHY, ref=REF)
    firm = fetch(subject=FIRM, fields=["registry.firm.name", "registry.firm.legal_representative"])
    assert [fact.value for fact in firm.values()] == ["示例面馆", "陈静"]
    [entry] = recorded("data.fetch")
    assert entry.object == f"firm:{FIRM}" and entry.person == ""  # a firm's data is no person's


def test_each_reading_is_on_record_and_the_person_sees_it(registers):
    data.consent(by=CLERK, purpose=WHY, ref=REF, person=WIFE)
    fetch(by=CLERK)
    data.licences_of(by=CLERK, purpose=WHY, subject=WIFE, consent=REF)
    [entry] = recorded("data.fetch")
    assert (entry.object, entry.actor, entry.purpose, entry.person) == (f"person:{WIFE}", CLERK.account, WHY, WIFE)
    assert entry.detail == {"fields": sorted(MINE), "consent": REF}
    assert "陈静" not in str(entry) and "13800001111" not in str(entry)
    seen = [(one.who, one.purpose) for one in data.accesses_of(by=WIVES, subject=WIFE)]
    assert seen.count(("Gov-Service", WHY)) == 2
    whats = {one.what for one in data.accesses_of(by=WIVES, subject=WIFE)}
    assert "E-licences" in whats and any("Number of the marriage certificate" in what for what in whats)
    assert data.accesses_of(by=resident(MAN), subject=MAN)  # who was read as the husband knows it too
    with pytest.raises(ForbiddenError):
        data.accesses_of(by=resident(MAN), subject=WIFE)


def test_a_field_that_no_register_holds_is_named_and_nothing_is_read(registers):
    data.consent(by=WIVES, purpose=WHY, ref=REF)
    with pytest.raises(InvalidError) as error:
        fetch(fields=["registry.person.name", "registry.person.religion"])
    assert error.value.params == {"field": "registry.person.religion"}
    assert recorded("data.fetch") == ()


def object_to(by=WIVES, subject=WIFE, field="registry.person.phone", claim="13900000000", note=""):
    return data.dispute(by=by, subject=subject, field=field, claim=claim, note=note)


def test_an_objection_goes_to_the_owner_of_the_register(registers):
    id = object_to(note="换号了")
    assert object_to() == id  # the same twice is one
    other = object_to(field="registry.marriage.number", claim="J2")
    police, civil = officer(roles.STEWARD, "police"), officer(roles.STEWARD, "civil")
    assert [one.id for one in data.disputes(by=police).rows] == [id]
    assert [one.id for one in data.disputes(by=civil).rows] == [other]
    assert len(data.disputes(by=officer(roles.STEWARD, "320200")).rows) == 2
    assert {one.id for one in data.own_disputes(by=WIVES)} == {id, other} and not data.own_disputes(by=resident(MAN))
    for refused in (CLERK, officer(roles.APPROVER, "police"), WIVES):
        with pytest.raises(ForbiddenError):
            data.disputes(by=refused)


@pytest.mark.parametrize(
    ("wrong", "field"),
    [({"claim": "  "}, "claim"), ({"claim": "9" * 201}, "claim"), ({"note": "n" * 501}, "note"),
     ({"field": "registry.person.age"}, "field"),
     ({"field": "registry.firm.name"}, "field"),
     ({"subject": FIRM, "field": "registry.marriage.number"}, "field")],
)  # fmt: skip
def test_what_is_no_objection_is_named(registers, wrong, field):
    with pytest.raises(InvalidError) as error:
        object_to(**wrong)
    assert set(error.value.fields) == {field} and not data.own_disputes(by=WIVES)


@pytest.mark.parametrize(
    "stranger",
    [{"by": resident(MAN)}, {"subject": MAN}, {"subject": NOONE}, {"subject": "x"}, {"by": CLERK},
     {"by": resident(MAN), "subject": FIRM, "field": "registry.firm.name"}],
)  # fmt: skip
def test_nobody_objects_for_another(registers, stranger):
    with pytest.raises(ForbiddenError):
        object_to(**stranger)


@pytest.mark.parametrize("outcome", ["corrected", "upheld"])
def test_the_owner_answers_once_and_the_person_is_told(registers, outcome):
    id = object_to(subject=FIRM, field="registry.firm.name", claim="示范面馆")
    market = officer(roles.STEWARD, "market")
    for stranger in (officer(roles.STEWARD, "police"), officer(roles.APPROVER, "market"), WIVES):
        with pytest.raises(NotFoundError):
            data.answer_dispute(by=stranger, id=id, outcome=outcome, answer="查过了。")
    for wrong in ({"outcome": "maybe", "answer": "a"}, {"outcome": outcome, "answer": " "},
                  {"outcome": outcome, "answer": "a" * 501}):  # fmt: skip
        with pytest.raises(InvalidError):
            data.answer_dispute(by=market, id=id, **wrong)
    data.answer_dispute(by=market, id=id, outcome=outcome, answer="查过了。")
    with pytest.raises(ConflictError):
        data.answer_dispute(by=market, id=id, outcome=outcome, answer="再查过了。")
    [mine] = data.own_disputes(by=WIVES)
    assert (mine.state, mine.answer, mine.answered_at) == (outcome, "查过了。", NOW)
    [told] = messages.inbox(by=WIVES)
    assert "Name of the firm" in told.text and "查过了" in told.text
    [entry] = recorded("data.dispute.answered")
    assert entry.object == f"dispute:{id}" and entry.actor == market.account
    assert object_to(subject=FIRM, field="registry.firm.name", claim="示范面馆") != id  # an answered one may come anew
    for unknown in (NOONE, "nonsense"):
        with pytest.raises(NotFoundError):
            data.answer_dispute(by=market, id=unknown, outcome=outcome, answer="a")


def issued(number="C1", firm=None, valid_to=None) -> CertificateIssued:
    return CertificateIssued(number=number, type="birth-certificate", holder_person=WIFE, holder_firm=firm,
                             issuer_org="health", source="case", at=NOW,
                             valid_from=NOW.date(), valid_to=valid_to)  # fmt: skip


def test_a_certificate_counts_as_a_licence_from_its_issue_to_its_end(registers):
    data.consent(by=WIVES, purpose=WHY, ref=REF)
    for _ in range(2):
        data.record_licence(issued(valid_to=NOW.date() + timedelta(days=2)))
    data.record_licence(issued("C2", firm=FIRM))
    assert licences() == ["C1"] and licences(FIRM) == ["C2"]  # a firm's certificate is not its clerk's
    with frozen(NOW - timedelta(days=1)):
        assert licences() == []
    with frozen(NOW + timedelta(days=2)):
        assert licences() == ["C1"]
    with frozen(NOW + timedelta(days=3)):
        assert licences() == []
    gone = CertificateRevoked(number="C1", type="birth-certificate", holder_person=WIFE, holder_firm=None,
                              issuer_org="health", reason="r", at=NOW)  # fmt: skip
    for _ in range(2):
        data.revoke_licence(gone)
    data.record_licence(issued())  # the first event, late and again, brings it not back
    assert licences() == []


def test_registers_are_loaded_by_the_house_alone_and_twice_is_once(registers):
    row = LicenceRow(number="L1", type="id-card", person=WIFE, issuer_org="police", valid_from=date(2020, 1, 1))
    assert [data.load_licences(by=HOUSE, rows=[row]) for _ in range(2)] == [1, 0]
    data.consent(by=WIVES, purpose=WHY, ref=REF)
    assert licences() == ["L1"]
    for by in (WIVES, CLERK, officer(roles.STEWARD, "320200"), officer(roles.BUREAU_ADMIN, "320200")):
        for load in (data.load_licences, data.load_marriages):
            with pytest.raises(ForbiddenError):
                load(by=by, rows=[])
