"""What the city tells people: once each, to one reader, in his language, and copies by telephone and mail."""

import json
from dataclasses import replace
from datetime import date
from uuid import UUID

import pytest
from django.utils import translation

from liangxi.core.audit import face as audit
from liangxi.core.events import face as events
from liangxi.core.messages import face as messages
from liangxi.core.messages import ports
from liangxi.core.messages.events import MessageSent
from liangxi.core.people import face as people
from liangxi.core.people.shapes import PersonRow
from liangxi.kit.actor import Actor, system
from liangxi.kit.errors import ForbiddenError, InvalidError, NotFoundError
from liangxi.site import wiring

HOUSE = system("test")
ANNA, BEN = (str(UUID(int=n)) for n in (1, 2))
TITLE = {"zh": "开餐馆", "en": "Opening a restaurant"}
NOTE = "营业执照复印件不清楚"


def resident(person: str) -> Actor:
    return Actor(kind="public", account=person, name="n", person=person)


@pytest.fixture
def outbox(db, settings, tmp_path):
    settings.CONFIG = replace(settings.CONFIG, home=tmp_path)
    wiring.connect()
    numbers = {ANNA: ("32020319920514002", "13800001111"), BEN: ("32020319900101001", "")}
    people.load_people(by=HOUSE, rows=[
        PersonRow(id=id, name="陈静", citizen_id=first + people.citizen_id_check(first), sex="F",
                  birth_date=date(1992, 5, 14), phone=phone) for id, (first, phone) in numbers.items()
    ])  # fmt: skip
    return tmp_path / "outbox"


def tell(person=ANNA, key="k1", template="case.refused", **params) -> bool:
    given = {"title": TITLE, "case": "1", "note": NOTE} | params
    return messages.send(by=HOUSE, to_person=person, template=template, params=given, key=key, link="/cases/1/")


def deliver() -> None:
    while events.deliver_due():
        pass


def letters(outbox, port):
    file = outbox / f"{port}.jsonl"
    return [json.loads(line) for line in file.read_text(encoding="utf-8").splitlines()] if file.exists() else []


def test_a_message_lies_in_one_box_in_its_readers_language(outbox):
    tell()
    anna = resident(ANNA)
    with translation.override("zh-hans"):
        [chinese] = messages.inbox(by=anna)
    with translation.override("en"):
        [english] = messages.inbox(by=anna)
    assert chinese.title == "申请不予受理" and "开餐馆" in chinese.text and NOTE in chinese.text
    assert english.title == "Application not accepted" and "Opening a restaurant" in english.text
    assert chinese.link == "/cases/1/" and chinese.read_at is None
    assert messages.inbox(by=resident(BEN)) == messages.inbox(by=HOUSE) == ()


def test_the_same_happening_is_told_once(outbox):
    assert [tell(), tell(), tell(key="k2")] == [True, False, True]
    deliver()
    assert messages.unread_count(by=resident(ANNA)) == 2
    assert len(letters(outbox, "sms")) == 2


def test_what_cannot_be_said_is_not_kept(outbox):
    for template, params in (("case.exploded", {"title": TITLE, "case": "1"}), ("case.closed", {"title": TITLE})):
        with pytest.raises(InvalidError):
            messages.send(by=HOUSE, to_person=ANNA, template=template, params=params, key="x")
    assert messages.unread_count(by=resident(ANNA)) == 0
    with pytest.raises(ForbiddenError):
        messages.send(by=resident(BEN), to_person=ANNA, template="case.closed", params={"title": "t"}, key="x")


