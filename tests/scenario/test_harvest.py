"""Harvest: our own catalogue by CKAN and DCAT, other catalogues in every mood, and what the public sees of them."""

import json
import threading
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
from django.db import connection
from django.test import Client
from tests.scenario.test_catalogue import actor, city  # noqa: F401 (the fixture)
from tests.scenario.test_connectors import LOOPBACK
from tests.scenario.test_data_pages import desk, text  # noqa: F401 (the fixture)
from tests.scenario.test_opening import opened, zone  # noqa: F401 (the fixture)

from liangxi.kit import outward
from liangxi.kit.errors import ForbiddenError, InvalidError, NotFoundError
from liangxi.systems.federation import face as federation
from liangxi.systems.federation.models import HarvestedSet, HarvestRun, HarvestSource


@contextmanager
def portal(answers):
    """A catalogue that answers what stands under the path in `answers` (status, type, body)."""

    class Portal(BaseHTTPRequestHandler):
        def do_GET(self):
            status, kind, body = answers.get(self.path, answers.get("*", (404, "text/plain", b"")))
            self.send_response(status)
            self.send_header("Content-Type", kind)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *said):
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Portal) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()
        thread.join()


def page(*packages, count=None):
    body = {"success": True, "result": {"count": len(packages) if count is None else count, "results": packages}}
    return 200, "application/json", json.dumps(body).encode()


def package(n, **other):
    return {"id": f"p{n}", "name": f"p{n}", "title": f"数据 {n}", "notes": "说明", "license_title": "CC BY",
            "resources": [{"name": "a", "url": f"https://other.example/{n}.csv", "format": "CSV"}]} | other  # fmt: skip


def run(id="other", **said):
    bureau = actor("bureau")
    if said:
        federation.save_harvest(by=bureau, said={"id": id, "title": "别处目录", "kind": "ckan", "every": "24"} | said)
    federation.start_harvest(by=bureau, id=id)
    assert federation.work_harvest() == 1
    return federation.harvest_source(by=bureau, id=id).runs[0]


@pytest.fixture
def near(settings):
    settings.CONNECTOR_NETWORKS = LOOPBACK


def test_our_own_catalogue_is_harvested_by_ckan_and_by_dcat(zone, settings, monkeypatch):  # noqa: F811
    opened()

    def inside(*, url, headers, **_limits):
        path = url.removeprefix(settings.CONFIG.public_url)
        answer = Client().get(path, headers=headers)
        told = {name.lower(): value for name, value in answer.headers.items()}
        return outward.Reply(answer.status_code, told, answer.content, is_whole=True)

    monkeypatch.setattr(outward, "request", inside)
    root = settings.CONFIG.public_url
    ways = (("ckan", root), ("dcat", f"{root}/dcat/catalog.ttl"), ("dcat", f"{root}/dcat/catalog.rdf"),
            ("dcat", f"{root}/dcat/catalog.jsonld"))  # fmt: skip
    for n, (kind, url) in enumerate(ways):
        done = run(f"own-{n}", kind=kind, url=url)
        assert (done.state, done.seen, done.added, done.bad) == ("done", 1, 1, 0), (url, done.error, done.faults)
        ((found,), count) = federation.harvested(source=f"own-{n}")
        said = found.record
        assert count == 1 and "公交" in said.title and said.publisher and "条款" in said.licence and said.licence_url
        assert said.landing.startswith(f"{root}/data/sets/bus-position/")
        assert {one.format.upper() for one in said.files} >= {"CSV", "PARQUET"}, said.files
        assert all(one.url.startswith(root) for one in said.files)
        again = run(f"own-{n}")
        assert (again.added, again.changed, again.gone) == (0, 0, 0)  # the same record changes nothing


def records_come_change_vanish_and_come_again():
    answers = {"*": page(package(1), package(2), package(3), package(4))}
    with portal(answers) as url:
        assert run(url=url).added == 4
        answers["*"] = page(package(1), package(2, title="新名"), package(3))
        done = run()
        assert (done.state, done.added, done.changed, done.gone) == ("done", 0, 1, 1)
        gone = HarvestedSet.objects.get(identifier="p4")
        assert gone.gone_at and federation.harvested()[1] == 3
        assert federation.harvested_set(id=str(gone.pk)).record.title == "数据 4"  # it is not lost
        answers["*"] = page(package(1), package(2), package(3), package(4))
        assert run().changed == 2 and federation.harvested()[1] == 4
        assert HarvestedSet.objects.get(identifier="p4").first_seen == gone.first_seen


def a_bad_record_is_reported_and_holds_up_no_other():
    wrong = package(3, title="", name=""), {"title": "ohne"}, "nonsense"
    script = package(4, url="javascript:alert(1)", resources=[{"url": "javascript:alert(1)"}, "x"], tags="x")
    with portal({"*": page(package(1), *wrong, script)}) as url:
        done = run(url=url)
    assert (done.state, done.seen, done.added, done.bad) == ("partial", 5, 2, 3)
    assert done.faults[0] == ("p3", "The record has no title.")
    saved = HarvestedSet.objects.get(identifier="p4")
    assert saved.files == [] and saved.landing.startswith("http://127.0.0.1")


REMOTE = b'{"@context": "http://127.0.0.1:1/c", "@id": "x"}'


BROKEN = (
    ("ckan", (500, "text/plain", b"")),
    ("ckan", (302, "text/plain", b"")),
    ("ckan", (200, "text/html", b"<html>welcome</html>")),
    ("ckan", (200, "application/json", b'{"success": false}')),
    ("ckan", (200, "application/json", b'{"success": true, "result": {"results": {}}}')),
    ("ckan", page("x", "y")),
    ("ckan", page(package(1))),
    ("dcat", (200, "text/html", b"<html>welcome</html>")),
    ("dcat", (200, "text/turtle", b"this is no turtle")),
    ("dcat", (200, "text/turtle", b"<urn:a> <urn:b> <urn:c> .")),
    ("dcat", (200, "application/ld+json", REMOTE)),
)


