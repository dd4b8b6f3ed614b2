"""The data catalogue: described, reviewed by another, found, versioned; one source for an element; files proposed."""

import io
from datetime import UTC, datetime, timedelta

import duckdb
import pytest
import xlsxwriter

from liangxi.core.people import face as people
from liangxi.core.people.shapes import AccountRow, roles
from liangxi.kit import time
from liangxi.kit.actor import system
from liangxi.kit.errors import ConflictError, ForbiddenError, HouseError, InvalidError, NotFoundError
from liangxi.site import loading, wiring
from liangxi.systems.data import face as data

HOUSE = system("test")
PASSWORD = "a long way round Taihu"
BEFORE = datetime(2026, 11, 2, 9, tzinfo=UTC)  # the posts began on a day before those of which the stories tell
STAFF = (("hrss", "hrss", roles.STEWARD), ("police", "police", roles.STEWARD),
         ("bureau", "320200", roles.DATA_REVIEWER), ("clerk", "gov-service", roles.CLERK))  # fmt: skip


@pytest.fixture
def city(db, catalogued):
    with time.frozen(BEFORE):
        loading.load(catalogued)
        wiring.connect()
        people.load_accounts(by=HOUSE, rows=[
            AccountRow(login=login, kind="staff", name=login, password=PASSWORD, posts=((org, role),))
            for login, org, role in STAFF
        ])  # fmt: skip


def actor(login):
    account = people.authenticate(login=login, password=PASSWORD, portal="staff")
    return people.actor_of(account_id=str(account.pk))


def described(**other):
    return {
        "id": "skill-certificate", "kind": "department", "category": "310000", "org": "hrss",
        "title": {"zh": "职业技能证书信息", "en": "Skill certificates"},
        "summary": {"zh": "职业技能等级证书。", "en": "Certificates of skill."},
        "format": "database", "origin": "city", "cycle": "daily",
        "sharing": {"attribute": "conditional", "condition": "办理补贴", "basis": "《就业促进法》",
                    "ways": ["interface"]},
        "opening": {"attribute": "not-open", "basis": "《个人信息保护法》第二十五条"},
        "fields": [
            {"name": "citizen_id", "title": {"zh": "公民身份号码", "en": "Citizen id"}, "type": "text", "key": True,
             "element": "citizen_id", "subject": "person", "personal": True, "grade": "general-4"},
            {"name": "skill", "title": {"zh": "职业工种", "en": "Skill"}, "type": "code", "element": "skill",
             "subject": "person", "authoritative": True, "personal": True, "grade": "general-2"},
        ],
    } | other  # fmt: skip


def published(**other):
    id = data.save_draft(by=actor("hrss"), definition=described(**other))
    data.submit_resource(by=actor("hrss"), id=id)
    data.review_resource(by=actor("bureau"), id=id, outcome="publish")
    return id


def faults(definition):
    with pytest.raises(InvalidError) as refused:
        data.save_draft(by=actor("hrss"), definition=definition)
    return set(refused.value.fields)


def test_a_resource_goes_from_draft_to_the_catalogue_and_keeps_its_history(city):
    steward, bureau, clerk = actor("hrss"), actor("bureau"), actor("clerk")
    id = data.save_draft(by=steward, definition=described())
    with pytest.raises(NotFoundError):
        data.resource(by=clerk, id=id)  # not before it is published
    with pytest.raises(ForbiddenError):
        data.save_draft(by=actor("police"), definition=described(id="other"))
    data.submit_resource(by=steward, id=id)
    with pytest.raises(ConflictError):
        data.save_draft(by=steward, definition=described())
    with pytest.raises(ForbiddenError):
        data.review_resource(by=steward, id=id, outcome="publish")
    with pytest.raises(InvalidError):
        data.review_resource(by=bureau, id=id, outcome="return")
    assert [one.id for one in data.resources_to_review(by=bureau)] == [id]
    data.review_resource(by=bureau, id=id, outcome="return", note="摘要太短")
    assert data.resource(by=steward, id=id).note == "摘要太短"
    data.save_draft(by=steward, definition=described(summary={"zh": "职业技能等级证书的工种与等级。", "en": "Skills."}))
    data.submit_resource(by=steward, id=id)
    data.review_resource(by=bureau, id=id, outcome="publish")

    seen = data.resource(by=clerk, id=id)
    assert seen.card.code.startswith("310000/") and seen.card.grade == "general-4" and seen.card.freshness == "never"
    assert seen.definition.field("citizen_id").source == "resident-population.citizen_id"  # one source, others copies
    assert ("citizen_id", id, "citizen_id") in data.resource(by=clerk, id="resident-population").mirrors
    assert [hit.id for hit in data.resources(by=clerk, query="技能证书").rows][:1] == [id]

    changed = described(cycle="weekly", summary={"zh": "新摘要", "en": "New"})
    changed["fields"][1] = changed["fields"][1] | {"grade": "important"}
    data.save_draft(by=steward, definition=changed)
    assert data.resource(by=clerk, id=id).definition.cycle == "daily"  # the version in force until the next is
    data.submit_resource(by=steward, id=id)
    data.review_resource(by=bureau, id=id, outcome="publish")
    newest, first = data.history(by=clerk, id=id)
    assert (newest.number, newest.author, newest.reviewer, first.state) == (2, "hrss", "bureau", "replaced")
    told = {one.path: (one.before, one.after) for one in newest.changes}
    assert told["cycle"] == ("daily", "weekly") and told["fields.skill.grade"] == ("general-2", "important")
    assert data.resource(by=clerk, id=id).card.grade == "important"
    assert data.resource(by=clerk, id=id, version=1).definition.cycle == "daily"


