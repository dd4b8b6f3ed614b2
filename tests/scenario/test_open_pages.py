"""The pages of open data: the department asks, the bureau opens, everybody reads, a resident takes part."""

import json
import re
from datetime import date

import pytest
from django.test import Client
from tests.scenario.test_catalogue import HOUSE, PASSWORD, city  # noqa: F401 (the fixture)
from tests.scenario.test_opening import LICENCE, buses, deliver, zone  # noqa: F401 (the fixture)

from liangxi.core.cases import face as cases
from liangxi.core.people import face as people
from liangxi.core.people.shapes import AccountRow, PersonRow

PERSON = "01890000-0000-7000-8000-0000000000aa"


@pytest.fixture
def sign_in(zone):  # noqa: F811
    number = "32021119920514004"
    people.load_people(by=HOUSE, rows=[
        PersonRow(id=PERSON, name="陈静", citizen_id=number + people.citizen_id_check(number), sex="F",
                  birth_date=date(1992, 5, 14), phone="13800000000")
    ])  # fmt: skip
    people.load_accounts(by=HOUSE, rows=[
        AccountRow(login="chen", kind="public", name="陈静", password=PASSWORD, person=PERSON)
    ])  # fmt: skip

    def client(login="", portal="desk"):
        one = Client(headers={"accept-language": "en"})
        if login:
            path = "/desk/login/" if portal == "desk" else "/login/"
            assert one.post(path, {"login": login, "password": PASSWORD}).status_code == 302
        return one

    return client


def text(response, status=200):
    assert response.status_code == status, response.content.decode()[:2000]
    return response.content.decode()


def test_from_the_departments_form_to_the_public_page_and_back(sign_in):
    steward, bureau, anybody = sign_in("transport"), sign_in("bureau"), sign_in()
    assert "No open data yet" in text(anybody.get("/data/"))
    place, public = "/office/data/openings/bus-position/", "/data/sets/bus-position/"
    assert "bus-position" in text(steward.get("/office/data/openings/"))
    form = {"deed": "ask", "columns": ["vehicle", "line", "position", "seen_at"], "mask.vehicle": "first",
            "group": "5", "licence": "wuxi-open"}  # fmt: skip
    deliver("bus-position", [one | {"line": "13812345678"} for one in buses(5)])
    assert "Choose at least one field." in text(steward.post(place, form | {"columns": []}), 422)
    assert "does not pass" in text(steward.post(place, form, follow=True))
    assert "The privacy gate does not let this through." in text(bureau.post(place, {"deed": "open"}), 422)
    deliver("bus-position", [one | {"line": "<script>1路"} for one in buses()])
    text(steward.post(place, form, follow=True))
    assert "It is open to everybody now." in text(bureau.post(place, {"deed": "open", "note": ""}, follow=True))

    assert "Bus positions" in text(anybody.get("/data/", {"q": "公交", "place": "yes"}))
    part = text(anybody.get("/data/", {"q": "no such thing"}, headers={"HX-Target": "div#found"}))
    assert "Nothing found" in part and "<html" not in part
    page = text(anybody.get(public))
    assert "<script>1" not in page and "B***" in page and page.count("<circle") == 30
    said = json.loads(re.search(r'<script type="application/ld\+json">(.*?)</script>', page)[1])
    assert said["@type"] == "Dataset" and said["spatialCoverage"]["geo"]["box"].startswith("31.5 120.2")
    assert len(said["distribution"]) == 3
    for path in ("/data/licences/", "/data/developers/", "/data/requests/"):
        text(anybody.get(path))
    feed = text(anybody.get("/data/feed.atom"))
    assert "bus-position" in feed and "<rss" in text(anybody.get("/data/feed.atom?format=rss"))
    assert "/data/sets/bus-position/" in text(anybody.get("/data/sitemap.xml"))
    taken = anybody.get(f"{public}files/v1.csv")
    assert taken["Content-Disposition"] == 'attachment; filename="bus-position-v1.csv"'
    assert len(b"".join(taken.streaming_content).splitlines()) == 31
    for wrong in ("v9.csv", "v1.exe", "vx.csv"):
        assert anybody.get(f"{public}files/{wrong}").status_code == 404

    text(bureau.post(place, {"deed": "withdraw", "reason": ""}), 422)
    text(bureau.post(place, {"deed": "withdraw", "reason": "坐标过精"}, follow=True))
    for path in (public, f"{public}files/latest.csv"):
        assert anybody.get(path).status_code == 404


def test_a_resident_rates_tells_and_asks_and_the_bureau_answers(sign_in):
    steward, bureau, chen = sign_in("transport"), sign_in("bureau"), sign_in("chen", "public")
    place, public = "/office/data/openings/bus-position/", "/data/sets/bus-position/"
    deliver("bus-position", buses())
    steward.post(place, {"deed": "ask", "columns": ["line"], "group": "5", "licence": "wuxi-open"})
    bureau.post(place, {"deed": "open"})
    assert sign_in().post(f"{public}rate/", {"stars": "5"}).status_code == 302  # to sign in
    assert "Give one to five stars." in text(chen.post(f"{public}rate/", {"stars": "9"}), 422)
    chen.post(f"{public}rate/", {"stars": "2"})
    assert "★ 4.0 (1)" in text(chen.post(f"{public}rate/", {"stars": "4"}, follow=True))

    assert "20 to 4,000" in text(chen.post(f"{public}stories/", {"title": "到站提醒", "story": "短"}), 422)
    story = {
        "title": "到站提醒",
        "story": "用公交位置做的到站提醒小程序，方便老人出门。",
        "url": "https://example.org/",
    }
    assert "到站提醒小程序" not in text(chen.post(f"{public}stories/", story, follow=True))  # not before it is read
    seen = text(bureau.get("/office/data/openings/"))
    path = re.search(r"/office/data/stories/[0-9a-f-]+/", seen)[0]
    assert "Say why it is refused." in text(bureau.post(path, {"deed": "refuse"}, follow=True))
    bureau.post(path, {"deed": "show"})
    assert "到站提醒小程序" in text(sign_in().get(public))

    page = text(chen.get("/data/requests/"))
    key = re.search(r'name="key" value="([^"]+)"', page)[1]
    wish = {"title": "公厕位置", "text": "", "use": "导航", "key": key}
    text(chen.post("/data/requests/", wish | {"use": ""}), 422)
    for _ in range(2):  # sent twice, asked once
        text(chen.post("/data/requests/", wish, follow=True))
    assert text(chen.get("/data/requests/")).count("公厕位置") == 1
    account = people.authenticate(login="chen", password=PASSWORD, portal="public")
    own = cases.my_cases(by=people.actor_of(account_id=str(account.pk)))
    assert [one.subject for one in own] == ["公厕位置"]  # a case like any other, with its clock
    path = re.search(r"/office/data/open-requests/[0-9a-f-]+/", text(bureau.get("/office/data/openings/")))[0]
    bureau.post(path, {"deed": "granted", "answer": "下月开放。"})
    answered = text(sign_in().get("/data/requests/"))
    assert "下月开放。" in answered and "陈静" not in answered and "Granted" in answered
