"""What the policy compiler takes and gives. All of it is frozen and can be compared and hashed."""

from collections.abc import Mapping, Set
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Literal

from liangxi.kit.condition_syntax import Node
from liangxi.kit.conditions import Condition, parse

Dialect = Literal["postgres", "duckdb", "spark"]
Type = Literal["string", "geometry", "int", "decimal", "double", "bool", "date", "timestamp"]
Way = Literal["point", "page", "bulk", "changes", "aggregate", "sample"]
Function = Literal["count", "sum", "avg", "min", "max"]
Value = str | int | Decimal | bool | date | None  # a datetime without zone is a date as well

MOST_DIGITS = 28  # of a decimal that is compared or added up: ten more are left for sums, 38 is what engines have
MOST_KEYS = 1024
MOST_ROWS = 10_000
MOST_SAMPLES = 100
DEFAULT_GROUP = 5


@dataclass(frozen=True, slots=True)
class Column:
    """A declared column. `digits` and `scale` are of a decimal; a timestamp has no zone and is taken as stored."""

    name: str
    type: Type
    digits: int = MOST_DIGITS
    scale: int = 0

    @property
    def is_comparable(self) -> bool:
        """True where all engines agree on order and equality; a double and a geometry are only shown."""
        return self.type not in ("double", "geometry") and not (self.type == "decimal" and self.digits > MOST_DIGITS)

    @property
    def kind(self) -> str:
        """The type in the words of the condition language: number, text, bool, date; "nothing" where not comparable."""
        if not self.is_comparable:
            return "nothing"
        kinds = {"string": "text", "int": "number", "decimal": "number", "timestamp": "date"}
        return kinds.get(self.type, self.type)


@dataclass(frozen=True, slots=True)
class Schema:
    """A table as one engine knows it: `relation` may have parts with dots; the columns of `key` are never NULL.

    `changes` is the relation of row images: the same columns, `_seq` (a whole number, one for each change, rising) and
    `_image` (`before` or `after`): an update has both, a new row only `after`, a removed one only `before`.
    """

    relation: str
    columns: tuple[Column, ...]
    key: tuple[str, ...] = ()
    changes: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Keep:
    """The first and last characters stay, each other becomes `*`; a text that is not longer becomes all `*`."""

    prefix: int = 0
    suffix: int = 0


@dataclass(frozen=True, slots=True)
class Token:
    """HMAC-SHA-256 of the text, in hexadecimal: same value, same token, for one secret of the reader and one key.

    Two columns with one `key` can be joined. For text and whole numbers.
    """

    key: str


@dataclass(frozen=True, slots=True)
class Bucket:
    """The largest multiple of `width` (a whole number) that is not above the number."""

    width: int


@dataclass(frozen=True, slots=True)
class Month:
    """The first day of the month of a date."""


@dataclass(frozen=True, slots=True)
class Year:
    """The first day of the year of a date."""


@dataclass(frozen=True, slots=True)
class Nothing:
    """The column is there and always NULL. (A column that the policy does not show is not there at all.)"""


Mask = Keep | Token | Bucket | Month | Year | Nothing


@dataclass(frozen=True, slots=True)
class Shown:
    """A column that the policy lets out, as it is or masked."""

    name: str
    mask: Mask | None = None


@dataclass(frozen=True, slots=True)
class Within:
    """Only rows whose text begins with what the reader's parameter says (a division's code)."""

    column: str
    parameter: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Policy:
    """What one grant lets through; what is not said is denied.

    columns        shown, in this order
    rows           a condition (kit.conditions, its text or its tree) over any column of the schema and
                   `reader.<parameter>`; only rows for which it is true, not unknown, are visible. The default lets no
                   row out
    within         all of these hold as well
    parameters     the parameters of the reader and their types; one that the reader does not bring is unknown
    purposes, ways what may be asked for and how
    lookup         columns by whose exact value `Point` finds rows although they are masked or not shown: whoever asks
                   knows the value already
    groups         columns by which is grouped, measures: columns that are counted, added up, ... Both are shown
    subject        the column that tells whom a row is about: groups are then counted in different subjects
    minimum_group  the least number of rows (of subjects) that a published number rests on; 1: not about persons
    """

    columns: tuple[Shown, ...]
    rows: str | Node = "false"
    within: tuple[Within, ...] = ()
    parameters: tuple[tuple[str, Type], ...] = ()
    purposes: frozenset[str] = frozenset()
    ways: frozenset[Way] = frozenset()
    lookup: tuple[str, ...] = ()
    groups: tuple[str, ...] = ()
    measures: tuple[str, ...] = ()
    subject: str = ""
    minimum_group: int = DEFAULT_GROUP

    @property
    def condition(self) -> Condition:
        """`rows` as a condition; InvalidError `conditions.syntax`."""
        return parse(self.rows) if isinstance(self.rows, str) else Condition(self.rows)

    def mask_of(self, name: str) -> Mask | None:
        """The mask of a shown column. Raises KeyError for one that is not shown."""
        return next(shown.mask for shown in self.columns if shown.name == name)

    def shows(self, name: str) -> bool:
        """True for a column that is let out, masked or not."""
        return any(shown.name == name for shown in self.columns)


