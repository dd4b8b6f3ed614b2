"""Refusals as problem details (RFC 9457), and reading of bodies that lets nothing through that cannot be kept."""

from collections.abc import Callable, Mapping
from http import HTTPStatus
from typing import Any, cast

import structlog
from django.core.exceptions import RequestDataTooBig, SuspiciousOperation
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.utils.translation import gettext
from django.utils.translation import gettext_noop as _n
from ninja import NinjaAPI
from ninja.errors import AuthenticationError, HttpError, ValidationError
from ninja.parser import Parser

from liangxi.kit import json_text
from liangxi.kit.errors import HouseError, InvalidError, UnauthenticatedError

MEDIA_TYPE = "application/problem+json"
log = structlog.get_logger()

_WHY: Mapping[str, str] = {
    "missing": _n("This must be filled in."),
    "extra_forbidden": _n("There is no such field."),
    "string_type": _n("This must be text."),
    "string_too_long": _n("This is too long."),
    "string_too_short": _n("This is too short."),
    "literal_error": _n("Choose one of the values that the description of the API names."),
    "union_tag_invalid": _n("Choose one of the values that the description of the API names."),
    "union_tag_not_found": _n("This must be filled in."),
}
_PLAIN: Mapping[int, str] = {
    404: _n("There is nothing at this address."),
    405: _n("This address does not take that method."),
}
_NO_KEY = _n("Send a key: Authorization: Bearer <key>.")
_MALFORMED = _n("The body cannot be read as the description asks for.")
_TOO_LARGE = _n("The body is larger than one call may be.")
_OTHERWISE = _n("This is not what the description of the API asks for.")


class TooLargeError(HouseError):
    """The body is larger than one call may be."""

    status = 413


class MalformedError(HouseError):
    """The body is not JSON, or holds signs that cannot be kept."""

    status = 400


class Reader(Parser):
    """Reads JSON as RFC 8259 has it: no NaN, and no NUL or half characters, which no register can keep."""

    def parse_body(self, request: HttpRequest) -> dict[str, Any]:
        """The body; ValueError becomes the answer 400."""
        return cast(dict[str, Any], json_text.read(request.body))


def problem(request: HttpRequest, error: HouseError) -> HttpResponse:
    """A refusal as a document that a program can act on; the words are in the language that it asked for."""
    log.info("rest.request.refused", code=error.code, status=error.status, path=request.path)
    said, written = error.problem(gettext), {"ensure_ascii": False}
    answer = JsonResponse(said, status=error.status, content_type=MEDIA_TYPE, json_dumps_params=written)
    if error.status == HTTPStatus.UNAUTHORIZED:
        known = ', error="invalid_token"' if "Authorization" in request.headers else ""
        answer["WWW-Authenticate"] = f'Bearer realm="liangxi"{known}'
    return answer


def plain(request: HttpRequest, status: int) -> HttpResponse:
    """The refusal of an address (404) or of a method on it (405)."""
    error = HouseError(f"rest.{status}", _PLAIN[status])
    error.status = status
    return problem(request, error)


def translate(api: NinjaAPI, say: Callable[[HttpRequest, HouseError], HttpResponse] = problem) -> None:
    """Teach `api` to answer each of its own refusals and each of ours as a problem, in the form of `say`."""
    readings: Mapping[type[Exception], Callable[[Any], HouseError]] = {
        HouseError: lambda refused: cast(HouseError, refused),
        ValidationError: _invalid,
        AuthenticationError: lambda _: UnauthenticatedError("rest.unauthenticated", _NO_KEY),
        HttpError: lambda _: MalformedError("rest.malformed", _MALFORMED),
        RequestDataTooBig: lambda _: TooLargeError("rest.too_large", _TOO_LARGE),
        SuspiciousOperation: lambda _: MalformedError("rest.malformed", _MALFORMED),
    }
    for kind, reading in readings.items():
        api.add_exception_handler(kind, _answering(say, reading))


def _answering(
    say: Callable[[HttpRequest, HouseError], HttpResponse], reading: Callable[[Any], HouseError]
) -> Callable[[HttpRequest, Any], HttpResponse]:
    return lambda request, error: say(request, reading(error))


def _invalid(error: ValidationError) -> InvalidError:
    fields = {_place(one["loc"]): _WHY.get(one["type"], _OTHERWISE) for one in error.errors}
    return InvalidError("rest.invalid", "Some fields are missing or wrong.", fields=fields)


def _place(loc: tuple[Any, ...]) -> str:
    """The path of a field as the caller wrote it: without the part of the request and without our argument's name."""
    source, *path = loc
    if source != "body":
        return ".".join(str(part) for part in path)
    path = path[1:]
    if loc[1] == "command" and len(path) > 1:
        path = path[1:]  # the kind of command, which the caller gave as `action`
    return ".".join(str(part) for part in path) or ("action" if loc[1] == "command" else "body")
