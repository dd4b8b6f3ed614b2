"""The API as a department's system and a resident's program meet it: keys, one command at most once, nothing unseen."""

# ruff: noqa: F401, F811 (fixtures come from the stories of the desk)

import base64
import json
from datetime import timedelta
from typing import get_args

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from tests.scenario.test_workbench import HOUSE, PNG, actor, city, deliver, item, no

from liangxi.core.audit import face as audit
from liangxi.core.cases import face as cases
from liangxi.core.cases.rules.deciding import COMMANDS
from liangxi.core.people import face as people
from liangxi.core.people.models import ApiKey
from liangxi.core.people.shapes import roles
from liangxi.gateways.rest.commands import Command
from liangxi.kit import time
from liangxi.kit.errors import InvalidError, NotFoundError

ROOT = "/api/v1"


class Program:
    """A program with a key, which speaks JSON and nothing else."""

    def __init__(self, secret=""):
        headers = {"accept": "*/*", "accept-language": "en"} | ({"authorization": f"Bearer {secret}"} if secret else {})
        self.client = Client(headers=headers)

    def get(self, path, **query):
        return self.client.get(path if path.startswith("http") else ROOT + path, query)

    def send(self, path, body, *, method="post", **headers):
        send = getattr(self.client, method)
        return send(ROOT + path, json.dumps(body), content_type="application/json", headers=_named(headers))

    def command(self, no, *, key, seen=None, **body):
        return self.send(f"/cases/{no}/commands", body, idempotency_key=key, if_match=seen)

    def see(self, no):
        """The ETag of a case."""
        return self.get(f"/cases/{no}")["ETag"]


def _named(headers):
    return {name.replace("_", "-"): value for name, value in headers.items() if value is not None}


def program(login, portal="staff", scope="write"):
    until = time.today() + timedelta(days=30)
    return Program(people.issue_api_key(by=actor(login, portal), name="test", scope=scope, until=until).secret)


def problem(answer, status, code, *fields):
    """The refusal must be a problem with this status and code that names these fields."""
    assert answer.status_code == status, answer.content.decode()
    assert answer["Content-Type"] == "application/problem+json"
    said = answer.json()
    assert (said["status"], said["code"]) == (status, code) and said["title"]
    assert sorted(said["errors"]) == sorted(fields)
    return said


def test_a_departments_system_takes_a_case_from_its_inbox_to_a_decision(no):
    window, health, police = (program(login) for login in ("window", "doctor", "police"))
    (task,) = window.get("/tasks", kind="accept").json()["rows"]
    assert task["case_no"] == no and health.get("/tasks").json()["rows"] == []
    accepted = window.command(no, action="accept", key="window-0001", seen=window.see(no))
    assert accepted.json()["state"] == "accepted" and accepted["ETag"] == f'"{accepted.json()["version"]}"'

    rows = health.get("/tasks", kind="decide").json()["rows"]
    assert [row["case_no"] for row in rows] == [item(no, "birth-certificate")]
    case = health.get(f"/cases/{no}").json()
    assert case["form"]["child_name"] == "周小满" and case["applicant"]["name"] == "陈静"
    photo = next(one["key"] for one in case["materials"] if one["how"] == "upload")
    file = health.get(f"/cases/{no}/materials/{photo}")
    assert b"".join(file.streaming_content) == PNG and file["Content-Type"] == "image/png"

    birth = rows[0]["case_no"]
    assert police.command(birth, action="decide", outcome="approve", key="police-0001", seen="*").status_code == 403
    decided = health.command(birth, action="decide", outcome="approve", key="health-0001", seen=health.see(birth))
    assert decided.json()["state"] == "approved"
    deliver()
    assert cases.case(by=HOUSE, no=birth).certificate
    assert [row["item"] for row in police.get("/tasks").json()["rows"]] == ["birth-registration"]
    audit.seal()
    looks = {e.actor for e in audit.reads_of(by=HOUSE, person=case["applicant"]["person"]) if e.action == "case.view"}
    assert actor("doctor").account in looks


def test_a_command_is_done_once_whatever_the_line_does(no):
    window = program("window")
    seen = window.see(no)
    first, again = (window.command(no, action="accept", key="window-0001", seen=seen) for _ in range(2))
    assert first.status_code == again.status_code == 200
    assert again.json() == first.json() | {"replayed": True}
    assert [entry.kind for entry in cases.case(by=HOUSE, no=no).history].count("accepted") == 1
    other = window.command(no, action="withdraw", key="window-0001", seen=seen)
    problem(other, 403, "cases.forbidden")
    other = window.command(no, action="refuse", reason="材料不全", key="window-0001", seen=seen)
    problem(other, 409, "cases.key.reused", "key")


