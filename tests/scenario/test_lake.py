"""The lake through its door: load, read, correct, compact, look back, hand on; other engines see the same."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from pathlib import Path

import duckdb
import pyarrow as pa
import pytest

from liangxi.core.audit import face as audit
from liangxi.core.lake import face as lake
from liangxi.core.lake.errors import BusyError, FencedError
from liangxi.core.lake.shapes import Cursor, Field, TableSpec
from liangxi.kit import time
from liangxi.kit.actor import system
from liangxi.kit.errors import ConflictError, InvalidError, NotFoundError

HOUSE = system("test")
local = datetime.fromisoformat  # without a zone: official time of China
SPEC = TableSpec(
    name="residents",
    fields=(
        Field(name="id", required=True), Field(name="姓名", required=True), Field(name="born", type="date"),
        Field(name="income", type="decimal", digits=12, scale=2), Field(name="children", type="int"),
        Field(name="insured", type="bool"), Field(name="seen", type="timestamp"),
        Field(name="place", type="geometry"), Field(name="score", type="double"),
    ),
    key=("id",), buckets=4, description="示例居民",
)  # fmt: skip
HEADER = "姓名,id,born,income,children,insured,seen,place,score,unknown\n"


@pytest.fixture
def home(db, settings, tmp_path):
    settings.CONFIG = replace(settings.CONFIG, lake=tmp_path / "lake")
    return tmp_path


def csv_of(place, text, encoding="utf-8"):
    path = place / "source.csv"
    path.write_bytes(text.encode(encoding))
    return path


def loaded(place, rows=100, **options):
    lake.declare(by=HOUSE, spec=SPEC)
    lines = (
        f"人{n},{n:04d},1980-01-{n % 28 + 1:02d},{n}.50,{n % 3},是,2026-01-01 08:00:00,POINT(1 2),0.5,x"
        for n in range(rows)
    )
    return lake.load(
        by=HOUSE, table="residents", file=csv_of(place, HEADER + "\n".join(lines)), source="公安", **options
    )


def people(keys=None, **options):
    with lake.read(table="residents", keys=keys, **options) as reader:
        return dict(reader.rows('SELECT id, "姓名" FROM dataset ORDER BY id'))


def changed(**columns):
    return lake.correct(by=HOUSE, table="residents", changes=pa.table(columns), source="更正")


def test_a_file_becomes_a_version_that_is_read_by_key_and_by_sql(home):
    heard = []
    version = loaded(home, told=lambda *step: heard.append(step))
    assert (version.number, version.kind, version.rows, version.bad_rows) == (1, "load", 100, 0)
    assert version.bytes > 0 and len(version.sha256) == 64 and version.by == "system:test"
    assert heard[0][0] == "read" and heard[-1] == ("write", 4, 4)
    with lake.read(table="residents", keys=["0007"]) as reader:
        assert len(reader.state.files) == 1
        assert reader.rows() == [
            ("0007", "人7", date(1980, 1, 8), Decimal("7.50"), 1, True, local("2026-01-01 08:00"), "POINT(1 2)", 0.5)
        ]
        assert [one["children"] for one in reader.records("SELECT children FROM dataset WHERE id = ?", ["0007"])] == [1]
    assert people(keys=["0007", "0099", "gone"]) == {"0007": "人7", "0099": "人99"}
    assert people(keys=[]) == {}
    with lake.read(table="residents") as reader:
        assert reader.rows("SELECT count(*), sum(income) FROM dataset") == [(100, Decimal("5000.00"))]
    assert lake.table(name="residents").version == 1 and [t.spec.name for t in lake.tables()] == ["residents"]


def test_bad_rows_are_put_aside_with_line_and_reason_and_the_others_are_published(home):
    lake.declare(by=HOUSE, spec=SPEC)
    text = HEADER + (
        "甲,1,2024/1/5,1.50,1,是,2026-01-01 08:00,,1,\n"
        "乙,2,20240105,1,1,no,2026-01-01T00:00:00Z,,,\n"
        "torn,3\n"
        "丙,4,notaday,1,1,是,,,,\n"
        "丁,5,,1.239,1,是,,,,\n"
        "戊,6,,1,1.5,是,,,,\n"
        ",7,,1,1,是,,,,\n"
        "己,,,1,1,是,,,,\n"
        "庚,1,,1,1,是,,,,\n"
        "辛,8,,1,1,maybe,,,,\n"
    )
    version = lake.load(by=HOUSE, table="residents", file=csv_of(home, text, "gb18030"), source="x")
    assert people() == {"1": "甲", "2": "乙"} and version.bad_rows == 8
    with lake.read(table="residents") as reader:
        assert reader.rows("SELECT DISTINCT born, seen FROM dataset") == [(date(2024, 1, 5), local("2026-01-01 08:00"))]
    path = lake.bad_rows(table="residents", version=1)
    found = duckdb.sql(f"SELECT line, field, reason FROM read_csv('{path}') ORDER BY line").fetchall()
    assert [(line, field) for line, field, _ in found[1:]] == [
        (5, "born"), (6, "income"), (7, "children"), (8, "姓名"), (9, "id"), (10, "id"), (11, "insured"),
    ]  # fmt: skip
    assert found[0][0] == 4 and "missing columns" in found[0][2]
    assert [reason for _, _, reason in found[1:3]] == ["is not a date", "is not a decimal that fits"]
    assert lake.bad_rows(table="residents", version=1).is_relative_to(home / "lake")


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("", "lake.source.empty"),
        ("id,id\n1,2\n", "lake.source.header"),
        ("other\n1\n", "lake.source.columns"),
        ("id,姓名,born\n1,甲,never\n", "lake.load.bad"),
    ],
)
def test_a_file_of_which_nothing_is_good_changes_nothing(home, text, code):
    loaded(home, 3)
    with pytest.raises(InvalidError) as refused:
        lake.load(by=HOUSE, table="residents", file=csv_of(home, text), source="x")
    assert refused.value.code == code
    assert len(people()) == 3 and len(lake.versions(table="residents")) == 1


def test_a_gate_sees_the_good_rows_and_may_refuse_them(home):
    def gate(query):
        if query("SELECT count(*) FROM dataset WHERE children > 1")[0][0]:
            raise InvalidError("test.gate", "too many")

    with pytest.raises(InvalidError):
        loaded(home, 3, gate=gate)
    assert not lake.versions(table="residents") and loaded(home, 2, gate=gate).rows == 2
    assert len(list((home / "lake/residents/data").iterdir())) == len(set(lake_files()))


def lake_files():
    with lake.read(table="residents") as reader:
        return reader.state.files


def test_adding_rows_keeps_the_old_ones_and_refuses_known_keys(home):
    loaded(home, 10)
    more = pa.table({"id": ["0003", "9001"], "姓名": ["again", "new"]})
    version = lake.write(by=HOUSE, table="residents", rows=more.to_reader(), source="y", mode="append")
    assert (version.number, version.rows, version.bad_rows) == (2, 11, 1)
    assert people(keys=["0003", "9001"]) == {"0003": "人3", "9001": "new"} and len(people(version=1)) == 10
    changed(id=["9001"], _op=["delete"])
    assert lake.write(by=HOUSE, table="residents", rows=pa.table({"id": ["9001", "9002"], "姓名": ["a", "b"]}),
                      source="z", mode="append").bad_rows == 1  # fmt: skip
    assert people(keys=["9001", "9002"]) == {"9002": "b"}


def test_corrections_are_seen_at_once_and_compaction_changes_nothing_that_is_read(home):
    loaded(home, 50)
    batch = changed(id=["0001", "0002", "new", "0001"], 姓名=["one", None, "brand new", "last"],
                    _op=["upsert", "delete", "upsert", "UPSERT"])  # fmt: skip
    assert (batch.number, batch.upserts, batch.deletes, batch.bad_rows) == (1, 3, 1, 0)
    seen = people()
    assert (seen["0001"], seen["new"], "0002" in seen, len(seen)) == ("last", "brand new", False, 50)
    assert people(keys=["0001", "0002"]) == {"0001": "last"} and people(version=1)["0001"] == "人1"
    assert lake.table(name="residents").waiting == 1
    assert lake.compact(by=HOUSE) == 1 and lake.compact(by=HOUSE) == 0
    assert people() == seen and people(version=2) == seen and people(version=1)["0001"] == "人1"
    head = lake.versions(table="residents")[0]
    assert (head.kind, head.batch, head.rows) == ("compaction", 1, 50) and not lake_state().late
    assert not lake.verify(table="residents")


def lake_state():
    with lake.read(table="residents") as reader:
        return reader.state


@pytest.mark.parametrize("is_compacted", [False, True])
def test_the_change_that_is_valid_from_the_latest_day_counts_whenever_it_comes(home, is_compacted):
    loaded(home, 5)
    june, may = local("2026-06-01"), local("2026-05-01")
    changed(id=["0001", "0002"], 姓名=["june", None], _op=["upsert", "delete"], _valid_from=[june, june])
    if is_compacted:
        lake.compact(by=HOUSE, table="residents")
    changed(id=["0001", "0002", "0003"], 姓名=["may", "may", "may"], _valid_from=[may, may, may])
    for _ in range(2):
        assert people(keys=["0001", "0002", "0003"]) == {"0001": "june", "0003": "may"}
        assert people() == {"0000": "人0", "0001": "june", "0003": "may", "0004": "人4"}
        lake.compact(by=HOUSE, table="residents")
    changed(id=["0001", "0002"], 姓名=["later", "back"], _valid_from=[june, june])
    assert people(keys=["0001", "0002"]) == {"0001": "later", "0002": "back"}


def test_bad_changes_are_put_aside_and_an_empty_batch_is_refused(home):
    loaded(home, 5)
    tomorrow = local("2999-01-01")
    batch = changed(id=["0001", "0002", "0003", None], 姓名=["ok", "x", "y", "z"],
                    _op=["upsert", "merge", "upsert", "upsert"], _valid_from=[None, None, tomorrow, None])  # fmt: skip
    assert (batch.upserts, batch.bad_rows) == (1, 3) and people(keys=["0001", "0002"])["0001"] == "ok"
    assert "lies in the future" in lake.bad_rows(table="residents", batch=1).read_text()
    with pytest.raises(InvalidError, match=r"lake\.batch\.empty"):
        changed(id=["0001"], _op=["merge"])


def test_the_past_is_read_as_it_was(home):
    begin = datetime(2026, 3, 1, tzinfo=UTC)
    with time.frozen(begin):
        loaded(home, 3)
    with time.frozen(begin + timedelta(days=1)):
        changed(id=["0001"], 姓名=["first"])
    with time.frozen(begin + timedelta(days=2)):
        lake.compact(by=HOUSE, table="residents")
        changed(id=["0001"], 姓名=["second"])
    with time.frozen(begin + timedelta(hours=1)):  # a clock put back does not change the order
        changed(id=["0001"], 姓名=["third"])
    names = [people(as_of=begin + timedelta(days=d))["0001"] for d in (0, 1, 2)]
    assert names == ["人1", "first", "third"] and people(as_of=begin - timedelta(days=1)) == {}
    assert people(as_of=begin + timedelta(days=2), keys=["0001"]) == {"0001": "third"}
    for options in ({"version": 9}, {"version": 1, "as_of": begin}, {"as_of": local("2026-01-01")}):
        with pytest.raises((InvalidError, NotFoundError)):
            people(**options)


def apply(before, changes):
    for one in changes:
        if one["_op"] == "delete":
            before.pop(one["id"], None)
        else:
            before[one["id"]] = one["姓名"]
    return before


def test_the_feed_leads_from_any_state_to_the_newest(home):
    loaded(home, 20)
    cursor, first = lake.changes(table="residents", since=Cursor())
    mirror = apply({}, first)
    assert mirror == people() and cursor == Cursor(version=1, batch=0)
    changed(id=["0001", "0002"], 姓名=["a", None], _op=["upsert", "delete"])
    lake.compact(by=HOUSE, table="residents")
    changed(id=["0003"], 姓名=["b"])
    cursor, found = lake.changes(table="residents", since=cursor)
    found = list(found)
    assert [one["_batch"] for one in found] == [1, 1, 2] and apply(mirror, found) == people()
    loaded(home, 10)
    cursor, found = lake.changes(table="residents", since=cursor)
    found = list(found)
    assert len(found) == 13 and apply(mirror, found) == people() and len(mirror) == 10
    assert not list(lake.changes(table="residents", since=cursor)[1])


def test_files_for_others_are_whole_and_harmless(home):
    lake.declare(by=HOUSE, spec=SPEC)
    rows = pa.table({"id": ["1", "2"], "姓名": ["=cmd()", 'a "b"']})
    lake.write(by=HOUSE, table="residents", rows=rows, source="x")
    sql = 'SELECT id, "姓名" FROM dataset ORDER BY id'
    with lake.read(table="residents") as reader:
        plain = b"".join(lake.export(reader=reader, format="csv", sql=sql)).decode()
        shown = b"".join(lake.export(reader=reader, format="csv", sql=sql, for_spreadsheet=True))
        lines = b"".join(lake.export(reader=reader, format="jsonl", sql=sql)).decode()
        whole = b"".join(lake.export(reader=reader, format="parquet", sql=sql))
        empty = b"".join(lake.export(reader=reader, format="csv", sql="SELECT id FROM dataset WHERE false"))
    assert plain == '"id","姓名"\n"1","=cmd()"\n"2","a ""b"""\n' and empty == b'"id"\n'
    assert shown.startswith(b"\xef\xbb\xbf") and "'=cmd()" in shown.decode()
    assert lines == '{"id":"1","姓名":"=cmd()"}\n{"id":"2","姓名":"a \\"b\\""}\n'
    assert pa.parquet.read_table(pa.BufferReader(whole)).num_rows == 2