def test_whoever_described_it_does_not_review_it_even_with_the_right(city):
    people.load_accounts(by=HOUSE, rows=[AccountRow(login="both", kind="staff", name="both", password=PASSWORD, posts=(
        ("hrss", roles.STEWARD), ("320200", roles.DATA_REVIEWER)))])  # fmt: skip
    both = actor("both")
    id = data.save_draft(by=both, definition=described())
    data.submit_resource(by=actor("hrss"), id=id)
    assert "review" not in data.resource(by=both, id=id).actions
    with pytest.raises(ForbiddenError) as refused:
        data.review_resource(by=both, id=id, outcome="publish")
    assert refused.value.code == "data.review.own"


def test_a_second_authoritative_source_of_an_element_is_refused(city):
    fields = described()["fields"]
    fields[0] = fields[0] | {"authoritative": True}
    id = data.save_draft(by=actor("hrss"), definition=described(fields=fields))
    with pytest.raises(InvalidError) as refused:
        data.submit_resource(by=actor("hrss"), id=id)
    assert refused.value.params["source"] == "resident-population.citizen_id"
    assert set(refused.value.fields) == {"fields.0.authoritative"}
    one, two = published(), published_twin()
    with pytest.raises(
        InvalidError
    ):  # both were submitted while the element was free; the first to be published has it
        data.review_resource(by=actor("bureau"), id=two, outcome="publish")
    assert data.resource(by=actor("hrss"), id=two).card.state == "submitted"
    data.withdraw_resource(by=actor("hrss"), id=one, reason="并入新资源")
    data.review_resource(by=actor("bureau"), id=two, outcome="publish")
    assert data.resource(by=actor("clerk"), id=two).card.state == "published"
    assert data.resource(by=actor("clerk"), id=one).withdrawn_why == "并入新资源"
    assert one not in [row.id for row in data.resources(by=actor("clerk"), query="职业技能证书").rows]


def published_twin():
    data.withdraw_resource(by=actor("hrss"), id="skill-certificate", reason="合并")
    id = data.save_draft(by=actor("hrss"), definition=described(id="skill-grade"))
    data.submit_resource(by=actor("hrss"), id=id)
    data.save_draft(by=actor("hrss"), definition=described())
    data.submit_resource(by=actor("hrss"), id="skill-certificate")
    data.review_resource(by=actor("bureau"), id="skill-certificate", outcome="publish")
    return id


def test_what_the_rules_of_sharing_and_opening_refuse(city):
    free = {"attribute": "unconditional", "ways": ["file"]}
    assert faults(described(sharing={"attribute": "conditional", "ways": ["file"]})) == {
        "sharing.condition", "sharing.basis"}  # fmt: skip
    assert faults(described(sharing={"attribute": "not-shared"})) == {"sharing.basis"}
    assert faults(described(sharing=free | {"condition": "先签协议"})) == {"sharing.condition"}
    assert faults(described(sharing={"attribute": "unconditional"})) == {"sharing.ways"}
    assert faults(described(opening={"attribute": "unconditional"})) == {"opening.attribute"}
    assert faults(described(opening={"attribute": "not-open"})) == {"opening.basis"}
    assert faults(described(kind="base")) == {"register", "category"}
    assert faults(described(category="399000")) == {"category"}
    assert faults(described(org="nowhere")) == {"org"}
    assert faults(described(fields=[])) == {"fields"}
    assert faults(described(relations=[{"kind": "mirror", "resource": "ghost"}])) == {"relations.0"}
    assert faults(described(price=3)) == {"price"}
    fields = described()["fields"]
    fields[1] = fields[1] | {"name": "Skill!", "grade": "secret", "key": "yes", "element": ""}
    assert faults(described(fields=fields)) == {f"fields.1.{name}" for name in ("name", "grade", "key", "element")}


