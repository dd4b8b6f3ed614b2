"""Run in a home of its own: whoever takes in deliveries is killed at each commit and at each file.

Prints one line of JSON: how many deaths each kind of source survived.
"""

import io
import json
import os
import sys
from typing import Any

import django

django.setup()

from django.db import connection  # noqa: E402
from django.utils import timezone  # noqa: E402
from killed_lake import KILLED, done, dying, in_child  # noqa: E402

from liangxi.core.lake import face as lake  # noqa: E402
from liangxi.core.lake.models import Table  # noqa: E402
from liangxi.kit import time  # noqa: E402
from liangxi.kit.actor import system  # noqa: E402
from liangxi.systems.data import face as data  # noqa: E402
from liangxi.systems.data.connectors import folders, places  # noqa: E402
from liangxi.systems.data.models import Resource, ResourceVersion, Run  # noqa: E402

HOUSE = system("test")
ROWS = 400
DEFINITION = {
    "id": "things", "kind": "department", "category": "310000", "org": "320200", "title": {"zh": "物", "en": "Things"},
    "summary": {"zh": "物", "en": "Things"}, "format": "database", "origin": "city", "cycle": "daily",
    "sharing": {"attribute": "unconditional", "ways": ["interface"]}, "opening": {"attribute": "unconditional"},
    "fields": [
        {"name": "k", "title": {"zh": "键"}, "type": "text", "key": True, "grade": "general-1"},
        {"name": "v", "title": {"zh": "值"}, "type": "integer", "grade": "general-1"},
    ],
}  # fmt: skip
POINTS = [("before", 2), ("before", 6), ("after", 3), ("after", 5), ("file", 0), ("file", 3)]


def settle() -> None:
    """A published resource, without a city around it."""
    row = Resource.objects.create(
        pk="things", code="310000/1", category="310000", number=1, org="320200", org_path="/320200/", state="published",
        version=1, title=DEFINITION["title"], kind="department", origin="city", sharing="unconditional",
        opening="unconditional", cycle="daily", grade="general-1", made_at=time.now())  # fmt: skip
    ResourceVersion.objects.create(resource=row, number=1, state="published", definition=DEFINITION, author="t",
                                   author_name="t", saved_at=time.now())  # fmt: skip
    for kind, mode in (("folder", "replace"), ("upload", "upsert")):
        said = {"id": f"things-{kind}", "resource": "things", "title": {"zh": "源"}, "kind": kind, "mode": mode}
        data.save_source(by=HOUSE, definition=said)


def content(n: int) -> bytes:
    return b"k,v\n" + b"".join(b"k%d,%d\n" % (row, n) for row in range(ROWS)) + b"bad,1.5\n"


def drop(n: int) -> None:
    """A file in the folder, and the run that will find it."""
    place = places.drops() / "things-folder"
    place.mkdir(parents=True, exist_ok=True)
    (place / f"{n}.csv").write_bytes(content(n))
    os.utime(place / f"{n}.csv", (folders.now() - 100 + n,) * 2)
    data.start_run(by=HOUSE, source="things-folder")


def hand_in(n: int) -> None:
    data.hand_in(by=HOUSE, resource="things", name=f"{n}.csv", content=io.BytesIO(content(n)), source="things-upload")


def work() -> int:
    return data.work_runs(limit=3)


def let_go() -> None:
    """What a minute does to the leases of the dead."""
    Table.objects.update(leased_until=None)
    Run.objects.filter(state="running").update(leased_until=timezone.now() - timezone.timedelta(seconds=1))


def seen() -> list[Any]:
    """Values, rows and keys that a reader sees, published versions and batches; everything named is sound."""
    table = lake.table(name="things")
    with lake.read(table="things") as reader:
        found = reader.rows("SELECT min(v), max(v), count(*), count(DISTINCT k) FROM dataset")[0]
    assert not lake.verify(table="things")
    return [*map(int, found), table.version + table.batch]


def survive(bring: Any, first: int) -> int:
    """Bring a delivery, kill its worker at each point: in the end it is there whole and once."""
    deaths = 0
    published = done(seen)[4] if first > 1 else 0
    for n, at in enumerate(POINTS, first):
        done(lambda n=n: bring(n))
        deaths += done(dying(work, at)) == KILLED
        let_go()
        done(work)
        published += 1
        assert done(seen) == [n, n, ROWS, ROWS, published], (at, n, done(seen), published)
        last = done(lambda: list(Run.objects.order_by("-asked_at").values_list("state", "good", "bad")[:1]))
        assert last == [["done", ROWS, 1]], (at, last)
    return deaths


if __name__ == "__main__":
    settle()
    survived = {"folder": survive(drop, 1), "upload": survive(hand_in, 1 + len(POINTS))}
    left = [path.name for path in places.root().rglob("*") if path.name.endswith(".draft")]
    assert len(left) <= sum(survived.values()), left
    connection.close()
    assert done(lambda: Run.objects.exclude(state="done").count()) == 0
    sys.stdout.write(json.dumps(survived) + "\n")
    assert in_child
