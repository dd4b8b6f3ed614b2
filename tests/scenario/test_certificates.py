"""A certificate's life: issued once, shown to its holder, checked by anyone, revoked."""

import io
import json
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from uuid import uuid4

import pypdf
import pytest
from django.db import connection
from django.utils import translation

from liangxi.core.certificates import face as certificates
from liangxi.core.certificates.errors import TooManyError
from liangxi.core.certificates.shapes import Holder
from liangxi.core.codes import face as codes
from liangxi.core.codes.shapes import Code
from liangxi.core.people import face as people
from liangxi.core.people.shapes import OrganisationRow
from liangxi.kit import time
from liangxi.kit.actor import Actor, Grant, system
from liangxi.kit.errors import ConflictError, ForbiddenError, InvalidError, NotFoundError

HOUSE = system("test")
DAY = datetime(2026, 11, 23, 2, tzinfo=UTC)
PERSON = str(uuid4())
PARENT = Actor(kind="public", account="1", name="王小明", person=PERSON,
               grants=(Grant("resident", frozenset({"certificate.own"}), "/"),))  # fmt: skip
STRANGER = Actor(kind="public", account="2", name="李四", person=str(uuid4()))


def staff(permission: str, path: str) -> Actor:
    grant = Grant(role="approver", permissions=frozenset({permission}), org_path=path)
    return Actor(kind="staff", account="9", name="审批", grants=(grant,), purpose="核对")


@pytest.fixture(autouse=True)
def city(db, settings, tmp_path):
    settings.CONFIG = replace(settings.CONFIG, home=tmp_path, public_url="https://example.org")
    people.load_organisations(
        by=HOUSE,
        rows=[
            OrganisationRow(code="320200", parent=None, kind="government", name_zh="无锡市人民政府", name_en="Wuxi"),
            OrganisationRow(
                code="health",
                parent="320200",
                kind="department",
                name_zh="无锡市卫生健康委员会",
                name_en="Health Commission",
            ),
        ],
    )
    codes.load(
        by=HOUSE,
        list_id="licence_type",
        title={"zh": "证照类型", "en": "Types of licences"},
        entries=[
            Code(
                code="birth-certificate",
                title={"zh": "出生医学证明", "en": "Medical certificate of birth"},
                attributes={"fields": "新生儿姓名=child_name"},
            ),
            Code(code="hygiene", title={"zh": "卫生许可证", "en": "Hygiene licence"}, attributes={"years": "4"}),
        ],
    )
    with time.frozen(DAY):
        yield


def issue(**changes):
    said = {
        "by": HOUSE,
        "type": "birth-certificate",
        "holder": Holder(person=PERSON, name="王安安", masked_id="320213********0012"),
        "fields": {"child_name": "王安安", "hospital": "无锡市妇幼保健院", "empty": ""},
        "labels": {"hospital": {"zh": "出生机构", "en": "Hospital"}},
        "issuer_org": "health",
        "source": "2026112300017-1",
        "key": "2026112300017-1:birth-certificate",
        "valid_from": date(2026, 11, 23),
    }
    return certificates.issue(**(said | changes))


def test_issued_once_for_a_key(django_assert_num_queries):
    first = issue()
    assert first.number.startswith("3202002026") and len(first.number) == 19
    assert issue() == first
    with time.frozen(DAY + timedelta(days=3)):
        assert issue() == first
    with pytest.raises(ConflictError):
        issue(holder=Holder(person=PERSON, name="王平平"))
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM events_event WHERE type = 'certificates.CertificateIssued'")
        assert cursor.fetchone() == (1,)


