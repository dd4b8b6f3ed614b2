"""开放: asked by the department, judged by the privacy gate, decided by another, read by everybody, closed at once."""

import io
import json
from datetime import datetime

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from tests.scenario.test_catalogue import HOUSE, PASSWORD, actor, city, described  # noqa: F401 (the fixture)

from liangxi.core.lake import face as lake
from liangxi.core.people import face as people
from liangxi.core.people.shapes import AccountRow, roles
from liangxi.kit.errors import ForbiddenError, HouseError, InvalidError, NotFoundError
from liangxi.systems.data import face as data
from liangxi.systems.data.face import opendata, opening
from liangxi.systems.data.rules import datasets
from liangxi.systems.data.rules.catalogue import as_json
from liangxi.systems.data.shapes.opening import Wanted

LICENCE = {"wuxi-open": {"title": {"zh": "使用条款", "en": "Terms of use"},
                         "text": {"zh": "可自由使用。", "en": "Free."},
                         "conditions": [{"zh": "注明来源", "en": "Name the source"}], "basis": "示例"}}  # fmt: skip
CITIZEN = "32021119900307621" + people.citizen_id_check("32021119900307621")


def deliver(resource, rows, mode="replace"):
    """What a connector does: the rows into the lake, and the catalogue told."""
    made = data.resource(by=HOUSE, id=resource).definition
    spec = datasets.spec_of(resource, made.fields)
    lake.declare(by=HOUSE, spec=spec)
    version = lake.write(by=HOUSE, table=spec.name, rows=pa.Table.from_pylist(rows), source="test", mode=mode)
    data.record_delivery(by=HOUSE, resource=resource, at=version.published_at, rows=version.rows)
    return version


def moment(minute):
    return datetime(2026, 11, 25, 8, minute)  # noqa: DTZ001 official time without a zone, as the lake keeps it


def buses(n=30):
    return [{"vehicle": f"B{i:03}", "line": f"{i % 3 + 1}路", "position": f"POINT ({120.2 + i / 100} {31.5 + i / 100})",
             "seen_at": moment(i)} for i in range(n)]  # fmt: skip


def terms(*columns, **other):
    return {"columns": list(columns), "masks": {}, "rows": None, "quasi": [], "group": 5, "counts": []} | other


BUS = terms("vehicle", "line", "position", "seen_at")


def opened(resource="bus-position", said=BUS, rows=None):
    """A resource that is open."""
    deliver(resource, buses() if rows is None else rows)
    opening.ask_opening(by=actor("transport"), resource=resource, terms=said, licence="wuxi-open")
    opening.decide_opening(by=actor("bureau"), resource=resource, outcome="open")


@pytest.fixture
def zone(city):  # noqa: F811
    opening.load_licences(by=HOUSE, licences=LICENCE)
    people.load_accounts(by=HOUSE, rows=[
        AccountRow(login=login, kind="staff", name=login, password=PASSWORD, posts=((login, roles.STEWARD),))
        for login in ("transport", "market")
    ])  # fmt: skip


