"""The pages of neighbouring nodes, and of what is asked of them."""

from datetime import timedelta

from tests.scenario.test_catalogue import HOUSE, PASSWORD, actor, city, published  # noqa: F401 (the fixture)
from tests.scenario.test_data_pages import desk, text  # noqa: F401 (the fixture)

from liangxi.core.people import face as people
from liangxi.core.people.shapes import AccountRow, roles
from liangxi.kit import time
from liangxi.systems.federation import face as federation
from liangxi.systems.federation.models import Api, Ask, Neighbour, Parcel

SAID = {"title": "入学核验", "purpose": "核验", "legal_basis": "《义务教育法》", "matter": "入学",
        "frequency": "on-demand"}  # fmt: skip


def test_an_administrator_makes_a_node_known_and_a_department_asks_it(city, desk):  # noqa: F811
    row = AccountRow(login="sysadmin", kind="staff", name="系统", password=PASSWORD,
                     posts=(("320200", roles.SYSTEM_ADMIN),))  # fmt: skip
    people.load_accounts(by=HOUSE, rows=[row])
    admin, steward = desk("sysadmin"), desk("hrss")
    key = federation.own_node().key
    assert key in text(admin.get("/office/data/nodes/")) and "No neighbour is known yet" in text(
        steward.get("/office/data/asks/")
    )
    text(admin.get("/office/data/nodes/new/"))
    form = {"id": "province", "title": "江苏省", "level": "province", "address": "http://127.0.0.1:1", "key": "x"}
    refused = text(admin.post("/office/data/nodes/new/", form | {"id": "wuxi"}), 422)
    assert "The name of another node" in refused and "The public key as the other node" in refused
    text(admin.post("/office/data/nodes/new/", form | {"key": key, "org": "education"}, follow=True))
    assert "江苏省" in text(admin.get("/office/data/nodes/province/"))
    silent = text(steward.get("/office/data/asks/to/province/"))
    assert "This node does not answer now." in silent
    day = (time.today() + timedelta(days=90)).isoformat()
    sent = SAID | {"resource": "enrolment", "until": day, "key": "k"}
    assert "Fill this in." in text(steward.post("/office/data/asks/to/province/", sent | {"title": ""}), 422)
    there = steward.post("/office/data/asks/to/province/", sent).headers["location"]
    assert steward.post("/office/data/asks/to/province/", sent).headers["location"] == there  # the same key
    assert Parcel.objects.count() == Ask.objects.count() == 1
    page = text(steward.get(there))
    assert "On its way" in page and "入学核验" in page and desk("police").get(there).status_code == 404
    Ask.objects.update(state="active", quota=9, until=day, paths=["/r1/province/GOV/edu/enrolment/rows"])
    shown = text(steward.post(f"{there}act/", {"deed": "key"}))
    assert "lxn_" in shown and "/r1/province/GOV/edu/enrolment/rows" in shown
    published()
    relay = {"deed": "relay", "id": "handed-on", "resource": "skill-certificate"}
    text(steward.post(f"{there}act/", relay, follow=True))
    made = Api.objects.get()
    assert (made.relay, made.state) == (str(Ask.objects.get().pk), "draft")
    text(admin.post("/office/data/nodes/province/act/", {"deed": "suspend"}, follow=True))
    assert Neighbour.objects.get().state == "suspended" and "Suspended" in text(admin.get("/office/data/nodes/"))
    assert steward.get("/office/data/nodes/").status_code == 403