@dataclass(frozen=True, slots=True)
class Reader:
    """Who reads: the values of the policy's parameters, and the secret (32 bytes or more) of this grant for tokens.

    The secret must be of one grant or one consumer: the engine that runs a query sees it.
    """

    values: Mapping[str, Value] = field(default_factory=dict)
    secret: bytes = field(default=b"", repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Point:
    """The rows of up to 1024 keys: `by` names columns, each key has one value for each of them. No columns: all.

    `traced`: each row also says by which key it was found, and about whom it is (`Compiled.trail`). That is for the
    trail of the house and for telling answers apart; whoever asks is not told the second.
    """

    purpose: str
    by: tuple[str, ...]
    keys: tuple[tuple[Value, ...], ...]
    columns: tuple[str, ...] = ()
    traced: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """Up to `limit` rows that follow `after` (the values of `Compiled.cursor` in the last row of the page before).

    `where` is a condition over shown columns; each text of `containing` occurs in the shown text of its column.
    """

    purpose: str
    columns: tuple[str, ...] = ()
    where: str = "true"
    containing: tuple[tuple[str, str], ...] = ()
    after: tuple[Value, ...] = ()
    limit: int = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class Bulk:
    """Every row; in the order of a page when `ordered`."""

    purpose: str
    columns: tuple[str, ...] = ()
    where: str = "true"
    ordered: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Changes:
    """Up to `limit` steps after `after` (`_seq`, `_op`): `remove` an image that was visible, `put` one that now is.

    A row that leaves the view is removed, one that enters is put, one that stays is removed and put.
    """

    purpose: str
    columns: tuple[str, ...] = ()
    after: tuple[Value, ...] = ()
    limit: int = 1000


@dataclass(frozen=True, slots=True)
class Measure:
    """A number about a group; `count` without a column counts rows. `name` of the answer: `sum_income` if not given."""

    function: Function
    column: str = ""
    name: str = ""

    @property
    def title(self) -> str:
        """The name of the column of the answer."""
        return self.name or "_".join(filter(None, (self.function, self.column)))


@dataclass(frozen=True, slots=True, kw_only=True)
class Aggregate:
    """Measures of each group; `where` is a condition over columns of `Policy.groups`, as they are shown."""

    purpose: str
    measures: tuple[Measure, ...]
    by: tuple[str, ...] = ()
    where: str = "true"


@dataclass(frozen=True, slots=True, kw_only=True)
class Sample:
    """Some rows, always the same ones, chosen by a token of their key."""

    purpose: str
    columns: tuple[str, ...] = ()
    limit: int = 20


Request = Point | Page | Bulk | Changes | Aggregate | Sample


@dataclass(frozen=True, slots=True)
class Compiled:
    """A statement and its parameters: `%(name)s` for psycopg, `$name` for DuckDB, `:name` for Spark.

    `columns` are the columns of the answer in order. `cursor` names those whose values in the last row are the `after`
    of the next request; they stand behind the others unless they were asked for. `trail` are the last columns of a
    traced point: the exact key, and the policy's subject where there is one; they are never answered.
    """

    sql: str
    parameters: Mapping[str, Value | bytes] = field(repr=False)
    columns: tuple[Column, ...]
    cursor: tuple[str, ...] = ()
    trail: tuple[str, ...] = ()


WAYS: Mapping[type, Way] = {
    Point: "point", Page: "page", Bulk: "bulk", Changes: "changes", Aggregate: "aggregate", Sample: "sample",
}  # fmt: skip
NAMES: Set[str] = frozenset({"_seq", "_op", "_image"})
