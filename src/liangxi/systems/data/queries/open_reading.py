"""Reading what is open: the policy of the terms, compiled anew on every read, over one state of the lake."""

import contextlib
import hashlib
import hmac
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from django.conf import settings

from liangxi.core.lake import face as lake
from liangxi.core.lake.shapes import Cursor
from liangxi.systems.data.rules import datasets, open_query, policy
from liangxi.systems.data.rules.open_query import Query
from liangxi.systems.data.shapes.opening import Place, Wanted

PURPOSE = "open"


@dataclass(frozen=True, slots=True)
class Opened:
    """Rows as the public sees them; lives within the block of `reading`."""

    reader: lake.Reader
    compiled: policy.Compiled
    key: tuple[str, ...]

    def query(self, wanted: Wanted) -> Query:
        """A question over them."""
        return Query(self.compiled, wanted, self.key)

    def one(self, sql: str, parameters: Mapping[str, Any]) -> tuple[Any, ...]:
        """The one row of a figure over them."""
        return self.reader.rows(sql, parameters)[0]


@contextlib.contextmanager
def reading(resource: str, table: str, cursor: Cursor, terms: Mapping[str, Any]) -> Iterator[Opened]:
    """What the terms let out of one state of a table.

    NotFoundError `lake.version.unknown` for a state that is kept no more; InvalidError of the compiler for terms that
    do not fit the table.
    """
    with lake.read(table=table, at=cursor) as reader:
        schema = datasets.schema_of(reader.state.spec, "dataset")
        let_out = policy.policy_of_terms(terms=terms, schema=schema, purpose=PURPOSE, ways=("bulk",))
        who = policy.Reader(secret=_secret(resource))
        compiled = policy.compile(let_out, schema, policy.Bulk(purpose=PURPOSE), dialect="duckdb", reader=who)
        bare = {shown.name for shown in let_out.columns if shown.mask is None}
        key = schema.key if bare.issuperset(schema.key) else ()
        yield Opened(reader, compiled, key)


def place_of(opened: Opened) -> Place | None:
    """Where the rows lie."""
    return open_query.place_of(opened.compiled.columns)


def _secret(resource: str) -> bytes:
    """The secret of this data set's tokens: it cannot be joined with another by them."""
    return hmac.new(settings.SECRET_KEY.encode(), b"open:" + resource.encode(), hashlib.sha256).digest()
