"""The description for programs and its page for people. Nothing is fetched from elsewhere, no script is needed."""

from collections.abc import Mapping
from functools import cache
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_safe

from liangxi.gateways.rest.access import Access
from liangxi.gateways.rest.problems import plain
from liangxi.gateways.rest.service import ROOT, Service, build


@cache
def service() -> Service:
    """The one service of this process."""
    return build()


@cache
def _schema() -> Mapping[str, Any]:
    return service().get_openapi_schema()


@require_safe
def _openapi(request: HttpRequest) -> HttpResponse:
    answer = JsonResponse(_schema(), json_dumps_params={"ensure_ascii": False})
    answer["Access-Control-Allow-Origin"] = "*"
    answer["Cache-Control"] = "public, max-age=300"
    return answer


@require_safe
def _operations(request: HttpRequest) -> HttpResponse:
    context = {
        "rooms": _by_room(_schema()),
        "schemas": sorted(_schema()["components"]["schemas"].items()),
        "address": f"{settings.CONFIG.public_url}{ROOT}",
    }
    return render(request, "rest/operations.html", context)


@csrf_exempt
def _unknown(request: HttpRequest) -> HttpResponse:
    return plain(request, 404)


def _by_room(schema: Mapping[str, Any]) -> list[tuple[str, list[dict[str, Any]]]]:
    """The operations by their first tag, in the order of the description."""
    rooms: dict[str, list[dict[str, Any]]] = {}
    for address, operations in schema["paths"].items():
        for method, said in operations.items():
            rooms.setdefault(said["tags"][0], []).append(
                {
                    "method": method.upper(),
                    "address": address,
                    "said": said.get("description") or said["summary"],
                    "needs_key": bool(said.get("security")),
                    "parameters": said.get("parameters", []),
                    "body": _named(said.get("requestBody")),
                    "answers": [(status, one["description"], _named(one)) for status, one in said["responses"].items()],
                    "id": said["operationId"],
                }
            )
    return list(rooms.items())


def _named(holder: Mapping[str, Any] | None) -> list[str]:
    """The names of the types in a body or an answer."""
    found: list[str] = []
    for content in (holder or {}).get("content", {}).values():
        schema = content["schema"]
        one_of = schema.get("oneOf") or schema.get("anyOf") or [schema]
        found += [one["$ref"].rpartition("/")[2] for one in one_of if "$ref" in one]
    return found


openapi, operations, unknown = _openapi, _operations, _unknown
openapi.access = Access(None)  # type: ignore[attr-defined]  # the house law: every route says who may come
operations.access = Access(None)  # type: ignore[attr-defined]
unknown.access = Access(None)  # type: ignore[attr-defined]
