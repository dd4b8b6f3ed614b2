"""What a department's key opens beside lookups. Each view is one call of the face; refusals are problem details."""

from collections.abc import Callable
from functools import wraps
from typing import Any

import msgspec
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.utils.translation import gettext
from django.views.decorators.http import require_safe

from liangxi.kit.errors import HouseError, InvalidError, UnauthenticatedError
from liangxi.systems.data import face as data

TYPES = {"csv": "text/csv; charset=utf-8", "jsonl": "application/jsonl", "parquet": "application/vnd.apache.parquet"}
MOST = 10_000  # steps of one page of a feed
View = Callable[..., HttpResponseBase]


def keyed(view: View) -> View:
    """A view for programs: `Authorization: Bearer <key of the department>`; the face judges what the key opens."""

    @require_safe
    @wraps(view)
    def door(request: HttpRequest, **path: Any) -> HttpResponseBase:
        try:
            answer = view(request, _secret(request), **path)
        except HouseError as error:
            answer = _json(error.problem(gettext), "application/problem+json", error.status)
            if error.status == 401:
                answer["WWW-Authenticate"] = 'Bearer realm="liangxi"'
        answer["Cache-Control"] = "private, no-store"
        return answer

    door.access = "key of a department"  # type: ignore[attr-defined]  # the house law: every route says who may come
    return door


@keyed
def description(request: HttpRequest, secret: str, resource: str) -> HttpResponseBase:
    """Columns, masks, ways, versions and the cursor of the feed, as the grant of the key has them."""
    return _json(msgspec.to_builtins(data.delivery(secret=secret, resource=resource)))


@keyed
def latest(request: HttpRequest, secret: str, resource: str, format: str) -> HttpResponseBase:
    """The newest state as a file, late corrections included."""
    return _file(request, secret, resource, None, format)


@keyed
def version(request: HttpRequest, secret: str, resource: str, version: int, format: str) -> HttpResponseBase:
    """One version as a file."""
    return _file(request, secret, resource, version, format)


def _file(request: HttpRequest, secret: str, resource: str, version: int | None, format: str) -> HttpResponseBase:
    columns, where = _names(request, "columns"), request.GET.get("where", "")
    name, pieces = data.download(
        secret=secret, resource=resource, version=version, format=format, columns=columns, where=where
    )
    response = StreamingHttpResponse(pieces, content_type=TYPES[format])
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    return response


@keyed
def changes(request: HttpRequest, secret: str, resource: str) -> HttpResponseBase:
    """What happened after `?after=<cursor>`: steps `put` and `remove`, and the `next` cursor; up to `limit` steps."""
    page = data.changes(
        secret=secret,
        resource=resource,
        after=request.GET.get("after", ""),
        limit=_number(request, "limit", 1000),
        columns=_names(request, "columns"),
    )
    return _json({"changes": page.steps, "next": page.next, "is_last": page.is_last})


@keyed
def groups(request: HttpRequest, secret: str, resource: str) -> HttpResponseBase:
    """Measures of groups: `?by=sex&measure=count&measure=avg:months&where=...`."""
    rows = data.aggregate(
        secret=secret,
        resource=resource,
        by=_names(request, "by"),
        measures=request.GET.getlist("measure"),
        where=request.GET.get("where", ""),
    )
    return _json({"groups": rows})


def _secret(request: HttpRequest) -> str:
    kind, _, key = request.headers.get("Authorization", "").partition(" ")
    if kind.lower() != "bearer" or not key.strip():
        raise UnauthenticatedError("data.key.unknown", "Send the key of the department: Authorization: Bearer <key>.")
    return key.strip()


def _names(request: HttpRequest, name: str) -> tuple[str, ...]:
    return tuple(one for text in request.GET.getlist(name) for one in text.split(",") if one)


def _number(request: HttpRequest, name: str, default: int) -> int:
    text = request.GET.get(name) or str(default)
    if not (text.isascii() and text.isdecimal() and 1 <= int(text[:9]) <= MOST):
        says = "Enter a whole number from 1 to 10,000."
        raise InvalidError("data.delivery.limit", says, fields={name: says})
    return int(text)


def _json(said: Any, kind: str = "application/json", status: int = 200) -> HttpResponse:
    return HttpResponse(msgspec.json.encode(said), content_type=kind, status=status)
