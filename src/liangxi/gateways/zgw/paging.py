"""Pages and filters in the manner of the standard: `page` counts from 1, lists of one case are named by its address."""

from collections.abc import Callable, Iterable, Sequence
from typing import Annotated, TypeVar
from urllib.parse import urlencode, urlsplit
from uuid import UUID

from django.http import HttpRequest
from django.utils.translation import gettext_noop as _n
from ninja import Query

from liangxi.gateways.zgw.naming import CASE, named
from liangxi.gateways.zgw.shapes import Page
from liangxi.kit.errors import InvalidError, NotFoundError

A = TypeVar("A")
B = TypeVar("B")
SIZE = 20  # each case of a page is a look on record
Numbered = Annotated[int, Query(ge=1, le=50, description="Which page.")]
OfCase = Annotated[str, Query(min_length=1, max_length=400, description="The address of a case.")]


def page_of(request: HttpRequest, rows: Sequence[A], page: int, shown: Callable[[A], B]) -> Page[B]:
    """A page of rows that are all known."""
    here = rows[(page - 1) * SIZE : page * SIZE]
    return framed(request, page, map(shown, here), len(rows), has_more=page * SIZE < len(rows))


def framed(
    request: HttpRequest, page: int, results: Iterable[B], count: int, *, has_more: bool, is_exact: bool = True
) -> Page[B]:
    """Results with the addresses of the pages beside them; InvalidError for a page that is not there."""
    shown = list(results)
    if page > 1 and not shown:
        why = _n("There is no such page.")
        raise InvalidError("zgw.page", why, fields={"page": why})
    return Page(
        count=count,
        count_exact=is_exact,
        next=_at(request, page + 1) if has_more else None,
        previous=_at(request, page - 1) if page > 1 else None,
        results=shown,
    )


def case_of(address: str) -> str:
    """The number behind the address of a case; InvalidError naming zaak."""
    try:
        return named(last_uuid(address), CASE).no
    except (ValueError, NotFoundError):
        why = _n("This is no address of a case.")
        raise InvalidError("zgw.zaak", why, fields={"zaak": why}) from None


def last_uuid(address: str) -> UUID:
    """The UUID at the end of an address; ValueError without one."""
    return UUID(urlsplit(address).path.rstrip("/").rpartition("/")[2])


def _at(request: HttpRequest, page: int) -> str:
    kept = [(name, request.GET[name]) for name in request.GET if name != "page"]
    return request.build_absolute_uri(f"{request.path}?{urlencode([*kept, ('page', page)])}")
