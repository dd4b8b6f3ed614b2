"""Check a certificate. Nothing is kept but a count per client and minute; nothing personal is shown but masked."""

from typing import Any
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from liangxi.core.certificates import face as certificates
from liangxi.core.certificates.shapes import Verification
from liangxi.kit.errors import HouseError
from liangxi.portals import words
from liangxi.portals.access import VisitorRequest, public

MOST_BYTES = 10 * 1024 * 1024
LONGEST_TEXT = 100_000  # characters of pasted data
_PAGE = 1000  # lines of one page of the revocation list


@public
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def ask(request: VisitorRequest) -> HttpResponse:
    """The two ways to ask: number and code (answered under an address of its own), or a document."""
    if request.method != "POST":
        return _form(request)
    if "number" in request.POST:
        number = request.POST["number"].strip()[:40]
        if not number:
            return _form(request, errors={"number": "Enter the number that is printed under the title."}, status=422)
        there = reverse("verify:certificate", kwargs={"number": number.replace("/", "")})
        return redirect(f"{there}?{urlencode({'c': request.POST.get('check', '').strip()[:20]})}")
    content = _document(request)
    if not content:
        return _form(request, errors={"document": "Choose a file or paste the data of a certificate."}, status=422)
    try:
        return _answer(request, certificates.verify_document(content=content, client=_client(request)), of_file=True)
    except HouseError as error:
        return _form(request, errors=words.in_words(error), status=error.status)


@public
@never_cache
@require_safe
def certificate(request: VisitorRequest, number: str) -> HttpResponse:
    """What the QR code opens. Without the code the page asks for it."""
    code = request.GET.get("c", "")[:40]
    if not code:
        return _form(request, typed={"number": number})
    try:
        found = certificates.verify(number=number, code=code, client=_client(request))
    except HouseError as error:
        return _form(request, typed={"number": number}, errors=words.in_words(error), status=error.status)
    return _answer(request, found, of_file=False)


@public
@require_safe
def keys(request: VisitorRequest) -> JsonResponse:
    """The public keys (RFC 7517): programs check signatures without asking us again."""
    return _open(JsonResponse(certificates.jwks()))


@public
@require_safe
def revoked(request: VisitorRequest) -> JsonResponse:
    """The revocation list by number; `?after=` gives the next page."""
    listed = certificates.revocations(after=request.GET.get("after", "")[:40], limit=_PAGE)
    rows = [{"number": one.number, "revoked_at": one.revoked_at.isoformat()} for one in listed]
    return _open(JsonResponse({"revoked": rows, "next": rows[-1]["number"] if len(rows) == _PAGE else None}))


def _form(
    request: HttpRequest,
    *,
    typed: dict[str, str] | None = None,
    errors: dict[str, str] | None = None,
    status: int = 200,
) -> HttpResponse:
    context: dict[str, Any] = {"errors": errors or {}, "typed": typed or request.POST}
    return _private(render(request, "verify/ask.html", context, status=status))


def _answer(request: HttpRequest, found: Verification, *, of_file: bool) -> HttpResponse:
    status = 404 if found.status == "unknown" else 200
    return _private(render(request, "verify/answer.html", {"found": found, "of_file": of_file}, status=status))


def _document(request: HttpRequest) -> bytes:
    sent = request.FILES.get("document")
    if sent is not None:
        return bytes(sent.read(MOST_BYTES + 1))
    return request.POST.get("text", "").strip()[:LONGEST_TEXT].encode()


def _client(request: HttpRequest) -> str:
    return str(request.META.get("REMOTE_ADDR", ""))


def _private(response: HttpResponse) -> HttpResponse:
    """Neither search engines nor the pages one goes to next learn the number and the code."""
    response["X-Robots-Tag"] = "noindex"
    response["Referrer-Policy"] = "no-referrer"
    return response


def _open(response: JsonResponse) -> JsonResponse:
    response["Access-Control-Allow-Origin"] = "*"
    response["Cache-Control"] = "public, max-age=300"
    return response
