"""Run in a home of its own: the worker that moves the read store is killed before and after each commit.

What is served is always one whole state of the lake, and the change feed, replayed on the first state, gives what is
served: no change is lost, none is there twice. Prints how many deaths that survived.
"""

import json
import os
import signal
import sys
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import django

django.setup()

import pyarrow as pa  # noqa: E402
from django.db import connection  # noqa: E402

from liangxi.core.lake import face as lake  # noqa: E402
from liangxi.core.lake.shapes import Field, TableSpec  # noqa: E402
from liangxi.kit import time  # noqa: E402
from liangxi.kit.actor import system  # noqa: E402
from liangxi.systems.data import face as data  # noqa: E402
from liangxi.systems.data import models  # noqa: E402

HOUSE = system("test")
ROWS = 2000
KILLED = -signal.SIGKILL


def granted() -> None:
    """A published resource and a grant of it, without their stories."""
    today, who = time.today(), {"org": "a", "org_path": "/a/"}
    resource = models.Resource.objects.create(
        id="t", code="1/1", category="101000", number=1, org="b", org_path="/b/", state="published", version=1,
        title={}, kind="base", origin="city", sharing="conditional", opening="not-open", cycle="daily",
        grade="general-1", made_at=time.now(),
    )  # fmt: skip
    models.ResourceField.objects.create(
        resource=resource, position=1, name="k", title={}, type="text", is_key=True, grade="general-1"
    )
    need = models.Need.objects.create(
        key="k", case_no="c", title="t", purpose="p", legal_basis="l", matter="m", frequency="once", since=today,
        until=today + timedelta(days=9), made_by="x", made_by_name="x", made_at=time.now(), **who,
    )  # fmt: skip
    request = models.NeedRequest.objects.create(
        need=need, resource=resource, version=1, item_no="i", columns=["k", "v"], **who
    )
    models.Grant.objects.create(
        request=request, resource=resource, version_from=1, provider="b", provider_path="/b/",
        terms={"columns": ["k", "v"], "masks": {}}, purpose="p", legal_basis="l", quota=9, since=today,
        until=today + timedelta(days=9), review_on=today + timedelta(days=9), given_by="x", given_at=time.now(), **who,
    )  # fmt: skip


def in_child(act: Callable[[], Any]) -> Any:
    """The answer of `act` in a process of its own, or its death: who uses DuckDB has threads and cannot be forked."""
    connection.close()
    read, write = os.pipe()
    child = os.fork()
    if child == 0:
        os.close(read)
        answer = act()
        os.write(write, json.dumps(answer).encode())
        os._exit(0)
    os.close(write)
    with os.fdopen(read, "rb") as pipe:
        text = pipe.read()
    code = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
    assert code in (0, KILLED), code
    return json.loads(text) if text else KILLED


def dying(when: str, number: int) -> int:
    """Bring the store forward, killed before or after the n-th commit."""
    commit, done = connection._commit, iter(range(10**6))

    def committed() -> None:
        is_it = next(done) == number
        if is_it and when == "before":
            os.kill(os.getpid(), signal.SIGKILL)
        commit()
        if is_it:
            os.kill(os.getpid(), signal.SIGKILL)

    connection._commit = committed
    return data.keep_serving()


def asked(sql: str) -> list[Any]:
    with connection.cursor() as cursor:
        cursor.execute(sql)
        return list(cursor.fetchall())


def check(first: dict[str, int]) -> list[int]:
    """What is served is a whole state, and what the feed makes of the first one; version, batch, changes."""
    row = models.Serving.objects.get()
    served = dict(asked("SELECT k, v FROM served.t"))
    with lake.read(table="t", at=lake_cursor(row)) as reader:
        assert dict(reader.rows("SELECT k, v FROM dataset")) == served, "what is served is no state of the lake"
    replayed, feed = dict(first), asked("SELECT _seq, _image, k, v FROM served_changes.t ORDER BY _seq, _image DESC")
    for _, image, key, value in feed:
        if image == "before":
            assert replayed.pop(key) == value, "a change is there twice or one is missing"
        else:
            assert key not in replayed
            replayed[key] = value
    assert replayed == served and row.rows == len(served)
    return [row.version, row.batch, len(feed)]


def lake_cursor(row: models.Serving) -> Any:
    from liangxi.core.lake.shapes import Cursor

    return Cursor(version=row.version, batch=row.batch)


def write(n: int, first: int = 0) -> None:
    keys = range(first, first + ROWS)
    rows = pa.table({"k": [f"k{one}" for one in keys], "v": [n + one % 7 for one in keys]})
    lake.write(by=HOUSE, table="t", rows=rows, source="load")


def correct(n: int) -> None:
    late = pa.table({"k": ["k1", f"c{n}", f"k{n + 5}"], "v": [n, n, None], "_op": ["upsert", "upsert", "delete"]})
    lake.correct(by=HOUSE, table="t", changes=late, source="late")


def main() -> None:
    granted()
    spec = TableSpec(name="t", fields=(Field(name="k", required=True), Field(name="v", type="int")), key=("k",))
    in_child(lambda: lake.declare(by=HOUSE, spec=spec) and None)
    in_child(lambda: write(0))
    deaths = 0
    for when in ("before", "after"):  # the first state: there is none, or a whole one
        deaths += in_child(lambda when=when: dying(when, 1)) == KILLED
        assert models.Serving.objects.filter(version__gt=0).count() == (when == "after")
    first = dict(asked("SELECT k, v FROM served.t"))
    for n in range(1, 4):
        in_child(lambda n=n: correct(n))
        if n == 2:
            in_child(lambda: write(100, 50))
        before = in_child(lambda: check(first))
        deaths += in_child(lambda: dying("before", 0)) == KILLED
        assert in_child(lambda: check(first)) == before, "a killed worker left something"
        deaths += in_child(lambda: dying("after", 0)) == KILLED
        after = in_child(lambda: check(first))
        assert after[2] > before[2] and in_child(data.keep_serving) == 0
        assert in_child(lambda: check(first)) == after
    sys.stdout.write(f"{deaths}\n")


main()
