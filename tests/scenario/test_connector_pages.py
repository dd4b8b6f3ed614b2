"""The pages and the API by which a department delivers its data."""

import re
from datetime import timedelta

from django.core.files.uploadedfile import SimpleUploadedFile
from tests.scenario.test_catalogue import actor, city  # noqa: F401 (the fixture)
from tests.scenario.test_connectors import as_csv, rows, zone  # noqa: F401 (the fixture)
from tests.scenario.test_data_pages import desk, text  # noqa: F401 (the fixture)

from liangxi.core.people import face as people
from liangxi.kit import time
from liangxi.systems.data import face as data


def test_a_steward_hands_in_a_file_and_follows_it_to_its_report(zone, desk):  # noqa: F811
    steward = desk("hrss")
    assert "Nothing was delivered yet" in text(steward.get("/office/data/sources/"))
    there = "/office/data/sources/hand-in/"
    assert "Choose a file." in text(steward.post(there, {"resource": "skills"}), 422)
    bad = [["x", "welder", "1,5", ""]]
    sent = {"resource": "skills", "file": SimpleUploadedFile("技能.csv", as_csv(rows(20) + bad).read())}
    run = steward.post(there, sent).headers["location"]
    assert "Waiting" in text(steward.get(run)) and "Stop the delivery" in text(steward.get(run))
    assert desk("police").get(run).status_code == 404
    data.work_runs(limit=1)
    page = text(steward.get(run))
    assert "Published" in page and "is not a decimal that fits" in page
    part = text(steward.get(run, headers={"HX-Request": "true", "HX-Target": "div#run-now"}))
    assert "<html" not in part and "is not a decimal that fits" in part
    report = steward.get(f"{run}report/")
    assert report.headers["content-disposition"].endswith('.csv"') and "1,5" in report.content.decode()
    board = text(steward.get("/office/data/sources/"))
    assert "技能.csv" in board and "skills-upload" in board
    text(steward.post(f"{run}act/", {"deed": "cancel"}, follow=True))


def test_a_steward_declares_a_source_and_runs_it(zone, desk):  # noqa: F811
    steward = desk("hrss")
    for kind in ("folder", "sftp", "postgresql", "mysql", "http", "upload", "nonsense"):
        text(steward.get(f"/office/data/sources/new/?kind={kind}"))
    form = {"kind": "folder", "id": "skills-drop", "resource": "skills", "title.zh": "落地", "mode": "replace",
            "schedule": "now and then", "threshold": "0.1", "shrink": "0.5", "columns": "工种=nothing",
            "codes": "skill=@no-list", "required": "", "settings.folder": "", "settings.pattern": "*.csv"}  # fmt: skip
    refused = text(steward.post("/office/data/sources/new/", form), 422)
    assert "five fields of cron" in refused and "The resource has no such field." in refused
    good = form | {"schedule": "every 15m", "columns": "工种=skill", "codes": "skill=welder cook", "required": "skill"}
    kept = steward.post("/office/data/sources/new/", good)
    page = text(steward.get(kept.headers["location"]))
    assert "工种=skill" in page and "skill=welder cook" in page and "Fetch now" in page
    run = steward.post(f"{kept.headers['location']}act/", {"deed": "start"}).headers["location"]
    text(steward.post(f"{run}act/", {"deed": "cancel"}, follow=True))
    again = steward.post(f"{run}act/", {"deed": "retry"}).headers["location"]
    assert again != run
    for deed, said in (("pause", "Paused"), ("resume", "Fetch now")):
        assert said in text(steward.post(f"{kept.headers['location']}act/", {"deed": deed}, follow=True))


def test_a_program_hands_in_a_file_and_asks_what_came_of_it(zone, client):  # noqa: F811
    until = time.today() + timedelta(days=30)
    key = people.issue_api_key(by=actor("hrss"), name="汇聚", scope="write", until=until).secret
    said = {"headers": {"Authorization": f"Bearer {key}"}}
    file = SimpleUploadedFile("a.csv", as_csv(rows(5)).read())
    answer = client.post("/api/v1/resources/skills/deliveries", {"file": file}, **said)
    assert answer.status_code == 202 and answer.json()["state"] == "waiting"
    data.work_runs(limit=1)
    seen = client.get(answer.headers["location"], **said).json()
    assert (seen["state"], seen["good"], seen["version"]) == ("done", 5, 1)
    assert re.fullmatch("[0-9a-f]{64}", seen["sha256"])
    assert client.get(f"{answer.headers['location']}/report", **said).status_code == 409
    assert client.delete(answer.headers["location"], **said).status_code == 409
    wrong = client.post("/api/v1/resources/skills/deliveries", {"file": SimpleUploadedFile("a.exe", b"x")}, **said)
    assert wrong.status_code == 422 and "file" in wrong.content.decode()
    how = {"url": "http://127.0.0.1/", "paging": "none"}
    definition = {"resource": "skills", "title": {"zh": "接口"}, "kind": "http", "settings": how}
    put = client.put("/api/v1/sources/skills-api", {"definition": definition, "secret": "hush"},
                     content_type="application/json", **said)  # fmt: skip
    assert put.status_code == 200 and put.json()["has_secret"] and "hush" not in put.content.decode()
    assert client.post("/api/v1/sources/skills-api/runs", **said).status_code == 202
    listed = client.get("/api/v1/sources", **said).json()
    assert {one["definition"]["id"] for one in listed} >= {"skills-upload", "skills-api"}
    assert len(client.get("/api/v1/deliveries?resource=skills&limit=5", **said).json()) == 2
