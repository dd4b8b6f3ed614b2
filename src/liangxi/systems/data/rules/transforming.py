"""Transforms as data: SQL, merges by authority and functions in Python, and the lineage of every column.

    {"id": "person-subject", "target": "subject-person", "title": {...},
     "inputs": {"residents": "resident-population", "insured": "medical-insurance"},
     "steps": [{"name": "joined", "merge": {"key": "citizen_id", "from": ["residents", "insured"],
                                            "fields": {"name": ["residents.name", "insured.name"]}}},
               {"name": "clean", "python": "normal_address", "of": "joined", "column": "address", "into": "normal"},
               {"name": "outcome", "sql": "SELECT ... FROM clean"}]}

A merge takes each field from the first of its sources that has a value; the authoritative source (一数一源) comes first
whatever the order says. A function of `FUNCTIONS` works on the text of one column. All steps become SELECTs of DuckDB,
so that sqlglot tells for each column of the outcome which columns of which inputs it was made from.
"""

import re
import unicodedata
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import sqlglot
from sqlglot import exp
from sqlglot.lineage import Node, lineage

from liangxi.kit.errors import InvalidError
from liangxi.systems.data.rules.checking import column
from liangxi.systems.data.shapes import ResourceDefinition
from liangxi.systems.data.shapes.integrating import Step, Transform

Faults = dict[str, str]
Edge = tuple[str, str, str]  # field of the outcome, input, field of it
_NAME = re.compile(r"[a-z][a-z0-9_]*")
_OUTSIDE = re.compile(r"read_|glob|_scan|getenv|duckdb_", re.IGNORECASE)


def normal_address(text: str) -> str:
    """An address in one form: full-width figures narrow, no blanks, the city left out, the door as `12号`."""
    plain = re.sub(r"\s+", "", unicodedata.normalize("NFKC", text))
    plain = plain.removeprefix("江苏省").removeprefix("无锡市")
    return re.sub(r"(\d+)(?:#|號)", r"\1号", plain)


def normal_name(text: str) -> str:
    """The name of a firm in one form: full-width brackets narrow, no blanks."""
    return re.sub(r"\s+", "", unicodedata.normalize("NFKC", text)).upper()


FUNCTIONS: Mapping[str, Callable[[str], str]] = {"normal_address": normal_address, "normal_name": normal_name}


def compile_transform(said: Mapping[str, Any], known: Mapping[str, ResourceDefinition]) -> Transform:
    """A transform over resources of the catalogue; InvalidError `data.transform` whose `fields` name each fault."""
    faults: Faults = {}
    target = str(said.get("target") or "")
    inputs = {str(name): str(resource) for name, resource in (said.get("inputs") or {}).items()}
    for name, resource in inputs.items():
        if resource not in known or not _NAME.fullmatch(name):
            faults[f"inputs.{name}"] = "There is no such resource."
    if target not in known:
        faults["target"] = "There is no such resource."
    steps: list[Step] = []
    for n, one in enumerate(said.get("steps") or ()):
        try:
            steps.append(Step(str(one["name"]), _sql(one, inputs, known)))
        except (KeyError, TypeError, ValueError) as error:
            faults[f"steps.{n}"] = f"This step cannot be read: {error}."
    made = Transform(id=str(said["id"]), target=target, title=said["title"], inputs=inputs, steps=tuple(steps))
    if not faults:
        faults |= _faults_of_sql(made, known[target])
    if faults:
        raise InvalidError("data.transform", "The transform needs a correction.", fields=faults)
    return made


def _sql(one: Mapping[str, Any], inputs: Mapping[str, str], known: Mapping[str, ResourceDefinition]) -> str:
    if "sql" in one:
        return str(one["sql"])
    if "python" in one:
        if one["python"] not in FUNCTIONS:
            raise ValueError("there is no such function")
        return f"SELECT *, {one['python']}({column(one['column'])}) AS {column(one['into'])} FROM {column(one['of'])}"
    return _merge(one["merge"], inputs, known)


def _merge(said: Mapping[str, Any], inputs: Mapping[str, str], known: Mapping[str, ResourceDefinition]) -> str:
    """Every key of all sources; each field from the most authoritative source that has it."""
    key, sources = column(said["key"]), list(said["from"])
    keys = " UNION ".join(f"SELECT {key} FROM {column(name)} WHERE {key} IS NOT NULL" for name in sources)
    chosen = []
    for field, listed in said["fields"].items():
        ranked = sorted(listed, key=lambda one: not _is_authority(one, inputs, known))
        parts = ", ".join(
            f"{column(source)}.{column(name)}" for source, _, name in (one.partition(".") for one in ranked)
        )
        chosen.append(f"coalesce({parts}) AS {column(field)}")
    joins = " ".join(f"LEFT JOIN {column(name)} ON {column(name)}.{key} = k.{key}" for name in sources)
    return f"SELECT k.{key}, {', '.join(chosen)} FROM ({keys}) AS k {joins}"


def _is_authority(said: str, inputs: Mapping[str, str], known: Mapping[str, ResourceDefinition]) -> bool:
    source, _, name = said.partition(".")
    made = known.get(inputs.get(source, ""))
    return bool(made and name in made.field_names and made.field(name).is_authoritative)


def _faults_of_sql(made: Transform, target: ResourceDefinition) -> Faults:
    """Each step is one SELECT over inputs and steps before it; the last has the fields of the target."""
    faults: Faults = {}
    there = set(made.inputs)
    for n, step in enumerate(made.steps):
        try:
            tree = sqlglot.parse_one(step.sql, dialect="duckdb")
        except sqlglot.errors.SqlglotError as error:
            faults[f"steps.{n}"] = str(error).splitlines()[0][:200]
            continue
        own = {one.alias for one in tree.find_all(exp.CTE)}
        if unknown := {one.name for one in tree.find_all(exp.Table)} - there - own:
            faults[f"steps.{n}"] = f"There is no table {sorted(unknown)[0]} here."
        if not isinstance(tree, exp.Query) or _OUTSIDE.search(step.sql):
            faults[f"steps.{n}"] = "A step is one SELECT over the inputs and the steps before it."
        there.add(step.name)
    if not made.steps:
        faults["steps"] = "This must be filled in."
    elif not faults:
        outcome = sqlglot.parse_one(made.steps[-1].sql, dialect="duckdb")
        names = outcome.named_selects if isinstance(outcome, exp.Query) else []
        if missing := [name for name in target.field_names if name not in names]:
            faults["steps"] = f"The outcome lacks the field {missing[0]}."
    return faults


def edges(made: Transform, columns: Mapping[str, Sequence[str]], fields: Sequence[str]) -> tuple[Edge, ...]:
    """For each field of the outcome the fields of inputs that it was made from; `columns` are those of each input."""
    schema = {name: dict.fromkeys(listed, "text") for name, listed in columns.items()}
    sources = {step.name: step.sql for step in made.steps[:-1]}
    found: set[Edge] = set()
    for field in fields:
        tree = lineage(field, made.steps[-1].sql, schema=schema, sources=sources, dialect="duckdb")
        for node in tree.walk():
            if (origin := _origin(node, columns)) is not None:
                found.add((field, *origin))
    return tuple(sorted(found))


def _origin(node: Node, columns: Mapping[str, Sequence[str]]) -> tuple[str, str] | None:
    """The column of an input that a leaf is."""
    if not isinstance(node.source, exp.Table) or node.downstream:
        return None
    table, name = node.source.name, exp.to_column(node.name).name
    return (table, name) if name in columns.get(table, ()) else None
