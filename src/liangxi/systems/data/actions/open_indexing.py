"""Open data sets in the search of the public: names, summary, provider, and the fields that are open."""

from liangxi.core.people import face as people
from liangxi.core.search import face as search
from liangxi.systems.data.models import Opening
from liangxi.systems.data.queries.opening import KIND
from liangxi.systems.data.shapes import ResourceDefinition


def index(row: Opening, made: ResourceDefinition) -> None:
    """File an open data set under its words."""
    provider = people.organisation(code=made.org).name
    shown = set((row.terms or {})["columns"])
    for lang in ("zh", "en"):
        words = [made.summary[lang], provider[lang], row.resource.code, row.pk]
        words += [f"{field.title[lang]} {field.name}" for field in made.fields if field.name in shown]
        search.index(
            kind=KIND,
            key=row.pk,
            title=made.title[lang],
            text="\n".join(words),
            url=f"/data/sets/{row.pk}/",
            audience="public",
            lang=lang,
        )


def remove(id: str) -> None:
    """What is open no more is found no more."""
    search.remove(kind=KIND, key=id)
