"""Requests that answer with rows: the inner part lets out, the outer part chooses, orders and cuts."""

from collections.abc import Mapping
from functools import reduce

from sqlglot import exp

from liangxi.systems.data.rules.policy.asking import checked, filter_of
from liangxi.systems.data.rules.policy.binding import Slots
from liangxi.systems.data.rules.policy.dialects import Expression, call, in_byte_order, number
from liangxi.systems.data.rules.policy.errors import FieldError
from liangxi.systems.data.rules.policy.masks import Masking
from liangxi.systems.data.rules.policy.predicates import READER, Wording
from liangxi.systems.data.rules.policy.shapes import (
    Aggregate,
    Bulk,
    Changes,
    Column,
    Dialect,
    Page,
    Point,
    Policy,
    Request,
    Sample,
    Schema,
)

CURSOR_KEY = "cursor"
_STEP = (Column("_seq", "int"), Column("_op", "string"))


def name_of(name: str) -> Expression:
    """A quoted name of a column."""
    return exp.column(name, quoted=True)


def visible(policy: Policy, schema: Schema, slots: Slots, dialect: Dialect) -> Expression:
    """True for the rows that the policy lets out."""
    columns = {column.name: column for column in schema.columns}
    columns |= {READER + name: Column(name, kind) for name, kind in policy.parameters}
    wording = Wording(columns.__getitem__, slots, dialect)
    parts: list[Expression] = [exp.Paren(this=wording.of(policy.condition.node))]
    for within in policy.within:
        prefix = slots.reader(within.parameter, "string")
        function = "STARTSWITH" if dialect == "spark" else "STARTS_WITH"
        parts.append(call(function, name_of(within.column), prefix))
    return exp.and_(*parts)