def test_what_it_says_in_both_languages():
    number = issue().number
    chinese = certificates.certificate(by=PARENT, number=number)
    assert (chinese.title, chinese.issuer) == ("出生医学证明", "无锡市卫生健康委员会")
    assert [(f.label, f.value) for f in chinese.fields] == [("新生儿姓名", "王安安"), ("出生机构", "无锡市妇幼保健院")]
    with translation.override("en"):
        english = certificates.certificate(by=PARENT, number=number)
    assert (english.title, english.fields[1].label) == ("Medical certificate of birth", "Hospital")
    assert english.fields[0].label == "新生儿姓名"  # the type knows no English for it


def test_terms_end_on_the_eve():
    assert issue(type="hygiene", key="a").valid_to == date(2030, 11, 22)
    assert issue(type="hygiene", key="b", valid_from=date(2024, 2, 29)).valid_to == date(2028, 2, 28)
    assert issue().valid_to is None


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"type": "nothing"}, "type"),
        ({"holder": Holder(name="无主")}, "holder"),
        ({"holder": Holder(name=" ", person=PERSON)}, "holder"),
        ({"valid_to": date(2026, 11, 22)}, "valid_to"),
        ({"key": ""}, "key"),
    ],
)
def test_a_wrong_issue_names_the_field(changes, field):
    with pytest.raises(InvalidError) as refused:
        issue(**changes)
    assert set(refused.value.fields) == {field}


def test_who_may_issue_and_who_may_see():
    with pytest.raises(ForbiddenError):
        issue(by=staff("case.decide", "/320200/police/"))
    number = issue(by=staff("case.decide", "/320200/health/")).number
    assert [c.number for c in certificates.of_holder(by=PARENT, holder=PERSON)] == [number]
    assert certificates.certificate(by=staff("case.read", "/320200/"), number=number).number == number
    for actor in (STRANGER, staff("case.read", "/320200/police/")):
        with pytest.raises(NotFoundError):
            certificates.certificate(by=actor, number=number)
        with pytest.raises(NotFoundError):
            certificates.pdf(by=actor, number=number)
    with pytest.raises(ForbiddenError):
        certificates.of_holder(by=STRANGER, holder=PERSON)


def test_a_firm_s_certificate_is_the_firm_s():
    firm = str(uuid4())
    number = issue(holder=Holder(person=PERSON, firm=firm, name="惠山面馆")).number
    assert certificates.of_holder(by=PARENT, holder=PERSON) == ()
    for_firm = replace(PARENT, firm=firm)
    assert [c.number for c in certificates.of_holder(by=for_firm, holder=firm)] == [number]
    assert certificates.verify(number=number, code=issue_code(number)).holder == "惠山面馆"


def issue_code(number: str) -> str:
    return certificates.certificate(by=HOUSE, number=number).check


def test_anyone_with_number_and_code_learns_the_state_and_nothing_more():
    one = issue(valid_to=date(2027, 1, 1))
    found = certificates.verify(number=f" {one.number[:6]}-{one.number[6:]} ", code=one.check.lower())
    assert (found.status, found.holder, found.title) == ("valid", "王**", "出生医学证明")
    assert found.holder_id == "320213********0012" and found.is_sample
    wrong = certificates.verify(number=one.number, code="00000000")
    assert (wrong.status, wrong.title, wrong.holder) == ("unknown", "", "")
    assert certificates.verify(number="3202002026000000019", code=one.check).status == "unknown"
    assert certificates.verify(number="你好", code="").status == "unknown"
    with time.frozen(datetime(2027, 1, 1, 15, tzinfo=UTC)):  # still 1 January in the city
        assert certificates.verify(number=one.number, code=one.check).status == "valid"
    with time.frozen(datetime(2027, 1, 1, 16, tzinfo=UTC)):
        assert certificates.verify(number=one.number, code=one.check).status == "expired"
    with time.frozen(DAY - timedelta(days=1)):
        assert certificates.verify(number=one.number, code=one.check).status == "not_yet_valid"