def test_only_the_reader_marks_his_message_read_and_only_once(outbox):
    tell()
    tell(key="k2")
    anna, ben = resident(ANNA), resident(BEN)
    first = messages.inbox(by=anna)[1].id
    for stranger, id in ((ben, first), (anna, str(UUID(int=5))), (anna, "nonsense"), (HOUSE, first)):
        with pytest.raises(NotFoundError):
            messages.mark_read(by=stranger, id=id)
    assert messages.unread_count(by=anna) == 2
    messages.mark_read(by=anna, id=first)
    at = messages.inbox(by=anna)[1].read_at
    messages.mark_read(by=anna, id=first)
    assert messages.unread_count(by=anna) == 1 and messages.inbox(by=anna)[1].read_at == at
    assert messages.unread_count(by=ben) == messages.unread_count(by=HOUSE) == 0


def test_the_box_is_read_page_by_page(outbox):
    for n in range(5):
        tell(key=f"k{n}", case=str(n))
    anna = resident(ANNA)
    newest = messages.inbox(by=anna, limit=3)
    rest = messages.inbox(by=anna, after=newest[-1].id, limit=3)
    assert [("（4）" in m.text) for m in newest] == [True, False, False] and len(rest) == 2
    assert len({m.id for m in newest + rest}) == 5
    with pytest.raises(InvalidError):
        messages.inbox(by=anna, after="nonsense")


def test_copies_go_where_the_person_wants_them(outbox):
    anna = resident(ANNA)
    messages.set_mail(by=anna, mail=" anna@example.com ")
    tell()
    tell(person=BEN, key="ben")  # no telephone, no mail: his box only
    deliver()
    [sms], [mail] = letters(outbox, "sms"), letters(outbox, "mail")
    assert sms["to"] == "13800001111" and NOTE not in sms["text"] and "登录查看" in sms["text"]
    assert mail["to"] == "anna@example.com" and NOTE in mail["text"]
    assert sms["id"] == mail["id"] == messages.inbox(by=anna)[0].id
    assert (outbox / "sms.jsonl").stat().st_mode & 0o077 == 0
    messages.set_mail(by=anna, mail="")
    tell(key="k2")
    deliver()
    assert len(letters(outbox, "sms")) == 2 and len(letters(outbox, "mail")) == 1
    assert messages.mail_of(by=anna) == ""


def test_a_repeated_delivery_carries_the_same_id(outbox):
    tell()
    deliver()
    again = MessageSent(message=messages.inbox(by=resident(ANNA))[0].id, person=ANNA)
    messages.post(again)
    first, second = letters(outbox, "sms")
    assert first == second


def test_a_letter_that_was_not_taken_is_offered_again(outbox, monkeypatch):
    tell()
    with monkeypatch.context() as broken:
        broken.setattr(ports.FilePort, "send", lambda *_: (_ for _ in ()).throw(OSError("disk full")))
        deliver()
    assert letters(outbox, "sms") == []
    assert messages.unread_count(by=resident(ANNA)) == 1  # the box has it all the same
    messages.post(MessageSent(message=messages.inbox(by=resident(ANNA))[0].id, person=ANNA))
    assert len(letters(outbox, "sms")) == 1


@pytest.mark.parametrize("mail", ["anna", "anna@", "@example.com", "a b@example.com", "a@b", "a" * 250 + "@b.cn",
                                  "a@b.cn\x00", "a@example.com,b@example.com", "a@b.cn\r\nBcc: x@y.cn"])  # fmt: skip
def test_what_is_no_mail_address_is_named(outbox, mail):
    with pytest.raises(InvalidError) as error:
        messages.set_mail(by=resident(ANNA), mail=mail)
    assert set(error.value.fields) == {"mail"}
    assert messages.mail_of(by=resident(ANNA)) == ""


def test_changing_the_address_is_on_record_and_the_address_is_not(outbox):
    messages.set_mail(by=resident(ANNA), mail="anna@example.com")
    with pytest.raises(NotFoundError):
        messages.set_mail(by=HOUSE, mail="anna@example.com")
    audit.seal()
    [entry] = audit.entries_of(by=HOUSE, action="messages.mail.changed").entries
    assert entry.object == f"person:{ANNA}" and "example.com" not in str(entry)
