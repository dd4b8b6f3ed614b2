"""One policy compiler: what a grant lets through, as SQL for PostgreSQL, DuckDB and Spark.

    from liangxi.systems.data.rules import policy

    grant = policy.Policy(
        columns=(policy.Shown("name", policy.Keep(prefix=1)), policy.Shown("born", policy.Year())),
        rows='status = "open"', within=(policy.Within("division", "division"),), parameters=(("division", "string"),),
        purposes=frozenset({"rescue"}), ways=frozenset({"point"}), lookup=("citizen_id",),
    )
    query = policy.compile(grant, schema, policy.Point(purpose="rescue", by=("citizen_id",), keys=(("3202…",),)),
                           dialect="postgres", reader=policy.Reader(values={"division": "320211"}, secret=secret))
    cursor.execute(query.sql, query.parameters)

Nothing is visible that the policy does not name: no column, no row, no purpose, no way of asking. Every query has an
inner part, which only the policy and the exact keys of a point shape, and an outer part, which sees nothing but the
columns that the inner part lets out, already masked. So a request may filter by what it is shown, also by a masked
value, and learns nothing more. A request can only narrow.
"""

from liangxi.systems.data.rules.policy.asking import checked as checked
from liangxi.systems.data.rules.policy.compiling import compile as compile
from liangxi.systems.data.rules.policy.dialects import storage_type as storage_type
from liangxi.systems.data.rules.policy.documents import document_of as document_of
from liangxi.systems.data.rules.policy.documents import policy_of as policy_of
from liangxi.systems.data.rules.policy.shapes import MOST_KEYS as MOST_KEYS
from liangxi.systems.data.rules.policy.shapes import Aggregate as Aggregate
from liangxi.systems.data.rules.policy.shapes import Bucket as Bucket
from liangxi.systems.data.rules.policy.shapes import Bulk as Bulk
from liangxi.systems.data.rules.policy.shapes import Changes as Changes
from liangxi.systems.data.rules.policy.shapes import Column as Column
from liangxi.systems.data.rules.policy.shapes import Compiled as Compiled
from liangxi.systems.data.rules.policy.shapes import Dialect as Dialect
from liangxi.systems.data.rules.policy.shapes import Keep as Keep
from liangxi.systems.data.rules.policy.shapes import Mask as Mask
from liangxi.systems.data.rules.policy.shapes import Measure as Measure
from liangxi.systems.data.rules.policy.shapes import Month as Month
from liangxi.systems.data.rules.policy.shapes import Nothing as Nothing
from liangxi.systems.data.rules.policy.shapes import Page as Page
from liangxi.systems.data.rules.policy.shapes import Point as Point
from liangxi.systems.data.rules.policy.shapes import Policy as Policy
from liangxi.systems.data.rules.policy.shapes import Reader as Reader
from liangxi.systems.data.rules.policy.shapes import Request as Request
from liangxi.systems.data.rules.policy.shapes import Sample as Sample
from liangxi.systems.data.rules.policy.shapes import Schema as Schema
from liangxi.systems.data.rules.policy.shapes import Shown as Shown
from liangxi.systems.data.rules.policy.shapes import Token as Token
from liangxi.systems.data.rules.policy.shapes import Value as Value
from liangxi.systems.data.rules.policy.shapes import Within as Within
from liangxi.systems.data.rules.policy.shapes import Year as Year
from liangxi.systems.data.rules.policy.terms import policy_of_terms as policy_of_terms