def test_revoked_is_revoked_everywhere():
    one = issue()
    sheet = certificates.pdf(by=PARENT, number=one.number)
    with pytest.raises(InvalidError):
        certificates.revoke(by=HOUSE, number=one.number, reason=" ")
    with pytest.raises(ForbiddenError):
        certificates.revoke(by=PARENT, number=one.number, reason="不需要")
    assert certificates.revoke(by=HOUSE, number=one.number, reason="信息有误").is_revoked
    with pytest.raises(ConflictError):
        certificates.revoke(by=HOUSE, number=one.number, reason="信息有误")
    with pytest.raises(NotFoundError):
        certificates.revoke(by=HOUSE, number="1" * 19, reason="信息有误")
    assert certificates.verify(number=one.number, code=one.check).status == "revoked"
    assert certificates.verify_document(content=sheet).status == "revoked"
    assert [r.number for r in certificates.revocations()] == [one.number]
    assert certificates.revocations(after=one.number) == ()
    assert "吊销" in pypdf.PdfReader(io.BytesIO(certificates.pdf(by=PARENT, number=one.number))).pages[0].extract_text()


def test_a_changed_document_is_tampered_with():
    one = issue()
    said = certificates.envelope(by=PARENT, number=one.number)
    assert certificates.verify_document(content=json.dumps(said, indent=4).encode()).status == "valid"
    said["certificate"]["holder"]["name"] = "王平平"
    assert certificates.verify_document(content=json.dumps(said).encode()).status == "tampered"


def test_a_changed_register_is_tampered_with():
    one = issue()
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE certificates_certificate SET document = jsonb_set(document, '{valid_to}', '\"2099-01-01\"')"
        )
    found = certificates.verify(number=one.number, code=one.check)
    assert (found.status, found.holder) == ("tampered", "")


def test_a_certificate_of_another_city_is_unknown_or_tampered():
    one = issue()
    sheet = certificates.pdf(by=PARENT, number=one.number)
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM certificates_certificate")
    assert certificates.verify_document(content=sheet).status == "unknown"


@pytest.mark.parametrize(
    "content",
    [b"", b"{", b"[]", b"null", b'{"certificate": 1, "signature": "a"}', b"%PDF-1.7 nothing", b"\xff" * 99,
     b"[" * 100_000, b'{"certificate": {}}', b"%PDF-1.4\n" + b"<<" * 50_000],
)  # fmt: skip
def test_what_is_no_certificate_is_refused(content):
    with pytest.raises(InvalidError) as refused:
        certificates.verify_document(content=content)
    assert set(refused.value.fields) == {"document"}


@pytest.mark.parametrize("signature", ["", "a.b.c", "..", "e30..e30", "é..", "eyJhbGciOiJub25lIn0..", "bnVsbA..AA"])
def test_a_false_signature_is_no_signature(signature):
    one = issue()
    said = certificates.envelope(by=PARENT, number=one.number)
    content = json.dumps({**said, "signature": signature}).encode()
    assert certificates.verify_document(content=content).status == "tampered"


def test_keys_are_replaced_and_old_signatures_stay_good():
    old = issue()
    kid = certificates.rotate_key(by=HOUSE)
    new = issue(key="next")
    kids = {key["kid"] for key in certificates.jwks()["keys"]}
    assert len(kids) == 2 and kid in kids
    assert certificates.verify(number=old.number, code=old.check).kid != kid
    assert certificates.verify(number=new.number, code=new.check).kid == kid
    with pytest.raises(ForbiddenError):
        certificates.rotate_key(by=PARENT)


def test_one_client_cannot_try_codes_all_day():
    one = issue()
    for _ in range(60):
        certificates.verify(number=one.number, code="00000000", client="192.0.2.1")
    with pytest.raises(TooManyError):
        certificates.verify(number=one.number, code=one.check, client="192.0.2.1")
    assert certificates.verify(number=one.number, code=one.check, client="192.0.2.2").status == "valid"
    with time.frozen(DAY + timedelta(minutes=1)):
        assert certificates.verify(number=one.number, code=one.check, client="192.0.2.1").status == "valid"
