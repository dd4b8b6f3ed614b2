"""Files, feeds and groups over HTTP under a grant; and random grants over random rows at every door."""

import csv
import io
import json
import random
from datetime import timedelta

import pyarrow as pa
import pytest
from django.test import Client
from pyarrow import parquet
from tests.scenario.test_looking import FATHER, MOTHER, ROWS, call, keyed, records, served
from tests.scenario.test_serving import (
    FIELDS,
    HOUSE,
    PERSON,
    TODAY,
    city,
    declared,
    granted,
    lake_of_its_own,
    people,
    that_day,
)

from liangxi.core.audit import face as audit
from liangxi.core.lake import face as lake
from liangxi.systems.data import face as data
from liangxi.systems.data.models import Grant, Serving

assert city and that_day and lake_of_its_own and served
ROOT = f"/data/v1/{PERSON}"
QUOTA = 100_000


def get(path, key, **asked):
    answer = Client().get(f"{ROOT}{path}", asked, headers={"Authorization": f"Bearer {key}"})
    body = b"".join(answer.streaming_content) if answer.streaming else answer.content
    return answer.status_code, body


def said(path, key, **asked):
    status, body = get(path, key, **asked)
    return status, json.loads(body)


@pytest.fixture
def key(served):
    grant = granted(rows=ROWS)
    Grant.objects.filter(pk=grant).update(quota=QUOTA)
    return keyed(grant)


def files_in_three_formats_leave_their_record(key):
    status, body = get("/versions/1.csv", key)
    assert status == 200 and body.startswith(b"\xef\xbb\xbf")
    rows = list(csv.DictReader(io.StringIO(body.decode("utf-8-sig"))))
    assert sorted(rows, key=str) == sorted(
        [{"citizen_id": MOTHER, "name": "张**"}, {"citizen_id": "320211195001010012", "name": "王*"}], key=str
    )
    lines = [json.loads(line) for line in get("/versions/1.jsonl", key)[1].splitlines()]
    table = parquet.read_table(io.BytesIO(get("/versions/1.parquet", key)[1])).to_pylist()
    assert sorted(map(str, lines)) == sorted(map(str, table)) == sorted(map(str, rows))
    assert get("/versions/1.csv", key, columns="name", where='name = "王*"')[1].decode("utf-8-sig").split() == [
        '"name"', '"王*"'
    ]  # fmt: skip
    audit.seal()
    told = audit.entries_of(by=HOUSE, action="data.export").entries[0].detail  # of the last one
    assert (told["found"], told["version"], told["format"], told["org"]) == (1, 1, "csv", "hrss")
    assert told["fields"] == ["name"]
    (day,) = data.usage_of(by=HOUSE, id=str(Grant.objects.get().pk))
    assert day.reads >= 4 and day.rows >= 7


def text_that_a_spreadsheet_would_run_is_disarmed(key):
    lake.write(by=HOUSE, table="resident_population", rows=people(("=1+1", "@SUM", "F")), source="t")
    assert '"\'=1+1"' in get("/versions/2.csv", key)[1].decode()


def the_feed_goes_on_where_it_was_left(key):
    start = said("", key)[1]
    assert start["columns"][1] == {"name": "name", "title": start["columns"][1]["title"], "type": "string",
                                   "mask": "keep"} and start["versions"] == [1]  # fmt: skip
    assert said("/changes", key, after=start["cursor"])[1] == {"changes": [], "next": start["cursor"], "is_last": True}
    changed = pa.table(
        {"citizen_id": [MOTHER, FATHER, "9"], "name": ["张三妹", "李四", "赵六"], "sex": ["M", "F", "F"]}
    )
    lake.correct(by=HOUSE, table="resident_population", changes=changed, source="t")
    assert data.keep_serving() == 1
    seen, after = [], start["cursor"]
    while True:
        page = said("/changes", key, after=after, limit=2)[1]
        seen += [(one["_op"], one["citizen_id"], one["name"]) for one in page["changes"]]
        after = page["next"]
        if page["is_last"]:
            break
    assert seen == [("remove", MOTHER, "张**"), ("put", FATHER, "李*"), ("put", "9", "赵*")]
    assert said("/changes", key, after="5.put")[0] == 410  # not kept any more
    Serving.objects.update(first_seq=0)
    assert said("/changes", key)[1]["changes"]


