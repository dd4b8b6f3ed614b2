"""The desk through a browser's eyes: who sees which task, what one letter does, who is told what when he is late."""

import re
from dataclasses import replace
from datetime import date
from uuid import uuid4

import pytest
from django.test import Client
from django.utils import translation

from liangxi.core.audit import face as audit
from liangxi.core.cases import face as cases
from liangxi.core.events import face as events
from liangxi.core.people import face as people
from liangxi.core.people.shapes import AccountRow, HouseholdRow, MemberRow, PersonRow, roles
from liangxi.kit.actor import system
from liangxi.kit.errors import ForbiddenError, HouseError, NotFoundError
from liangxi.site import loading, wiring
from liangxi.systems.onething import face as onething

HOUSE = system("test")
PASSWORD = "a long way round Taihu"
STAFF = (("window", "顾窗口", "gov-service", roles.CLERK), ("doctor", "沈卫健", "health", roles.APPROVER),
         ("doctor2", "尤卫健", "health", roles.APPROVER), ("police", "陆公安", "police", roles.APPROVER),
         ("market", "华市监", "market", roles.APPROVER))  # fmt: skip
PNG = bytes.fromhex(
    "89504e470d0a1a0a0000000d494844520000000100000001080600000"
    "01f15c4890000000d49444154789c6360606060000000050001a5f645400000000049454e44ae426082"
)
MOTHER, FATHER = str(uuid4()), str(uuid4())


@pytest.fixture
def city(transactional_db, settings, tmp_path, profile):
    settings.CONFIG = replace(settings.CONFIG, home=tmp_path)
    settings.STORAGES = settings.STORAGES
    loading.load(profile)
    wiring.connect()
    number = _numbered("32020319920514002")
    people.load_people(by=HOUSE, rows=[
        PersonRow(id=MOTHER, name="陈静", citizen_id=number, sex="F", birth_date=date(1992, 5, 14), phone="13800001111",
                  division="320213"),
        PersonRow(id=FATHER, name="周明", citizen_id=_numbered("32020319900101001"), sex="M",
                  birth_date=date(1990, 1, 1), division="320213"),
    ])  # fmt: skip
    since = date(2018, 1, 1)
    home = (MemberRow(FATHER, "head", since), MemberRow(MOTHER, "spouse", since))
    household = HouseholdRow(id=str(uuid4()), address_code="", head=FATHER, since=since, number="H1", members=home)
    people.load_households(by=HOUSE, rows=[household])
    people.load_accounts(by=HOUSE, rows=[
        AccountRow(login="mother", kind="public", name="陈静", password=PASSWORD, person=MOTHER),
        *(AccountRow(login=login, kind="staff", name=name, password=PASSWORD, posts=((org, role),))
          for login, name, org, role in STAFF),
        AccountRow(login="both", kind="staff", name="两岗", password=PASSWORD,
                   posts=(("health", roles.APPROVER), ("police", roles.APPROVER))),
    ])  # fmt: skip
    with translation.override("en"):
        yield number


def _numbered(first: str) -> str:
    weights = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
    return first + "10X98765432"[sum(int(d) * w for d, w in zip(first, weights, strict=True)) % 11]


def actor(login: str, portal: str = "staff"):
    account = people.authenticate(login=login, password=PASSWORD, portal=portal)
    return people.actor_of(account_id=str(account.pk))


def desk(login: str) -> Client:
    client = Client(headers={"accept-language": "en"})
    answer = client.post("/desk/login/", {"login": login, "password": PASSWORD})
    assert answer.status_code == 302, answer.content.decode()
    return client


