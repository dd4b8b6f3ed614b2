"""The outbox: each handler hears all, in order, once; what fails waits with its reason until a person decides."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

import pytest
from django.test import Client

from liangxi.core.codes import face as codes
from liangxi.core.codes.shapes import Code
from liangxi.core.events import face as events
from liangxi.core.events import registry, rules
from liangxi.core.events.errors import PostponeError
from liangxi.core.events.shapes import StoredEvent
from liangxi.core.people import face as people
from liangxi.core.people.shapes import AccountRow, OrganisationRow, roles
from liangxi.kit.actor import Actor, system
from liangxi.kit.errors import ForbiddenError, InvalidError, NotFoundError
from liangxi.kit.time import CITY, frozen

HOUSE = system("test")
NOBODY = Actor(kind="staff", account="1", name="n")
NOW = datetime(2026, 11, 23, 10, tzinfo=CITY)
AN_HOUR = sum((rules.backoff(n) for n in range(1, rules.MAX_TRIES + 1)), timedelta())
PASSWORD = "a long way round Taihu"


@dataclass(frozen=True)
class BellRung:
    bell: str
    stroke: int


class Ear:
    """A handler that hears; `refuses` names the strokes that it cannot bear."""

    def __init__(self):
        self.heard, self.tried, self.refuses = [], [], {}

    def __call__(self, event):
        self.tried.append((event.bell, event.stroke))
        if event.stroke in self.refuses:
            raise self.refuses[event.stroke]
        self.heard.append((event.bell, event.stroke))


@pytest.fixture
def ear(db):
    made = Ear()
    registry.wire(BellRung, made, "test.ear")
    with frozen(NOW):
        yield made
    registry.unwire("test.ear")


def ring(*strokes, bell="north"):
    for stroke in strokes:
        events.announce(BellRung(bell, stroke), subject=bell)


def deliver_all():
    while events.deliver_due():
        pass


def wear_out(since=NOW):
    """Let time pass until every try is used up; the hour at the end."""
    for n in range(rules.MAX_TRIES + 1):
        with frozen(since + sum((rules.backoff(k) for k in range(1, n + 1)), timedelta())):
            deliver_all()
    return since + AN_HOUR


def test_every_event_is_heard_once_and_in_order(ear):
    ring(1, 2, 3)
    ring(1, 2, bell="south")
    deliver_all()
    deliver_all()
    assert [s for b, s in ear.heard if b == "north"] == [1, 2, 3]
    assert [s for b, s in ear.heard if b == "south"] == [1, 2]


def test_what_fails_holds_back_its_subject_and_no_other(ear):
    ear.refuses[1] = RuntimeError("deaf today")
    ring(1, 2)
    ring(2, bell="south")
    deliver_all()
    assert ear.heard == [("south", 2)]
    ear.refuses.clear()
    deliver_all()
    assert ear.heard == [("south", 2)]  # the pause is not over
    with frozen(NOW + rules.backoff(1)):
        deliver_all()
    assert ear.heard == [("south", 2), ("north", 1), ("north", 2)]


def test_to_postpone_is_no_failure(ear):
    ear.refuses[1] = PostponeError(NOW + timedelta(days=3))
    ring(1)
    for day in range(2 * rules.MAX_TRIES):
        ear.refuses[1] = PostponeError(NOW + timedelta(days=day + 1))
        with frozen(NOW + timedelta(days=day)):
            deliver_all()
    assert not events.dead_letters(by=HOUSE)
    ear.refuses.clear()
    with frozen(NOW + timedelta(days=100)):
        deliver_all()
    assert ear.heard == [("north", 1)]


def test_who_gave_up_says_why_and_goes_on_after_a_retry(ear):
    ear.refuses[1] = ValueError("no such bell\x00")
    ring(1, 2, 3)
    later = wear_out()
    assert ear.tried == [("north", 1)] * rules.MAX_TRIES
    [letter] = events.dead_letters(by=HOUSE)
    assert letter.error == "ValueError: no such bell" and letter.tries == rules.MAX_TRIES and letter.waiting == 2
    assert letter.handler == "test.ear" and letter.event.data == {"bell": "north", "stroke": 1}
    ear.refuses.clear()
    with frozen(later):
        events.retry(by=HOUSE, delivery=letter.delivery)
        deliver_all()
        assert ear.heard == [("north", 1), ("north", 2), ("north", 3)]
        assert not events.dead_letters(by=HOUSE)
        with pytest.raises(NotFoundError):
            events.retry(by=HOUSE, delivery=letter.delivery)


def test_to_pass_over_a_letter_takes_a_right_and_a_reason(ear):
    ear.refuses[1] = ValueError("broken")
    ring(1, 2)
    later = wear_out()
    [letter] = events.dead_letters(by=HOUSE)
    for door in (events.dead_letters, events.stream):
        with pytest.raises(ForbiddenError):
            door(by=NOBODY)
    with pytest.raises(ForbiddenError):
        events.retry(by=NOBODY, delivery=letter.delivery)
    with pytest.raises(InvalidError):
        events.skip(by=HOUSE, delivery=letter.delivery, reason="  ")
    with frozen(later):
        events.skip(by=HOUSE, delivery=letter.delivery, reason="the bell is gone")
        deliver_all()
    assert ear.heard == [("north", 2)]


def test_a_handler_that_dies_half_way_leaves_nothing(ear):
    def half(event):
        entries = [Code(code="1", title={"zh": "一"})]
        codes.load(by=HOUSE, list_id="half", title={"zh": "半", "en": "Half"}, entries=entries)
        ear(event)

    registry.unwire("test.ear")
    registry.wire(BellRung, half, "test.ear")
    ear.refuses[1] = RuntimeError("died")
    ring(1)
    deliver_all()
    assert ear.tried
    with pytest.raises(NotFoundError):
        codes.entries(list_id="half")
    ear.refuses.clear()
    with frozen(NOW + rules.backoff(1)):
        deliver_all()
    assert [one.code for one in codes.entries(list_id="half")] == ["1"]


def test_a_wire_that_is_gone_is_a_failure_not_a_loss(ear):
    ring(1)
    registry.unwire("test.ear")
    deliver_all()
    registry.wire(BellRung, ear, "test.ear")
    with frozen(NOW + rules.backoff(1)):
        deliver_all()
    assert ear.heard == [("north", 1)]


def test_the_stream_is_in_order_and_speaks_cloudevents(ear):
    ring(1, 2)
    assert events.stream(by=HOUSE) == ()  # what is not committed yet is not told
    row = StoredEvent(7, UUID(int=1), "bells.BellRung", "north", NOW, {"stroke": 1})
    told = events.as_cloudevent(row)
    assert told["type"] == "liangxi.bells.BellRung" and told["time"] == "2026-11-23T02:00:00.000Z"


def test_the_office_brings_a_dead_letter_back(ear):
    people.load_organisations(by=HOUSE, rows=[
        OrganisationRow(code="320200", parent=None, kind="government", name_zh="市", name_en="City")])  # fmt: skip
    posts = (("320200", roles.BUREAU_ADMIN),)
    people.load_accounts(
        by=HOUSE, rows=[AccountRow(login="boss", kind="staff", name="吴数据", password=PASSWORD, posts=posts)]
    )
    ear.refuses[1] = ValueError("the rope is torn")
    ring(1, 2)
    with frozen(wear_out()):
        office = Client(headers={"accept-language": "en"})
        assert office.post("/desk/login/", {"login": "boss", "password": PASSWORD}).status_code == 302
        page = office.get("/office/deliveries/").content.decode()
        assert "test.ear" in page and "the rope is torn" in page
        [letter] = events.dead_letters(by=HOUSE)
        bare = office.post(f"/office/deliveries/{letter.delivery}/skip/", {"reason": ""})
        assert bare.status_code == 422 and "Say why" in bare.content.decode()
        ear.refuses.clear()
        assert office.post(f"/office/deliveries/{letter.delivery}/retry/").status_code == 302
        deliver_all()
        assert ear.heard == [("north", 1), ("north", 2)]
        assert "the rope is torn" not in office.get("/office/deliveries/").content.decode()
