"""The pages and the API of the data zone as people and programs of departments see them."""

import re
from datetime import timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.utils import translation
from tests.scenario.test_catalogue import PASSWORD, actor, as_csv, city, described  # noqa: F401 (the fixture)

from liangxi.core.people import face as people
from liangxi.kit import time
from liangxi.systems.data import face as data


@pytest.fixture
def desk(city):  # noqa: F811
    def sign_in(login):
        client = Client(headers={"accept-language": "en"})
        assert client.post("/desk/login/", {"login": login, "password": PASSWORD}).status_code == 302
        return client

    with translation.override("en"):
        yield sign_in


def text(response, status=200):
    assert response.status_code == status, response.content.decode()[:2000]
    return response.content.decode()


def test_a_resource_is_described_from_a_file_submitted_and_published(desk):
    steward, bureau = desk("hrss"), desk("bureau")
    empty = text(steward.get("/office/data/describe/"))
    assert "field__error" not in empty
    assert "Choose a file." in text(steward.post("/office/data/propose/"), 422)
    proposed = text(steward.post("/office/data/propose/", {"file": SimpleUploadedFile("a.csv", as_csv("gb18030"))}))
    assert "GB18030" in proposed and 'value="citizen_id"' in proposed and "11010519491231002X" not in proposed
    form = {"id": "skills", "title.zh": "职业技能", "org": "hrss", "kind": "department", "category": "310000",
            "format": "database", "origin": "city", "cycle": "daily", "summary.zh": "证书", "count": "2",
            "sharing.attribute": "conditional", "opening.attribute": "not-open", "opening.basis": "《某法》第一条",
            "sharing.condition": "办理补贴", "sharing.ways": ["interface"], "fields.0.zh": "工种",
            "fields.0.name": "skill", "fields.0.type": "code", "fields.0.grade": "general-1"}  # fmt: skip
    wrong = text(steward.post("/office/data/describe/", form), 422)
    assert "Name the law or regulation that demands this" in wrong and "职业技能" in wrong
    more = text(steward.post("/office/data/describe/", form | {"do": "add"}))
    assert 'name="fields.2.name"' in more
    kept = steward.post("/office/data/describe/", form | {"sharing.basis": "《某法》第二条"}, follow=True)
    assert "Submit for review" in text(kept)
    text(steward.post("/office/data/resources/skills/act/", {"deed": "submit"}, follow=True))
    assert "职业技能" in text(bureau.get("/office/data/reviews/"))
    text(bureau.post("/office/data/resources/skills/act/", {"deed": "return", "note": ""}), 422)
    text(bureau.post("/office/data/resources/skills/act/", {"deed": "publish"}, follow=True))
    assert "职业技能" in text(desk("clerk").get("/office/data/resources/", {"q": "工种"}))
    assert (
        "skills" in text(steward.get("/office/data/steward/"))
        and steward.get("/office/data/workbook/").content[:2] == b"PK"
    )
    pages = ("coverage/", "resources/resident-population/", "describe/skills/", "resources/skills/?version=1")
    for page in (*(f"data/{one}" for one in pages), ""):
        text(steward.get(f"/office/{page}"))
    done = steward.post("/office/data/import/", {"file": SimpleUploadedFile("c.yaml", b"resources: [1]")})
    assert "c.yaml" in text(done, 422)


def test_a_need_is_asked_checked_granted_and_its_grant_suspended(desk):
    steward, bureau, police = desk("hrss"), desk("bureau"), desk("police")
    there = "/office/data/needs/new/?resource=resident-population"
    key = re.search(r'name="key" value="([^"]+)"', text(steward.get(there)))[1]
    until = time.today() + timedelta(days=200)
    form = {"resource": "resident-population", "title": "核验", "purpose": "核验身份", "legal_basis": "《社会保险法》",
            "matter": "失业金", "frequency": "once", "since": time.today(), "until": until, "key": key}  # fmt: skip
    assert "Choose at least one field." in text(steward.post(there, form), 422)
    sent = steward.post(there, form | {"columns.resident-population": ["citizen_id", "name"]})
    need = sent.headers["location"]
    assert "Waits for the provider" not in text(steward.get(need))
    assert "核验" in text(bureau.get("/office/data/reviews/"))
    text(bureau.post(f"{need}act/", {"deed": "conform", "reason": ""}, follow=True))
    (line,) = data.requests_to_answer(by=actor("police"))
    answer = f"/office/data/requests/{line.id}/"
    assert answer in text(police.get("/office/data/steward/"))
    assert "Name the law" in text(police.post(answer, {"deed": "refuse", "reason": "不便", "basis": ""}), 422)
    terms = {
        "deed": "grant",
        "columns": ["citizen_id", "name"],
        "mask.citizen_id": "ends",
        "quota": "50",
        "until": until,
    }
    assert "Enter how many reads a day" in text(police.post(answer, terms | {"quota": "x"}), 422)
    text(police.post(answer, terms, follow=True))
    (grant,) = data.grants_of(by=actor("hrss"))
    assert grant.terms["masks"] == {"citizen_id": {"kind": "keep", "prefix": 6, "suffix": 4}} and grant.quota == 50
    shown = text(steward.get(f"/office/data/grants/{grant.id}/"))
    assert "First 6 and last 4 characters" in shown and "Suspend or revoke" not in shown
    form = {"name": "失业金系统", "grants": [grant.id], "until": time.today() + timedelta(days=30)}
    assert "lxd_" in text(steward.post("/office/data/needs/", form))
    text(police.post(f"/office/data/grants/{grant.id}/", {"deed": "suspend", "text": ""}), 422)
    text(police.post(f"/office/data/grants/{grant.id}/", {"deed": "suspend", "text": "异常调用"}, follow=True))
    assert "异常调用" in text(steward.get(f"/office/data/grants/{grant.id}/"))
    assert desk("clerk").get(f"/office/data/grants/{grant.id}/").status_code in (403, 404)


def test_a_program_reads_the_catalogue_and_describes_a_resource(desk):
    key = people.issue_api_key(by=actor("hrss"), name="目录系统", scope="write", until=time.today() + timedelta(days=9))
    program = Client(headers={"authorization": f"Bearer {key.secret}"})
    page = program.get("/api/v1/resources", {"kind": "base", "limit": 5}).json()
    assert page["total"] == 20 and len(page["rows"]) == 5 and "after=" in page["next"]
    assert program.get("/api/v1/resources/market-entity").json()["definition"]["org"] == "market"
    assert program.get("/api/v1/resources/ghost").status_code == 404
    wrong = program.post("/api/v1/resources", {"definition": described(cycle="?")}, "application/json")
    assert wrong.status_code == 422 and set(wrong.json()["errors"]) == {"cycle"}
    made = program.post("/api/v1/resources", {"definition": described()}, "application/json")
    assert made.status_code == 201 and made.headers["location"].endswith("/resources/skill-certificate")
    assert program.post("/api/v1/resources/skill-certificate/submission").status_code == 204
    assert program.post("/api/v1/resources/skill-certificate/submission").status_code == 409
