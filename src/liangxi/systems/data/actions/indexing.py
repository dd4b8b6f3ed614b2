"""The catalogue in the search of staff: names, summary, fields, provider, in both languages."""

from liangxi.core.people import face as people
from liangxi.core.search import face as search
from liangxi.systems.data.models import Resource
from liangxi.systems.data.queries.catalogue import KIND
from liangxi.systems.data.shapes import ResourceDefinition


def index(row: Resource, made: ResourceDefinition) -> None:
    """File a published resource under its words."""
    provider = people.organisation(code=row.org).name
    for lang in ("zh", "en"):
        words = [made.summary[lang], provider[lang], row.code, row.pk]
        words += [f"{field.title[lang]} {field.name}" for field in made.fields]
        search.index(
            kind=KIND,
            key=row.pk,
            title=made.title[lang],
            text="\n".join(words),
            url=f"/office/data/resources/{row.pk}/",
            audience="staff",
            lang=lang,
        )


def remove(id: str) -> None:
    """A withdrawn resource is found no more."""
    search.remove(kind=KIND, key=id)