def refusals_are_problems_that_name_their_field(key):
    for path, asked, status, code, field in (
        ("/versions/9.csv", {}, 404, "lake.version.unknown", None),
        ("/versions/1.xls", {}, 422, "data.delivery.format", "format"),
        ("/versions/1.csv", {"columns": "phone"}, 403, "data.policy.column", "phone"),
        ("/versions/1.csv", {"where": 'phone = "1"'}, 403, "data.policy.column", "phone"),
        ("/versions/1.csv", {"where": "name ="}, 422, "conditions.syntax", None),
        ("/changes", {"after": "x"}, 422, "data.feed.cursor", "after"),
        ("/changes", {"limit": "0"}, 422, "data.delivery.limit", "limit"),
        ("/groups", {"by": "sex"}, 403, "data.policy.column", "sex"),
        ("/groups", {"measure": "median:name"}, 422, "data.delivery.measure", "measure"),
    ):
        found, problem = said(path, key, **asked)
        assert (found, problem["code"]) == (status, code), problem
        assert field is None or field in problem["errors"], problem
    assert said("/changes", "other")[0] == 401
    assert Client().get(f"{ROOT}/changes").status_code == 401
    assert not data.usage_of(by=HOUSE, id=str(Grant.objects.get().pk))
    Grant.objects.update(quota=0)
    assert said("/changes", key)[1]["code"] == "data.grant.quota"
    (day,) = data.usage_of(by=HOUSE, id=str(Grant.objects.get().pk))
    assert (day.reads, day.refused) == (0, 1)


def pages_say_how_to_read(key):
    """The consumer's page of a grant: addresses, files, and nothing before the first version."""
    from tests.scenario.test_catalogue import PASSWORD

    client = Client(headers={"accept-language": "en"})
    assert client.post("/desk/login/", {"login": "hrss", "password": PASSWORD}).status_code == 302
    grant = f"/office/data/grants/{Grant.objects.get().pk}/"
    shown = client.get(grant).content.decode()
    assert f'href="{grant}use/"' in shown and "(Sex = F)" in shown
    use = client.get(f"{grant}use/").content.decode()
    assert "records/CITIZEN_ID" in use and "changes?after=" in use and "lxd_" not in use
    file = client.get(f"{grant}files/1.jsonl")
    lines = b"".join(file.streaming_content).decode()
    assert "张**" in lines and "张三妹" not in lines and "李" not in lines
    assert client.get(f"{grant}files/99.jsonl").status_code == 404
    assert client.get(f"{grant}files/1.xls").status_code == 302
    Serving.objects.update(version=0)
    assert "Nothing was delivered yet" in client.get(f"{grant}use/").content.decode()
    Serving.objects.update(version=1)


def test_files_feeds_and_refusals(key):
    refusals_are_problems_that_name_their_field(key)
    Grant.objects.update(quota=QUOTA)
    pages_say_how_to_read(key)
    the_feed_goes_on_where_it_was_left(key)
    files_in_three_formats_leave_their_record(key)
    text_that_a_spreadsheet_would_run_is_disarmed(key)


def test_a_grant_of_groups_answers_with_large_groups_only(city):
    rows = [(f"{n:018d}", "张", "F" if n < 9 else "M") for n in range(12)]
    lake.write(by=HOUSE, table=declared(), rows=people(*rows), source="t")
    grant = granted(columns=["citizen_id", "sex"], masks={}, minimum_group=4)
    Grant.objects.filter(pk=grant).update(quota=QUOTA)
    key = keyed(grant)
    assert said("/groups", key, by="sex")[1]["groups"] == []  # three men; nine women alone would tell their number
    for path in ("/versions/1.csv", "/changes"):
        assert said(path, key)[1]["code"] == "data.policy.way"
    assert call("GET", f"{ROOT}/records/{rows[0][0]}", key)[1]["code"] == "data.policy.way"
    more = people(*rows, ("x" * 18, "张", "M"))
    lake.write(by=HOUSE, table="resident_population", rows=more, source="t")
    data.keep_serving()
    found = said("/groups", key, by="sex", measure="count")[1]["groups"]
    assert sorted(found, key=str) == [{"sex": "F", "count": 9}, {"sex": "M", "count": 4}]