@pytest.fixture
def no(city):
    """The number of a submitted case: birth certificate (health), registration (police), vaccination (health)."""
    mother = actor("mother", "public")
    answers = {"born_here": True, "married": True, "register_here": True, "insure": False, "card": False}
    draft = onething.start(by=mother, package="newborn", answers=answers, consent=False)
    values = {
        "child_name": "周小满", "child_sex": "male", "born_at": "2026-11-01", "hospital": "妇幼", "mother_name": "陈静",
        "mother_id": city, "mother_phone": "13800001111", "father_name": "周明",
        "father_id": _numbered("32020319900101001"), "home_address": "无锡市滨湖区蠡湖大道1号",
        "register_with": "father",
        "household_number": "H1", "household_address": "无锡市滨湖区蠡湖大道1号",
    }  # fmt: skip
    draft = onething.save(by=mother, draft=draft.id, values=values, complete=True)
    assert not draft.errors, draft.errors
    for one in draft.missing:
        draft = onething.add_material(by=mother, draft=draft.id, material=one.material.id, upload=("照片.png", PNG))
    return onething.submit(by=mother, draft=draft.id, key="submit-1").case_no


def deliver() -> None:
    while events.deliver_due():
        pass


def item(no: str, key: str) -> str:
    return next(one.no for one in cases.case(by=HOUSE, no=no).items if one.item == key)


def opened(client: Client, no: str, do: str) -> dict[str, str]:
    """The hidden values of the form that a letter opens."""
    page = client.get(f"/desk/cases/{no}/", {"do": do}, headers={"hx-target": "div#act"}).content.decode()
    assert "<html" not in page
    return {"do": do} | {name: re.search(rf'name="{name}" value="([^"]+)"', page)[1] for name in ("version", "key")}


def act(client: Client, no: str, do: str, **typed):
    return client.post(f"/desk/cases/{no}/do/", opened(client, no, do) | typed)


def refused(client: Client, method: str, path: str, *args) -> int:
    """The status with which the house refuses, whether the edge answers or the error travels on."""
    try:
        return getattr(client, method)(path, *args).status_code
    except HouseError as error:
        return error.status


def test_who_works_for_the_city_signs_in_here(city):
    assert Client().get("/desk/").url.startswith("/desk/login/?next=")
    wrong = Client(headers={"accept-language": "en"}).post("/desk/login/", {"login": "doctor", "password": "no"})
    assert wrong.status_code == 422 and "Account or password is wrong." in wrong.content.decode()
    page = desk("doctor").get("/desk/")
    assert page.status_code == 200 and "Nothing is waiting" in page.content.decode()
    two = Client(headers={"accept-language": "en"}).post("/desk/login/", {"login": "both", "password": PASSWORD})
    assert two.url.startswith("/desk/posts/")
    client = desk("both")
    held = re.findall(r'name="post" value="(\d+)"', client.get("/desk/posts/").content.decode())
    assert len(held) == 2
    assert client.post("/desk/posts/", {"post": "999999"}).status_code == 422
    assert client.post("/desk/posts/", {"post": held[1]}).url == "/desk/"
    assert client.post("/desk/logout/").url == "/desk/login/"
    assert client.get("/desk/").status_code == 302


def test_from_acceptance_to_the_one_hand_out(no):
    window, doctor, police = desk("window"), desk("doctor"), desk("police")
    assert no in window.get("/desk/").content.decode()
    assert no not in doctor.get("/desk/").content.decode()
    assert act(window, no, "accept").status_code == 302
    birth, register, vaccine = (item(no, k) for k in ("birth-certificate", "birth-registration", "vaccination-card"))
    inbox = doctor.get("/desk/").content.decode()
    assert birth in inbox and register not in inbox and vaccine not in inbox
    assert register not in police.get("/desk/").content.decode()
    waiting = police.get(f"/desk/cases/{register}/").content.decode()
    assert "It waits for another matter" in waiting and "First issue of the medical certificate of birth" in waiting
    assert act(doctor, birth, "approve").status_code == 302
    deliver()
    assert act(police, register, "approve", reason="核对无误").status_code == 302
    assert act(doctor, vaccine, "approve").status_code == 302
    deliver()
    assert "Hand out" in window.get("/desk/", {"kind": "hand_out"}).content.decode()
    nobody = act(window, no, "hand_out", how="window", proof="own-card")
    assert nobody.status_code == 422 and "Enter the name on the identity card." in nobody.content.decode()
    assert act(window, no, "hand_out", how="window", proof="own-card", taker="陈静").status_code == 302
    view = cases.case(by=HOUSE, no=no)
    assert view.state == "issued" and view.closed_at
    assert view.history[-1].params["taker"] == "陈静" and view.history[-1].params["proof"] == "own-card"
    assert "Handed out" in window.get(f"/desk/cases/{no}/slip/").content.decode() or window.get("/desk/").status_code