def test_a_resource_is_asked_for_opened_by_another_and_closed_at_once(zone):
    steward, bureau = actor("transport"), actor("bureau")
    with pytest.raises(NotFoundError):
        opendata.dataset(id="bus-position")
    with pytest.raises(ForbiddenError):
        opening.ask_opening(by=actor("hrss"), resource="bus-position", terms=BUS, licence="wuxi-open")
    for wrong, field in ((terms("ghost"), "columns"), (terms("line", group=1), "group"), (BUS | {"counts": ["line"]},
                          "counts"), (terms("line", quasi=["vehicle"]), "quasi")):  # fmt: skip
        with pytest.raises(InvalidError) as refused:
            opening.ask_opening(by=steward, resource="bus-position", terms=wrong, licence="wuxi-open")
        assert set(refused.value.fields) == {field}
    opening.ask_opening(by=steward, resource="bus-position", terms=BUS, licence="wuxi-open")
    with pytest.raises(HouseError) as refused:
        opening.decide_opening(by=bureau, resource="bus-position", outcome="open")
    assert refused.value.code == "data.opening.empty"
    deliver("bus-position", buses())
    with pytest.raises(ForbiddenError):
        opening.decide_opening(by=steward, resource="bus-position", outcome="open")
    assert opening.opening(by=bureau, resource="bus-position").actions == ("decide",)
    opening.decide_opening(by=bureau, resource="bus-position", outcome="open")

    found = opendata.dataset(id="bus-position")
    assert (found.card.version, found.card.rows, found.card.has_place, found.moment) == (1, 30, True, "seen_at")
    assert found.licence.id == "wuxi-open" and found.box == pytest.approx((120.2, 31.5, 120.49, 31.79))
    assert dict(found.columns[1].profile["top"]) == {"1路": 10, "2路": 10, "3路": 10}
    page = opendata.datasets(query="公交")
    assert [one.id for one in page.rows] == ["bus-position"] and page.facets["org"][0].value == "transport"
    assert opendata.datasets(narrow={"place": "no"}).total == 0

    opening.withdraw_opening(by=bureau, resource="bus-position", reason="坐标精度过高")
    for ask in (opendata.dataset, opendata.rows, opendata.file):
        with pytest.raises(NotFoundError):
            ask(id="bus-position", **({"format": "csv"} if ask is opendata.file else {}))
    assert opendata.datasets(query="公交").total == opendata.datasets().total == 0


def test_rows_are_chosen_ordered_and_counted_within_what_is_open(zone):
    opened(said=terms("line", "position", "seen_at"))
    rows = opendata.rows(id="bus-position", wanted=Wanted(columns=("line",), limit=5, sort=(("seen_at", True),)))
    assert rows.columns == ("line",) and len(rows.rows) == 5 and rows.total == 30
    assert rows.rows[0] == ("3路",)
    two = opendata.rows(id="bus-position", wanted=Wanted(equal=(("line", ("2路",)),), limit=3, offset=9))
    assert (two.total, len(two.rows)) == (10, 1)
    assert opendata.rows(id="bus-position", wanted=Wanted(text="3路")).total == 10
    assert opendata.rows(id="bus-position", wanted=Wanted(box=(120.2, 31.5, 120.255, 31.6))).total == 6
    late = Wanted(moment="seen_at", since=moment(20))
    assert opendata.rows(id="bus-position", wanted=late).total == 10
    ids = opendata.rows(id="bus-position", wanted=Wanted(limit=30)).ids
    assert len(set(ids)) == 30  # the key is hidden, so a row is named by a hash of what is shown
    assert opendata.rows(id="bus-position", wanted=Wanted(row=ids[7])).total == 1
    for wrong in (Wanted(columns=("vehicle",)), Wanted(sort=(("vehicle", False),)), Wanted(limit=10**6),
                  Wanted(equal=(("vehicle", ("B001",)),)), Wanted(equal=(("seen_at", ("noon",)),))):  # fmt: skip
        with pytest.raises(InvalidError):
            opendata.rows(id="bus-position", wanted=wrong)


def test_files_of_a_version_hold_what_is_open_and_no_formula(zone):
    opened(rows=[one | {"line": "=1+1"} for one in buses(3)])
    number, pieces = opendata.file(id="bus-position", format="csv")
    text = b"".join(pieces).decode("utf-8-sig")
    assert number == 1 and text.splitlines()[0] == '"vehicle","line","position","seen_at"' and '"\'=1+1"' in text
    lines = b"".join(opendata.file(id="bus-position", format="jsonl")[1]).splitlines()
    assert [json.loads(one)["line"] for one in lines] == ["=1+1"] * 3
    whole = pq.read_table(io.BytesIO(b"".join(opendata.file(id="bus-position", format="parquet")[1])))
    assert whole.column("vehicle").to_pylist() == ["B000", "B001", "B002"]
    assert opendata.dataset(id="bus-position").card.downloads == 3