def test_freshness_follows_the_deliveries_and_only_the_house_tells_them(city):
    id, at = published(), datetime(2026, 11, 20, 2, tzinfo=UTC)
    data.record_delivery(by=HOUSE, resource=id, at=at, rows=1200, version="2026-11-20")
    data.record_delivery(by=HOUSE, resource=id, at=at - timedelta(days=1), rows=3, version="older")
    data.record_quality(by=HOUSE, resource=id, score=98.5, at=at)
    for after, state in ((timedelta(hours=29), "fresh"), (timedelta(hours=31), "stale")):
        with time.frozen(at + after):
            card = data.resource(by=HOUSE, id=id).card
            assert (card.freshness, card.delivered_rows, card.quality) == (state, 1200, 98.5)
    with pytest.raises(ForbiddenError):
        data.record_delivery(by=actor("hrss"), resource=id, at=at, rows=1)
    with pytest.raises(NotFoundError):
        data.record_delivery(by=HOUSE, resource="ghost", at=at, rows=1)
    with pytest.raises(InvalidError):
        data.record_quality(by=HOUSE, resource=id, score=101, at=at)


def test_the_profile_loads_once_and_the_base_registers_are_covered_by_what_is_there(city, catalogued):
    assert data.load_catalogue(by=HOUSE, root=catalogued) == (0, 44)
    page = data.resources(by=actor("clerk"), limit=10)
    assert len(page.rows) == 10 and page.total == 44 and page.next
    rest = data.resources(by=actor("clerk"), limit=200, after=page.next)
    assert len(rest.rows) == 34 and rest.next is None
    found = {one.register: one for one in data.coverage(by=actor("clerk"))}
    assert found["population"].covered["citizen_id"] == "resident-population.citizen_id"
    assert found["licence"].share == 1 and found["space"].share == 1
    data.withdraw_resource(by=HOUSE, id="death-registration", reason="试")
    assert {one.register: one for one in data.coverage(by=HOUSE)}["population"].covered["death"] is None
    base = data.resources(by=actor("clerk"), kind="base", org="police")
    assert {row.id for row in base.rows} == {"resident-population", "household-register"}


def test_a_broken_profile_names_file_and_line(city, catalogued, tmp_path):
    folder = tmp_path / "data"
    folder.mkdir()
    text = (catalogued / "data" / "departments.yaml").read_text().replace("cycle: daily", "cycle: hourly", 1)
    (folder / "broken.yaml").write_text(text)
    with pytest.raises(HouseError) as refused:
        data.load_catalogue(by=HOUSE, root=tmp_path)
    assert "broken.yaml:11" in str(refused.value.params)


ROWS = [("姓名", "身份证号", "联系电话", "等级", "金额", "发证日期", "序号"),
        ("张三", "11010519491231002X", "13800001111", "甲", "12.50", "2026-01-02", "1"),
        ("李四", "440524188001010014", "13800001112", "乙", "3", "2026-02-03", "2"),
        ("王五", "11010519491231002X", "13800001113", "甲", "8", "2026-03-04", "3"),
        ("赵六", "440524188001010014", "13800001114", "乙", "9", "2026-03-05", "4")]  # fmt: skip


def as_csv(encoding):
    return "\r\n".join(",".join(row) for row in ROWS).encode(encoding)


def as_excel():
    out = io.BytesIO()
    with xlsxwriter.Workbook(out, {"in_memory": True}) as book:
        page = book.add_worksheet()
        for n, row in enumerate(ROWS):
            page.write_row(n, 0, row)
    return out.getvalue()


def as_json_lines():
    from json import dumps

    return "\n".join(dumps(dict(zip(ROWS[0], row, strict=True)), ensure_ascii=False) for row in ROWS[1:]).encode()


def as_parquet(folder):
    with duckdb.connect(":memory:") as engine:
        values = ", ".join(str(row) for row in ROWS[1:])
        names = ", ".join(f'"{name}"' for name in ROWS[0])
        engine.execute(f"COPY (SELECT * FROM (VALUES {values}) t({names})) TO '{folder}/a.parquet'")
    return (folder / "a.parquet").read_bytes()