def test_what_was_not_seen_is_not_done(no):
    window, health = program("window"), program("doctor")
    window.command(no, action="accept", key="window-0001", seen=window.see(no))
    birth = item(no, "birth-certificate")
    seen = health.see(birth)
    note = {"fields": {"hospital": "写全称"}, "note": "请补正"}
    assert health.command(birth, action="supplement", key="health-0001", seen=seen, **note).status_code == 200
    stale = health.command(birth, action="decide", outcome="deny", reason="不符", key="health-0002", seen=seen)
    said = problem(stale, 412, "cases.version.stale")
    assert "沈卫健" in said["title"]
    unseen = health.command(birth, action="decide", outcome="deny", reason="不符", key="health-0003")
    problem(unseen, 428, "rest.if_match.required", "If-Match")
    odd = health.command(birth, action="decide", outcome="deny", reason="不符", key="health-0004", seen="latest")
    problem(odd, 422, "rest.if_match", "If-Match")
    late = health.command(no, action="withdraw", key="health-0005", seen='"999"')
    problem(late, 403, "cases.forbidden")
    overtaken = window.command(no, action="accept", key="window-0002", seen=window.see(no))
    problem(overtaken, 409, "cases.version.stale")


def test_a_problem_names_the_field(no):
    window, health = program("window"), program("doctor")
    seen = window.see(no)
    problem(window.command(no, action="refuse", key="window-0001", seen=seen), 422, "rest.invalid", "reason")
    problem(window.command(no, action="explode", key="window-0001", seen=seen), 422, "rest.invalid", "action")
    problem(window.command(no, action="accept", key="short", seen=seen), 422, "rest.invalid", "Idempotency-Key")
    asked = window.command(no, action="supplement", fields={"nose": "x"}, note="x", key="window-0001", seen=seen)
    problem(asked, 422, "cases.body", "fields.nose")
    extra = window.command(no, action="accept", why="x", key="window-0001", seen=seen)
    problem(extra, 422, "rest.invalid", "why")
    nobody = window.command(no, action="hand_out", how="window", key="window-0001", seen=seen)
    problem(nobody, 422, "rest.hand_out", "proof", "taker")
    problem(health.get("/tasks", light="pink"), 422, "rest.invalid", "light")
    problem(health.get("/tasks", after="nowhere"), 422, "cases.after", "after")
    problem(health.get("/tasks", q="a\x00b"), 422, "site.text", "q")
    broken = window.client.post(f"{ROOT}/packages/newborn/guide", '{"answers": NaN}', content_type="application/json")
    problem(broken, 400, "rest.malformed")
    problem(health.get("/cases/99999999999999"), 404, "cases.case.unknown")
    problem(health.get("/nowhere"), 404, "rest.404")
    problem(health.get("/nowhere/%0A"), 404, "rest.404")
    problem(health.send("/tasks", {}), 405, "rest.405")
    wrong = Program().send("/packages/newborn/guide", {"answers": {"born_here": "perhaps"}})
    problem(wrong, 422, "onething.answers", "born_here")


def test_a_key_opens_what_its_account_may_and_no_more(no):
    problem(Program().get("/tasks"), 401, "rest.unauthenticated")
    assert Program().get("/tasks")["WWW-Authenticate"] == 'Bearer realm="liangxi"'
    strange = Program("lx_guessed").get("/tasks")
    problem(strange, 401, "people.api_key.unknown")
    assert 'error="invalid_token"' in strange["WWW-Authenticate"]
    session = Client()
    session.post("/desk/login/", {"login": "doctor", "password": "a long way round Taihu"})
    assert session.get(f"{ROOT}/tasks").status_code == 401  # a browser's session opens nothing here
    reader = program("window", scope="read")
    seen = reader.see(no)
    problem(reader.command(no, action="accept", key="window-0001", seen=seen), 403, "rest.scope")
    problem(program("mother", "public").get("/tasks"), 403, "house.forbidden")
    problem(program("market").get(f"/cases/{no}"), 404, "cases.case.unknown")
    assert reader.get("/me").json()["permissions"] == sorted(roles.permissions_of(roles.CLERK))