class Rows:
    """One statement for a request that answers with rows."""

    def __init__(self, policy: Policy, schema: Schema, request: Request, dialect: Dialect) -> None:
        self.policy, self.schema, self.request, self.dialect = policy, schema, request, dialect
        self.slots = Slots()
        self.shown = checked(policy, schema)
        self.columns = {column.name: column for column in schema.columns}

    def query(self, answer: Mapping[str, Column]) -> tuple[exp.Select, tuple[Column, ...]]:
        """The statement, and the columns that the next request goes on after."""
        cursor = self._cursor()
        outer = exp.select(*(name_of(name) for name in answer))
        outer = outer.select(*(name_of(column.name) for column in cursor if column.name not in answer))
        outer = outer.select(*(name_of(name) for name, _ in self.trail()))
        outer = outer.from_(self._granted(answer).subquery("granted"))
        if conditions := self._conditions(cursor):
            outer = outer.where(exp.and_(*conditions))
        if cursor:
            outer = outer.order_by(*(self._ordered(column) for column in cursor))
        limit = getattr(self.request, "limit", None)
        return (outer.limit(limit) if limit else outer), cursor

    def _granted(self, answer: Mapping[str, Column]) -> exp.Select:
        """The inner part: columns as they are shown, and only visible rows."""
        masking = Masking(self.slots, self.dialect)
        needed = [name for name in self.shown if name in answer or name in self._filtered()]
        shown = [exp.alias_(masking.of(self.columns[n], self.policy.mask_of(n)), n, quoted=True) for n in needed]
        is_change = isinstance(self.request, Changes)
        steps = self._step() if is_change else self._tokens(masking)
        steps += [exp.alias_(name_of(bare), name, quoted=True) for name, bare in self.trail()]
        condition = visible(self.policy, self.schema, self.slots, self.dialect)
        if isinstance(self.request, Point):
            condition = exp.and_(condition, self._keys(self.request))
        relation = self.schema.changes if is_change else self.schema.relation
        if not relation:
            raise FieldError("data.policy.way", "The data set has no changes.", "way")
        return exp.select(*shown, *steps).from_(table(relation)).where(condition)

    def trail(self) -> tuple[tuple[str, str], ...]:
        """What a traced point says beside its answer: names, and the columns that they are."""
        if not isinstance(self.request, Point) or not self.request.traced:
            return ()
        keys = tuple((f"_by{n}", name) for n, name in enumerate(self.request.by, 1))
        return (*keys, ("_subject", self.policy.subject)) if self.policy.subject else keys

    def _filtered(self) -> frozenset[str]:
        contained = self.request.containing if isinstance(self.request, Page) else ()
        return filter_of(self.request).names | {name for name, _ in contained}

    def _bare_key(self) -> bool:
        """True where the key is shown as it is, so that its order tells nothing."""
        bare = {shown.name for shown in self.policy.columns if shown.mask is None}
        return bare.issuperset(self.schema.key)

    def _cursor(self) -> tuple[Column, ...]:
        """What rows are ordered by: the key where it is shown as it is, else a token of it that tells nothing."""
        if isinstance(self.request, Changes):
            return _STEP
        if isinstance(self.request, Aggregate | Point) or (isinstance(self.request, Bulk) and not self.request.ordered):
            return ()
        if self._bare_key() and not isinstance(self.request, Sample):
            return tuple(Column(f"_key{n}", self.columns[name].type, self.columns[name].digits,
                                self.columns[name].scale) for n, name in enumerate(self.schema.key, 1))  # fmt: skip
        return tuple(Column(f"_key{n}", "string") for n, _ in enumerate(self.schema.key, 1))

    def _tokens(self, masking: Masking) -> list[Expression]:
        cursor = self._cursor()
        is_bare = self._bare_key() and not isinstance(self.request, Sample)
        key = [self.columns[name] for name in self.schema.key]
        return [
            exp.alias_(name_of(part.name) if is_bare else masking.token(part, CURSOR_KEY), column.name, quoted=True)
            for column, part in zip(cursor, key, strict=False)
        ]

    def _step(self) -> list[Expression]:
        is_after = exp.EQ(this=name_of("_image"), expression=exp.Literal.string("after"))
        operation = exp.Case(
            ifs=[exp.If(this=is_after, true=exp.Literal.string("put"))], default=exp.Literal.string("remove")
        )
        return [name_of("_seq"), exp.alias_(operation, "_op", quoted=True)]

    def _keys(self, request: Point) -> Expression:
        """One of the keys. A key of one column is a list; a longer one is compared part by part."""
        width = len(request.by)
        values = [
            [self.slots.request(row * width + place, self.columns[name]) for place, name in enumerate(request.by)]
            for row in range(len(request.keys))
        ]
        if width == 1:
            return exp.In(this=name_of(request.by[0]), expressions=[value for [value] in values])
        same = [
            exp.and_(*(exp.EQ(this=name_of(n), expression=v) for n, v in zip(request.by, key, strict=True)))
            for key in values
        ]
        return exp.Paren(this=exp.or_(*same))

    def _conditions(self, cursor: tuple[Column, ...]) -> list[Expression]:
        found: list[Expression] = []
        condition = filter_of(self.request)
        if str(condition) != "true":
            found.append(exp.Paren(this=Wording(self.shown.__getitem__, self.slots, self.dialect).of(condition.node)))
        after = getattr(self.request, "after", ())
        if after:
            found.append(self._after(cursor, len(after)))
        for number_, (name, _) in enumerate(self.request.containing if isinstance(self.request, Page) else ()):
            text = self.slots.request(len(after) + number_, Column(name, "string"))
            found.append(exp.GT(this=self._position(name, text), expression=number(0)))
        return found

    def _position(self, name: str, text: Expression) -> Expression:
        return call("INSTR" if self.dialect == "spark" else "STRPOS", name_of(name), text)

    def _after(self, cursor: tuple[Column, ...], count: int) -> Expression:
        """Rows behind the last one: a later first part, or the same and a later second part, ..."""
        if count != len(cursor):
            raise FieldError("data.policy.key", "%(field)s must hold a value for each column of the cursor.", "after")
        values = [self.slots.request(place, column) for place, column in enumerate(cursor)]
        later = [self._later(column, value) for column, value in zip(cursor, values, strict=True)]
        same = [
            exp.EQ(this=name_of(column.name), expression=value) for column, value in zip(cursor, values, strict=True)
        ]
        first, *others = reversed(list(zip(same, later, strict=True)))
        return reduce(lambda rest, part: exp.Paren(this=exp.or_(part[1], exp.and_(part[0], rest))), others, first[1])

    def _later(self, column: Column, value: Expression) -> Expression:
        sign = exp.LT if column.name == "_op" else exp.GT  # `remove` comes before `put`
        return exp.Paren(
            this=sign(this=in_byte_order(name_of(column.name), column.kind, self.dialect), expression=value)
        )

    def _ordered(self, column: Column) -> Expression:
        bare = in_byte_order(name_of(column.name), column.kind, self.dialect)
        return exp.Ordered(this=bare, desc=column.name == "_op", nulls_first=column.name != "_op")


def table(relation: str) -> Expression:
    """A relation by its parts, each quoted."""
    *parents, name = [exp.to_identifier(part, quoted=True) for part in relation.split(".")]
    return exp.Table(this=name, db=parents[-1] if parents else None, catalog=parents[-2] if len(parents) > 1 else None)