def test_the_gate_finds_what_points_at_a_person_anywhere_in_a_text(zone):
    for line, kind in ((f"联系{CITIZEN}", "citizen-id"), ("电话13812345678转1", "phone"),
                       ("6222020903001483077", "bank-card"), ("苏B12345停靠", "plate")):  # fmt: skip
        deliver("bus-position", [one | {"line": line if n < 25 else None} for n, one in enumerate(buses())])
        opening.ask_opening(by=actor("transport"), resource="bus-position", terms=BUS, licence="wuxi-open")
        report = opening.opening(by=actor("bureau"), resource="bus-position").report
        failed = [(one.check, one.column, one.kind) for one in report if not one.passed]
        assert failed == [("content", "line", kind)] and line not in repr(report)
    with pytest.raises(InvalidError) as refused:
        opening.decide_opening(by=actor("bureau"), resource="bus-position", outcome="open")
    assert refused.value.code == "data.opening.gate"
    masked = BUS | {"masks": {"line": {"kind": "null"}}}
    opening.ask_opening(by=actor("transport"), resource="bus-position", terms=masked, licence="wuxi-open")
    opening.decide_opening(by=actor("bureau"), resource="bus-position", outcome="open")
    assert {row[1] for row in opendata.rows(id="bus-position").rows} == {None}


def test_every_new_version_passes_the_gate_before_it_is_public(zone):
    opened()
    assert opening.check_openings() == 0
    deliver("bus-position", [one | {"line": "13812345678"} for one in buses()])
    assert opendata.rows(id="bus-position").rows[0][1] == "1路"  # not before the gate
    assert opening.check_openings() == 1
    assert opendata.rows(id="bus-position").version == 1  # nor after it refused
    assert [one.state for one in opening.open_versions(by=actor("bureau"), resource="bus-position")] == [
        "refused", "public"]  # fmt: skip
    deliver("bus-position", buses(40))
    assert opening.check_openings() == 1 and opening.check_openings() == 0
    assert opendata.rows(id="bus-position").total == 40
    assert opendata.rows(id="bus-position", version=1).total == 30
    lake.correct(by=HOUSE, table="bus_position", source="late", changes=pa.Table.from_pylist(
        [{"vehicle": "B000", "line": "9路"}]))  # fmt: skip
    assert opening.check_openings() == 1
    assert opendata.rows(id="bus-position").rows[0][1] == "9路"
    lake.compact(by=HOUSE, table="bus_position")
    assert opening.check_openings() == 1  # the same rows in other files: no new version
    assert [one.number for one in opendata.dataset(id="bus-position").versions] == [4, 3, 1]
    assert opendata.rows(id="bus-position").rows[0][1] == "9路"


def test_other_terms_close_the_versions_that_were_judged_by_the_old_ones(zone):
    opened(said=terms("vehicle", "line"))
    opening.ask_opening(by=actor("transport"), resource="bus-position", terms=terms("line"), licence="wuxi-open")
    assert opendata.dataset(id="bus-position").card.fields == 2  # until the bureau decides
    opening.decide_opening(by=actor("bureau"), resource="bus-position", outcome="open")
    assert opendata.rows(id="bus-position").columns == ("line",)
    with pytest.raises(NotFoundError):
        opendata.rows(id="bus-position", version=1)


def test_small_groups_and_small_cells_are_not_opened(zone):
    rows = [{"uscc": f"X{n:03}", "firm_name": "a" if n < 27 else "b", "entity_kind": "kind"} for n in range(30)]
    made = data.resource(by=HOUSE, id="market-entity").definition
    names = [field.name for field in made.fields]
    deliver("market-entity", [{name: row.get(name) for name in names} for row in rows])
    for group, passes in ((3, True), (4, False)):
        said = terms("firm_name", quasi=["firm_name"], group=group)
        opening.ask_opening(by=actor("market"), resource="market-entity", terms=said, licence="wuxi-open")
        report = opening.opening(by=actor("bureau"), resource="market-entity").report
        found = next(one for one in report if one.check == "group")
        assert (found.passed, found.count) == (passes, 0 if passes else 1)


def test_what_is_graded_higher_later_is_closed_without_anybody_acting(zone):
    opened()
    made = data.resource(by=HOUSE, id="bus-position").definition
    said = as_json(made)
    said["fields"][1]["grade"] = "general-4"
    data.save_draft(by=actor("transport"), definition=said)
    data.submit_resource(by=actor("transport"), id="bus-position")
    assert opendata.dataset(id="bus-position")
    data.review_resource(by=actor("bureau"), id="bus-position", outcome="publish")
    with pytest.raises(NotFoundError):
        opendata.rows(id="bus-position")
    assert opendata.datasets().total == 0
