"""Aggregate: rows come from files, folders, servers and APIs, are judged, and are published once or put aside."""

import csv
import io
import json
import os
import zipfile
from dataclasses import replace
from datetime import timedelta
from ipaddress import ip_network

import duckdb
import pytest
import xlsxwriter
from tests.scenario.test_catalogue import actor, city, described, published  # noqa: F401 (the fixture)

from liangxi.core.lake import face as lake
from liangxi.kit import time
from liangxi.kit.actor import system
from liangxi.kit.errors import ForbiddenError, InvalidError, NotFoundError
from liangxi.systems.data import face as data
from liangxi.systems.data.connectors import folders
from liangxi.systems.data.models import Run, Source

HOUSE = system("test")
LOOPBACK = (ip_network("127.0.0.0/8"), ip_network("::1/128"))
FIELDS = [
    {"name": "citizen_id", "title": {"zh": "公民身份号码"}, "type": "text", "key": True, "element": "citizen_id",
     "subject": "person", "personal": True, "grade": "general-4"},
    {"name": "skill", "title": {"zh": "职业工种"}, "type": "code", "grade": "general-1"},
    {"name": "score", "title": {"zh": "成绩"}, "type": "number", "grade": "general-1"},
    {"name": "changed", "title": {"zh": "更新时间"}, "type": "datetime", "grade": "general-1"},
]  # fmt: skip


def numbered(first):
    from liangxi.core.people.rules.identity import citizen_id_check

    return first + citizen_id_check(first)


def rows(count, score="90.5"):
    return [[numbered(f"3202111980{n // 28 % 12 + 1:02d}{n % 28 + 1:02d}{n // 336:03d}"), "welder", score,
             "2026-01-02 03:04:05"] for n in range(count)]  # fmt: skip


def as_csv(body, head=("公民身份号码", "职业工种", "成绩", "更新时间"), encoding="utf-8"):
    out = io.StringIO()
    csv.writer(out).writerows([head, *body])
    return io.BytesIO(out.getvalue().encode(encoding))


@pytest.fixture
def zone(city, settings, tmp_path):  # noqa: F811
    home = {"home": tmp_path, "lake": tmp_path / "lake", "drops": tmp_path / "drops"}
    settings.CONFIG = replace(settings.CONFIG, **home)
    settings.CONNECTOR_NETWORKS = LOOPBACK
    Source.objects.update(is_active=False)  # those of the profile
    published(id="skills", fields=FIELDS)
    return tmp_path


def worked(run):
    data.work_runs(limit=5)
    return data.run(by=actor("hrss"), id=run)


def handed(name, content, **more):
    return worked(data.hand_in(by=actor("hrss"), resource="skills", name=name, content=content, **more))


def held():
    with lake.read(table=data.held(resource="skills").table) as reader:
        return {row[0]: row[1:] for row in reader.rows("SELECT citizen_id, skill, score FROM dataset")}


def declared(**said):
    definition = {"id": "skills-from", "resource": "skills", "title": {"zh": "来源"}} | said
    return data.save_source(by=actor("hrss"), definition=definition, secret=said.pop("secret", None))


