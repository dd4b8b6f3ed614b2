"""Programs of departments look up rows over HTTP: key, grant, quota, mask, record; and nothing beyond."""

import asyncio
import json
from datetime import date, timedelta
from urllib.parse import quote

import pytest
from django.db import connection
from tests.scenario.test_serving import (
    HOUSE,
    PERSON,
    TODAY,
    city,
    declared,
    granted,
    lake_of_its_own,
    people,
    that_day,
)
from tests.scenario.test_sharing import FIRM, NOON, actor, need

from liangxi.core.audit import face as audit
from liangxi.core.lake import face as lake
from liangxi.core.people import face as register
from liangxi.core.people.shapes import PersonRow
from liangxi.kit import ids, time
from liangxi.live.delivery.app import Door, is_lookup
from liangxi.systems.data import face as data
from liangxi.systems.data.models import Grant, Usage
from liangxi.systems.data.shapes import Lookup

assert city and that_day and lake_of_its_own
MOTHER, FATHER = "320211199001011228", "32021119900307123X"
ROWS = {"all": [{"column": "sex", "op": "eq", "value": "F"}]}


class Straight:
    """Rounds of one, answered at once."""

    async def ask(self, question):
        (answer,) = data.answer_lookups(asked=[question])
        if isinstance(answer, Exception):
            raise answer
        return answer


def call(method, path, key="", body=None):
    """One request to the bare door: status, JSON."""
    path, _, query = path.partition("?")
    assert is_lookup(method, path)
    headers = [(b"authorization", f"Bearer {key}".encode())] if key else []
    scope = {"type": "http", "method": method, "path": path, "raw_path": path.encode(), "headers": headers,
             "query_string": query.encode()}  # fmt: skip
    sent = []

    async def receive():
        return {"type": "http.request", "body": body if isinstance(body, bytes) else json.dumps(body).encode()}

    async def send(message):
        sent.append(message)

    coroutine = Door(Straight())(scope, receive, send)  # nothing in it waits, so it runs in this very thread
    with pytest.raises(StopIteration):
        coroutine.send(None)
    assert dict(sent[0]["headers"])[b"content-length"] == str(len(sent[1]["body"])).encode()
    return sent[0]["status"], json.loads(sent[1]["body"])


@pytest.fixture
def served(city):
    lake.write(by=HOUSE, table=declared(), source="t", rows=people(
        (MOTHER, "张三妹", "F"), (FATHER, "李四", "M"), ("320211195001010012", "王五", "F")
    ))  # fmt: skip


@pytest.fixture
def key(served):
    return keyed(granted(rows=ROWS))


def keyed(grant):
    data.keep_serving()
    until = TODAY + timedelta(days=30)
    return data.issue_key(by=actor("hrss"), name="失业金系统", grants=[grant], until=until).secret


def of(citizen_id):
    return f"/data/v1/{PERSON}/records/{citizen_id}"


def records():
    audit.seal()
    return audit.entries_of(by=HOUSE, action="data.fetch").entries


def a_lookup_shows_what_is_granted_and_leaves_its_record(key):
    register.load_people(by=HOUSE, rows=[
        PersonRow(id=str(ids.new_id()), citizen_id=MOTHER, name="张三妹", sex="F", birth_date=date(1990, 1, 1),
                  address_code="", division="320211001", phone="13800000001")
    ])  # fmt: skip
    person = register.ids_of(citizen_ids=[MOTHER])[MOTHER]
    status, said = call("GET", of(MOTHER), key)
    assert status == 200 and said["rows"] == [{"citizen_id": MOTHER, "name": "张**"}] and said["version"] == 1
    assert call("GET", of(FATHER), key)[1]["rows"] == []  # not in the rows of the grant: as if he were not there
    first, second = reversed(records())
    assert (first.object, first.unit, first.purpose) == (f"person:{person}", "hrss", "核验申领人身份")
    assert first.detail["fields"] == ["citizen_id", "name"] and first.detail["found"] == 1
    assert second.object.startswith("grant:") and second.detail["found"] == 0
    assert FATHER not in str(records())
    assert [one.reads for one in data.usage_of(by=HOUSE, id=str(Grant.objects.get().pk))] == [2]
    mine = audit.reads_of(by=HOUSE, person=person)
    assert any(one.action == "data.fetch" for one in mine)


def a_batch_says_who_is_there_in_the_order_of_the_question(key):
    body = {"keys": [FATHER, MOTHER, "nobody"], "answer": "found"}
    assert call("POST", f"/data/v1/{PERSON}/batch", key, body)[1]["found"] == [False, True, False]
    status, refused = call("POST", f"/data/v1/{PERSON}/batch", key, {"keys": [MOTHER]})
    assert (status, refused["code"]) == (429, "data.grant.quota")  # three a day: each key is one
    (day,) = data.usage_of(by=HOUSE, id=str(Grant.objects.get().pk))
    assert (day.reads, day.rows, day.refused) == (3, 1, 1)
    assert len(records()) == 3  # the refused call read nothing