def secret_of(column, number):
    return f"{column[:2]}{number:03d}secret{column[-2:]}{number:03d}"


def drawn(dice):
    """Random terms over the columns of persons."""
    columns = dice.sample(FIELDS, k=dice.randint(1, len(FIELDS)))
    masks = [None, {"kind": "keep", "prefix": 2, "suffix": 1}, {"kind": "token"}, {"kind": "null"}]
    chosen = {name: dice.choice(masks) for name in columns if name != "birth_date"}
    tests = [{"column": "sex", "op": "eq", "value": "F"}, {"column": "phone", "op": "is_null", "value": True},
             {"column": "name", "op": "ge", "value": secret_of("name", 10)},
             {"column": "citizen_id", "op": "prefix", "value": "ci00"}]  # fmt: skip
    rows = dice.choice([None, {"all": dice.sample(tests, k=2)}, {"any": dice.sample(tests, k=2)}])
    return {"columns": columns, "masks": {n: m for n, m in chosen.items() if m}, "rows": rows, "minimum_group": 0}


def holds(said, row):
    """The rows of a grant in plain Python: unknown is not true."""
    if "all" in said:
        return all(holds(one, row) for one in said["all"])
    if "any" in said:
        return any(holds(one, row) for one in said["any"])
    value, wanted = row[said["column"]], said["value"]
    if said["op"] == "is_null":
        return (value is None) == wanted
    return value is not None and {"eq": value == wanted, "ge": value >= wanted,
                                  "prefix": value.startswith(str(wanted))}[said["op"]]  # fmt: skip


def everything(key, ids):
    """Every byte that every door gives away, by door."""
    yield "lookups", "".join(json.dumps(call("GET", f"{ROOT}/records/{one}", key)[1], ensure_ascii=False)
                             for one in ids[:8])  # fmt: skip
    yield "batch", json.dumps(call("POST", f"{ROOT}/batch", key, {"keys": ids})[1]["results"], ensure_ascii=False)
    for format in ("csv", "jsonl"):
        yield format, get(f"/versions/latest.{format}", key)[1].decode()
    yield "parquet", str(parquet.read_table(io.BytesIO(get("/versions/1.parquet", key)[1])).to_pylist())
    yield "changes", get("/changes", key)[1].decode()
    yield "groups", get("/groups", key)[1].decode()
    yield "description", get("", key)[1].decode()


def test_no_door_lets_out_a_hidden_column_or_row(city):
    dice = random.Random(20261125)
    rows = [{name: secret_of(name, n) for name in FIELDS} | {
        "sex": dice.choice("FM"), "birth_date": TODAY - timedelta(days=n), "phone": dice.choice([None, f"ph{n:03d}x"])}
        for n in range(30)]  # fmt: skip
    schema = pa.schema([(name, pa.date32() if name == "birth_date" else pa.string()) for name in FIELDS])
    lake.write(by=HOUSE, table=declared(), rows=pa.Table.from_pylist(rows, schema=schema), source="t")
    grant = granted()
    data.keep_serving()
    late = [row | {"address": row["address"] + "new"} for row in rows[:15]]
    lake.correct(by=HOUSE, table="resident_population", changes=pa.Table.from_pylist(late, schema=schema), source="t")
    data.keep_serving()
    ids = [row["citizen_id"] for row in rows]
    for _ in range(12):
        terms = drawn(dice)
        Grant.objects.filter(pk=grant).update(terms=terms, quota=QUOTA)
        seen = [row for row in rows if terms["rows"] is None or holds(terms["rows"], row)]
        bare = set(terms["columns"]) - terms["masks"].keys()
        for door, text in everything(keyed(grant), ids):
            for row in rows:
                for name in ("citizen_id", "name", "address", "phone"):
                    asked = name == "citizen_id" and door == "batch"  # the question itself stands in the answer
                    if row[name] is not None and not asked and not (name in bare and row in seen):
                        assert row[name] not in text, (door, name, terms)
        found = call("POST", f"{ROOT}/batch", keyed(grant), {"keys": ids, "answer": "found"})[1]["found"]
        assert found == [row in seen for row in rows], terms  # and what is granted is there
    assert records()
