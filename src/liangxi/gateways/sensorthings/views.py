"""The HTTP end: who asks, the request as an `Asking`, the answer as JSON, refusals as problem details (RFC 9457).

Who asks shows a key of an account (`Authorization: Bearer`, or Basic with the key as its password). Where a deployment
names an organisation of the open observatory, who shows none reads and writes as that organisation, and nothing else.
"""

import base64
import binascii
import json
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.utils.translation import gettext
from django.views.decorators.csrf import csrf_exempt

from liangxi.core.people import face as people
from liangxi.gateways.sensorthings import batches
from liangxi.gateways.sensorthings.answering import Answer, Asking, answer, status_of
from liangxi.kit.actor import Actor, Grant
from liangxi.kit.errors import ForbiddenError, HouseError, UnauthenticatedError

_READS = frozenset({"GET", "HEAD", "OPTIONS"})
_OPEN = frozenset({"thing.read", "thing.manage"})


@csrf_exempt
def serve(request: HttpRequest, path: str = "") -> HttpResponse:
    """Every address of the service."""
    if request.method == "OPTIONS":
        return _shared(HttpResponse(status=204))
    try:
        by = _caller(request)
        root = request.build_absolute_uri("/sta/v1.1")
        method = "GET" if request.method == "HEAD" else str(request.method)
        if path.strip("/") == "$batch" and method == "POST":
            return _shared(_written(batches.answered(by, root, request.body)))
        query = str(request.META.get("QUERY_STRING", ""))
        asking = Asking(method, path, query, request.body, request.headers.get("Content-Type", ""))
        return _shared(_written(answer(by, root, asking)))
    except HouseError as error:
        return _shared(_refused(error))


serve.access = "key"  # type: ignore[attr-defined]  # the house law: every route says who may come


def _caller(request: HttpRequest) -> Actor:
    secret = _secret(request.headers.get("Authorization", ""))
    if not secret:
        return _anybody()
    caller = people.api_caller(secret=secret)
    if request.method not in _READS and caller.scope != "write":
        raise ForbiddenError("rest.scope", "This key may read and not write.")
    return caller.actor


def _secret(header: str) -> str:
    kind, _, said = header.partition(" ")
    if kind.lower() == "bearer":
        return said.strip()
    if kind.lower() == "basic":
        try:
            return base64.b64decode(said.strip(), validate=True).decode().partition(":")[2]
        except (binascii.Error, UnicodeDecodeError) as error:
            raise UnauthenticatedError("sta.key", "The credentials cannot be read.") from error
    return ""


def _anybody() -> Actor:
    org = settings.CONFIG.observatory
    if not org:
        raise UnauthenticatedError("sta.key", "Show a key of an account: Authorization: Bearer <key>.")
    path = people.organisation(code=org).path
    return Actor(kind="staff", account="observatory", name="observatory", org=org, org_path=path,
                 grants=(Grant("observatory", _OPEN, path),))  # fmt: skip


def _written(found: Answer) -> HttpResponse:
    if found.said is None:
        made = HttpResponse(status=found.status)
    elif isinstance(found.said, str):
        made = HttpResponse(found.said, status=found.status, content_type=found.headers.get("Content-Type"))
    else:
        text = json.dumps(found.said, ensure_ascii=False)
        made = HttpResponse(text, status=found.status, content_type="application/json")
    for name, value in found.headers.items():
        made[name] = value
    return made


def _refused(error: HouseError) -> HttpResponse:
    said: dict[str, Any] = error.problem(gettext)
    status = status_of(error)
    made = JsonResponse(
        {**said, "status": status, "code": error.code, "message": error.sentence(gettext)}, status=status,
        content_type="application/problem+json", json_dumps_params={"ensure_ascii": False},
    )  # fmt: skip
    if error.status == 401:
        made["WWW-Authenticate"] = 'Bearer realm="liangxi", Basic realm="liangxi"'
    return made


def _shared(made: HttpResponse) -> HttpResponse:
    made["Access-Control-Allow-Origin"] = "*"
    made["Access-Control-Allow-Headers"] = "Authorization, Content-Type"
    made["Access-Control-Allow-Methods"] = "GET, POST, PATCH, PUT, DELETE"
    made["Access-Control-Expose-Headers"] = "Location"
    made["Cache-Control"] = "no-store"
    return made