def test_a_key_of_several_fields_of_other_types(home):
    spec = TableSpec(
        name="readings",
        fields=(
            Field(name="station", type="int"),
            Field(name="at", type="timestamp"),
            Field(name="level", type="double"),
        ),
        key=("station", "at"),
        buckets=3,
    )
    lake.declare(by=HOUSE, spec=spec)
    noon = local("2026-01-01 12:00")
    rows = pa.table(
        {"station": [1, 1, 2, -5], "at": [noon, noon + timedelta(hours=1), noon, noon], "level": [1.0, 2, 3, 4]}
    )
    lake.write(by=HOUSE, table="readings", rows=rows, source="x")
    for station, at, level in ((1, noon, 1.0), (2, noon, 3.0), (-5, noon, 4.0)):
        with lake.read(table="readings", keys=[(station, at)]) as reader:
            assert reader.rows() == [(station, at, level)]
    for key in ("1", (1,), (True, noon), (1, date(2026, 1, 1))):
        with pytest.raises(InvalidError, match=r"lake\.key"), lake.read(table="readings", keys=[key]):
            pass


def test_declaring_again_changes_words_only(home):
    lake.declare(by=HOUSE, spec=SPEC)
    assert lake.declare(by=HOUSE, spec=replace(SPEC, description="其他")).spec.description == "其他"
    with pytest.raises(ConflictError, match=r"lake\.table\.shape"):
        lake.declare(by=HOUSE, spec=replace(SPEC, buckets=8))
    bad = TableSpec(name="No", fields=(Field(name="_x"), Field(name="d", type="double")), key=("d", "e"), buckets=0)
    with pytest.raises(InvalidError) as refused:
        lake.declare(by=HOUSE, spec=bad)
    assert set(refused.value.fields) == {"name", "fields._x", "key", "buckets"}
    with pytest.raises(NotFoundError):
        lake.table(name="none")