def a_broken_source_fails_and_what_is_known_stays():
    answers = {"*": page(*map(package, range(4)))}
    with portal(answers) as url:
        run(url=url)
        for kind, answer in BROKEN:
            answers["*"] = answer
            done = run(url=url, kind=kind)
            assert done.state == "failed" and done.error, (kind, answer)
    assert federation.harvested()[1] == 4


def who_cannot_be_reached_fails_and_the_house_is_closed_to_harvest(settings):
    with portal({"*": page(package(1))}) as url:
        settings.CONNECTOR_NETWORKS = ()
        assert run(url=url).state == "failed"  # an address inside
        settings.CONNECTOR_NETWORKS = LOOPBACK
    done = run()
    assert done.state == "failed" and done.error.startswith("The source cannot be reached")


def what_a_killed_worker_left_is_taken_up_and_five_times_is_enough():
    with portal({"*": page(package(1))}) as url:
        run(url=url)
        federation.start_harvest(by=actor("bureau"), id="other")
        left = "UPDATE federation_harvestrun SET state = 'running', token = 7, leased_until = now() {} "
        left += "WHERE ended_at IS NULL"
        for when, tries, done in (("+ interval '1 h'", 1, 0), ("- interval '1 s'", 1, 1)):
            with connection.cursor() as cursor:
                cursor.execute(left.format(when))
            assert federation.work_harvest() == done, tries
        assert federation.harvest_source(by=actor("bureau"), id="other").runs[0].state == "done"
        federation.start_harvest(by=actor("bureau"), id="other")
        HarvestRun.objects.filter(ended_at=None).update(tries=5)
        federation.work_harvest()
        assert (
            federation.harvest_source(by=actor("bureau"), id="other").runs[0].error.startswith("The work on this run")
        )


def a_schedule_asks_and_a_pause_ends_it():
    with portal({"*": page(package(1))}) as url:
        said = {"id": "other", "title": "别处", "kind": "ckan", "every": "24", "url": url}
        federation.save_harvest(by=actor("bureau"), said=said)
        assert federation.tend_harvest() == 1 and federation.tend_harvest() == 0 and federation.work_harvest() == 1
        assert federation.work_harvest() == 0
    for wrong, field in (({"id": "A"}, "id"), ({"title": ""}, "title"), ({"kind": "x"}, "kind"), ({"url": "x"}, "url"),
                         ({"every": "-1"}, "every")):  # fmt: skip
        with pytest.raises(InvalidError) as refused:
            federation.save_harvest(by=actor("bureau"), said=said | wrong)
        assert set(refused.value.fields) == {field}
    with pytest.raises(ForbiddenError):
        federation.save_harvest(by=actor("hrss"), said=said)
    with pytest.raises(NotFoundError):
        federation.harvest_source(by=actor("bureau"), id="ghost")


def test_other_catalogues_in_every_mood(city, near, settings):  # noqa: F811
    for story in (
        records_come_change_vanish_and_come_again,
        a_bad_record_is_reported_and_holds_up_no_other,
        a_broken_source_fails_and_what_is_known_stays,
        what_a_killed_worker_left_is_taken_up_and_five_times_is_enough,
        a_schedule_asks_and_a_pause_ends_it,
    ):
        HarvestSource.objects.all().delete()
        story()
    HarvestSource.objects.all().delete()
    who_cannot_be_reached_fails_and_the_house_is_closed_to_harvest(settings)


def test_the_bureau_tends_sources_and_the_public_sees_where_data_comes_from(city, near, desk):  # noqa: F811
    bureau, anybody = desk("bureau"), Client(headers={"accept-language": "en"})
    assert "No catalogue is harvested yet" in text(bureau.get("/office/data/harvest/"))
    form = {"id": "other", "title": "江苏数据", "kind": "ckan", "every": "x", "url": "ftp://x"}
    assert "Hours, from 0 to 744" in text(bureau.post("/office/data/harvest/new/", form), 422)
    with portal({"*": page(package(1), package(2, title="", name=""))}) as url:
        kept = bureau.post("/office/data/harvest/new/", form | {"every": "24", "url": url}).headers["location"]
        text(bureau.post(f"{kept}act/", {"deed": "start"}, follow=True))
        federation.work_harvest()
    shown = text(bureau.get(kept))
    assert "The record has no title." in shown and "Taken in part" in shown
    assert "Paused" in text(bureau.post(f"{kept}act/", {"deed": "pause"}, follow=True))
    assert "江苏数据" in text(anybody.get("/data/"))
    listed = text(anybody.get("/data/harvested/?q=数据"))
    assert "数据 1" in listed and "江苏数据" in listed
    one = HarvestedSet.objects.get()
    seen = text(anybody.get(f"/data/harvested/{one.pk}/"))
    assert "CC BY" in seen and f"{url}/dataset/p1" in seen and "https://other.example/1.csv" in seen
    HarvestedSet.objects.update(gone_at=one.first_seen)
    assert "not listed there any more" in text(anybody.get(f"/data/harvested/{one.pk}/"))
    assert "Nothing found" in text(anybody.get("/data/harvested/"))
    assert anybody.get("/data/harvested/0190b1f0-0000-7000-8000-000000000000/").status_code == 404
    assert desk("hrss").get("/office/data/harvest/").status_code == 403
