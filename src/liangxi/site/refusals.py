"""A face's refusal becomes a page that a person understands, or problem details (RFC 9457) for a program."""

import sys
from collections.abc import Callable
from typing import Any

import structlog
from django.core.exceptions import SuspiciousOperation
from django.db import InterfaceError, OperationalError
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.utils.translation import gettext
from django.views.defaults import server_error

from liangxi.kit.errors import HouseError
from liangxi.portals import words

log = structlog.get_logger()


class Refusals:
    """Middleware: what a view did not catch itself."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self._get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self._get_response(request)

    def process_view(self, request: HttpRequest, *_view: Any) -> None:
        """No page gets a NUL character: nobody can type one, and PostgreSQL keeps none (400)."""
        typed = (value for sent in (request.GET, request.POST) for _, values in sent.lists() for value in values)
        if "\x00" in request.path or any("\x00" in value for value in typed):
            raise SuspiciousOperation("a NUL character was sent")

    def process_exception(self, request: HttpRequest, error: Exception) -> HttpResponse | None:
        """The answer to a HouseError with its own status; anything else is a fault and goes on."""
        if not isinstance(error, HouseError):
            return None
        log.info("site.request.refused", code=error.code, status=error.status, path=request.path)
        if request.accepts("text/html"):
            fields = [gettext(message) for message in error.fields.values()]
            context = {"said": words.sentence(error), "status": error.status, "fields": fields}
            return render(request, "refused.html", context, status=error.status)
        return JsonResponse(error.problem(gettext), status=error.status, content_type="application/problem+json")


def broken(request: HttpRequest) -> HttpResponse:
    """The page of a fault: 503 while the database does not answer, for whoever asks again is served; else 500."""
    if isinstance(sys.exc_info()[1], (OperationalError, InterfaceError)):
        answer = server_error(request, "503.html")
        answer.status_code, answer["Retry-After"] = 503, "5"
        return answer
    return server_error(request)
