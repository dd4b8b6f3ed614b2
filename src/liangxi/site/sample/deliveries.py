"""What the departments of the sample city drop for the connectors: files as departments send them, faults included.

Every value follows from the sample's persons and firms and from a hash of their numbers, so the files are the same each
time. They are written under a draft's name and renamed, as a careful sender does.
"""

import csv
import io
import json
import os
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import connection, transaction

Rows = Sequence[Sequence[Any]]
MOST = 100_000  # rows of one file: the registers of a whole city come in parts
AGED = 60.0  # seconds: a dropped file counts as whole when it is not of this moment
_PICK = "abs(hashtext({}::text))"


@dataclass(frozen=True, slots=True)
class Drop:
    """One file: into the folder of which source, its name, the columns as the sender calls them, and the rows."""

    source: str
    name: str
    columns: tuple[str, ...]
    sql: str
    spoil: Callable[[list[list[Any]]], None] | None = None


def _wrong_numbers(rows: list[list[Any]]) -> None:
    """A clerk's slips: a wrong check character, a missing name, a day that is none."""
    for n, (column, value) in enumerate(((0, None), (1, ""), (3, "1980-02-30"))):
        row = rows[len(rows) * (n + 1) // 5]
        row[column] = value if value is not None else row[0][:-1] + ("0" if row[0][-1] != "0" else "1")


def _decimal_commas(rows: list[list[Any]]) -> None:
    for row in rows[:: max(1, len(rows) // 7)]:
        row[2] = str(row[2]).replace(".", ",")


def _loose_addresses(rows: list[list[Any]]) -> None:
    """Seats as firms write them: other signs for the same door, a town left out, a road that is written otherwise."""
    for row in rows[::25]:
        row[3] = str(row[3]).replace("无锡市", "江苏省無錫市", 1).replace("号", "號")
    for row in rows[7::60]:
        row[3] = str(row[3]).replace("街道", "", 1).replace("社区", "小区", 1)
    for row in rows[11::90]:
        row[3] = str(row[3]).replace("路", "路口", 1)


def _person(columns: str, where: str) -> str:
    """Rows of persons; `{p}` is a number that stays the same for a person."""
    return f"SELECT {columns} FROM people_person p WHERE until IS NULL AND {where} ORDER BY p.citizen_id".replace(
        "{p}", _PICK.format("p.citizen_id")
    )


def _firm(columns: str, where: str = "true") -> str:
    found = (
        f"SELECT {columns} FROM people_firm f LEFT JOIN people_person r ON r.id = f.legal_representative_id "
        f"LEFT JOIN places_address a ON a.code = f.address_code WHERE f.until IS NULL AND {where} ORDER BY f.uscc"
    )
    return found.replace("{f}", _PICK.format("f.uscc"))


_WORKER = (
    "SELECT {} FROM (SELECT p.*, row_number() OVER (ORDER BY p.citizen_id) % (SELECT count(*) FROM people_firm) + 1 AS n "
    "FROM people_person p WHERE p.until IS NULL AND p.birth_date BETWEEN '1966-01-01' AND '2003-12-31' "
    "AND {} % 10 < 7) p JOIN (SELECT f.*, row_number() OVER (ORDER BY f.uscc) AS n FROM people_firm f) f "
    "ON f.n = p.n ORDER BY p.citizen_id"
)


def _worker(columns: str) -> str:
    pick = _PICK.format("p.citizen_id")
    return _WORKER.format(columns, pick).replace("{p}", pick)


DROPS = (
    Drop("police-residents", "residents.csv", ("公民身份号码", "姓名", "性别", "出生日期", "手机号码", "居住地址"), _person(
        "p.citizen_id, p.name, CASE p.sex WHEN 'M' THEN '1' ELSE '2' END, p.birth_date, nullif(p.phone, ''), "
        "(SELECT text FROM places_address WHERE code = p.address_code)", "true"), _wrong_numbers),
    Drop("market-entities", "entities.csv", ("uscc", "firm_name", "legal_representative", "address", "industry", "status",
        "capital", "registered_at"), _firm("f.uscc, f.name, r.name, a.text, f.industry, f.status, "
        "round(f.capital_wan, 2), f.registered_at"), _loose_addresses),
    Drop("civil-addresses", "addresses.csv", ("address_code", "address_text", "position", "division_code"),
        "SELECT a.code, a.text, 'POINT(' || round(a.lon::numeric, 6) || ' ' || round(a.lat::numeric, 6) || ')', "
        "left(a.code, 12) FROM places_address a ORDER BY 1"),
    Drop("civil-divisions", "divisions.csv", ("行政区划代码", "区划名称", "上级代码"),
        "SELECT c.code, d.name_zh, (SELECT max(u.code) FROM places_divisioncode u WHERE u.division_id = d.parent_id "
        "AND u.scheme = 'stats' AND u.valid_to IS NULL) FROM places_division d JOIN places_divisioncode c "
        "ON c.division_id = d.id AND c.scheme = 'stats' AND c.valid_to IS NULL ORDER BY 1"),
    Drop("hrss-insurance", "insurance.gbk.csv", ("citizen_id", "uscc", "name", "insurance", "state", "months", "base"),
        _worker("p.citizen_id, f.uscc, p.name, (ARRAY['110','210','410'])[1 + {p} % 3], CASE WHEN {p} % 9 = 0 THEN '2' "
        "ELSE '1' END, 1 + {p} % 240, 4494 + {p} % 18000")),
    Drop("medicare-insured", "insured.csv", ("citizen_id", "name", "medical_kind", "medical_state", "since"), _person(
        "p.citizen_id, p.name, CASE WHEN {p} % 3 = 0 THEN '390' ELSE '310' END, CASE WHEN {p} % 11 = 0 THEN '2' ELSE '1' "
        "END, DATE '2010-01-01' + {p} % 5000", "{p} % 20 > 0")),
    Drop("fund-accounts", "accounts.csv", ("citizen_id", "uscc", "name", "fund_base", "fund_state"), _worker(
        "p.citizen_id, f.uscc, p.name, 2490 + {p} % 30000, CASE WHEN {p} % 13 = 0 THEN '封存' ELSE '正常' END")),
    Drop("tax-grades", "grades.xlsx", ("统一社会信用代码", "企业名称", "纳税信用等级", "评价年度"), _firm(
        "f.uscc, f.name, (ARRAY['A','B','B','B','M','C','D'])[1 + {f} % 7], 2025")),
    Drop("power-monthly", "2025-12.csv", ("uscc", "month", "energy"), _firm(
        "f.uscc, '2025-12', round((200 + {f} % 90000)::numeric / 7, 2)"), _decimal_commas),
    Drop("ecology-stations", "hours.jsonl", ("station", "measured_at", "pm25", "aqi"),
        "SELECT 'WX' || lpad(s::text, 3, '0'), TIMESTAMP '2026-01-01' + h * INTERVAL '1 hour', "
        "round((18 + abs(hashtext(s || '-' || h)) % 500 / 10.0)::numeric, 1), 25 + abs(hashtext(h || '/' || s)) % 90 "
        "FROM generate_series(1, 12) s, generate_series(0, 167) h ORDER BY 1, 2"),
    Drop("water-stations", "levels.parquet", ("station", "measured_at", "level", "rain"),
        "SELECT 'TH' || lpad(s::text, 3, '0'), TIMESTAMP '2026-01-01' + h * INTERVAL '1 hour', "
        "round((3.0 + abs(hashtext(s || '+' || h)) % 120 / 100.0)::numeric, 2), "
        "round((abs(hashtext(h || '*' || s)) % 40 / 10.0)::numeric, 1) "
        "FROM generate_series(1, 20) s, generate_series(0, 167) h ORDER BY 1, 2"),
    Drop("police-licences", "licences.csv", ("citizen_id", "name", "classes", "valid_to"), _person(
        "p.citizen_id, p.name, (ARRAY['C1','C1','C2','B2','A2'])[1 + {p} % 5], DATE '2026-02-01' + {p} % 2000",
        "p.birth_date BETWEEN '1956-01-01' AND '2007-12-31' AND {p} % 2 = 0")),
    Drop("market-food", "food.csv", ("licence_number", "uscc", "firm_name", "items", "address", "valid_to"), _firm(
        "'JY132' || lpad(({f} % 100000000)::text, 10, '0'), f.uscc, f.name, '预包装食品销售;热食类食品制售', a.text, "
        "DATE '2026-03-01' + {f} % 1800", "f.industry = '62'")),
    Drop("civil-elders", "elders.csv", ("citizen_id", "name", "birth_date", "address"), _person(
        "p.citizen_id, p.name, p.birth_date, (SELECT text FROM places_address WHERE code = p.address_code)",
        "p.birth_date < '1966-01-01'")),
    Drop("credit-penalties", "penalties.csv", ("document", "uscc", "firm_name", "reason", "decided_on", "organ"), _firm(
        "'锡市监处罚〔2025〕' || {f} % 100000 || '号', f.uscc, f.name, '未按规定公示年度报告', DATE '2025-01-01' + {f} % 360, "
        "'无锡市市场监督管理局'", "{f} % 40 = 0")),
)  # fmt: skip

_COUNTY = "JOIN places_divisioncode cc ON cc.scheme = 'stats' AND cc.valid_to IS NULL AND cc.code = left({}, 6) " \
    "JOIN places_division c ON c.id = cc.division_id"  # fmt: skip
_DEPARTMENT = (
    "SELECT o.code, n.name_zh FROM people_organisation o JOIN people_organisationperiod n ON n.organisation_id = o.id "
    "WHERE n.valid_to IS NULL"
)
FEW = 5  # of a cell that counts cases of persons: below it no number is told
OPEN_DROPS = (  # what the sample city opens to everybody: aggregates and what is public anyhow
    Drop("sample-towns", "towns.csv", ("town_code", "town", "county", "communities", "outline"),
        "SELECT tc.code, t.name_zh, c.name_zh, (SELECT count(*) FROM places_division v WHERE v.parent_id = t.id), "
        "json_build_object('type', 'Polygon', 'coordinates', o.rings)::text FROM places_outline o "
        "JOIN places_division t ON t.id = o.division_id AND t.level = 'town' JOIN places_division c ON c.id = t.parent_id "
        "JOIN places_divisioncode tc ON tc.division_id = t.id AND tc.scheme = 'stats' AND tc.valid_to IS NULL ORDER BY 1"),
    Drop("sample-matter-limits", "limits.csv", ("package", "matter", "package_title", "matter_title", "department",
        "promised_days", "statutory_days", "unit"),
        "SELECT v.package, m->>'id', v.definition#>>'{package,title,zh}', m#>>'{title,zh}', d.name_zh, "
        "m#>>'{promised,days}', m#>>'{statutory,days}', CASE m#>>'{promised,unit}' WHEN 'working-day' THEN '工作日' "
        "ELSE '自然日' END FROM (SELECT DISTINCT ON (package) package, definition FROM onething_packageversion "
        "ORDER BY package, effective DESC, id DESC) v CROSS JOIN jsonb_array_elements(v.definition->'matters') m "
        f"JOIN ({_DEPARTMENT}) d ON d.code = m->>'org' ORDER BY 1, 2"),
    Drop("sample-handled", "handled.csv", ("month", "department_code", "department", "handled"),
        "SELECT to_char(x.closed_at AT TIME ZONE 'Asia/Shanghai', 'YYYY-MM'), x.org, d.name_zh, CASE WHEN count(*) >= "
        f"{FEW} THEN count(*) END FROM cases_case x JOIN ({_DEPARTMENT}) d ON d.code = x.org "
        "WHERE x.item <> '' AND x.closed_at IS NOT NULL GROUP BY 1, 2, 3 ORDER BY 1, 2"),
    Drop("sample-firms", "firms.csv", ("county_code", "industry_code", "county", "industry", "firms"),
        "SELECT left(f.division, 6), f.industry, c.name_zh, coalesce(i.title_zh, f.industry), count(*) FROM people_firm f "
        f"{_COUNTY.format('f.division')} LEFT JOIN codes_codeentry i ON i.list_id = 'industry' AND i.code = f.industry "
        "AND i.valid_to IS NULL WHERE f.until IS NULL GROUP BY 1, 2, 3, 4 ORDER BY 1, 2"),
)  # fmt: skip


def drop() -> int:
    """Write every file that is not there yet into the folder of its source; how many were written."""
    count = 0
    for one in (*DROPS, *OPEN_DROPS):
        folder = settings.CONFIG.drops / one.source
        if (folder / one.name).exists():
            continue
        folder.mkdir(parents=True, exist_ok=True)
        rows = _rows(one.sql)
        if one.spoil and len(rows) > 10:
            one.spoil(rows)
        _write(folder / one.name, one.columns, rows)
        count += 1
    return count


def _rows(sql: str) -> list[list[Any]]:
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_nestloop = off")  # whole tables are read; a limit tempts the planner to loops
        cursor.execute(f"{sql} LIMIT {MOST}")
        return [list(row) for row in cursor.fetchall()]


def _write(path: Path, columns: Sequence[str], rows: Rows) -> None:
    draft = path.with_name(f".{path.name}.part")
    draft.write_bytes(_content(path.name, columns, rows))
    now = draft.stat().st_mtime
    os.utime(draft, (now - AGED, now - AGED))
    draft.rename(path)


def _content(name: str, columns: Sequence[str], rows: Rows) -> bytes:
    match name.rpartition(".")[2]:
        case "xlsx":
            return _workbook(columns, rows)
        case "jsonl":
            return "".join(_line(columns, row) for row in rows).encode()
        case "parquet":
            return _parquet(columns, rows)
    return _csv([columns, *rows]).encode("gb18030" if ".gbk." in name else "utf-8")


def _csv(rows: Iterable[Sequence[Any]]) -> str:
    out = io.StringIO()
    csv.writer(out).writerows(rows)
    return out.getvalue()


def _line(columns: Sequence[str], row: Sequence[Any]) -> str:
    return json.dumps(dict(zip(columns, row, strict=True)), ensure_ascii=False, default=str) + "\n"


def _workbook(columns: Sequence[str], rows: Rows) -> bytes:
    import xlsxwriter

    out = io.BytesIO()
    with xlsxwriter.Workbook(out, {"in_memory": True}) as book:
        sheet = book.add_worksheet()
        for n, row in enumerate([columns, *rows]):
            sheet.write_row(n, 0, row)
    return out.getvalue()


def _parquet(columns: Sequence[str], rows: Rows) -> bytes:
    import pyarrow as pa
    import pyarrow.parquet as pq

    out = io.BytesIO()
    pq.write_table(pa.table({name: [row[n] for row in rows] for n, name in enumerate(columns)}), out)
    return out.getvalue()