def test_who_is_late_is_told_who_was_first_and_keeps_what_he_typed(no):
    act(desk("window"), no, "accept")
    birth = item(no, "birth-certificate")
    first, second = desk("doctor"), desk("doctor2")
    form = opened(second, birth, "deny")
    assert act(first, birth, "approve").status_code == 302
    late = second.post(f"/desk/cases/{birth}/do/", form | {"reason": "材料不一致", "reason_code": "conditions-not-met"})
    page = late.content.decode()
    assert late.status_code == 409 and "材料不一致" in page
    assert "沈卫健 decided at " in page and "Here is the case as it is now" in page
    assert cases.case(by=HOUSE, no=birth).outcome == "approved"


def test_the_same_form_sent_twice_is_done_once(no):
    window = desk("window")
    form = opened(window, no, "accept")
    assert [window.post(f"/desk/cases/{no}/do/", form).status_code for _ in range(2)] == [302, 302]
    assert [e.kind for e in cases.case(by=HOUSE, no=no).history].count("accepted") == 1


def test_wrong_input_is_named_and_kept(no):
    window = desk("window")
    page = act(window, no, "refuse", reason="  ", reason_code="barred").content.decode()
    assert "This must be filled in." in page and 'href="#id_reason"' in page
    assert re.search(r'value="barred"\s+selected', page)
    empty = act(window, no, "supplement", note="请补正")
    assert empty.status_code == 422 and "Name at least one field or material to correct." in empty.content.decode()
    old = window.post(f"/desk/cases/{no}/do/", {"do": "accept", "version": "x", "key": "12345678"})
    assert old.status_code == 422 and "Load the page again." in old.content.decode()
    strange = window.post(f"/desk/cases/{no}/do/", {"do": "explode", "version": "1", "key": "12345678"})
    assert strange.status_code == 422 and "Choose what to do." in strange.content.decode()
    assert window.get("/desk/", {"light": "pink"}).status_code == 422
    assert window.get("/desk/", {"after": "nowhere"}).status_code == 422
    assert window.get("/desk/", {"q": "\x00"}).status_code == 422


def test_corrections_are_asked_once_and_stop_the_clock(no):
    window, doctor = desk("window"), desk("doctor")
    act(window, no, "accept")
    birth = item(no, "birth-certificate")
    form = doctor.get(f"/desk/cases/{birth}/", {"do": "supplement"}).content.decode()
    assert 'name="fields.hospital"' in form and 'name="fields.household_number"' not in form  # not this matter's
    asked = act(doctor, birth, "supplement", **{"fields.hospital": "写全称", "note": "请补正"})
    assert asked.status_code == 302
    page = doctor.get(f"/desk/cases/{birth}/").content.decode()
    assert "写全称" in page and "Clock stopped" in page and "applicant&#x27;s turn" in page
    assert cases.case(by=HOUSE, no=birth).supplement.fields == {"hospital": "写全称"}


