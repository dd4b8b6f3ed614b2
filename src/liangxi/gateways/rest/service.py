"""The service: all operations under one description, every route with its access, every refusal a problem."""

from collections.abc import Callable, Mapping
from functools import wraps
from http import HTTPStatus
from typing import Any

from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.urls import URLPattern, URLResolver, path
from django.utils.translation import gettext_noop as _n
from ninja import NinjaAPI
from ninja.openapi.schema import OpenAPISchema
from ninja.operation import Operation, PathView
from ninja.renderers import JSONRenderer
from pydantic import TypeAdapter

from liangxi.gateways.rest import applications, cases, catalogue, city, deliveries, editions, own, subscriptions
from liangxi.gateways.rest.access import Access, said_of
from liangxi.gateways.rest.answers import Problem
from liangxi.gateways.rest.problems import MEDIA_TYPE, Reader, plain, translate

ROOT = "/api/v1/"
_ABOUT = (
    "Departments' systems take cases from their inbox to a decision; programs of residents and firms apply and follow"
    " what becomes of it. A call carries a key of an account: `Authorization: Bearer lx_...`. Commands carry"
    " `Idempotency-Key` and `If-Match`. Refusals are problem details (RFC 9457) that name the field."
)
REFUSALS: Mapping[int, str] = {
    400: _n("The body cannot be read."),
    401: _n("No key, or one that does not hold."),
    403: _n("The key or its owner may not do this."),
    404: _n("What is named does not exist, or must not be known to the caller."),
    409: _n("Somebody else was first, or the key of the command came with other content."),
    412: _n("The case has moved on since If-Match."),
    413: _n("The body is too large."),
    422: _n("A field is missing or wrong; `errors` names it."),
    428: _n("If-Match is missing."),
    429: _n("Too many calls in a short time."),
    507: _n("The disk is full; nothing was kept."),
}
_FILES = ("application/pdf", "image/jpeg", "image/png", "image/webp")  # what core.files keeps
_HANDED_OVER = ("material", "enkelvoudiginformatieobject_download")  # operations that answer with a file
_WITH_KEY = (401, 403)
_WITH_BODY = (400, 413)


class _Written(JSONRenderer):
    """JSON as people of this city can read it."""

    json_dumps_params = {"ensure_ascii": False}


class Service(NinjaAPI):
    """The operations of a room as Django's addresses and as an OpenAPI document; `root` is where they lie."""

    root = ROOT

    def _get_urls(self) -> list[URLPattern | URLResolver]:
        found: list[URLPattern | URLResolver] = []
        for router in self._get_bound_routers():
            for route, view in router.path_operations.items():
                address = route.lstrip("/").replace("{", "<").replace("}", ">")
                name = view.operations[0].view_func.__name__
                found.append(path(address, _guarded(view), name=name))
        return found

    def get_openapi_schema(
        self, *, path_prefix: str | None = None, path_params: dict[str, Any] | None = None
    ) -> OpenAPISchema:
        """The description, with what every operation may refuse."""
        schema = super().get_openapi_schema(path_prefix=self.root, path_params=path_params)
        schema["components"]["schemas"]["Problem"] = TypeAdapter(Problem).json_schema()
        for address, operations in schema["paths"].items():
            for method, operation in operations.items():
                if operation["operationId"] in _HANDED_OVER:
                    binary = {"schema": {"type": "string", "format": "binary"}}
                    operation["responses"][200]["content"] = dict.fromkeys(_FILES, binary)
                for status in _refusals_of(address, method, operation):
                    operation["responses"][status] = _refusal(status)
        return schema

    def get_openapi_operation_id(self, operation: Operation) -> str:
        """The name of the function: short, and unique since all stand in one room."""
        return operation.view_func.__name__


def build() -> Service:
    """The service of this version of the API."""
    service = Service(
        title="Liangxi",
        version="1",
        description=_ABOUT,
        docs_url=None,
        openapi_url=None,
        parser=Reader(),
        renderer=_Written(),
    )
    translate(service)
    for room in (city, editions, own, cases, applications, catalogue, deliveries, subscriptions):
        service.add_router("", room.router)
    return service


def _guarded(view: PathView) -> Callable[..., HttpResponseBase]:
    """The view of an address: it says who may call each of its methods, and refuses other methods as a problem."""
    answering = view.get_view()

    @wraps(answering)
    def answered(request: HttpRequest, **parts: Any) -> HttpResponseBase:
        response: HttpResponseBase = answering(request, **parts)
        if response.status_code != HTTPStatus.METHOD_NOT_ALLOWED:
            return response
        refusal = plain(request, HTTPStatus.METHOD_NOT_ALLOWED)
        refusal["Allow"] = response["Allow"]
        return refusal

    access: dict[str, Access | None] = {}
    for operation in view.operations:
        said = [said_of(callback) for callback in operation.auth_callbacks]
        access |= dict.fromkeys(operation.methods, said[0] if said else None)
    answered.access = access  # type: ignore[attr-defined]
    return answered


def _refusals_of(address: str, method: str, operation: Mapping[str, Any]) -> list[int]:
    headers = {one["name"] for one in operation.get("parameters", ()) if one["in"] == "header"}
    found = [404] if "{" in address or "requestBody" in operation else []
    found += (422,) if operation.get("parameters") or operation.get("requestBody") else ()
    found += _WITH_KEY if operation.get("security") else ()
    found += _WITH_BODY if operation.get("requestBody") else ()
    found += (409,) if method in ("post", "patch") and operation.get("security") else ()
    found += (412, 428) if "If-Match" in headers else ()
    found += (429,) if "/certificates/" in address else ()
    found += (
        (507,)
        if (method == "post" and "/materials/" in address) or address.endswith(("/corrections", "/following"))
        else ()
    )
    return sorted(found)


def _refusal(status: int) -> dict[str, Any]:
    schema = {"$ref": "#/components/schemas/Problem"}
    return {"description": REFUSALS[status], "content": {MEDIA_TYPE: {"schema": schema}}}
