"""The read store follows the lake: a state is seen whole, changes once and in order, corrections by their day."""

import pyarrow as pa
import pytest
from django.db import connection
from tests.scenario.test_sharing import HOUSE, TODAY, city, granted, that_day

from liangxi.core.lake import face as lake
from liangxi.systems.data import face as data
from liangxi.systems.data.models import Serving
from liangxi.systems.data.rules import datasets

assert city and that_day
PERSON = "resident-population"
TABLE = "served.resident_population"
FIELDS = ("citizen_id", "name", "sex", "birth_date", "phone", "address")


@pytest.fixture(autouse=True)
def lake_of_its_own(settings, tmp_path):
    from dataclasses import replace

    settings.CONFIG = replace(settings.CONFIG, lake=tmp_path / "lake")


def people(*rows):
    """(citizen id, name, sex) as the stream of a delivery."""
    listed = [dict(zip(FIELDS, (*row, TODAY, "", "湖滨路1号"), strict=False)) for row in rows]
    return pa.Table.from_pylist(listed, schema=pa.schema([(n, pa.date32() if n == "birth_date" else pa.string())
                                                          for n in FIELDS]))  # fmt: skip


def declared():
    fields = data.resource(by=HOUSE, id=PERSON).definition.fields
    return lake.declare(by=HOUSE, spec=datasets.spec_of(PERSON, fields, buckets=2)).spec.name


def asked(sql):
    with connection.cursor() as cursor:
        cursor.execute(sql)
        return cursor.fetchall()


def images(after=0):
    return asked(f"SELECT _image, citizen_id, name FROM served_changes.resident_population WHERE _seq > {after} "
                 "ORDER BY _seq, _image DESC")  # fmt: skip


def test_what_is_granted_is_served_and_follows_loads_and_corrections(city):
    table = declared()
    lake.write(by=HOUSE, table=table, rows=people(("1", "张", "F"), ("2", "李", "M"), ("3", "王", "M")), source="t")
    assert data.keep_serving() == 0  # nobody has a grant of it
    granted()
    assert data.keep_serving() == 1 and data.keep_serving() == 0
    assert asked(f"SELECT citizen_id, name, sex, phone FROM {TABLE} ORDER BY 1") == [
        ("1", "张", "F", ""), ("2", "李", "M", ""), ("3", "王", "M", "")
    ]  # fmt: skip
    assert images() == []
    base = Serving.objects.get().seq

    changed = {"citizen_id": ["1", "2", "9"], "name": ["章", None, "新"], "_op": ["upsert", "delete", "upsert"]}
    lake.correct(by=HOUSE, table=table, source="t", changes=pa.table(changed))
    lake.correct(by=HOUSE, table=table, source="t", changes=pa.table(  # it comes later and is valid from before
        {"citizen_id": ["1"], "name": ["旧"], "_op": ["upsert"], "_valid_from": ["2020-01-01"]}))  # fmt: skip
    assert data.keep_serving() == 1
    assert asked(f"SELECT citizen_id, name FROM {TABLE} ORDER BY 1") == [("1", "章"), ("3", "王"), ("9", "新")]
    assert images(base) == [("before", "1", "张"), ("after", "1", "章"), ("before", "2", "李"), ("after", "9", "新")]
    row = Serving.objects.get()
    assert (row.rows, row.seq, row.subject, row.lookups) == (3, base + 3, "citizen_id", ["citizen_id"])

    lake.compact(by=HOUSE, table=table)
    assert data.keep_serving() == 1 and Serving.objects.get().seq == base + 3  # another version of the same rows
    lake.write(by=HOUSE, table=table, rows=people(("3", "王", "M"), ("9", "新", "M")), source="t")
    assert data.keep_serving() == 1
    assert images(base + 3) == [("before", "1", "章"), ("before", "9", "新"), ("after", "9", "新")]
    assert asked(f"SELECT citizen_id, sex FROM {TABLE} ORDER BY 1") == [("3", "M"), ("9", "M")]