def test_a_file_is_read_in_its_encoding_and_format_and_its_fields_are_proposed(city, tmp_path):
    steward = actor("hrss")
    files = {
        "utf8.csv": (as_csv("utf-8"), "utf-8"), "bom.csv": (as_csv("utf-8-sig"), "utf-8"),
        "gb.csv": (as_csv("gb18030"), "gb18030"), "book.xlsx": (as_excel(), ""),
        "lines.jsonl": (as_json_lines(), "utf-8"), "lake.parquet": (as_parquet(tmp_path), ""),
    }  # fmt: skip
    for name, (content, encoding) in files.items():
        found = data.propose_fields(by=steward, name=name, content=content)
        assert (found.encoding, found.rows, found.is_whole) == (encoding, 4, True), name
        proposed = {one.header: one for one in found.fields}
        assert [one.field.name for one in found.fields][:3] == ["name", "citizen_id", "phone"], name
        assert [one.field.type for one in found.fields] == [
            "text", "text", "text", "code", "number", "date", "integer"]  # fmt: skip
        assert proposed["身份证号"].field.grade == "general-4" and proposed["身份证号"].field.is_personal
        assert proposed["序号"].hints == ("key",) and "citizen_id" in proposed["身份证号"].hints
        assert proposed["姓名"].examples[0] == "张*" and "11010519491231002X" not in str(found)
    with pytest.raises(ForbiddenError):
        data.propose_fields(by=actor("clerk"), name="a.csv", content=as_csv("utf-8"))


@pytest.mark.parametrize(
    ("name", "content"),
    [("a.csv", b""), ("a.exe", b"MZ"), ("a.csv", b"\xff\xfe\x00\xd8"), ("a.xlsx", b"no excel"), ("a.parquet", b"PAR1"),
     ("a.jsonl", b"[1, 2]"), ("a.json", b"{"), ("a.csv", b"\n\n")],
)  # fmt: skip
def test_a_file_that_cannot_be_read_is_refused_by_name(city, name, content):
    with pytest.raises(InvalidError) as refused:
        data.propose_fields(by=actor("hrss"), name=name, content=content)
    assert set(refused.value.fields) == {"file"}


def test_the_catalogue_goes_out_as_excel_and_comes_back_the_same(city):
    steward = actor("hrss")
    data.save_draft(by=steward, definition=described(relations=[{"kind": "related", "resource": "social-insurance"}]))
    book = data.workbook(by=steward)
    again = data.import_resources(by=steward, name="目录.xlsx", content=book)
    assert {row.outcome for row in again.rows} == {"unchanged"} and len(again.rows) == 2
    data.drop_draft(by=steward, id="skill-certificate")
    again = data.import_resources(by=steward, name="目录.xlsx", content=book)
    assert {row.id: row.outcome for row in again.rows} == {
        "social-insurance": "unchanged", "skill-certificate": "added"}  # fmt: skip
    theirs = data.import_resources(by=actor("police"), name="目录.xlsx", content=data.workbook(by=actor("hrss")))
    assert {row.outcome for row in theirs.rows} == {"unchanged"}
    with pytest.raises(InvalidError):
        data.import_resources(by=steward, name="x.xlsx", content=as_excel())


def test_yaml_of_a_department_makes_drafts_each_by_itself(city):
    text = """resources:
  - id: training-place
    title: {zh: 培训机构}
    kind: department
    category: "310000"
    org: hrss
    summary: {zh: 职业培训机构名录。}
    format: spreadsheet
    origin: city
    cycle: yearly
    sharing: {attribute: unconditional, ways: [file]}
    opening: {attribute: unconditional}
    fields:
      - {name: uscc, title: {zh: 统一社会信用代码}, type: text, grade: general-1, key: true}
  - id: Wrong
    title: {zh: 错}
    kind: department
    category: "310000"
    org: hrss
    summary: {zh: 错}
    format: spreadsheet
    origin: city
    cycle: yearly
    sharing: {attribute: unconditional, ways: [file]}
    opening: {attribute: unconditional}
    fields: [{name: a, title: {zh: 甲}, type: text, grade: general-1}]
"""
    done = data.import_resources(by=actor("hrss"), name="catalogue.yaml", content=text.encode())
    assert [(row.outcome, set(row.errors)) for row in done.rows] == [("added", set()), ("refused", {"id"})]
    assert done.refused == 1
    assert data.resource(by=actor("hrss"), id="training-place").definition.title["en"] == "培训机构"
    for bad in (b"resources: []", b"a: [", "resources:\n  - id: 1\n".encode("gb18030")):
        with pytest.raises(InvalidError) as refused:
            data.import_resources(by=actor("hrss"), name="catalogue.yaml", content=bad)
        assert set(refused.value.fields) == {"file"}
