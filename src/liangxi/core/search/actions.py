"""Filing."""

from collections.abc import Iterable, Mapping, Sequence

from django.db import connection, transaction

from liangxi.core.audit import face as audit
from liangxi.core.search import rules
from liangxi.core.search.models import Entry as EntryRow
from liangxi.core.search.models import Synonym
from liangxi.core.search.shapes import Entry
from liangxi.kit.actor import Actor

_UPSERT = """
INSERT INTO search_entry (kind, key, lang, audience, title, text, url, weight, terms)
VALUES (%s, %s, %s, %s, %s, %s, %s, %s, CAST(%s AS tsvector))
ON CONFLICT (kind, key, lang) DO UPDATE SET audience = EXCLUDED.audience, title = EXCLUDED.title,
    text = EXCLUDED.text, url = EXCLUDED.url, weight = EXCLUDED.weight, terms = EXCLUDED.terms
"""


def index_many(entries: Iterable[Entry]) -> int:
    """One row an entry; titles weigh more than texts."""
    rows = [
        (
            *(one.kind, one.key, one.lang, one.audience, one.title, one.text, one.url, one.weight),
            rules.vector(one.title, one.text),
        )
        for one in entries
    ]
    with connection.cursor() as cursor:
        cursor.executemany(_UPSERT, rows)
    return len(rows)


def remove(kind: str, key: str) -> None:
    """Every language of a thing."""
    EntryRow.objects.filter(kind=kind, key=key).delete()


def load_synonyms(by: Actor, synonyms: Mapping[str, Sequence[str]]) -> int:
    """All of them anew."""
    by.require("search.manage")
    with transaction.atomic():
        Synonym.objects.all().delete()
        Synonym.objects.bulk_create(Synonym(term=term, everyday=list(words)) for term, words in synonyms.items())
        audit.record(by=by, action="search.synonyms.loaded", object="search:synonyms", detail={"count": len(synonyms)})
    return len(synonyms)
