"""What the lake publishes, read by engines that are not ours: the same rows; and a reader of ours is shut in."""

import hashlib
from dataclasses import replace

import duckdb
import pyarrow as pa
import pytest

from liangxi.core.lake import face as lake
from liangxi.core.lake import iceberg
from liangxi.core.lake.errors import StorageError
from liangxi.core.lake.shapes import Field, TableSpec
from liangxi.kit.actor import system

HOUSE = system("test")
SPEC = TableSpec(
    name="residents",
    fields=(Field(name="id"), Field(name="姓名"), Field(name="income", type="decimal")),
    key=("id",),
    buckets=4,
)


@pytest.fixture
def home(db, settings, tmp_path):
    settings.CONFIG = replace(settings.CONFIG, lake=tmp_path / "lake")
    return tmp_path


def loaded(home, rows):
    lake.declare(by=HOUSE, spec=SPEC)
    columns = {"id": [f"{n:04d}" for n in range(rows)], "姓名": [f"人{n}" for n in range(rows)], "income": range(rows)}
    lake.write(by=HOUSE, table="residents", rows=pa.table(columns), source="公安")


def changed(**columns):
    lake.correct(by=HOUSE, table="residents", changes=pa.table(columns), source="更正")


def checksum(rows):
    return hashlib.sha256(repr(sorted(rows)).encode()).hexdigest()


def test_other_engines_read_the_published_table_and_get_the_same_rows(home):
    loaded(home, 60)
    changed(id=["0001", "0002"], 姓名=["a", None], _op=["upsert", "delete"])
    lake.compact(by=HOUSE, table="residents")
    with lake.read(table="residents") as reader:
        ours = reader.rows('SELECT id, "姓名", income::VARCHAR FROM dataset')
        listed = reader.state.files
    plain = duckdb.sql(f'SELECT id, "姓名", income::VARCHAR FROM read_parquet({list(listed)})').fetchall()
    held = iceberg._Catalogue().load_table(("lake", "residents"))
    theirs = [(r["id"], r["姓名"], str(r["income"]) if r["income"] is not None else None)
              for r in held.scan().to_arrow().to_pylist()]  # fmt: skip
    assert checksum(map(str, ours)) == checksum(map(str, plain)) == checksum(map(str, theirs)) and len(ours) == 59
    found = held.scan(row_filter="id = '0007'")
    assert len(list(found.plan_files())) == 1 and found.to_arrow().num_rows == 1
    assert iceberg._Catalogue().load_table(("lake", "residents__changes")).scan().to_arrow().num_rows == 2
    old = held.scan(snapshot_id=held.history()[0].snapshot_id).to_arrow()
    assert old.num_rows == 60


@pytest.mark.parametrize(
    "sql",
    [
        "SELECT * FROM read_text('/etc/passwd')",
        "COPY dataset TO '/tmp/liangxi-never.csv'",
        "ATTACH '/tmp/liangxi-never.db'",
        "INSTALL httpfs",
        "SET memory_limit = '1TB'",
        "SELECT * FROM read_csv('https://example.org/x.csv')",
    ],
)
def test_a_reader_sees_nothing_but_the_lake(home, sql):
    loaded(home, 1)
    with lake.read(table="residents") as reader, pytest.raises((duckdb.Error, StorageError)):
        reader.rows(sql)
