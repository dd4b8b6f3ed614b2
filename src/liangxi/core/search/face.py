"""The door of search. What is indexed is what its owner lets everybody of the audience see."""

from collections.abc import Iterable, Mapping, Sequence

from liangxi.core.search import actions, queries
from liangxi.core.search.shapes import Entry, Hit
from liangxi.kit.actor import Actor


def index(
    *,
    kind: str,
    key: str,
    title: str,
    text: str,
    url: str,
    audience: str = "",
    lang: str = "zh",
    weight: float = 1.0,
) -> None:
    """File a thing under its words, in the caller's transaction; the same kind, key and language replaces it."""
    entry = Entry(kind=kind, key=key, title=title, text=text, url=url, audience=audience, lang=lang, weight=weight)
    actions.index_many([entry])


def index_many(*, entries: Iterable[Entry]) -> int:
    """File many things; their number."""
    return actions.index_many(entries)


def remove(*, kind: str, key: str) -> None:
    """Take a thing out in every language."""
    actions.remove(kind, key)


def find(
    *,
    query: str,
    kind: str | None = None,
    audience: str | None = None,
    lang: str | None = None,
    limit: int = 20,
) -> tuple[Hit, ...]:
    """Things that hold every word of a query, best first; each once, whatever language it was found in.

    A word of the people finds the official one and the other way round. Nothing but signs finds nothing; only the
    first 200 characters count.
    """
    return queries.find(query, kind, audience, lang, max(1, min(limit, 100)))


def load_synonyms(*, by: Actor, synonyms: Mapping[str, Sequence[str]]) -> int:
    """Replace the synonyms: official word -> everyday words; their number. Needs `search.manage`."""
    return actions.load_synonyms(by, synonyms)
