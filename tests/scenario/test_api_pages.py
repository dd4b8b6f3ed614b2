"""The pages by which a department registers its own API, and those of the auditor."""

import pytest
from django.utils import translation
from tests.scenario.test_catalogue import HOUSE, PASSWORD, city, published  # noqa: F401 (the fixture)
from tests.scenario.test_data_pages import desk, text  # noqa: F401 (the fixture)

from liangxi.core.audit import face as audit
from liangxi.core.people import face as people
from liangxi.core.people.shapes import AccountRow, roles
from liangxi.kit import ids, time
from liangxi.kit.errors import HouseError
from liangxi.systems.federation import face as federation
from liangxi.systems.federation.models import Api, Exchange

FORM = {"id": "skills", "resource": "skill-certificate", "title": "技能接口", "address": "https://api.hrss.example/v2/",
        "services": "rows /rows GET,POST citizen_id\nall", "header": "X-Key", "prefix": "k ", "timeout": "5",
        "concurrency": "4", "asked": "64", "answered": "128", "keeps": "0", "secret": "hush"}  # fmt: skip


@pytest.fixture
def auditor(city, desk):  # noqa: F811
    row = AccountRow(
        login="auditor", kind="staff", name="审计员", password=PASSWORD, posts=(("320200", roles.AUDITOR),)
    )
    people.load_accounts(by=HOUSE, rows=[row])
    return desk("auditor")


def test_a_steward_registers_an_api_and_its_provider_allows_it(city, desk):  # noqa: F811
    published()
    steward = desk("hrss")
    assert "No API is registered yet" in text(steward.get("/office/data/apis/"))
    text(steward.get("/office/data/apis/new/"))
    wrong = FORM | {"id": "A b", "address": "file:///etc", "timeout": "0", "services": "a b c d e", "asked": "x"}
    refused = text(steward.post("/office/data/apis/new/", wrong), 422)
    for said in (
        "Seconds, from 1 to 120.",
        "Small letters, digits and hyphens",
        "without user",
        "letters, digits, dots",
    ):
        assert said in refused
    assert not Api.objects.exists()
    kept = steward.post("/office/data/apis/new/", FORM).headers["location"]
    page = text(steward.get(kept))
    assert "/r1/wuxi/GOV/hrss/skills/rows" in page and "Waits to be allowed" in page and "hush" not in page
    assert "rows /rows GET,POST citizen_id\nall / GET" in page and Api.objects.get().secret != "hush"
    assert federation.api_of(resource="skill-certificate") is None
    assert "Open under grants" in text(steward.post(f"{kept}act/", {"deed": "open"}, follow=True))
    assert federation.api_of(resource="skill-certificate").state == "open"
    assert "not in the state" in text(steward.post(f"{kept}act/", {"deed": "open"}, follow=True))
    text(steward.post(kept, FORM | {"secret": ""}, follow=True))  # a change closes it; the secret stays
    assert (Api.objects.get().state, bool(Api.objects.get().secret)) == ("draft", True)
    text(steward.post(kept, FORM | {"secret": "", "address": "https://other.example"}, follow=True))
    assert not Api.objects.get().secret  # it goes to no other host
    assert desk("police").get(kept).status_code == 404
    second = text(steward.post("/office/data/apis/new/", FORM | {"id": "another"}), 422)
    assert "The resource has an API already." in second


def test_an_auditor_sees_who_called_whom(auditor, desk):  # noqa: F811
    assert "No call fits" in text(auditor.get("/office/data/exchanges/"))
    for n in range(60):
        Exchange.objects.create(
            id=ids.new_id(), at=time.now(), request_id=f"id-{n}", api="skills", service="wuxi/GOV/hrss/skills/rows",
            method="GET", client="wuxi/GOV/civil", org="civil", user="CN320", grant=str(ids.new_id()), purpose="核验",
            state="asked" if n else "failed", error="" if n else "federation.provider.slow", due_at=time.now(),
            request_hash="aGFzaA==", request_bytes=0,
        )  # fmt: skip
    first = auditor.get("/office/data/exchanges/")
    assert "id-59" in text(first) and "id-5<" not in text(first) and "CN320" in text(first)
    assert "federation.provider.slow" in text(auditor.get("/office/data/exchanges/?state=failed&org=civil"))
    assert "No call fits" in text(auditor.get("/office/data/exchanges/?org=police"))
    text(auditor.get("/office/data/exchanges/?grant=x&after=y"))
    assert desk("hrss").get("/office/data/exchanges/").status_code == 403
    audit.seal()
    said = federation.prove_exchanges(by=HOUSE).reason  # these lines were written past the trail
    assert said.endswith("the trail does not know it")


def test_every_refusal_is_said_in_chinese():
    with translation.override("zh-hans"):
        for message in ("The provider cannot be reached.", "There is no such service at this node."):
            assert HouseError("x", message).sentence(translation.gettext) != message
