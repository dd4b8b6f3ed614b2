"""A face's refusal becomes a page that a person understands, or problem details (RFC 9457) for a program."""

import sys
from collections.abc import Callable, Iterator
from typing import Any

import structlog
from django.db import InterfaceError, OperationalError
from django.http import HttpRequest, HttpResponse, JsonResponse, QueryDict
from django.shortcuts import render
from django.utils.translation import gettext
from django.utils.translation import gettext_noop as _n
from django.views.defaults import server_error

from liangxi.kit.errors import HouseError, InvalidError
from liangxi.portals import words

log = structlog.get_logger()


class Refusals:
    """Middleware: what a view did not catch itself."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self._get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self._get_response(request)
        if response.status_code == 405 and not response.content and _wants_page(request):
            said = gettext("This address only takes what a form sends: go back to the page that you came from.")
            page = render(request, "refused.html", {"said": said, "status": 405}, status=405)
            page["Allow"] = response["Allow"]
            return page
        return response

    def process_view(self, request: HttpRequest, *_view: Any) -> HttpResponse | None:
        """No view gets a NUL character: nobody can type one, and PostgreSQL keeps none (422, with the field)."""
        sent = [("path", request.path), *_pairs(request.GET), *_pairs(request.POST)]
        names = [name for name, value in sent if "\x00" in f"{name}{value}"]
        if not names:
            return None
        why = _n("The text holds a character that cannot be kept.")
        return self._refuse(request, InvalidError("site.text", why, fields={name.strip("\x00"): why for name in names}))

    def process_exception(self, request: HttpRequest, error: Exception) -> HttpResponse | None:
        """The answer to a HouseError with its own status; anything else is a fault and goes on."""
        if not isinstance(error, HouseError):
            return None
        return self._refuse(request, error)

    def _refuse(self, request: HttpRequest, error: HouseError) -> HttpResponse:
        log.info("site.request.refused", code=error.code, status=error.status, path=request.path)
        if _wants_page(request):
            fields = [gettext(message) for message in error.fields.values()]
            context = {"said": words.sentence(error), "status": error.status, "fields": fields}
            return render(request, "refused.html", context, status=error.status)
        return JsonResponse(error.problem(gettext), status=error.status, content_type="application/problem+json")


def _wants_page(request: HttpRequest) -> bool:
    return request.accepts("text/html") and not request.path.startswith("/api/")


def _pairs(sent: QueryDict) -> Iterator[tuple[str, str]]:
    return ((name, str(value)) for name, values in sent.lists() for value in values)


def broken(request: HttpRequest) -> HttpResponse:
    """The page of a fault: 503 while the database does not answer, for whoever asks again is served; else 500."""
    if isinstance(sys.exc_info()[1], (OperationalError, InterfaceError)):
        answer = server_error(request, "503.html")
        answer.status_code, answer["Retry-After"] = 503, "5"
        return answer
    return server_error(request)