def test_a_file_is_judged_and_published_once_with_a_report_of_what_is_wrong(zone):
    good = rows(40)
    bad = [["320211198001010035", "welder", "1", ""], [good[0][0], "x", "1", ""],
           [rows(41)[40][0], "cook", "1,5", ""], ["shifted"]]  # fmt: skip
    done = handed("技能.csv", as_csv(good + bad, encoding="gb18030"))
    assert (done.state, done.good, done.bad, done.version) == ("done", 40, 4, 1)
    assert len(held()) == 40 and str(held()[good[0][0]][1]) == "90.500000"
    assert {(f.field, f.reason) for f in done.faults} == {
        ("citizen_id", "is no citizen id (date or check character)"),
        ("citizen_id", "the key stands twice"),
        ("score", "is not a decimal that fits"),
        ("", "missing columns"),
    }
    text = data.report(by=actor("hrss"), run=done.id).read_text(encoding="utf-8-sig")
    lines = list(csv.reader(io.StringIO(text)))
    assert lines[0] == ["line", "field", "reason", "value"] and [one[0] for one in lines[1:]] == [
        "42",
        "43",
        "44",
        "45",
    ]
    assert "320211198001010035" not in text and ["44", "score", "is not a decimal that fits", "1,5"] in lines
    again = handed("技能 (1).csv", as_csv(good + bad, encoding="gb18030"))
    assert again.state == "repeated" and data.held(resource="skills").version == 1
    card = data.resource(by=actor("hrss"), id="skills").card
    assert card.delivered_rows == 40 and card.freshness == "fresh"
    with pytest.raises(ForbiddenError):
        data.hand_in(by=actor("clerk"), resource="skills", name="a.csv", content=as_csv(good))
    with pytest.raises(NotFoundError):
        data.run(by=actor("police"), id=done.id)
    for name, content in (("a.exe", b"MZ"), ("a.csv", b"")):
        with pytest.raises(InvalidError):
            data.hand_in(by=actor("hrss"), resource="skills", name=name, content=io.BytesIO(content))
    assert Run.objects.count() == 2 and not list((zone / "deliveries").rglob("*.draft"))


def excel(body, head=("公民身份号码", "职业工种", "成绩", "更新时间")):
    out = io.BytesIO()
    with xlsxwriter.Workbook(out) as book:
        sheet = book.add_worksheet()
        for n, row in enumerate([head, *body]):
            sheet.write_row(n, 0, row)
    out.seek(0)
    return out


def parquet(place, body):
    names = "citizen_id, skill, score, changed"
    values = ", ".join(str(tuple(row)) for row in body)
    duckdb.sql(f"COPY (SELECT * FROM (VALUES {values}) AS t({names})) TO '{place}' (FORMAT parquet)")
    return io.BytesIO(place.read_bytes())


def bomb():
    out = io.BytesIO()
    with (
        zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as packed,
        packed.open("xl/worksheets/sheet1.xml", "w", force_zip64=True) as file,
    ):
        for _ in range(500):
            file.write(bytes(1 << 20))
    out.seek(0)
    return out


def test_workbooks_json_and_parquet_are_taken_in_and_what_is_none_of_them_is_refused(zone):
    body = rows(6)
    keys = ("公民身份号码", "skill", "score", "changed")
    lines = "\n".join(json.dumps(dict(zip(keys, row, strict=True)), ensure_ascii=False) for row in body[:5])
    whole = json.dumps([dict(zip(keys, row, strict=True)) for row in body[:4]])
    for name, content, count in (
        ("a.xlsx", excel(body), 6),
        ("a.jsonl", io.BytesIO(lines.encode()), 5),
        ("a.json", io.BytesIO(whole.encode()), 4),
        ("a.parquet", parquet(zone / "a.parquet", body), 6),
        ("a.tsv", io.BytesIO(as_csv(body[:5]).read().replace(b",", b"\t")), 5),
    ):
        done = handed(name, content)
        assert (done.state, done.good, len(held())) == ("done", count, count), (name, done)
    for name, content, code in (
        ("bomb.xlsx", bomb(), "Unpacked, the file is larger than can be read; send CSV."),
        ("text.xlsx", io.BytesIO(b"no workbook"), "The file cannot be read as Excel."),
        ("torn.parquet", io.BytesIO(b"PAR1" + bytes(100)), "The file cannot be read as Parquet."),
        ("binary.csv", io.BytesIO(bytes(range(256)) * 50), "The file is no text, though its name says so."),
        ("other.csv", io.BytesIO(b"a,b\n1,2\n"), "The source has no such column."),
    ):
        failed = handed(name, content)
        assert (failed.state, failed.error) == ("failed", code), failed
    garbage = io.BytesIO(
        b"citizen_id,skill\n" + b"".join(os.urandom(6).hex().encode() + b",x\n" for _ in range(50_000))
    )
    refused = handed("garbage.csv", garbage)
    assert refused.state == "refused" and refused.bad == 50_000 and data.held(resource="skills").version == 5
    few = handed("torn.csv", as_csv(body[:1]))
    assert few.state == "refused" and few.error.startswith("The file has %(good)s good rows") and len(held()) == 5


