"""开放, for everybody: what is open is found, read and taken as files; nobody is asked who he is.

Each function judges anew whether the data set is open; the policy of its terms is compiled on every read.
"""

from collections.abc import Iterator, Mapping
from typing import Any

from liangxi.core.lake import face as lake
from liangxi.kit.actor import Actor
from liangxi.systems.data import models
from liangxi.systems.data.actions import open_public
from liangxi.systems.data.queries import opendata as queries
from liangxi.systems.data.rules import open_query
from liangxi.systems.data.shapes.opening import OpenDataset, OpenPage, OpenRequest, OpenRows, Place, Wanted

_ALL = Wanted()


def datasets(
    *,
    query: str = "",
    narrow: Mapping[str, str] | None = None,
    sort: str = "",
    offset: int = 0,
    limit: int = 20,
) -> OpenPage:
    """Open data sets with facets; `narrow` by org, category, kind, cycle or place (yes, no).

    `sort`: newest, name, downloads or id; without one the best hit first, or by id. `limit` up to 1,000.
    """
    return queries.page(query[:200], narrow or {}, sort, max(0, offset), max(0, min(limit, 1000)))


def dataset(*, id: str) -> OpenDataset:
    """One open data set with fields, figures of its columns, licence, versions. NotFoundError `data.open.unknown`."""
    return queries.dataset(id)


def rows(*, id: str, wanted: Wanted = _ALL, version: int | None = None, counted: bool = True) -> OpenRows:
    """Some rows of the newest public version, or of one by number; `Wanted` says which.

    InvalidError names the column, filter, limit or box that cannot be; NotFoundError for what is not public.
    """
    return queries.rows(id, wanted, version, counted=counted)


def file(
    *, id: str, format: lake.Format, version: int | None = None, wanted: Wanted = _ALL
) -> tuple[int, Iterator[bytes]]:
    """A version as a `csv` (formulas disarmed), `jsonl` or `parquet` file in pieces, and its number.

    Counted as a download. Raises as `rows`, before the first piece.
    """
    return queries.file(id, version, format, wanted)


def geometry_of(*, place: Place, row: Mapping[str, Any]) -> Mapping[str, Any] | None:
    """The place of a row (values by column) as a geometry of GeoJSON, or None where it has none."""
    return open_query.geometry_of(place, row)


def rate_dataset(*, by: Actor, id: str, stars: int, text: str = "") -> None:
    """One to five stars of a signed-in reader, one vote each. InvalidError names stars or text."""
    open_public.rate(by, id, stars, text)


def tell_story(*, by: Actor, id: str, title: str, text: str, url: str = "") -> str:
    """What was made of a data set; shown when the bureau has read it. InvalidError names title, text or url."""
    return open_public.tell(by, id, {"title": title, "text": text, "url": url})


def request_dataset(*, by: Actor, title: str, text: str, use: str, key: str) -> str:
    """Ask for data that is not open; the number of the case, whose clock the bureau keeps.

    InvalidError names title, text or use; ForbiddenError for who is no resident. The same key: the same request.
    """
    return open_public.request(by, {"title": title, "text": text, "use": use}, key)


def open_requests(*, is_open: bool | None = None, limit: int = 50) -> tuple[OpenRequest, ...]:
    """Requests for data with the bureau's answers, the newest first; without who asked."""
    rows = models.OpenRequest.objects.order_by("-at")
    if is_open is not None:
        rows = rows.filter(state="open") if is_open else rows.exclude(state="open")
    return tuple(
        OpenRequest(
            id=str(one.pk), case_no=one.case_no, title=one.title, text=one.text, use=one.use, at=one.at,
            state=one.state, answer=one.answer, answered_at=one.answered_at, resource=one.resource,
        )
        for one in rows[: max(1, min(limit, 200))]
    )  # fmt: skip
