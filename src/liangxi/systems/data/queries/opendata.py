"""What the public sees of open data: lists with facets, one data set, its rows and files."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, cast

from django.db.models import Avg, Count, F, Q

from liangxi.core.lake import face as lake
from liangxi.core.lake.shapes import Cursor
from liangxi.core.search import face as search
from liangxi.kit import time
from liangxi.systems.data import models
from liangxi.systems.data.queries import opening as queries
from liangxi.systems.data.queries.open_profile import said
from liangxi.systems.data.queries.open_reading import Opened, reading
from liangxi.systems.data.rules import catalogue, open_query
from liangxi.systems.data.rules.policy.shapes import Column, Type
from liangxi.systems.data.shapes import ResourceDefinition
from liangxi.systems.data.shapes.opening import (
    Facet,
    OpenCard,
    OpenColumn,
    OpenDataset,
    OpenPage,
    OpenRating,
    OpenRows,
    Wanted,
)

_PLACED: Mapping[str, Type] = {"geometry": "geometry", "number": "decimal"}  # types that tell a place
FACETS = ("org", "category", "kind", "cycle", "place")
_SHOWN = 20  # ratings and stories on a page
Found = tuple[models.Opening, ResourceDefinition, models.OpenVersion]


def every() -> Iterator[Found]:
    """All that is public at this moment with its newest version, by id."""
    rows = models.Opening.objects.filter(state="open", resource__state="published").select_related("resource")
    newest = {one.opening_id: one for one in models.OpenVersion.objects.filter(
        opening__in=rows, state=queries.PUBLIC).order_by("number")}  # fmt: skip
    shown = Q(pk__in=())
    for row in rows:
        shown |= Q(resource=row.pk, number=row.resource.version)
    made = {one.resource_id: one.definition for one in models.ResourceVersion.objects.filter(shown)}
    for row in sorted(rows, key=lambda one: one.pk):
        definition = catalogue.compile_definition(made[row.pk]) if row.pk in made else None
        if definition is not None and row.pk in newest and queries.is_public(row, definition):
            yield row, definition, newest[row.pk]


def page(query: str, narrow: Mapping[str, str], sort: str, offset: int, limit: int) -> OpenPage:
    """Open data sets by words and facets; best hit, newest, name or downloads first."""
    found = list(every())
    if query.strip():
        hits = [hit.key for hit in search.find(kind=queries.KIND, query=query, audience="public", limit=100)]
        found = sorted((one for one in found if one[0].pk in hits), key=lambda one: hits.index(one[0].pk))
    stars = _stars()
    every_card = [_card(one, stars.get(one[0].pk)) for one in found]
    cards = [one for one in every_card if _fits(one, narrow)]
    if sort in _SORTS:
        cards.sort(key=_SORTS[sort])
    facets = {
        name: _facet(name, (one for one in every_card if _fits(one, {k: v for k, v in narrow.items() if k != name})))
        for name in FACETS
    }
    end = offset + limit
    return OpenPage(
        rows=tuple(cards[offset:end]), total=len(cards), facets=facets, next=end if end < len(cards) else None
    )


_SORTS: Mapping[str, Any] = {
    "newest": lambda one: -one.updated_at.timestamp(),
    "name": lambda one: one.title["zh"],
    "downloads": lambda one: -one.downloads,
    "id": lambda one: one.id,
}


def _value(card: OpenCard, name: str) -> str:
    return ("yes" if card.has_place else "no") if name == "place" else str(getattr(card, name))


def _fits(card: OpenCard, narrow: Mapping[str, str]) -> bool:
    return all(_value(card, name) == wanted for name, wanted in narrow.items() if wanted and name in FACETS)


def _facet(name: str, cards: Iterable[OpenCard]) -> tuple[Facet, ...]:
    counts = Counter(_value(one, name) for one in cards)
    return tuple(Facet(value, count) for value, count in sorted(counts.items(), key=lambda one: (-one[1], one[0])))


def _stars() -> dict[str, tuple[float, int]]:
    rows = models.OpenRating.objects.values("opening").annotate(mean=Avg("stars"), n=Count("pk"))
    return {one["opening"]: (one["mean"], one["n"]) for one in rows}


def _card(found: Found, stars: tuple[float, int] | None) -> OpenCard:
    row, made, version = found
    resource = row.resource
    return OpenCard(
        id=row.pk,
        title=made.title,
        summary=made.summary,
        org=made.org,
        category=made.category,
        kind=made.kind,
        cycle=made.cycle,
        origin=made.origin,
        version=version.number,
        rows=version.rows,
        fields=len(cast(Mapping[str, Any], row.terms)["columns"]),
        has_place=version.profile.get("box") is not None,
        freshness=catalogue.freshness(made.cycle, resource.delivered_at, time.now()),
        quality=resource.quality,
        opened_at=row.opened_at or row.asked_at,
        updated_at=version.checked_at,
        downloads=row.downloads,
        stars=stars[0] if stars else None,
        ratings=stars[1] if stars else 0,
    )


def found(id: str, number: int | None = None) -> Found:
    """One data set with a version of it (the newest unless a number is given), as it is public now. NotFoundError."""
    row = models.Opening.objects.select_related("resource", "licence").filter(pk=id, state="open").first()
    made = queries.definition_in_force(row.resource) if row else None
    if row is None or made is None or not queries.is_public(row, made):
        raise queries.unknown(id)
    versions = row.versions.filter(state=queries.PUBLIC).order_by("-number")
    version = (versions.filter(number=number) if number is not None else versions).first()
    if version is None:
        raise queries.unknown(id)
    return row, made, version


def dataset(id: str) -> OpenDataset:
    """Everything that the page of a data set says."""
    one = row, made, version = found(id)
    terms = cast(Mapping[str, Any], row.terms)
    box = version.profile.get("box")
    columns = tuple(_columns(made, terms, version))
    return OpenDataset(
        card=_card(one, _stars().get(id)),
        columns=columns,
        licence=queries.licence(row.licence),
        condition=made.opening.condition,
        basis=made.opening.basis,
        provenance=made.provenance,
        versions=queries.versions(row, only_public=True),
        box=tuple(box) if box else None,
        place=open_query.place_of(
            Column(column.field.name, _PLACED[column.type]) for column in columns if column.type in _PLACED
        ),
        moment=next((column.field.name for column in columns if column.type in ("date", "datetime")), ""),
        key=tuple(f.name for f in made.fields if f.is_key and f.name in terms["columns"]),
        code=row.resource.code,
        ratings=tuple(OpenRating(stars=r.stars, text=r.text, at=r.at) for r in row.ratings.order_by("-at")[:_SHOWN]),
        stories=tuple(queries.story(s) for s in row.stories.filter(state="shown").order_by("-at")[:_SHOWN]),
    )


def _columns(made: ResourceDefinition, terms: Mapping[str, Any], version: models.OpenVersion) -> Iterator[OpenColumn]:
    profiles = version.profile.get("columns", {})
    for name in terms["columns"]:
        field = made.field(name)
        mask = (terms.get("masks") or {}).get(name)
        yield OpenColumn(field=field, type=field.type, mask=mask["kind"] if mask else "",
                         profile=profiles.get(name, {}))  # fmt: skip


def _reading(one: Found) -> Any:
    row, made, version = one
    cursor = Cursor(version=version.version, batch=version.batch)
    return reading(made.id, version.table, cursor, cast(Mapping[str, Any], row.terms))


def rows(id: str, wanted: Wanted, number: int | None, *, counted: bool) -> OpenRows:
    """Some rows; counted without reading when every row is meant. InvalidError names what cannot be asked."""
    one = found(id, number)
    version = one[2]
    with _reading(one) as opened:
        query = opened.query(wanted)
        listed = opened.reader.rows(*query.rows())
        total = None
        if counted:
            total = int(opened.one(*query.count())[0]) if query.is_narrowed else version.rows
        names = wanted.columns or tuple(query.columns)
    return OpenRows(
        columns=names,
        rows=tuple(tuple(said(value) for value in row[:-1]) for row in listed),
        ids=tuple(str(row[-1]) for row in listed),
        total=total,
        version=version.number,
    )


def file(id: str, number: int | None, format: lake.Format, wanted: Wanted) -> tuple[int, Iterator[bytes]]:
    """A version as a file in pieces, and its number. The first piece is read at once, so that errors come first."""
    one = found(id, number)
    pieces = _pieces(one, format, wanted)
    first = next(pieces, b"")
    models.Opening.objects.filter(pk=id).update(downloads=F("downloads") + 1)
    return one[2].number, _with(first, pieces)


def _with(first: bytes, rest: Iterator[bytes]) -> Iterator[bytes]:
    yield first
    yield from rest


def _pieces(one: Found, format: lake.Format, wanted: Wanted) -> Iterator[bytes]:
    with _reading(one) as opened:
        sql, parameters = _ordered(opened, wanted)
        yield from lake.export(
            reader=opened.reader, format=format, sql=sql, parameters=parameters, for_spreadsheet=format == "csv"
        )


def _ordered(opened: Opened, wanted: Wanted) -> tuple[str, Mapping[str, Any]]:
    query = opened.query(wanted)
    sql, parameters = query.relation(wanted.columns)
    order = ", ".join(open_query.quoted(name) for name in query.key if name in (wanted.columns or query.columns))
    return (f"{sql} ORDER BY {order}" if order else sql), parameters