def test_a_key_ends_on_its_day_when_it_is_revoked_and_with_its_account(city):
    by = actor("doctor")
    until = time.today() + timedelta(days=1)
    issued = people.issue_api_key(by=by, name="卫健业务系统", scope="read", until=until)
    health = Program(issued.secret)
    assert health.get("/tasks").status_code == 200
    assert people.api_keys_of(by=by)[0].last_used_at is not None
    assert not ApiKey.objects.filter(digest__contains=issued.secret).exists()
    with time.frozen(time.now() + timedelta(days=1)):
        problem(health.get("/tasks"), 401, "people.api_key.expired")
    with pytest.raises(NotFoundError):
        people.revoke_api_key(by=actor("police"), id=issued.key.id)
    people.revoke_api_key(by=by, id=issued.key.id)
    problem(health.get("/tasks"), 401, "people.api_key.revoked")
    (post,) = people.posts_of(account=actor("doctor2").account)
    with pytest.raises(InvalidError):  # a key speaks for its owner's own post
        people.issue_api_key(by=by, name="x", scope="read", until=until, post=post.id)
    issued = people.issue_api_key(by=actor("doctor2"), name="x", scope="read", until=until, post=post.id)
    assert Program(issued.secret).get("/me").json()["organisation"] == "health"
    people.end_post(by=HOUSE, post=post.id)
    problem(Program(issued.secret).get("/me"), 401, "people.api_key.closed")
    assert [key.state for key in people.api_keys_of(by=by)] == ["revoked"]
    audit.seal()
    said = [e.action for e in audit.entries_of(by=HOUSE, object=f"account:{by.account}").entries]
    assert "people.api_key.issued" in said and "people.api_key.revoked" in said
    for wrong, field in (({"scope": "all"}, "scope"), ({"until": time.today()}, "until"), ({"name": " "}, "name")):
        with pytest.raises(InvalidError) as refused:
            people.issue_api_key(by=by, **({"name": "x", "scope": "read", "until": until} | wrong))
        assert list(refused.value.fields) == [field]


ANSWERS = {"born_here": True, "married": True, "register_here": True, "insure": False, "card": False}


def values_of(mother_id):
    father = "32020319900101001"
    check = "10X98765432"[sum(int(d) * 2 ** (17 - n) for n, d in enumerate(father)) % 11]
    return {
        "child_name": "周小满", "child_sex": "male", "born_at": "2026-11-01", "hospital": "妇幼", "mother_name": "陈静",
        "mother_id": mother_id, "mother_phone": "13800001111", "father_name": "周明", "father_id": father + check,
        "home_address": "无锡市滨湖区蠡湖大道1号", "register_with": "father", "household_number": "H1",
        "household_address": "无锡市滨湖区蠡湖大道1号",
    }  # fmt: skip


def test_a_residents_program_applies(city):
    mother = program("mother", "public")
    found = mother.get("/packages", q="生孩子").json()["items"]
    assert [one["id"] for one in found] == ["newborn"]
    situation = mother.send("/packages/newborn/guide", {"answers": ANSWERS}).json()
    assert situation["next"] is None and situation["alone"]["trips"] > situation["together"]["trips"]
    begun = mother.send("/applications", {"package": "newborn", "answers": ANSWERS})
    assert begun.status_code == 201 and begun["Location"] == f"{ROOT}/applications/{begun.json()['id']}"
    assert begun.json()["form"]["properties"]["child_name"]
    there = f"/applications/{begun.json()['id']}"
    early = mother.send(f"{there}/submission", {}, idempotency_key="submit-0001")
    assert "child_name" in early.json()["errors"] and early.json()["code"] == "onething.incomplete"
    wrong = mother.send(there, {"values": values_of(city) | {"mother_id": "1"}}, method="patch").json()
    assert list(wrong["errors"]) == ["mother_id"] and wrong["values"]["child_name"] == "周小满"
    filled = mother.send(there, {"values": values_of(city), "complete": True}, method="patch").json()
    assert filled["errors"] == {}
    for one in filled["materials"]:
        if not one["is_satisfied"]:
            upload = SimpleUploadedFile("照片.png", PNG)
            given = mother.client.post(f"{ROOT}{there}/materials/{one['id']}", {"file": upload})
            assert given.status_code == 200, given.content.decode()
    receipts = [mother.send(f"{there}/submission", {}, idempotency_key="submit-0001") for _ in range(2)]
    assert [one.status_code for one in receipts] == [201, 201] and receipts[0].json() == receipts[1].json()
    assert mother.get(receipts[0]["Location"].removeprefix(ROOT)).json()["state"] == "submitted"
    problem(program("doctor").send(there, {"values": {}}, method="patch"), 403, "house.forbidden")


