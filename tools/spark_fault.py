"""A run on real Apache Spark with two executors, one of which is killed in the middle of a job.

    python3 -m venv /tmp/spark && /tmp/spark/bin/pip install pyspark
    .venv/bin/python -m tools.spark_fault /tmp/spark      (Java 17 or later must be there)

It starts Spark's own Connect server on `local-cluster[2,1,1024]` (two executors, each a process), makes two million
rows in Parquet, asks a few heavy questions of it and of DuckDB, and compares; then it asks once more and kills an
executor with SIGKILL while the job runs. It prints what it saw, ends what it began, and is no part of the test suite.
"""

import contextlib
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import duckdb

from liangxi.core.engines.face import engine_at
from liangxi.core.engines.shapes import Engine
from liangxi.core.engines.spark import SparkConnect

PORT = 15099
START = 600  # seconds that the server may take to start
ROWS = 500_000  # in each of four files
COUNTS = "SELECT dept, COUNT(*) AS n, SUM(pay) AS total FROM people GROUP BY dept"
DIFFERENT = (
    "SELECT COUNT(*) AS ids, CAST(SUM(n) AS BIGINT) AS n FROM (SELECT id, COUNT(*) AS n FROM people GROUP BY id) AS i"
)
JOINED = "SELECT p.dept, COUNT(*) AS n FROM people AS p JOIN late AS l ON p.id = l.id GROUP BY p.dept"
QUESTIONS = {"group by 60 departments": COUNTS, "different ids": DIFFERENT, "join 2 M with 1 M": JOINED}


def main(spark: Path) -> int:
    """Run all of it; 0 when every answer is DuckDB's, also that under fire."""
    folder = Path(tempfile.mkdtemp(prefix="spark-fault-"))
    server = _start(spark, folder)
    try:
        _await(server, folder)
        files = _rows(folder)
        tables = {"people": files, "late": files[:2]}
        engine, own = SparkConnect(f"spark://127.0.0.1:{PORT}"), engine_at("")
        same = []
        for name, sql in QUESTIONS.items():
            same.append(_compare(name, sql, tables, engine, own))
        same.append(_under_fire(server, tables, engine, own))
        engine.close()  # while there is a server: the client would look for it for ten minutes
        return 0 if all(same) else 1
    finally:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(server.pid, signal.SIGTERM)
        server.wait()
        shutil.rmtree(folder, ignore_errors=True)


def _start(spark: Path, folder: Path) -> subprocess.Popen[bytes]:
    """Spark's own server in a process group of its own."""
    home = next((spark / "lib").glob("python3*/site-packages/pyspark"))
    java = Path(shutil.which("java") or "java").resolve().parents[1]
    submit = [str(home / "bin/spark-submit"), "--class", "org.apache.spark.sql.connect.service.SparkConnectServer",
              "--master", "local-cluster[2,1,1024]"]  # fmt: skip
    for setting in (
        f"spark.connect.grpc.binding.port={PORT}",
        "spark.sql.shuffle.partitions=8",
        "spark.ui.enabled=false",
    ):
        submit += ["--conf", setting]
    submit.append("spark-internal")
    environment = {**os.environ, "SPARK_HOME": str(home), "JAVA_HOME": str(java), "SPARK_LOCAL_IP": "127.0.0.1",
                   "SPARK_WORKER_DIR": str(folder / "work")}  # fmt: skip
    with (folder / "server.log").open("wb") as log:
        return subprocess.Popen(submit, cwd=folder, env=environment, stdout=log, stderr=log, start_new_session=True)


def _await(server: subprocess.Popen[bytes], folder: Path) -> None:
    """Until the server answers; SystemExit with the end of its log when it does not."""
    begun = time.monotonic()
    while True:
        try:
            socket.create_connection(("127.0.0.1", PORT), 1).close()
            break
        except OSError:
            if server.poll() is not None or time.monotonic() - begun > START:
                raise SystemExit((folder / "server.log").read_text()[-3000:]) from None
            time.sleep(0.5)
    _say(f"server up after {time.monotonic() - begun:.1f} s")


def _rows(folder: Path) -> list[Path]:
    files = [folder / f"people-{number}.parquet" for number in range(4)]
    for number, file in enumerate(files):
        ids = duckdb.sql(
            "SELECT '3202' || lpad(CAST(hash(range + $begin) % 100000000000000 AS VARCHAR), 14, '0') AS id,"
            " range % 60 AS dept, CAST(range % 1000 AS DECIMAL(18, 2)) AS pay FROM range($rows)",
            params={"begin": number * ROWS, "rows": ROWS},
        )
        assert ids is not None
        ids.write_parquet(str(file))
    return files


def _timed(ask: Callable[[], Any]) -> tuple[Any, float]:
    begun = time.monotonic()
    return ask(), time.monotonic() - begun


def _compare(name: str, sql: str, tables: dict[str, list[Path]], engine: Engine, own: Engine) -> bool:
    theirs, seconds = _timed(lambda: engine.run(sql, tables).to_pylist())
    again, warm = _timed(lambda: engine.run(sql, tables).to_pylist())
    ours, duck = _timed(lambda: own.run(sql, tables).to_pylist())
    same = _bag(theirs) == _bag(ours) == _bag(again)
    _say(f"{name}: Spark {seconds:.1f} s, again {warm:.1f} s, DuckDB {duck:.1f} s, {'same' if same else 'DIFFERENT'}")
    return same


def _under_fire(server: subprocess.Popen[bytes], tables: dict[str, list[Path]], engine: Engine, own: Engine) -> bool:
    before = _executors(server)
    answers: list[Any] = []
    job = threading.Thread(target=lambda: answers.append(_timed(lambda: engine.run(DIFFERENT, tables).to_pylist())))
    job.start()
    time.sleep(0.4)
    was_running = job.is_alive()
    os.kill(before[0], signal.SIGKILL)
    job.join()
    if not answers:
        _say("killed an executor: the job failed")
        return False
    answer, seconds = answers[0]
    same = _bag(answer) == _bag(own.run(DIFFERENT, tables).to_pylist())
    time.sleep(5)
    after = _executors(server)
    _say(f"killed executor {before[0]} of {before} {'while the job ran' if was_running else 'AFTER the job'}:"
         f" answer after {seconds:.1f} s, {'same' if same else 'DIFFERENT'}; executors now {after}")  # fmt: skip
    return same and was_running


def _executors(server: subprocess.Popen[bytes]) -> list[int]:
    """The executors' process ids: processes of the server's session that run Spark's executor backend."""
    found = []
    for process in Path("/proc").glob("[0-9]*"):
        try:
            words = (process / "cmdline").read_bytes()
            session = int((process / "stat").read_text().rpartition(")")[2].split()[3])
        except OSError:
            continue
        if session == server.pid and b"CoarseGrainedExecutorBackend" in words and b"java" in words:
            found.append(int(process.name))
    return sorted(found)


def _bag(rows: list[dict[str, Any]]) -> list[str]:
    return sorted(map(repr, rows))


def _say(line: str) -> None:
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1])))
