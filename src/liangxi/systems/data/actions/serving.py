"""The read store follows the lake: keyed tables in PostgreSQL for what is granted, moved a whole state at a time.

The first state is copied; later ones are applied as differences, and the images before and after each change become
the change feed. Rows, images and the cursor move in one transaction: a reader sees a state whole or not at all, and a
process that dies in between has changed nothing. Whoever comes again finds the cursor where it was.
"""

from collections.abc import Iterable, Iterator
from datetime import timedelta
from itertools import islice
from typing import Any

from django.db import connection, transaction

from liangxi.core.events import face as events
from liangxi.core.lake import face as lake
from liangxi.core.lake.shapes import Cursor, TableSpec
from liangxi.kit import time
from liangxi.kit.errors import NotFoundError
from liangxi.systems.data.events import DatasetChanged
from liangxi.systems.data.models import Serving
from liangxi.systems.data.queries import serving as queries
from liangxi.systems.data.queries.serving import IMAGES, STORE
from liangxi.systems.data.rules import datasets, policy

KEPT = timedelta(days=30)  # how long the change feed keeps what happened
_AT_ONCE = 2000  # keys whose rows are read together


def keep() -> int:
    """Bring every granted resource to the newest state of the lake, forget what nobody reads; how many moved."""
    today = time.today()
    for resource in queries.unwanted(today):
        forget(resource)
    return sum(follow(resource) for resource in queries.wanted(today))


def follow(resource: str) -> int:
    """Bring one resource to the newest state; 1 when it moved. Another worker at it: 0."""
    try:
        table = lake.table(name=datasets.table_of(resource))
    except NotFoundError:
        return 0
    newest = Cursor(version=table.version, batch=table.batch)
    if not newest.version or Serving.objects.filter(pk=resource, version=newest.version, batch=newest.batch).exists():
        return 0
    Serving.objects.get_or_create(pk=resource)
    with transaction.atomic():
        row = Serving.objects.select_for_update(skip_locked=True).filter(pk=resource).first()
        if row is None or (row.version, row.batch) == (newest.version, newest.batch):
            return 0
        changes = _apply(row, table.spec, newest) if row.version else _copy(row, table.spec, newest)
        row.version, row.batch, row.reflected_at = newest.version, newest.batch, time.now()
        row.save()
        fact = DatasetChanged(resource=resource, version=row.version, batch=row.batch, seq=row.seq, rows=row.rows,
                              changes=changes, at=row.reflected_at)  # fmt: skip
        events.announce(fact, subject=resource)
    return 1


def forget(resource: str) -> None:
    """Take a resource out of the store."""
    with transaction.atomic():
        row = Serving.objects.select_for_update().filter(pk=resource).first()
        if row is not None:
            if row.version:
                _run(*(f"DROP TABLE IF EXISTS {schema}.{_q(row.spec['name'])}" for schema in (STORE, IMAGES)))
            row.delete()


def trim() -> int:
    """Forget changes that are older than the feed keeps; how many images."""
    done = 0
    for resource in Serving.objects.filter(version__gt=0).values_list("pk", flat=True):
        with transaction.atomic(), connection.cursor() as cursor:
            row = Serving.objects.select_for_update().get(pk=resource)
            cursor.execute(
                f"DELETE FROM {IMAGES}.{_q(row.spec['name'])} WHERE _at < %s RETURNING _seq", [time.now() - KEPT]
            )
            if gone := [seq for (seq,) in cursor.fetchall()]:
                row.first_seq = max(gone)
                row.save(update_fields=["first_seq"])
            done += len(gone)
    return done


def _copy(row: Serving, spec: TableSpec, newest: Cursor) -> int:
    """The first state. Numbers of the feed begin above all that a store before this one has given."""
    row.seq = row.first_seq = int(time.now().timestamp() * 1000)
    row.spec = {"name": spec.name, "key": list(spec.key), "fields": [
        {"name": f.name, "type": f.type, "digits": f.digits, "scale": f.scale} for f in spec.fields
    ]}  # fmt: skip
    row.lookups, row.subject = queries.lookups_of(row.pk, spec)
    store, images = (f"{schema}.{_q(spec.name)}" for schema in (STORE, IMAGES))
    columns = ", ".join(f"{_q(one.name)} {policy.storage_type(one, 'postgres')}" for one in _columns(spec))
    _run(f"DROP TABLE IF EXISTS {store}, {images}", f"CREATE TABLE {store} ({columns})")
    with lake.read(table=spec.name, at=newest) as reader, connection.cursor() as cursor:
        with cursor.copy(f"COPY {store} FROM STDIN (FORMAT csv, HEADER)") as copy:
            for piece in lake.export(reader=reader, format="csv"):
                copy.write(piece)
        row.rows = cursor.rowcount
    indexed = [name for name in row.lookups if name != spec.key[0]]
    _run(
        f"ALTER TABLE {store} ADD PRIMARY KEY ({_names(spec.key)})",
        *(f"CREATE INDEX ON {store} ({_q(name)})" for name in indexed),
        f'CREATE TABLE {images} (_seq bigint NOT NULL, _image text COLLATE "C" NOT NULL, '
        f"_at timestamptz NOT NULL DEFAULT now(), {columns})",
        f"CREATE INDEX ON {images} (_seq)",
        f"CREATE INDEX ON {images} (_at)",
        f"ANALYZE {store}",
    )
    return row.rows


