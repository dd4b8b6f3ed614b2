"""Conditions over entities and their relations as SQL for PostgreSQL.

A comparison that reaches over a relation holds when it holds for any entity behind it. What PostgreSQL cannot answer is
answered first and put in as a list of ids: geometry (by shapely), and observations (by the engine of the history).
"""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace

from liangxi.systems.sensing.queries.observatory.expressions import JOINED, POSTGRES, Writer, refused
from liangxi.systems.sensing.queries.observatory.tables import TABLES, Sql, scope
from liangxi.systems.sensing.shapes.observatory import RELATIONS, Call, Expression, Kind, Path, Value

Prefix = tuple[str, ...]
Narrow = Callable[[Kind, str], Sql]


def leaves(one: Expression, change: Callable[[Expression], Expression]) -> Expression:
    """The same condition with each of its comparisons and functions replaced by what `change` makes of it."""
    if isinstance(one, Call) and one.name in (*JOINED, "not"):
        return replace(one, args=tuple(leaves(arg, change) for arg in one.args))
    if isinstance(one, Call) and one.name == "any":
        return replace(one, args=(one.args[0], leaves(one.args[1], change)))
    return change(one)


def paths(one: Expression) -> Iterator[Path]:
    """Every path in an expression."""
    if isinstance(one, Path):
        yield one
    elif isinstance(one, Call):
        for arg in one.args:
            yield from paths(arg)


def prefix_of(kind: Kind, path: Path) -> tuple[Prefix, Kind]:
    """The relations with which a path begins, and the kind that they lead to."""
    at = 0
    for step in path.steps:
        relation = RELATIONS[kind].get(step)
        if relation is None:
            break
        kind, at = relation.kind, at + 1
    return path.steps[:at], kind


def without(one: Expression, prefix: Prefix) -> Expression:
    """An expression as it reads from behind `prefix`, with which each of its paths begins."""
    if isinstance(one, Path):
        return Path(one.steps[len(prefix) :])
    if isinstance(one, Call):
        return replace(one, args=tuple(without(arg, prefix) for arg in one.args))
    return one


