"""Integrate: transforms over delivered resources, the lineage of each column, subject registers by authority."""

import os
from dataclasses import replace

import pytest
from tests.scenario.test_catalogue import actor, city  # noqa: F401 (the fixture)
from tests.scenario.test_connectors import as_csv, numbered
from tests.scenario.test_data_pages import desk, text  # noqa: F401 (the fixture)

from liangxi.core.lake import face as lake
from liangxi.kit.actor import system
from liangxi.kit.errors import InvalidError
from liangxi.systems.data import face as data
from liangxi.systems.data.connectors import folders
from liangxi.systems.data.models import LineageEdge, TransformRun
from liangxi.systems.data.queries import connectors
from liangxi.systems.data.rules import transforming

HOUSE = system("test")
A, B, C = (numbered(f"3202111980010100{n}") for n in (1, 3, 5))
DROPS = {
    "police-residents": (("公民身份号码", "姓名", "性别", "出生日期", "手机号码", "居住地址"),
                         [[A, "甲", "1", "1980-01-01", "", "无锡市梁溪区 中山路１２号"],
                          [B, "乙", "1", "1980-01-01", "", ""]]),
    "medicare-insured": (("citizen_id", "name", "medical_kind", "medical_state", "since"),
                         [[A, "甲旧名", "310", "1", "2020-01-01"], [C, "丙", "310", "2", "2020-01-01"]]),
    "police-licences": (("citizen_id", "name", "classes", "valid_to"), [[B, "乙", "C1", "2030-01-01"]]),
}  # fmt: skip


@pytest.fixture
def house(city, catalogued, settings, tmp_path):  # noqa: F811
    where = {"home": tmp_path, "lake": tmp_path / "lake", "drops": tmp_path / "drops"}
    settings.CONFIG = replace(settings.CONFIG, cities=catalogued.parent, city=catalogued.name, **where)
    return tmp_path


def delivered(house, only=tuple(DROPS)):
    for source in only:
        head, body = DROPS[source]
        place = house / "drops" / source / f"{len(list((house / 'drops').rglob('*')))}.csv"
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_bytes(as_csv(body, head).read())
        os.utime(place, (folders.now() - 60,) * 2)
        data.start_run(by=HOUSE, source=source)
    assert data.work_runs(limit=10) == len(only)


def persons():
    with lake.read(table="subject_person") as reader:
        sql = "SELECT citizen_id, name, address, medical_state, driving_classes FROM dataset"
        return {row[0]: row[1:] for row in reader.rows(sql)}


def test_a_subject_register_is_made_by_authority_with_the_lineage_of_each_column(house, desk):  # noqa: F811
    assert data.transform_due(limit=5) == 0  # nothing was delivered yet
    delivered(house)
    assert data.transform_due(limit=5) == 1 and data.transform_due(limit=5) == 0
    assert persons() == {
        A: ("甲", "无锡市梁溪区 中山路１２号", "1", None),  # the name of the police, who are its source
        B: ("乙", None, None, "C1"),
        C: ("丙", None, "2", None),
    }
    seen = data.lineage_of(by=actor("clerk"), resource="subject-person")
    names = {(one.resource, one.source_field) for one in seen.origins if one.field == "name"}
    assert names == {("resident-population", "name"), ("medical-insurance", "name"), ("driving-licence", "name")}
    assert {one.version for one in seen.origins} == {"1.0"} and seen.runs[0].state == "done"
    assert ("driving_classes", "driving-licence", "classes") in {
        (one.field, one.resource, one.source_field) for one in seen.origins
    }
    uses = data.lineage_of(by=actor("clerk"), resource="driving-licence").uses
    assert ("classes", "subject-person", "driving_classes") in {(own, id, field) for own, _, id, field in uses}
    page = text(desk("clerk").get("/office/data/lineage/subject-person/"))
    assert "Persons merged" in page and "driving_classes" not in page.split("<main")[0]
    text(desk("clerk").get("/office/data/lineage/driving-licence/"))
    DROPS["police-licences"][1].append([A, "甲", "C2", "2031-01-01"])
    try:
        delivered(house, ("police-licences",))
    finally:
        DROPS["police-licences"][1].pop()
    assert data.transform_due(limit=5) == 1 and persons()[A][3] == "C2"
    assert data.held(resource="subject-person").version == 2
    assert TransformRun.objects.count() == 2 and LineageEdge.objects.filter(run__data_version="2.0").exists()


def test_a_transform_that_is_none_is_told_by_its_step(city):  # noqa: F811
    known = {id: connectors.definition_in_force(id) for id in ("subject-licence", "food-licence")}
    said = {"id": "x", "target": "subject-licence", "title": {"zh": "x", "en": "x"}, "inputs": {"food": "food-licence"}}
    for sql, where in (
        ("SELECT 1 AS kind FROM food", "steps"),
        ("SELECT * FROM nothing", "steps.0"),
        ("SELECT * FROM read_csv('/etc/passwd')", "steps.0"),
        ("DROP TABLE food", "steps.0"),
        ("SELECT (", "steps.0"),
    ):
        with pytest.raises(InvalidError) as refused:
            transforming.compile_transform(said | {"steps": [{"name": "a", "sql": sql}]}, known)
        assert where in refused.value.fields, sql
    with pytest.raises(InvalidError):
        transforming.compile_transform(said | {"inputs": {"food": "gone"}, "steps": []}, known)


def test_addresses_and_names_have_one_form():
    assert transforming.normal_address("江苏省无锡市梁溪区 中山路１２#") == "梁溪区中山路12号"
    assert transforming.normal_name("无锡（太湖） 科技有限公司") == "无锡(太湖)科技有限公司"
