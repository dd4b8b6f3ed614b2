"""The lake takes rows in by rules: names of columns, checks in SQL, JSON lines, and a commit that others join."""

import pyarrow as pa
import pytest
from tests.scenario.test_lake import HOUSE, SPEC, home, people  # noqa: F401 (the fixture)

from liangxi.core.lake import face as lake
from liangxi.core.lake.shapes import Check, Intake
from liangxi.kit.errors import ConflictError


def test_rows_are_checked_by_rules_named_otherwise_and_recorded_with_the_commit(home):  # noqa: F811
    lake.declare(by=HOUSE, spec=SPEC)
    lines = [
        '{"编号": "1", "姓名": "甲", "income": 10.5, "children": 1}',
        '{"编号": "2", "姓名": "乙", "income": "1,5"}',
        '{"编号": "3", "姓名": "丙", "children": 40}',
        "[1]",
        "{broken",
        '{"id": "4", "姓名": "丁", "place": {"type": "Point"}}',
    ]
    path = home / "rows.jsonl"
    path.write_text("\n".join(lines))
    seen, told = [], []
    intake = Intake(
        columns={"编号": "id"},
        checks=(Check("children", "children > 20", "is too much"),),
        gate=lambda query: seen.extend(query("SELECT line, field, reason FROM bad ORDER BY line")),
        recorded=told.append,
    )
    version = lake.load(by=HOUSE, table="residents", file=path, source="人社", intake=intake)
    assert seen == [
        (2, "income", "is not a decimal that fits"),
        (3, "children", "is too much"),
        (4, "", "is no JSON object"),
        (5, "", "is no JSON object"),
    ]
    assert told == [version] and people() == {"1": "甲", "4": "丁"}

    def refuse(batch):
        raise ConflictError("test.no", "No.")

    rows = pa.table({"id": ["9"], "姓名": ["戊"]})
    with pytest.raises(ConflictError):
        lake.correct(by=HOUSE, table="residents", changes=rows, source="更正", intake=Intake(recorded=refuse))
    assert people() == {"1": "甲", "4": "丁"} and not lake.verify(table="residents")