def refusals_name_their_field_and_count_nothing(key):
    batch = f"/data/v1/{PERSON}/batch"
    for method, path, secret, body, status, code, field in (
        ("GET", of(MOTHER), "", None, 401, "data.key.unknown", None),
        ("GET", of(MOTHER), "lxd_other", None, 401, "data.key.unknown", None),
        ("GET", "/data/v1/market-entity/records/1", key, None, 403, "data.key.grant", None),
        ("GET", "/data/v1/ghost/records/1", key, None, 403, "data.key.grant", None),
        ("GET", f"{of(MOTHER)}?columns=name,phone", key, None, 403, "data.policy.column", "phone"),
        ("GET", f"{of(MOTHER)}?columns=ghost", key, None, 403, "data.policy.column", "ghost"),
        ("GET", f"{of('13800000001')}?by=phone", key, None, 422, "data.delivery.by", "by"),
        ("GET", f"{of(MOTHER)}/more", key, None, 422, "data.delivery.key", "key"),
        ("GET", of("%FF"), key, None, 422, "data.delivery.key", "key"),
        ("GET", of("a%00b"), key, None, 422, "data.delivery.key", "key"),
        ("POST", batch, key, b"{", 400, "data.delivery.malformed", None),
        ("POST", batch, key, {"keys": []}, 422, "data.delivery.key", "keys"),
        ("POST", batch, key, {"keys": ["a"] * 1001}, 422, "data.delivery.key", "keys"),
        ("POST", batch, key, {"keys": ["a", ["b", "c"]]}, 422, "data.delivery.key", "keys.1"),
        ("POST", batch, key, b" " * 300_000, 413, "live.size", None),
    ):  # fmt: skip
        found, said = call(method, path, secret, body)
        assert (found, said["code"]) == (status, code), path
        assert field is None or field in said["errors"], said
    assert records() == () and not data.usage_of(by=HOUSE, id=str(Grant.objects.get().pk))


def what_ends_a_grant_ends_it_at_once(key):
    grant = str(Grant.objects.get().pk)
    assert call("GET", of(MOTHER), key)[0] == 200
    data.change_grant(by=actor("police"), id=grant, deed="suspend", reason="核查")
    assert call("GET", of(MOTHER), key)[1]["code"] == "data.grant.suspended"
    data.change_grant(by=actor("police"), id=grant, deed="resume", reason="好")
    assert call("GET", of(MOTHER), key)[0] == 200
    with time.frozen(NOON + timedelta(days=31)):
        assert call("GET", of(MOTHER), key)[1]["code"] == "data.key.expired"
    data.revoke_key(by=actor("hrss"), id=data.keys_of(by=actor("hrss"))[0].id)
    assert call("GET", of(MOTHER), key)[1]["code"] == "data.key.revoked"


def test_lookups_one_after_the_other(key):
    refusals_name_their_field_and_count_nothing(key)
    a_batch_says_who_is_there_in_the_order_of_the_question(key)
    Usage.objects.all().delete()
    Grant.objects.update(quota=9)
    what_ends_a_grant_ends_it_at_once(key)


def test_a_person_sees_who_read_and_many_in_one_round_are_judged_one_by_one(key):
    a_lookup_shows_what_is_granted_and_leaves_its_record(key)
    Usage.objects.all().delete()
    ask = [Lookup(key, PERSON, ((MOTHER,),)), Lookup("other", PERSON, ((MOTHER,),)),
           Lookup(key, PERSON, ((MOTHER,), (FATHER,))), Lookup(key, PERSON, ((MOTHER,),), columns=("phone",)),
           Lookup(key, PERSON, ((FATHER,),)), Lookup(key, PERSON, ((MOTHER,),))]  # fmt: skip
    said = [getattr(one, "code", None) or [len(rows) for rows in one.rows] for one in data.answer_lookups(asked=ask)]
    assert said == [[1], "data.key.unknown", [1, 0], "data.policy.column", "data.grant.quota", "data.grant.quota"]
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE served.resident_population RENAME TO away")
        assert [one.code for one in data.answer_lookups(asked=ask[:2])] == ["data.delivery.away", "data.key.unknown"]


def test_before_the_first_version_nothing_is_served(city):
    id = need(FIRM)
    assert data.need(by=HOUSE, id=id).state == "answered"  # shared without condition
    key = keyed(data.grants_of(by=actor("hrss"))[0].id)
    status, said = call("GET", f"/data/v1/{FIRM[0]}/records/{quote('9132/1', safe='')}", key)
    assert (status, said["code"]) == (404, "data.delivery.unserved")


def test_rounds_serve_many_callers_and_never_leave_one_waiting():
    from liangxi.live.delivery.rounds import Rounds

    sizes = []

    def answer(asked):
        sizes.append(len(asked))
        if any(one.resource == "bad" for one in asked):
            raise RuntimeError("broken")
        return [one.resource for one in asked]

    async def run():
        rounds = Rounds(answer)
        rounds.start()
        names = [f"r{n}" for n in range(200)]
        got = await asyncio.gather(*(rounds.ask(Lookup("", name, (("k",),))) for name in names))
        assert got == names
        with pytest.raises(Exception, match="cannot answer"):
            await rounds.ask(Lookup("", "bad", (("k",),)))
        await rounds.stop()

    import logging

    logging.disable()
    try:
        asyncio.run(run())
    finally:
        logging.disable(logging.NOTSET)
    assert sum(sizes) == 201 and len(sizes) < 200