class Conditions:
    """Writes conditions over a kind; `narrow(kind, alias)` says which rows may be seen at all."""

    def __init__(self, kind: Kind, alias: str, narrow: Narrow) -> None:
        self._kind, self._narrow = kind, narrow
        self._seen: dict[Prefix, tuple[Kind, str]] = {(): (kind, alias)}
        self._count = 0

    def write(self, one: Expression) -> Sql:
        """The SQL of a condition."""
        if isinstance(one, Call) and one.name in JOINED:
            left, right = (self.write(arg) for arg in one.args)
            return Sql(f"({left.text} {JOINED[one.name]} {right.text})", left.params + right.params)
        if isinstance(one, Call) and one.name == "not":
            held = self.write(one.args[0])
            return Sql(f"(NOT coalesce({held.text}, FALSE))", held.params)
        if isinstance(one, Call) and one.name == "any":
            owner, body = one.args
            assert isinstance(owner, Path)
            return self._exists([owner.steps], lambda: self.write(body))
        return self._exists(sorted(self._new_prefixes(one)), lambda: self._leaf(one))

    def value(self, one: Expression) -> Sql:
        """The SQL of an expression to sort by: of relations only those to one entity."""
        prefixes = sorted(self._new_prefixes(one), key=len)
        if not prefixes:
            return Writer(POSTGRES, self._column).write(one)
        with_many = [prefix for prefix in prefixes if self._leads_to_many(prefix)]
        if with_many:
            raise refused("Nothing is sorted by one of many: %(path)s.", path="/".join(with_many[0]))
        opened = self._open(prefixes)
        held = Writer(POSTGRES, self._column).write(one)
        self._close(opened)
        tables, joins = self._joined(opened)
        return Sql(f"(SELECT {held.text} FROM {tables} WHERE {joins.text} LIMIT 1)", held.params + joins.params)  # noqa: S608 compiled

    def _leaf(self, one: Expression) -> Sql:
        held = Writer(POSTGRES, self._column).write(one)
        if held.type == "json":
            held = Writer(POSTGRES, self._column).turned(held, "boolean")
        if held.type != "boolean":
            raise refused("A filter is true or false, not a %(type)s.", type=held.type)
        return held

    def _new_prefixes(self, one: Expression) -> set[Prefix]:
        return {prefix for path in paths(one) if (prefix := prefix_of(self._kind, path)[0]) not in self._seen}

    def _leads_to_many(self, prefix: Prefix) -> bool:
        kind = self._kind
        for step in prefix:
            relation = RELATIONS[kind][step]
            if relation.is_many:
                return True
            kind = relation.kind
        return False

    def _exists(self, prefixes: Iterable[Prefix], body: Callable[[], Sql]) -> Sql:
        opened = self._open(prefixes)
        held = body()
        self._close(opened)
        if not opened:
            return held
        tables, joins = self._joined(opened)
        text = f"EXISTS (SELECT 1 FROM {tables} WHERE {joins.text} AND {held.text})"  # noqa: S608 compiled
        return Sql(text, joins.params + held.params)

    def _open(self, prefixes: Iterable[Prefix]) -> list[tuple[Prefix, Kind, str]]:
        opened = []
        for prefix in prefixes:
            for size in range(1, len(prefix) + 1):
                part = prefix[:size]
                if part in self._seen:
                    continue
                kind = RELATIONS[self._seen[part[:-1]][0]][part[-1]].kind
                if kind == "Observation":
                    raise refused("This filter reaches over observations in a way that cannot be answered.")
                self._count += 1
                self._seen[part] = (kind, f"r{self._count}")
                opened.append((part, *self._seen[part]))
        return opened

    def _close(self, opened: list[tuple[Prefix, Kind, str]]) -> None:
        for part, _, _ in opened:
            del self._seen[part]

    def _joined(self, opened: list[tuple[Prefix, Kind, str]]) -> tuple[str, Sql]:
        """The tables, and how they are joined to what was there before."""
        held = dict(self._seen) | {part: (kind, alias) for part, kind, alias in opened}
        tables: list[str] = []
        conditions: list[str] = []
        params: list[object] = []
        for part, kind, alias in opened:
            before, from_alias = held[part[:-1]]
            narrow = self._narrow(kind, alias)
            tables.append(f"{TABLES[kind].name} {alias}")
            conditions += [TABLES[before].joins[part[-1]].format(a=from_alias, b=alias), f"({narrow.text})"]
            params += narrow.params
        return ", ".join(tables), Sql(" AND ".join(conditions), tuple(params))

    def _column(self, path: Path) -> Sql:
        prefix, _ = prefix_of(self._kind, path)
        kind, alias = self._seen[prefix]
        name, *within = path.steps[len(prefix) :] or ("",)
        if name in ("id", "@iot.id"):
            return Sql(f"{alias}.id", (), "number")
        if name == "properties" or name in TABLES[kind].columns:
            text, type = TABLES[kind].columns[name]
            column = Sql(text.format(a=alias), (), type)
            if not within:
                return column
            if type in ("json", "geometry"):
                return Sql(f"({column.text} #> %s::text[])", (list(within),), "json")
        raise refused("A %(kind)s has no property %(name)s.", kind=kind, name="/".join((name, *within)) or "?")


def condition(kind: Kind, alias: str, where: Expression | None, see: tuple[str, ...]) -> Sql:
    """The rows of a kind under `alias` for which `where` holds, among those that owners below `see` have."""
    narrow = scope(kind, alias, see)
    if where is None:
        return narrow
    held = Conditions(kind, alias, lambda other, name: scope(other, name, see)).write(where)
    return Sql(f"({narrow.text}) AND {held.text}", narrow.params + held.params)


def ids(name: Prefix, found: Iterable[int]) -> Call:
    """The condition that the id behind `name` is one of those that were found."""
    return Call("in_ids", (Path((*name, "id")), Value(tuple(found))))
