"""Observations asked for by conditions: which streams, and then the history and the log in DuckDB."""

import contextlib
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any

import duckdb
from django.db import connection

from liangxi.kit.series import asking
from liangxi.systems.sensing.queries import readings
from liangxi.systems.sensing.queries.observatory.conditions import paths, prefix_of
from liangxi.systems.sensing.queries.observatory.expressions import DUCKDB, JOINED, Writer, refused
from liangxi.systems.sensing.queries.observatory.tables import OBSERVATION, Sql, scope
from liangxi.systems.sensing.rules import recording
from liangxi.systems.sensing.shapes.observatory import Asked, Call, Entity, EntityPage, Expression, Path, Value

_FACTS = """
CREATE OR REPLACE TEMP VIEW facts AS
SELECT *, coalesce((extra->>'i')::BIGINT, seq::BIGINT) AS id,
    coalesce((extra->>'e')::BIGINT, start) AS stop,
    coalesce((extra->>'f')::BIGINT, default_feature) AS feature,
    (extra->>'t')::BIGINT AS result_time,
    (extra->'v'->>0)::BIGINT AS valid_start, (extra->'v'->>1)::BIGINT AS valid_end,
    CASE WHEN isnan(value) THEN NULL ELSE value END AS result_number,
    CASE WHEN is_open THEN coalesce(extra->>'r', CASE WHEN NOT isnan(value) THEN value::VARCHAR END)
        ELSE decode(payload) END AS result_text,
    CASE WHEN is_open THEN CASE WHEN json_type(extra, '$.r') = 'BOOLEAN' THEN (extra->>'r')::BOOLEAN END
        ELSE value = 1 END AS result_boolean,
    extra->'q' AS quality, extra->'p' AS parameters
FROM (
    SELECT o.stream, s.is_open, s.feature AS default_feature, o.time AS start, o.seq, o.value, o.payload,
        CASE WHEN s.is_open AND o.payload IS NOT NULL THEN decode(o.payload)::JSON END AS extra
    FROM observations o JOIN streams s USING (stream)
) AS parts WHERE extra IS NULL OR extra->>'d' IS NULL
"""
_STREAMS = """
SELECT d.id, d.is_open, d.is_multi, (
    SELECT l.default_feature_id FROM sensing_location_things m JOIN sensing_location l ON l.id = m.location_id
    WHERE m.thing_id = d.thing_id ORDER BY l.id DESC LIMIT 1
) FROM sensing_datastream d WHERE
"""
_DIRECT = {("Datastream", "id"): "stream", ("MultiDatastream", "id"): "stream", ("FeatureOfInterest", "id"): "feature",
           ("id",): "id", ("@iot.id",): "id"}  # fmt: skip
_ENDS = {"phenomenonTime": "stop", "validTime": "valid_end"}
_ROW = "id, stream, start, stop, value, payload, is_open, feature"
_CUT = {"gt": 0, "ge": 0, "lt": 1, "le": 1}


def page(asked: Asked, see: tuple[str, ...]) -> EntityPage:
    """A page of observations of the streams that owners below `see` have."""
    with _facts(asked.where, see) as (engine, multi):
        where = _where(asked.where)
        order = ", ".join([*_order(asked), "stream", "start"])
        sql = f"SELECT {_ROW} FROM facts WHERE {where.text} ORDER BY {order} LIMIT ? OFFSET ?"  # noqa: S608 compiled
        rows = _run(engine, sql, (*where.params, asked.top + 1, asked.skip))
        count = None
        if asked.is_counted:
            sql = f"SELECT count(*) FROM facts WHERE {where.text}"  # noqa: S608 compiled
            count = int(_run(engine, sql, where.params)[0][0])
        found = tuple(entity(row, row[1] in multi) for row in rows[: asked.top])
    return EntityPage(found, len(rows) > asked.top, count)


def distinct(where: Expression, column: str, see: tuple[str, ...]) -> list[int]:
    """The streams, or the features, of the observations for which `where` holds."""
    with _facts(where, see) as (engine, _):
        held = _where(where)
        sql = f"SELECT DISTINCT {column} FROM facts WHERE {held.text} AND {column} IS NOT NULL"  # noqa: S608 compiled
        return [int(one) for (one,) in _run(engine, sql, held.params)]


def extents(streams: Iterable[int]) -> Mapping[int, tuple[int, int, int | None, int | None]]:
    """Of each stream that said something: first and last phenomenon time, first and last result time (µs)."""
    wanted = list(streams)
    if not wanted:
        return {}
    everything = Call("in_ids", (Path(("Datastream", "id")), Value(tuple(wanted))))
    with _facts(everything, ("/",)) as (engine, _):
        rows = _run(
            engine, "SELECT stream, min(start), max(stop), min(result_time), max(result_time) FROM facts GROUP BY 1", ()
        )
    return {row[0]: (row[1], row[2], row[3], row[4]) for row in rows}


def entity(row: tuple[Any, ...], is_multi: bool) -> Entity:
    """An observation as it is told; `@stream`, `@multi` and `@feature` say what it belongs to."""
    id, stream, start, stop, value, payload, is_open, feature = row
    if is_open:
        result, beside = recording.said(value, payload)
    else:
        result, beside = (payload.decode() if payload is not None else value), {}
    told: dict[str, Any] = {
        "phenomenonTime": recording.text_of(start, stop),
        "resultTime": recording.text_of(beside["t"]) if "t" in beside else None,
        "result": result,
        "@stream": stream,
        "@multi": is_multi,
        "@feature": feature,
    }
    if "q" in beside:
        told["resultQuality"] = beside["q"]
    if "v" in beside:
        told["validTime"] = recording.text_of(*beside["v"])
    if "p" in beside:
        told["parameters"] = beside["p"]
    return Entity("Observation", id, told)