def test_a_source_says_what_it_is_and_each_fault_has_its_field(zone):
    with pytest.raises(InvalidError) as refused:
        declared(kind="sftp", schedule="every 1s", mode="x", threshold=2, columns={"a": "nothing"}, required=["no"],
                 codes={"skill": "no-list"}, settings={"host": "h", "port": "x", "more": 1})  # fmt: skip
    assert set(refused.value.fields) == {
        "schedule", "mode", "threshold", "columns.a", "required", "settings.user", "settings.port",
        "settings.host_key", "settings.more"}  # fmt: skip
    with pytest.raises(InvalidError):
        declared(kind="folder", settings={"folder": "../../etc"})
    with pytest.raises(ForbiddenError):
        data.save_source(
            by=actor("police"), definition={"id": "x", "resource": "skills", "title": "x", "kind": "upload"}
        )
    id = declared(kind="upload", codes={"skill": ["welder"]}, required=["score"], threshold=0.5)
    body = [*rows(4), [rows(5)[4][0], "cook", "1", ""], [rows(6)[5][0], "welder", "", ""]]
    done = handed("a.csv", as_csv(body), source=id)
    assert (done.good, {(f.field, f.reason) for f in done.faults}) == (
        4, {("skill", "is none of the codes"), ("score", "is missing")})  # fmt: skip


def test_files_dropped_into_a_folder_come_in_order_and_once(zone):
    id = declared(kind="folder", schedule="every 10m", mode="upsert", settings={"pattern": "*.csv"})
    place = zone / "drops" / id
    assert data.tend_sources() == 1 and data.work_runs(limit=3) == 1 and not Run.objects.exists()  # nothing there
    place.mkdir(parents=True, exist_ok=True)
    (place / "2.csv").write_bytes(as_csv(rows(3, "2")).read())
    (place / "1.csv").write_bytes(as_csv(rows(5, "1")).read())
    (place / "3.csv.part").write_bytes(b"half")
    for n, age in (("1.csv", 100), ("2.csv", 50)):
        os.utime(place / n, (folders.now() - age,) * 2)
    assert data.tend_sources() == 0  # not before ten minutes are over
    data.start_run(by=actor("hrss"), source=id)
    assert data.work_runs(limit=5) == 2
    assert [(one.file, one.state, one.good) for one in data.runs_of(by=actor("hrss"), source=id)] == [
        ("2.csv", "done", 3), ("1.csv", "done", 5)]  # fmt: skip
    assert sorted(str(score) for _, score in held().values()) == ["1.000000"] * 2 + ["2.000000"] * 3
    data.start_run(by=actor("hrss"), source=id)
    data.work_runs(limit=5)
    assert Run.objects.count() == 2
    data.pause_source(by=actor("hrss"), id=id, is_active=False)
    Source.objects.update(next_at=time.now() - timedelta(days=1))
    assert data.tend_sources() == 0


def test_who_waits_can_stop_a_run_and_run_it_again(zone):
    run = data.hand_in(by=actor("hrss"), resource="skills", name="a.csv", content=as_csv(rows(3)))
    data.cancel_run(by=actor("hrss"), id=run)
    assert worked(run).state == "cancelled" and data.held(resource="skills") is None
    again = worked(data.retry_run(by=actor("hrss"), id=run))
    assert (again.state, again.good) == ("done", 3)
    assert described()["org"] == "hrss"