def _apply(row: Serving, spec: TableSpec, newest: Cursor) -> int:
    """A later state: what is different is staged, gets its numbers, becomes images and rows."""
    since = Cursor(version=row.version, batch=row.batch)
    try:
        _, feed = lake.changes(table=spec.name, since=since, until=newest)
    except NotFoundError:  # the state that is reflected is not kept any more
        return _copy(row, spec, newest)
    store, names, key = f"{STORE}.{_q(spec.name)}", [one.name for one in spec.fields], _names(spec.key)
    _run(
        "DROP TABLE IF EXISTS pg_temp.late, pg_temp.step",
        f"CREATE TEMP TABLE late ON COMMIT DROP AS SELECT true AS _is, * FROM {store} WITH NO DATA",
    )
    with connection.cursor() as cursor:
        rows = _final(spec, feed, newest)
        while chunk := list(islice(rows, _AT_ONCE)):  # the lake asks the ledger, so no COPY may be open meanwhile
            with cursor.copy(f"COPY pg_temp.late (_is, {_names(names)}) FROM STDIN") as copy:
                for one in chunk:
                    copy.write_row(one)
        same = " AND ".join(f"s.{_q(name)} = l.{_q(name)}" for name in spec.key)
        there = f"s.{_q(spec.key[0])} IS NOT NULL"
        values = ["({})".format(", ".join(f"{of}.{_q(name)}" for name in names)) for of in ("s", "l")]
        keys = ", ".join(f"l.{_q(name)}" for name in spec.key)
        cursor.execute(
            f"CREATE TEMP TABLE step ON COMMIT DROP AS SELECT row_number() OVER (ORDER BY {keys}) + %s AS _seq, "
            f"l._is, {there} AS _was, {keys} FROM pg_temp.late l LEFT JOIN {store} s ON {same} "
            f"WHERE ({there} OR l._is) AND ({there} <> l._is OR {values[0]} IS DISTINCT FROM {values[1]})", [row.seq],
        )  # fmt: skip
        changes: int = cursor.rowcount
        cursor.execute("SELECT count(*) FILTER (WHERE _is), count(*) FILTER (WHERE _was) FROM pg_temp.step")
        more, less = cursor.fetchone()
    _move(spec, names, key)
    row.seq, row.rows = row.seq + changes, row.rows + more - less
    return changes


def _move(spec: TableSpec, names: list[str], key: str) -> None:
    store, images, listed = f"{STORE}.{_q(spec.name)}", f"{IMAGES}.{_q(spec.name)}", _names(names)
    taken = ", ".join(f"x.{_q(name)}" for name in names)
    join = f"JOIN pg_temp.step USING ({key})"
    said = f"INSERT INTO {images} (_seq, _image, {listed}) SELECT _seq"
    _run(
        f"{said}, 'before', {taken} FROM {store} x {join} WHERE _was",
        f"{said}, 'after', {taken} FROM pg_temp.late x {join} WHERE step._is",
        f"DELETE FROM {store} x USING pg_temp.step WHERE "
        + " AND ".join(f"x.{_q(name)} = step.{_q(name)}" for name in spec.key),
        f"INSERT INTO {store} ({listed}) SELECT {taken} FROM pg_temp.late x {join} WHERE step._is",
    )


def _final(spec: TableSpec, feed: Iterable[dict[str, Any]], newest: Cursor) -> Iterator[tuple[Any, ...]]:
    """(is it there, the fields) of each key that a feed names, as the newest state has it.

    Across a load the feed is the difference itself; corrections are only taken as keys, since one that came later may
    be valid from an earlier day and change nothing.
    """
    names = [one.name for one in spec.fields]
    asked: dict[tuple[Any, ...], None] = {}
    for one in feed:
        if one["_valid_from"] is None:
            yield one["_op"] == "upsert", *(one[name] for name in names)
        else:
            asked[tuple(one[name] for name in spec.key)] = None
    keys = iter(asked)
    while chunk := list(islice(keys, _AT_ONCE)):
        gone = dict.fromkeys(chunk)
        with lake.read(table=spec.name, at=newest, keys=chunk) as reader:
            for found in reader.rows(f"SELECT {_names(names)} FROM dataset"):
                row = dict(zip(names, found, strict=True))
                gone.pop(tuple(row[name] for name in spec.key), None)
                yield True, *found
        for key in gone:
            row = dict(zip(spec.key, key, strict=True))
            yield False, *(row.get(name) for name in names)


def _columns(spec: TableSpec) -> tuple[policy.Column, ...]:
    return datasets.schema_of(spec, STORE).columns


def _run(*statements: str) -> None:
    with connection.cursor() as cursor:
        for statement in statements:
            cursor.execute(statement)


def _q(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


def _names(names: Iterable[str]) -> str:
    return ", ".join(map(_q, names))
