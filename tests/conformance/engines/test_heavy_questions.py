"""The heavy questions by a cluster of two workers: DuckDB's answers, and files that appear whole."""

from pathlib import Path
from typing import Any

import duckdb
import pytest

from liangxi.core.engines.errors import EngineError
from liangxi.core.engines.face import engine_at
from liangxi.kit.errors import InvalidError

ROWS = 250_000  # in each of four files
BREACHES = "SELECT CAST(SUM(CASE WHEN pay > 990 THEN 1 ELSE 0 END) AS BIGINT) AS pay, COUNT(*) AS n FROM people"
GROUPS = "SELECT dept, COUNT(*) AS n, SUM(pay) AS total FROM people GROUP BY dept"
TWICE = (
    "SELECT COUNT(*) AS ids, CAST(SUM(n) AS BIGINT) AS n FROM (SELECT id, COUNT(*) AS n FROM people GROUP BY id) AS i"
)
JOINED = "SELECT p.dept, COUNT(*) AS n FROM people AS p JOIN late AS l ON p.id = l.id GROUP BY p.dept"
MERGED = (
    "SELECT id, dept, pay FROM late UNION ALL "
    "SELECT p.id, p.dept, p.pay FROM people AS p LEFT JOIN late AS l ON p.id = l.id WHERE l.id IS NULL"
)


@pytest.fixture(scope="module")
def tables(tmp_path_factory: pytest.TempPathFactory) -> dict[str, list[Path]]:
    folder = tmp_path_factory.mktemp("heavy")
    files = [folder / f"people-{number}.parquet" for number in range(5)]
    for number, file in enumerate(files):
        begin, pay = (number * ROWS, 0) if number < 4 else (ROWS // 2, 5000)  # the last one corrects some of the others
        duckdb.sql(
            "SELECT '3202' || lpad(CAST(hash(range + $begin) % 100000000000000 AS VARCHAR), 14, '0') AS id,"
            " range % 60 AS dept, CAST(range % 1000 + $pay AS DECIMAL(18, 2)) AS pay FROM range($rows)",
            params={"begin": begin, "pay": pay, "rows": ROWS},
        ).write_parquet(str(file))
    return {"people": files[:4], "late": files[4:]}


def rows(answer: Any) -> list[str]:
    return sorted(map(repr, answer.to_pylist()))


@pytest.mark.parametrize("sql", [BREACHES, GROUPS, TWICE, JOINED])
def test_a_cluster_answers_as_duckdb_does(sail: str, tables: dict[str, list[Path]], sql: str) -> None:
    answer = engine_at(sail).run(sql, tables)
    assert answer.num_rows > 0 and rows(answer) == rows(engine_at("").run(sql, tables))


def test_a_distinct_inside_an_aggregate_is_answered_rightly_or_told(sail: str, tables: dict[str, list[Path]]) -> None:
    """Its ids travel in one message between the workers, which may pass the 4 MiB that the cluster lets through."""
    sql = "SELECT COUNT(*) AS n, COUNT(DISTINCT id) AS ids, SUM(pay) AS s FROM people"
    said: Any
    try:
        said = rows(engine_at(sail).run(sql, tables))
    except EngineError as error:
        said = error
    is_told = isinstance(said, EngineError) and said.code == "engines.failed" and "4194304" in str(said)
    assert is_told or said == rows(engine_at("").run(sql, tables))


def test_merged_files_hold_the_corrections_and_appear_whole(
    sail: str, tables: dict[str, list[Path]], tmp_path: Path
) -> None:
    found = []
    for name, engine in {"duck": engine_at(""), "sail": engine_at(sail)}.items():
        files = engine.write(MERGED, tables, tmp_path / name)
        assert files and sorted(path.name for path in tmp_path.glob(".*")) == []
        total = "SELECT COUNT(*) AS n, SUM(pay) AS s FROM merged"
        found.append(rows(engine_at("").run(total, {"merged": files})))
        with pytest.raises(InvalidError) as told:
            engine.write(MERGED, tables, tmp_path / name)
        assert told.value.code == "engines.folder"
        with pytest.raises(EngineError):
            engine.write("SELECT no_such FROM people", tables, tmp_path / f"{name}-wrong")
        assert not (tmp_path / f"{name}-wrong").exists() and not list(tmp_path.glob(".*"))
    assert found[0] == found[1]


def test_a_server_that_is_not_there_is_told_at_once() -> None:
    with pytest.raises(EngineError) as told:
        engine_at("sc://127.0.0.1:9").run("SELECT 1", {})
    assert told.value.code == "engines.unreachable" and told.value.params["place"] == "127.0.0.1:9"


def test_the_embedded_engine_reads_no_other_file(tables: dict[str, list[Path]], tmp_path: Path) -> None:
    secret = tmp_path / "secret.csv"
    secret.write_text("a\n1\n")
    with pytest.raises(EngineError):
        engine_at("").run(f"SELECT * FROM read_csv('{secret}')", tables)


def test_a_missing_client_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    import sys

    monkeypatch.setitem(sys.modules, "pyspark.sql.connect.session", None)
    with pytest.raises(EngineError) as told:
        engine_at("sc://somewhere:15002")
    assert told.value.code == "engines.client" and "liangxi[spark]" in str(told.value)
