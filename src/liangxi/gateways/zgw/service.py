"""The registers of the standard, each with its own root and description; a refusal is the error that it knows."""

from collections.abc import Callable
from functools import cache
from typing import Any

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.utils.translation import gettext
from django.views.decorators.http import require_safe
from ninja import Router
from ninja.openapi.schema import OpenAPISchema

from liangxi.gateways.rest.face import Access, Reader, Service, problem, translate
from liangxi.gateways.zgw import catalogi, documenten, seeing, zaken
from liangxi.kit.errors import HouseError, InvalidError

_ABOUT = (
    "What stands in the house, under the names of the Dutch standards for case work. Calls carry a key of an account:"
    " `Authorization: Bearer lx_...`, with the rights that it has at /api/v1/."
)
_REGISTERS: dict[str, tuple[str, str, str, Router]] = {  # the version is that of the standard
    "zaken": ("Zaken", "1.5.1", seeing.ROOT, zaken.router),
    "catalogi": ("Catalogi", "1.3.1", catalogi.ROOT, catalogi.router),
    "documenten": ("Documenten", "1.4.2", seeing.DOCUMENTS, documenten.router),
}


class Register(Service):
    """One register of the standard."""

    def get_openapi_schema(
        self, *, path_prefix: str | None = None, path_params: dict[str, Any] | None = None
    ) -> OpenAPISchema:
        """The description; what is missing or wrong is 400 here."""
        schema = super().get_openapi_schema(path_prefix=path_prefix, path_params=path_params)
        for operations in schema["paths"].values():
            for operation in operations.values():
                wrong = operation["responses"].pop(422, None)
                if wrong:
                    operation["responses"][400] = wrong
        return schema


@cache
def register(name: str) -> Register:
    """A register of this process: zaken, catalogi or documenten."""
    title, version, root, router = _REGISTERS[name]
    made = Register(title=title, version=version, description=_ABOUT, docs_url=None, openapi_url=None,
                    urls_namespace=f"zgw-{name}", parser=Reader())  # fmt: skip
    made.root = root
    translate(made, _refused)
    made.add_router("", router)
    return made


def described(name: str) -> Callable[..., HttpResponse]:
    """The view of a register's description."""

    @require_safe
    def openapi(request: HttpRequest) -> HttpResponse:
        return JsonResponse(_schema(name), json_dumps_params={"ensure_ascii": False})

    openapi.access = Access(None)  # type: ignore[attr-defined]  # every route says who may come
    return openapi


@cache
def _schema(name: str) -> OpenAPISchema:
    return register(name).get_openapi_schema()


def _refused(request: HttpRequest, error: HouseError) -> HttpResponse:
    """The house's problem with what the standard has beside it; `invalidParams` names what was wrong, with 400."""
    answer, said = problem(request, error), error.problem(gettext)
    answer.status_code = said["status"] = 400 if isinstance(error, InvalidError) else error.status
    said |= {"detail": said["title"], "instance": request.build_absolute_uri()}
    said["invalidParams"] = [
        {"name": name, "code": error.code, "reason": reason} for name, reason in said["errors"].items()
    ]
    answer.content = JsonResponse(said, json_dumps_params={"ensure_ascii": False}).content
    return answer