@contextmanager
def _facts(where: Expression | None, see: tuple[str, ...]) -> Iterator[tuple[duckdb.DuckDBPyConnection, set[int]]]:
    """An engine with `facts` of the streams that may be seen and that `where` wants; and which are of several."""
    wanted = _streams_wanted(where)
    narrow = [scope(kind, "d", see) for kind in ("Datastream", "MultiDatastream")]
    sql = f"{_STREAMS} (({narrow[0].text}) OR ({narrow[1].text}))"
    params: list[Any] = [*narrow[0].params, *narrow[1].params]
    if wanted is not None:
        sql, params = f"{sql} AND d.id = ANY(%s)", [*params, sorted(wanted)]
    with connection.cursor() as cursor:
        cursor.execute(sql, params)
        rows = cursor.fetchall()
    streams = {
        "stream": [row[0] for row in rows],
        "is_open": [row[1] for row in rows],
        "feature": [row[3] or 0 for row in rows],
    }
    start, end = _span_wanted(where)
    with asking.asked(readings.folder(), streams, start=start, end=end) as engine:
        engine.execute(_FACTS)
        yield engine, {row[0] for row in rows if row[2]}


def conjuncts(where: Expression | None) -> Iterator[Call]:
    """The conditions that must all hold."""
    if isinstance(where, Call) and where.name == "and":
        for arg in where.args:
            yield from conjuncts(arg)
    elif isinstance(where, Call):
        yield where


def _streams_wanted(where: Expression | None) -> set[int] | None:
    """The streams outside of which a condition cannot hold; None: any."""
    wanted: set[int] | None = None
    for one in conjuncts(where):
        if one.name not in ("eq", "in_ids"):
            continue
        path, value = one.args[0], one.args[-1]
        if isinstance(path, Path) and isinstance(value, Value) and _DIRECT.get(path.steps) == "stream":
            ids = set(value.value) if one.name == "in_ids" else {value.value}
            ids = {id for id in ids if isinstance(id, int) and 0 < id < 2**31}
            wanted = ids if wanted is None else wanted & ids
    return wanted


def _span_wanted(where: Expression | None) -> tuple[int, int]:
    """The span outside of which a condition cannot hold, so that days beyond it are not opened."""
    bounds = list(asking.EVER)
    for one in conjuncts(where):
        if one.name not in _CUT or one.args[0] != Path(("phenomenonTime",)) or not isinstance(one.args[1], Value):
            continue
        with contextlib.suppress(TypeError, OverflowError):
            at = recording.micros(one.args[1].value)
            side = _CUT[one.name]
            if side == 0:
                bounds[0] = max(bounds[0], at)
            else:
                bounds[1] = min(bounds[1], at + 1)
    return bounds[0], bounds[1]


def _where(where: Expression | None) -> Sql:
    return Sql("TRUE") if where is None else _condition(where)


def _condition(one: Expression) -> Sql:
    if isinstance(one, Call) and one.name in JOINED:
        left, right = (_condition(arg) for arg in one.args)
        return Sql(f"({left.text} {JOINED[one.name]} {right.text})", left.params + right.params)
    if isinstance(one, Call) and one.name == "not":
        held = _condition(one.args[0])
        return Sql(f"(NOT coalesce({held.text}, FALSE))", held.params)
    writer = Writer(DUCKDB, _column)
    held = writer.turned(writer.write(one), "boolean")
    if held.type != "boolean":
        raise refused("A filter is true or false, not a %(type)s.", type=held.type)
    return held


def _order(asked: Asked) -> Iterator[str]:
    for one, is_down in asked.order:
        held = Writer(DUCKDB, _column).write(one)
        if held.params:
            raise refused("Nothing is sorted by that.")
        for text in ("result_number", "result_text") if held.type == "result" else (held.text,):
            yield f"{text} {'DESC' if is_down else 'ASC'} NULLS LAST"


def _column(path: Path) -> Sql:
    if path.steps in _DIRECT:
        return Sql(_DIRECT[path.steps], (), "number")
    if prefix_of("Observation", path)[0]:
        raise refused("This filter reaches over relations in a way that cannot be answered.")
    name, *within = path.steps
    if name not in OBSERVATION:
        raise refused("A %(kind)s has no property %(name)s.", kind="Observation", name="/".join(path.steps))
    text, type = OBSERVATION[name]
    if within and type == "json":
        return Sql(f"({text} -> ?)", ("$." + ".".join(f'"{step}"' for step in within),), "json")
    if within and type == "result":
        return Sql("(extra -> ?)", ("$.r." + ".".join(f'"{step}"' for step in within),), "json")
    if within:
        raise refused("A %(kind)s has no property %(name)s.", kind="Observation", name="/".join(path.steps))
    end = Sql(_ENDS[name], (), "time") if name in _ENDS else None
    return Sql(text, (), type, end)


def _run(engine: duckdb.DuckDBPyConnection, sql: str, params: Iterable[object]) -> list[tuple[Any, ...]]:
    try:
        return engine.execute(sql, list(params)).fetchall()
    except (
        duckdb.ConversionException,
        duckdb.BinderException,
        duckdb.InvalidInputException,
        duckdb.OutOfRangeException,
    ) as error:
        raise refused("The filter cannot be answered: %(why)s", why=str(error).splitlines()[0][:200]) from error


def is_about(one: Expression) -> bool:
    """Whether a condition on observations reaches beyond them and the ids of what they belong to."""
    return any(path.steps not in _DIRECT and prefix_of("Observation", path)[0] for path in paths(one))
