"""Late corrections over the rows of a version, as SQL for DuckDB.

Of several changes of one key the one that is valid from the latest day counts; among those of one day the one that
came last. A row that a correction wrote keeps the day in `_valid_from` after compaction; a deletion keeps its day in
the batch that brought it (`settled`). So a correction that comes later but is valid from an earlier day changes
nothing. A row as it was loaded has no day: every correction outranks it.
"""

from liangxi.core.lake.rules import declaring, wording
from liangxi.core.lake.shapes import State

LATER = "_valid_from DESC, _batch DESC, _line DESC"


def relation(state: State, *, where: str = "", bucket: int | None = None, with_day: bool = False) -> str:
    """A SELECT of the rows of a state: the fields in their order, with `_valid_from` behind them if asked for.

    `where` is a condition on fields of the key, `bucket` takes only the changes of one bucket (the files of the state
    must then be of that bucket).
    """
    columns = [wording.name(field.name) for field in state.spec.fields] + ["_valid_from"] * with_day
    chosen = ", ".join(columns)
    rows = _rows(state, where)
    if not state.late:
        return f"SELECT {chosen} FROM ({rows})"
    key = state.spec.key
    newer = f"{wording.equal('r', 'w', key)} AND (r._valid_from IS NULL OR w._valid_from >= r._valid_from)"
    older = f"{wording.equal('r', 'w', key)} AND r._valid_from > w._valid_from"
    dated = f"SELECT {wording.names(key)}, _valid_from FROM ({rows}) WHERE _valid_from IS NOT NULL"
    return (
        f"WITH _won AS MATERIALIZED ({_winners(state, where, bucket)}) "
        f"SELECT {_of('r', columns)} FROM ({rows}) AS r ANTI JOIN _won AS w ON {newer} "
        f"UNION ALL SELECT {_of('w', columns)} FROM (SELECT * FROM _won WHERE _op = 'upsert') AS w "
        f"ANTI JOIN ({dated}) AS r ON {older}"
    )


def _of(relation: str, columns: list[str]) -> str:
    return ", ".join(f"{relation}.{column}" for column in columns)


def _rows(state: State, where: str) -> str:
    if not state.files:
        fields = ", ".join(f"NULL::{declaring.duckdb_type(f)} AS {wording.name(f.name)}" for f in state.spec.fields)
        return f"SELECT {fields}, NULL::TIMESTAMP AS _valid_from WHERE false"
    condition = f" WHERE {where}" if where else ""
    return f"SELECT * FROM {wording.files(state.files)}{condition}"


def _winners(state: State, where: str, bucket: int | None) -> str:
    """One change for each key that the late batches name."""
    conditions = [where] * bool(where) + ([f"_bucket = {bucket}"] if bucket is not None else [])
    only = f" WHERE {' AND '.join(conditions)}" if conditions else ""
    changes = f"SELECT * FROM {wording.files(state.late)}{only}"
    key = wording.names(state.spec.key)
    if state.settled:
        gone = " AND ".join(["_op = 'delete'", *conditions])
        changes = (
            f"{changes} UNION ALL BY NAME SELECT s.* FROM (SELECT * FROM {wording.files(state.settled)} WHERE {gone}) "
            f"AS s SEMI JOIN ({changes}) AS c USING ({key})"
        )
    return f"SELECT * FROM ({changes}) QUALIFY row_number() OVER (PARTITION BY {key} ORDER BY {LATER}) = 1"


def difference(before: str, after: str, spec_key: tuple[str, ...], fields: tuple[str, ...]) -> str:
    """The changes that lead from one SELECT of the fields to another: `_op` and the fields (of a deletion the key)."""
    rest = ", ".join(wording.name(f) if f in spec_key else f"NULL AS {wording.name(f)}" for f in fields)
    return (
        f"SELECT 'upsert' AS _op, * FROM (({after}) EXCEPT ({before})) "
        f"UNION ALL SELECT 'delete' AS _op, {rest} FROM ({before}) AS b "
        f"ANTI JOIN ({after}) AS a USING ({wording.names(spec_key)})"
    )
