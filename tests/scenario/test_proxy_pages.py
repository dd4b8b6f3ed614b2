"""The pages of acting for another, from both sides."""

from datetime import timedelta

from django.test import Client
from tests.scenario.test_proxies import FIRM, GRANNY, NUMBERS, cast, filled, head, someone
from tests.scenario.test_workbench import PASSWORD, city, desk

from liangxi.core.audit import face as audit
from liangxi.core.people import face as people
from liangxi.kit import time

assert city  # the fixtures
assert cast


def portal(login):
    client = Client(headers={"accept-language": "en"})
    assert client.post("/login/", {"login": login, "password": PASSWORD}).status_code == 302
    return client


def test_the_pages_give_take_switch_and_revoke(cast):
    mother, helper = portal("mother"), portal("preparer-account")
    asked = {"name": "帮手preparer", "citizen_id": NUMBERS["preparer"], "role": "preparer",
             "until": (time.today() + timedelta(days=30)).isoformat(), "matters": ["restaurant"]}  # fmt: skip
    assert mother.post("/me/acting/", {"for": f"firm:{FIRM}"}).status_code == 302
    assert mother.post("/me/proxies/", asked | {"until": "soon"}).status_code == 422
    assert mother.post("/me/proxies/", asked).status_code == 302
    assert "样例面馆 asks you to act" in helper.get("/me/proxies/").content.decode()
    assert "You are asked to act" in helper.get("/me/").content.decode()
    (proxy,) = people.proxies_given(by=head())
    helper.post(f"/me/proxies/{proxy.id}/", {"answer": "accept"})
    draft = filled(head(), commits=False)
    wrong_hat = helper.get(f"/applications/{draft.id}/")
    assert wrong_hat.status_code == 409 and "Act for 样例面馆 and open it" in wrong_hat.content.decode()
    helper.post("/me/acting/", {"for": f"firm:{FIRM}", "next": f"/applications/{draft.id}/"})
    assert "You act for 样例面馆." in helper.get(f"/applications/{draft.id}/").content.decode()
    materials = helper.get(f"/applications/{draft.id}/materials/").content.decode()
    assert "signs this promise" in materials and "commit-" not in materials
    assert helper.post(f"/applications/{draft.id}/materials/", {"next": "check"}).url.endswith("/check/")
    check = helper.get(f"/applications/{draft.id}/check/").content.decode()
    assert "Please sign" in check and "Submit the application" not in check
    assert helper.post(f"/applications/{draft.id}/sign/").status_code == 302
    assert "Waits for a signature" in mother.get("/cases/").content.decode()
    assert "Submit the application" in mother.get(f"/applications/{draft.id}/check/").content.decode()
    audit.seal()
    deeds = mother.get("/me/proxies/").content.decode()
    assert "asked for a signature" in deeds and "帮手preparer" in deeds
    mother.post(f"/me/proxies/{proxy.id}/", {"answer": "end"})
    assert helper.get(f"/applications/{draft.id}/").status_code == 302  # signed out: the hat is gone
    assert portal("stranger-account").get(f"/applications/{draft.id}/").status_code == 404


def test_a_form_left_on_one_device_goes_on_on_another(cast):
    phone, laptop = portal("mother"), portal("mother")
    for one in (phone, laptop):
        one.post("/me/acting/", {"for": f"firm:{FIRM}"})
    draft = filled(head())
    page = laptop.get(f"/applications/{draft.id}/").content.decode()
    assert f'name="version" id="version" value="{draft.version}"' in page
    part = {"headers": {"hx-request": "true", "hx-target": "p#saved"}}
    saved = phone.post(f"/applications/{draft.id}/", {"version": draft.version, "seats": "61"}, **part)
    assert f'value="{draft.version + 1}" hx-swap-oob="true"' in saved.content.decode()
    late = laptop.post(f"/applications/{draft.id}/", {"version": draft.version, "seats": "71"}, **part)
    assert "changed on another device" in late.content.decode()
    whole = laptop.post(f"/applications/{draft.id}/", {"version": draft.version, "seats": "71", "next": "materials"})
    assert whole.status_code == 422 and 'value="71"' in whole.content.decode()
    assert "Go on where you left: check and submit" in laptop.get("/cases/").content.decode()


def test_a_clerk_gives_a_role_for_whom_he_helps(cast):
    window = desk("window")
    window.post("/desk/window/begin/", {"person": GRANNY, "purpose": "apply", "compared": "yes"})
    page = window.get("/me/proxies/").content.decode()
    assert "Let a relative act for me" in page
    asked = {"name": "帮手agent", "citizen_id": NUMBERS["agent"], "role": "relative",
             "until": (time.today() + timedelta(days=30)).isoformat()}  # fmt: skip
    assert window.post("/me/proxies/", asked).status_code == 302
    assert [one.is_given_at_window for one in people.proxies_given(by=someone("granny"))] == [True]
