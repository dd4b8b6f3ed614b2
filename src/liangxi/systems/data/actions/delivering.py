"""Downloads, change feeds and aggregates under a grant: opened, read through the policy, counted and written down.

Nothing leaves before its count and its record are durable. A download reads the lake, a feed the images of the read
store, an aggregate its rows; the statement of each comes from the compiler of policies and from nowhere else.
"""

import contextlib
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from django.db import connection, transaction

from liangxi.core.audit import face as audit
from liangxi.core.lake import face as lake
from liangxi.core.lake.face import Format
from liangxi.kit import time
from liangxi.kit.actor import Actor
from liangxi.kit.errors import InvalidError
from liangxi.systems.data.actions import grants, keys
from liangxi.systems.data.errors import GoneError
from liangxi.systems.data.queries import delivery as queries
from liangxi.systems.data.queries import serving
from liangxi.systems.data.queries import sharing as needs
from liangxi.systems.data.queries.delivery import Opened
from liangxi.systems.data.rules import datasets, policy
from liangxi.systems.data.rules import delivery as rules
from liangxi.systems.data.shapes import ChangePage

FORMATS: tuple[Format, ...] = ("csv", "jsonl", "parquet")
Download = tuple[str, Iterator[bytes]]


def by_key(secret: str, resource: str) -> Opened:
    """What a department's key opens on a resource today."""
    key, row = keys.opened(secret, resource)
    return queries.opened(row, key.pk)


def by_post(by: Actor, id: str) -> Opened:
    """What a member of staff may read for his department: `data.request` of the grant's consumer."""
    row = needs.grant_row(by, id)
    by.require("data.request", row.org_path)
    grants.require_holds(row, time.today())
    return queries.opened(row, None, by)


def download(opened: Opened, version: int | None, request: policy.Bulk, format: str) -> Download:
    """A file of a version, or of the newest state, and its name. Text that a spreadsheet would run is disarmed."""
    if format not in FORMATS:
        raise _invalid("format", "Choose csv, jsonl or parquet.")
    table = datasets.table_of(opened.resource)
    stack = contextlib.ExitStack()
    try:
        reader = stack.enter_context(lake.read(table=table, version=version))
        schema = datasets.schema_of(reader.state.spec, "dataset")
        made = policy.compile(opened.policy, schema, request, dialect="duckdb", reader=opened.reader)
        [(rows,)] = reader.rows(f"SELECT count(*) FROM ({made.sql}) AS t", made.parameters)
        at = reader.state.cursor
        columns = [column.name for column in made.columns]
        _note(opened, rows, columns, {"version": at.version, "batch": at.batch, "format": format})
    except BaseException:
        stack.close()
        raise
    pieces = lake.export(
        reader=reader, format=format, sql=made.sql, parameters=made.parameters, for_spreadsheet=format == "csv"
    )  # type: ignore[call-overload, unused-ignore]
    name = f"{opened.resource}-{at.version}" + (f"-{at.batch}" if version is None else "")
    return f"{name}.{format}", _closing(stack, pieces)


def _closing(stack: contextlib.ExitStack, pieces: Iterator[bytes]) -> Iterator[bytes]:
    with stack:
        yield from pieces


def changes(opened: Opened, after: str, limit: int, columns: Sequence[str]) -> ChangePage:
    """A page of the change feed. GoneError for a cursor that is not kept any more, or was never given."""
    row = serving.of(opened.resource)
    place = rules.cursor_of(after) if after else (row.first_seq, "put")
    if not row.first_seq <= place[0] <= row.seq:
        raise GoneError("data.feed.gone", "The feed does not reach back to this cursor: read the data set anew.")
    request = policy.Changes(purpose=opened.purpose, columns=tuple(columns), after=place, limit=limit)
    made, rows = _asked(opened, request)
    names = [column.name for column in made.columns]
    steps = tuple(dict(zip(names, found, strict=True)) for found in rows)
    shown = [name for name in names if name not in made.cursor]
    _note(opened, len(steps), shown, {"after": f"{place[0]}.{place[1]}"})
    last = (steps[-1]["_seq"], steps[-1]["_op"]) if steps else place
    if len(steps) < limit and last[0] < row.seq:
        last = (row.seq, "put")  # what lies between is not for this grant
    return ChangePage(steps, f"{last[0]}.{last[1]}", len(steps) < limit)


def aggregate(opened: Opened, by: Sequence[str], measures: Sequence[str], where: str) -> tuple[Mapping[str, Any], ...]:
    """Measures of groups that are large enough; smaller ones are left out of every answer."""
    request = policy.Aggregate(
        purpose=opened.purpose, measures=rules.measures_of(measures), by=tuple(by), where=where or "true"
    )
    made, rows = _asked(opened, request)
    names = [column.name for column in made.columns]
    _note(opened, len(rows), names, {"where": where} if where else {})
    return tuple(dict(zip(names, row, strict=True)) for row in rows)


def _asked(opened: Opened, request: policy.Request) -> tuple[policy.Compiled, list[tuple[Any, ...]]]:
    made = policy.compile(opened.policy, opened.schema, request, dialect="postgres", reader=opened.reader)
    with connection.cursor() as cursor:
        cursor.execute(made.sql, made.parameters)
        return made, cursor.fetchall()


def _note(opened: Opened, rows: int, columns: Sequence[str], said: Mapping[str, Any]) -> None:
    """Count one read with its rows, and write down that and what; QuotaError when none is left today."""
    with transaction.atomic():
        if grants.count(opened.grant, opened.quota, 1, rows):
            detail = opened.record(columns) | dict(said) | {"found": rows}
            object = f"grant:{opened.grant}"
            audit.record(by=opened.by, action="data.export", object=object, purpose=opened.purpose, detail=detail)
            return
    grants.count_refused(opened.grant)
    raise grants.quota_error(opened.quota)


def _invalid(field: str, says: str) -> InvalidError:
    return InvalidError("data.delivery.format", says, fields={field: says})
