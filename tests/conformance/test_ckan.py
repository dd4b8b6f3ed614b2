"""The action API as CKAN's own client drives it: found, read, described, delivered, closed; refused in CKAN's form."""

import json
from datetime import timedelta

import pytest
from ckanapi import NotAuthorized, NotFound, RemoteCKAN, ValidationError
from ckanapi.errors import CKANAPIError
from tests.conformance.inside import session
from tests.scenario.test_catalogue import actor, city, described  # noqa: F401 (the fixture comes from there)
from tests.scenario.test_opening import buses, opened, zone  # noqa: F401 (the fixture comes from there)

from liangxi.core.people import face as people
from liangxi.kit import time
from liangxi.systems.data import face as data
from liangxi.systems.data.face import opening


@pytest.fixture
def ckan(zone):  # noqa: F811
    def client(login="", scope="write"):
        key = None
        if login:
            until = time.today() + timedelta(days=9)
            key = people.issue_api_key(by=actor(login), name="ckan", scope=scope, until=until).secret
        return RemoteCKAN("http://testserver", apikey=key, user_agent="test", session=session()).action

    return client


def test_the_client_of_ckan_drives_the_city(ckan):
    anybody = ckan()
    assert anybody.package_list() == [] and anybody.site_read()
    opened()
    found = anybody.package_search(q="公交", fq="organization:transport", **{"facet.field": ["organization"]})
    (package,) = found["results"]
    assert found["count"] == 1 and found["facets"] == {"organization": {"transport": 1}}
    assert package["name"] == "bus-position" and package["license_id"] == "wuxi-open"
    assert anybody.package_search(fq="groups:999999")["count"] == 0
    assert anybody.package_show(id="bus-position")["organization"]["title"]
    csv, *_ = package["resources"]
    assert csv["datastore_active"] and anybody.resource_show(id=csv["id"])["format"] == "CSV"
    assert anybody.resource_show(id="bus-position.parquet")["url"].endswith("latest.parquet")
    assert anybody.organization_list() == ["transport"] and anybody.group_list() == ["204000"]
    assert anybody.organization_show(id="transport", include_datasets=True)["packages"][0]["id"] == "bus-position"
    assert anybody.tag_list() == ["theme"] and "wuxi-open" in [one["id"] for one in anybody.license_list()]

    rows = anybody.datastore_search(resource_id=csv["id"], filters={"line": ["1路", "2路"]}, sort="vehicle desc",
                                    fields=["vehicle", "line"], limit=5, offset=1)  # fmt: skip
    assert rows["total"] == 20 and [one["vehicle"] for one in rows["records"]] == [
        "B027", "B025", "B024", "B022", "B021"]  # fmt: skip
    assert [one["id"] for one in rows["fields"]] == ["vehicle", "line"]
    assert anybody.datastore_search(resource_id=csv["id"], q="3路", include_total=False).get("total") is None
    assert anybody.datastore_info(id=csv["id"])["meta"]["count"] == 30

    for call, refused in (
        (lambda: anybody.package_show(id="resident-population"), NotFound),
        (lambda: anybody.datastore_search(resource_id="food-licence"), NotFound),
        (lambda: anybody.datastore_search(resource_id=csv["id"], fields=["ghost"]), ValidationError),
        (lambda: anybody.datastore_search(resource_id=csv["id"], limit="many"), ValidationError),
        (lambda: anybody.datastore_search(resource_id=csv["id"], filters="{"), ValidationError),
        (lambda: anybody.datastore_search_sql(sql="SELECT 1"), ValidationError),
        (lambda: anybody.package_search(fq="title:x"), ValidationError),
        (lambda: anybody.package_create(name="x"), NotAuthorized),
        (anybody.no_such_action, CKANAPIError),
    ):
        with pytest.raises(refused):
            call()
    with pytest.raises(NotAuthorized):
        ckan("hrss", "read").package_create(name="x")


def test_departments_write_through_it_as_through_every_other_door(ckan):
    opened()
    anybody = ckan()
    steward, other = ckan("transport"), ckan("hrss")
    with pytest.raises(NotAuthorized):
        other.datastore_upsert(resource_id="bus-position", records=[{"vehicle": "B999"}])
    said = steward.datastore_upsert(resource_id="bus-position", method="upsert", records=[
        {"vehicle": "B000", "line": "9路", "position": None, "seen_at": "2026-11-25T09:00:00"}])  # fmt: skip
    while data.work_runs():
        pass
    assert data.run(by=actor("transport"), id=said["run"]).state == "done"
    opening.check_openings()
    changed = anybody.datastore_search(resource_id="bus-position", filters={"vehicle": "B000"})
    assert changed["records"][0]["line"] == "9路" and changed["total"] == 1

    with pytest.raises(NotFound):
        other.package_delete(id="bus-position")
    steward.package_delete(id="bus-position")
    with pytest.raises(NotFound):
        anybody.datastore_search(resource_id="bus-position")

    definition = described(id="bus-stop")
    extras = {name: definition[name] for name in ("kind", "category", "cycle")}
    extras |= {name: json.dumps(definition[name]) for name in ("sharing", "opening", "fields")}
    package = {"name": "bus-stop", "title": "公交站点", "notes": "公交站点位置。", "owner_org": "hrss",
               "extras": [{"key": key, "value": value} for key, value in extras.items()]}  # fmt: skip
    with pytest.raises(NotAuthorized):
        steward.package_create(**package)
    with pytest.raises(ValidationError) as wrong:
        other.package_create(**package | {"name": "Bus Stop"})
    assert "name" in wrong.value.error_dict
    assert other.package_create(**package)["state"] == "draft"
    assert [one.id for one in data.resources_to_review(by=actor("bureau"))] == ["bus-stop"]  # reviewed as any other
    data.review_resource(by=actor("bureau"), id="bus-stop", outcome="return", note="补充摘要")
    other.package_patch(id="bus-stop", notes="全市公交站点的名称与位置。")
    assert data.resource(by=actor("hrss"), id="bus-stop", in_work=True).definition.summary["zh"].startswith("全市")
