"""What HTTP itself says about a command: at most once, only on what one has seen, and where the next page is."""

import re
from typing import Annotated, Any
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext_noop as _n
from ninja import Header, Path, Schema
from pydantic import Field

from liangxi.kit.errors import ConflictError, HouseError, InvalidError

IdempotencyKey = Annotated[
    str,
    Header(
        alias="Idempotency-Key",
        min_length=8,
        max_length=200,
        pattern=r"^[\x21-\x7e]+$",
        description="Your own name for this command. Sent again with the same content it gives the first answer.",
    ),
]
IfMatch = Annotated[
    str | None,
    Header(alias="If-Match", description="The ETag of the case or matter as you have seen it, or *."),
]
Id = Annotated[str, Path(pattern=r"^[0-9A-Za-z._-]{1,60}$")]
Limit = Annotated[int, Field(ge=1, le=200, description="Rows of a page.")]
_TAG = re.compile(r'"(\d{1,9})"')


class PageQuery(Schema):
    """Which page of a list; `after` stands in the `next` of the page before."""

    after: Annotated[str | None, Field(max_length=200)] = None
    limit: Limit = 50


class PreconditionRequiredError(HouseError):
    """A command came without If-Match (RFC 6585)."""

    status = 428


class PreconditionFailedError(HouseError):
    """The case has moved on since the caller saw it (RFC 9110)."""

    status = 412


def tag(response: HttpResponse, version: int) -> None:
    """The version of a case or matter as its ETag; personal data is kept in no cache on the way."""
    response["ETag"] = f'"{version}"'
    response["Cache-Control"] = "private, no-store"


def seen(if_match: str | None) -> int | None:
    """The version that a command was made for, None for whichever (`*`).

    PreconditionRequiredError without the header, InvalidError for what is no ETag of ours.
    """
    if if_match is None:
        why = _n("Send the ETag of what you have seen as If-Match.")
        raise PreconditionRequiredError("rest.if_match.required", why, fields={"If-Match": why})
    if if_match.strip() == "*":
        return None
    found = _TAG.fullmatch(if_match.strip())
    if found is None:
        why = _n("This is no ETag of a case.")
        raise InvalidError("rest.if_match", why, fields={"If-Match": why})
    return int(found[1])


def judged(refused: ConflictError, expected: int | None) -> HouseError:
    """A stale version is a failed precondition; who saw the present version and was overtaken is in conflict."""
    if refused.code != "cases.version.stale" or expected in (None, refused.params["version"]):
        return refused
    return PreconditionFailedError(refused.code, refused.message, refused.params)


def next_page(request: HttpRequest, response: HttpResponse, after: str | None) -> str | None:
    """The address of the page after this one, as value and as Link (RFC 8288); None at the end."""
    if after is None:
        return None
    kept: list[tuple[str, Any]] = [(name, request.GET[name]) for name in request.GET if name != "after"]
    address = request.build_absolute_uri(f"{request.path}?{urlencode([*kept, ('after', after)])}")
    response["Link"] = f'<{address}>; rel="next"'
    return address
