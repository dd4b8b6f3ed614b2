"""Numbers about groups, of which none can be traced to fewer rows than the policy's minimum.

All columns of `Policy.groups` together cut the visible rows into cells. A cell that is smaller than the minimum is
withheld from every answer, also from totals; when all such cells together are smaller than the minimum, the next
larger cell is withheld too (complementary suppression), so that not even a total known from elsewhere gives them away.
A request groups by some of these columns and chooses cells by a condition over them. So every number that ever leaves
is a sum over whole cells, each of them large enough: subtracting answers from each other never gets below a cell.

The same rule is applied to each measured column with the rows where it is not NULL: a sum over a hundred rows of which
one has a value would be that value.

With a `subject` cells are counted in different subjects, and rows of nobody do not count at all.
"""

from collections.abc import Iterable

from sqlglot import exp

from liangxi.systems.data.rules.policy.asking import checked, filter_of
from liangxi.systems.data.rules.policy.binding import Slots
from liangxi.systems.data.rules.policy.dialects import Expression, cast, in_byte_order, number
from liangxi.systems.data.rules.policy.masks import Masking
from liangxi.systems.data.rules.policy.predicates import Wording
from liangxi.systems.data.rules.policy.rows import name_of, table, visible
from liangxi.systems.data.rules.policy.shapes import Aggregate, Dialect, Measure, Policy, Schema

_SUBJECT = "_subject"
_SIZE, _ROWS = "_size", "_rows"  # what a cell is judged by, and its rows