def test_a_residents_program_follows_and_corrects(no):
    mother, window = program("mother", "public"), program("window")
    assert [one["no"] for one in mother.get("/me/cases").json()["items"]] == [no]
    check = mother.get(f"/cases/{no}").json()["check"]
    assert Program().get(f"/cases/{no}/status", check=check).json()["state"] == "submitted"
    problem(Program().get(f"/cases/{no}/status", check="wrong"), 404, "cases.status.unknown")
    asked = {"fields": {"hospital": "写全称"}, "materials": {"parents-id-card": "看不清"}, "note": "请补正"}
    asked = window.command(no, action="supplement", key="window-0001", seen=window.see(no), **asked)
    assert asked.status_code == 200, asked.content.decode()
    deliver()
    told = mother.get("/me/messages", limit=1)
    (message,) = told.json()["items"]
    assert 'rel="next"' in told["Link"] and mother.get(told.json()["next"]).json()["items"][0]["id"] != message["id"]
    assert mother.send(f"/me/messages/{message['id']}/read", {}).status_code == 204
    put = {"values": {"hospital": "无锡市妇幼保健院"}}
    there, key = f"/cases/{no}/corrections", {"idempotency_key": "mother-01", "if_match": mother.see(no)}
    problem(mother.send(there, put, **key), 422, "cases.body", "parents-id-card")
    photo = {"name": "身份证.png", "content": base64.b64encode(PNG).decode()}
    right = [mother.send(there, put | {"files": {"parents-id-card": photo}}, **key) for _ in range(2)]
    assert [one.json()["state"] for one in right] == ["submitted"] * 2 and right[1].json()["replayed"]
    file = window.get(f"/cases/{no}/materials/parents-id-card")
    assert b"".join(file.streaming_content) == PNG


def test_pages_follow_each_other_and_miss_nothing(no):
    mother = actor("mother", "public")
    view = cases.case(by=mother, no=no)
    numbers = {no}
    for n in range(4):
        opened = cases.open_case(by=mother, plan=view.plan, applicant=view.applicant, subject="x",
                                 items=[one.item for one in view.items], form=view.form, key=f"paging-{n}")  # fmt: skip
        numbers.add(opened.no)
    window = program("window", scope="read")
    for path in ("/tasks", "/cases"):
        seen, page = [], window.get(path, limit=2)
        while True:
            rows = page.json()["rows"]
            seen += [row.get("case_no") or row["no"] for row in rows]
            if page.json()["next"] is None:
                break
            assert page["Link"] == f'<{page.json()["next"]}>; rel="next"'
            page = window.get(page.json()["next"])
        assert sorted(seen) == sorted(numbers)


def test_every_command_of_the_engine_has_a_type_or_an_address_of_its_own():
    kinds = get_args(get_args(Command)[0])
    typed = {action for kind in kinds for action in get_args(kind.model_fields["action"].annotation)}
    given = {action for action, rule in COMMANDS.items() if rule.right != "system"}
    assert typed == given - {"answer_supplement", "fill_gap"}


def test_a_departments_system_passes_on_asks_for_time_and_tells_others(no):
    window, health = program("window"), program("doctor")
    window.command(no, action="accept", key="window-0001", seen="*")
    birth, colleague = item(no, "birth-certificate"), actor("doctor2").account
    said = {"action": "delegate", "to": {"account": colleague}, "reason": "请看影像"}
    assert health.command(birth, key="health-0001", seen=health.see(birth), **said).status_code == 200
    (mine,) = program("doctor2").get("/tasks", mine="true").json()["rows"]
    assert mine["case_no"] == birth and mine["assignee"] == colleague
    given = program("doctor2").command(birth, action="return", reason="影像无误", key="doctor2-01", seen="*")
    assert given.status_code == 200, given.content.decode()
    asked = health.command(birth, action="ask_extension", days=5, reason="等影像", key="health-0002", seen="*")
    assert asked.json()["events"] == ["extension_asked"]
    nobody = health.command(birth, action="copy", to=["999999"], key="health-0003", seen="*")
    problem(nobody, 422, "cases.body", "to")
    told = health.command(birth, action="copy", to=[actor("police").account], key="health-0003", seen="*")
    assert told.status_code == 200
    police = program("police")
    assert [row["kind"] for row in police.get("/tasks", mine="true").json()["rows"]] == ["read"]
    assert police.command(birth, action="read", key="police-0001", seen="*").status_code == 200


def test_what_is_public_asks_for_no_key(city):
    anyone = Program()
    for_firms = anyone.get("/packages", audience="firm").json()["items"]
    assert "restaurant" in {one["id"] for one in for_firms} and {one["audience"] for one in for_firms} == {"firm"}
    assert anyone.get("/packages/newborn").json()["matters"]
    assert len(anyone.get("/divisions", level="county").json()["items"]) >= 7
    assert any(one["code"] == "police" for one in anyone.get("/organisations").json()["items"])
    unknown = anyone.get("/certificates/320200-2026-0000001", check="ABCD")
    assert unknown.status_code == 200 and unknown.json()["status"] == "unknown"
    page = anyone.client.get(f"{ROOT}/").content.decode()
    assert "/api/v1/cases/{no}/commands" in page and '<script src="http' not in page
