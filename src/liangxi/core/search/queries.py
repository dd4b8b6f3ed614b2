"""Finding."""

from typing import Any

from django.db import connection

from liangxi.core.search import models, rules
from liangxi.core.search.shapes import Hit

# The terms are ours, so no dictionary of PostgreSQL may touch them; each way to ask is one conjunction.
_FIND = """
SELECT DISTINCT ON (kind, key) kind, key, title, text, url,
       ts_rank(terms, query) * weight * (CASE WHEN title ILIKE %(like)s THEN 2 ELSE 1 END) AS rank
FROM search_entry, CAST(%(query)s AS tsquery) query
WHERE terms @@ query AND (%(kind)s::text IS NULL OR kind = %(kind)s)
  AND (%(audience)s::text IS NULL OR audience IN ('', %(audience)s)) AND (%(lang)s::text IS NULL OR lang = %(lang)s)
ORDER BY kind, key, rank DESC
"""


def find(query: str, kind: str | None, audience: str | None, lang: str | None, limit: int) -> tuple[Hit, ...]:
    """The best hits of all ways to ask."""
    query = query[: rules.LONGEST_QUERY].replace("\x00", " ")
    ways = rules.widened(query, _synonyms())
    if not ways:
        return ()
    asked = " | ".join("(" + " & ".join(rules.quoted(term) for term in way) + ")" for way in ways)
    like = "%" + query.strip().replace("\\", "\\\\").replace("%", r"\%").replace("_", r"\_") + "%"
    params: dict[str, Any] = {"query": asked, "like": like, "kind": kind, "audience": audience, "lang": lang}
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT * FROM ({_FIND}) found ORDER BY rank DESC, key LIMIT {limit}", params)  # noqa: S608
        rows = cursor.fetchall()
    return tuple(
        Hit(kind=row[0], key=row[1], title=row[2], snippet=rules.snippet(row[3], query), url=row[4], rank=row[5])
        for row in rows
    )


def _synonyms() -> dict[str, list[str]]:
    return dict(models.Synonym.objects.values_list("term", "everyday"))