def test_old_versions_go_and_their_files_are_swept_after_the_grace(home):
    loaded(home, 20)
    changed(id=["0001"], 姓名=["a"])
    lake.compact(by=HOUSE, table="residents")
    before = people()
    (home / "lake/residents/data/torn.parquet").write_bytes(b"PAR1 torn")
    assert lake.sweep().files == 0
    assert lake.retain(by=HOUSE, table="residents", newest=1) == 1
    swept = lake.sweep(grace=timedelta(0))
    assert swept.files >= 2 and swept.bytes > 0
    assert people() == before and not lake.verify(table="residents")
    with pytest.raises(NotFoundError):
        people(version=1)
    assert [v.dropped for v in lake.versions(table="residents")] == [False, True]
    loaded(home, 5)
    assert len(people()) == 5


def test_a_changed_and_a_lost_file_are_named(home):
    loaded(home, 20)
    path = Path(lake_files()[-1])
    assert not lake.verify(table="residents")
    path.write_bytes(path.read_bytes()[:-1] + b"?")
    assert [fault.what for fault in lake.verify(table="residents")] == ["changed"]
    path.unlink()
    assert [fault.what for fault in lake.verify(table="residents")] == ["missing"]


def test_one_committer_and_a_paused_one_is_fenced(home):
    from liangxi.core.lake import leases

    loaded(home, 3)
    with leases.hold("residents") as old:
        with pytest.raises(BusyError), leases.hold("residents", patience=0):
            pass
        with pytest.MonkeyPatch.context() as patch:
            from django.db import connection

            patch.setattr(leases, "PATIENCE", 0)
            with connection.cursor() as cursor:
                cursor.execute("UPDATE lake_table SET leased_until = clock_timestamp() - interval '1 s'")
            with leases.hold("residents") as new:
                assert new.token > old.token
            with pytest.raises(FencedError):
                leases.check(old)


def test_every_change_is_on_the_trail(home):
    loaded(home, 3)
    changed(id=["0001"], 姓名=["a"])
    audit.seal()
    actions = {entry.action for entry in audit.entries_of(by=HOUSE, object="lake:residents").entries}
    assert actions == {"lake.declare", "lake.publish", "lake.correct"}