def test_another_bureau_stays_outside_and_the_attempt_is_on_record(no):
    act(desk("window"), no, "accept")
    birth, market, police = item(no, "birth-certificate"), desk("market"), desk("police")
    assert refused(market, "get", f"/desk/cases/{no}/") == 404
    form = opened(desk("doctor"), birth, "approve")
    assert refused(police, "post", f"/desk/cases/{birth}/do/", form) == 403  # may read the case, not decide for health
    assert refused(market, "get", "/desk/cases/99999999999999/") == 404
    assert cases.case(by=HOUSE, no=birth).outcome is None
    audit.seal()
    entries = audit.entries_of(by=HOUSE, limit=200).entries
    said = {(e.action, e.object, e.actor) for e in entries if e.decision == "refused"}
    assert ("case.view", f"case:{no}", actor("market").account) in said
    assert ("cases.command", f"case:{birth}", actor("police").account) in said


def test_materials_are_shown_not_run_and_each_look_is_on_record(no):
    doctor = desk("doctor")
    act(desk("window"), no, "accept")
    uploaded = [one.key for one in cases.case(by=HOUSE, no=no).materials if one.how == "upload"]
    answer = doctor.get(f"/desk/cases/{no}/materials/{uploaded[0]}/")
    assert b"".join(answer.streaming_content) == PNG
    assert answer["Content-Type"] == "image/png" and "sandbox" in answer["Content-Security-Policy"]
    assert refused(desk("market"), "get", f"/desk/cases/{no}/materials/{uploaded[0]}/") == 404
    assert doctor.get(f"/desk/cases/{no}/materials/unknown/").status_code == 404
    audit.seal()
    reads = audit.reads_of(by=HOUSE, person=MOTHER)
    assert any(entry.action == "file.read" and entry.purpose == f"case:{no}" for entry in reads)


def test_leaders_see_what_others_take_and_everybody_finds_cases(no):
    act(desk("window"), no, "accept")
    doctor = desk("doctor")
    assert "Health" in doctor.get("/desk/lights/").content.decode()
    assert no in doctor.get("/desk/cases/", {"q": no[:10]}).content.decode()
    assert no not in desk("market").get("/desk/cases/").content.decode()
    assert doctor.get("/desk/cases/", {"state": "nonsense"}).status_code == 422
    birth = item(no, "birth-certificate")
    assert doctor.get("/desk/next/").url == f"/desk/cases/{birth}/"


def test_a_clerk_helps_who_stands_at_the_window(city):
    window = desk("window")
    page = window.post("/desk/window/", {"query": city[:-1] + "0", "purpose": "apply"})
    assert page.status_code == 422
    assert window.post("/desk/window/", {"query": city, "purpose": "curious"}).status_code == 422
    found = window.post("/desk/window/", {"query": city, "purpose": "apply"}).content.decode()
    assert MOTHER in found and city not in found.replace(f'value="{city}"', "")  # masked; only what was typed stands
    sent = {"person": MOTHER, "purpose": "apply", "package": "newborn"}
    assert window.post("/desk/window/begin/", sent).url == "/desk/window/"  # the card was not compared
    assert window.post("/desk/window/begin/", sent | {"compared": "yes"}).url == "/things/newborn/"
    helped = window.get("/things/newborn/").content.decode()
    assert "陈静" in helped
    begun = window.post("/things/newborn/begin/?born_here=true&married=false&register_here=false", {"consent": "yes"})
    assert begun.status_code == 302 and begun.url.startswith("/applications/")
    assert window.post("/desk/window/end/", {"next": "window"}).url == "/desk/window/"
    assert window.get(begun.url).status_code == 302  # without the resident the application is closed to the clerk
    audit.seal()
    trail = {e.action: e for e in audit.reads_of(by=HOUSE, person=MOTHER)} | {
        e.action: e for e in audit.entries_of(by=HOUSE, object=f"person:{MOTHER}").entries
    }
    assert trail["window.opened"].purpose == "window:apply" and "window.closed" in trail
    assert desk("doctor").get("/desk/").status_code == 200
    with pytest.raises((ForbiddenError, NotFoundError)):
        people.assisting(by=actor("doctor"), person=MOTHER)