class Aggregation:
    """One statement: granted rows -> (per subject) -> cells -> judged -> measures of the groups asked for."""

    def __init__(self, policy: Policy, schema: Schema, request: Aggregate, dialect: Dialect) -> None:
        self.policy, self.schema, self.request, self.dialect = policy, schema, request, dialect
        self.slots = Slots()
        self.shown = checked(policy, schema)
        self.columns = {column.name: column for column in schema.columns}
        self.measured = tuple(sorted({measure.column for measure in request.measures if measure.column}))

    def query(self) -> exp.Select:
        """The statement."""
        parts = [exp.alias_(self._measure(measure), measure.title, quoted=True) for measure in self.request.measures]
        query = exp.select(*map(name_of, self.request.by), *parts).from_(self._judged().subquery("judged"))
        safe = [self._is_safe(_SIZE)]
        condition = filter_of(self.request)
        if str(condition) != "true":
            safe.append(exp.Paren(this=Wording(self.shown.__getitem__, self.slots, self.dialect).of(condition.node)))
        query = query.where(exp.and_(*safe)).having(exp.GT(this=exp.Count(this=exp.Star()), expression=number(0)))
        return query.group_by(*map(name_of, self.request.by)) if self.request.by else query

    def _granted(self) -> exp.Select:
        masking = Masking(self.slots, self.dialect)
        names = dict.fromkeys((*self.policy.groups, *self.measured))
        parts = [exp.alias_(masking.of(self.columns[n], self.policy.mask_of(n)), n, quoted=True) for n in names]
        condition = visible(self.policy, self.schema, self.slots, self.dialect)
        if self.policy.subject:
            subject = name_of(self.policy.subject)
            parts.append(exp.alias_(subject, _SUBJECT, quoted=True))
            condition = exp.and_(condition, exp.Not(this=exp.Is(this=subject.copy(), expression=exp.Null())))
        if not parts:
            parts = [exp.alias_(number(1), "_row", quoted=True)]
        return exp.select(*parts).from_(table(self.schema.relation)).where(condition)

    def _cells(self) -> exp.Select:
        """One row a cell: its size, its rows, and of each measured column size, values, sum, least and greatest."""
        one = exp.Count(this=exp.Star())
        if not self.policy.subject:
            size = [exp.alias_(one, _SIZE, quoted=True), exp.alias_(one.copy(), _ROWS, quoted=True)]
            facts = [part for name in self.measured for part in self._facts(name)]
            sizes = [
                exp.alias_(exp.Count(this=name_of(name)), self._fact("size", name), quoted=True)
                for name in self.measured
            ]
            return self._grouped(self._granted(), self.policy.groups, [*size, *facts, *sizes])
        facts = [part for name in self.measured for part in self._facts(name)]
        by_subject = self._grouped(
            self._granted(), (*self.policy.groups, _SUBJECT), [exp.alias_(one, _ROWS, quoted=True), *facts]
        )
        size = [exp.alias_(one.copy(), _SIZE, quoted=True), _summed(_ROWS)]
        again = [part for name in self.measured for part in self._merged(name)]
        return self._grouped(by_subject, self.policy.groups, [*size, *again])

    def _grouped(self, source: exp.Select, by: Iterable[str], parts: list[Expression]) -> exp.Select:
        query = exp.select(*map(name_of, by), *parts).from_(source.subquery("part"))
        return query.group_by(*map(name_of, by)) if tuple(by) else query

    def _facts(self, name: str) -> list[Expression]:
        parts = [exp.alias_(exp.Count(this=name_of(name)), self._fact("count", name), quoted=True)]
        column = self.shown[name]
        if self._wants(name, "sum", "avg"):
            value = cast(name_of(name), "decimal", scale=column.scale if column.type == "decimal" else 0)
            parts.append(exp.alias_(exp.Sum(this=value), self._fact("sum", name), quoted=True))
        for function, kind in (("min", exp.Min), ("max", exp.Max)):
            if self._wants(name, function):
                value = in_byte_order(name_of(name), column.kind, self.dialect)
                parts.append(exp.alias_(kind(this=value), self._fact(function, name), quoted=True))
        return parts

    def _merged(self, name: str) -> list[Expression]:
        """The facts of a cell from those of its subjects."""
        has = exp.GT(this=name_of(self._fact("count", name)), expression=number(0))
        one = exp.Case(ifs=[exp.If(this=has, true=number(1))], default=number(0))
        parts = [
            exp.alias_(exp.Sum(this=one), self._fact("size", name), quoted=True),
            _summed(self._fact("count", name)),
        ]
        if self._wants(name, "sum", "avg"):
            parts.append(_summed(self._fact("sum", name)))
        for function, kind in (("min", exp.Min), ("max", exp.Max)):
            if self._wants(name, function):
                value = in_byte_order(name_of(self._fact(function, name)), self.shown[name].kind, self.dialect)
                parts.append(exp.alias_(kind(this=value), self._fact(function, name), quoted=True))
        return parts

    def _fact(self, fact: str, name: str) -> str:
        """The name of a fact of a cell about a measured column; a number, since names of columns may be long."""
        return f"_{fact}{self.measured.index(name)}"

    def _wants(self, name: str, *functions: str) -> bool:
        return any(measure.column == name and measure.function in functions for measure in self.request.measures)

    def _judged(self) -> exp.Select:
        """Each cell with the sum of the sizes of all smaller cells, for the rows and for each measured column."""
        cells = self._cells()
        if self.policy.minimum_group == 1:
            return cells
        sizes = [_SIZE, *(self._fact("size", name) for name in self.measured)]
        before = [exp.alias_(self._before(size), f"_before{size}", quoted=True) for size in sizes]
        return exp.select(exp.Star(), *before).from_(cells.subquery("cells"))

    def _before(self, size: str) -> Expression:
        order = [exp.Ordered(this=name_of(size), nulls_first=True)]
        for name in self.policy.groups:
            value = in_byte_order(name_of(name), self.shown[name].kind, self.dialect)
            order.append(exp.Ordered(this=value, nulls_first=True))
        frame = exp.WindowSpec(
            kind="ROWS", start="UNBOUNDED", start_side="PRECEDING", end=number(1), end_side="PRECEDING"
        )
        return exp.Window(this=exp.Sum(this=name_of(size)), order=exp.Order(expressions=order), spec=frame)

    def _is_safe(self, size: str) -> Expression:
        """Large enough, and not needed to hide smaller cells: those together are none or large enough."""
        least = number(self.policy.minimum_group)
        large = exp.GTE(this=name_of(size), expression=least)
        if self.policy.minimum_group == 1:
            return large
        before = exp.Coalesce(this=name_of(f"_before{size}"), expressions=[number(0)])
        none = exp.EQ(this=before, expression=number(0))
        enough = exp.GTE(this=before.copy(), expression=least.copy())
        return exp.and_(large, exp.Paren(this=exp.or_(none, enough)))

    def _measure(self, measure: Measure) -> Expression:
        if not measure.column:
            return cast(exp.Sum(this=name_of(_ROWS)), "int")
        column = self.shown[measure.column]
        count = exp.Sum(this=self._if_safe("count", measure.column))
        if measure.function == "count":
            return cast(count, "int")
        if measure.function in ("min", "max"):
            value = self._if_safe(measure.function, measure.column)
            kind = exp.Min if measure.function == "min" else exp.Max
            return kind(this=in_byte_order(value, column.kind, self.dialect))
        total = exp.Sum(this=self._if_safe("sum", measure.column))
        if measure.function == "sum":
            return cast(total, "decimal", scale=column.scale if column.type == "decimal" else 0)
        return exp.Div(this=cast(total, "double"), expression=cast(count, "double"), typed=False, safe=False)

    def _if_safe(self, fact: str, name: str) -> Expression:
        return exp.Case(
            ifs=[exp.If(this=self._is_safe(self._fact("size", name)), true=name_of(self._fact(fact, name)))]
        )


def _summed(name: str) -> Expression:
    return exp.alias_(exp.Sum(this=name_of(name)), name, quoted=True)
