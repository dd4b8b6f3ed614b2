"""One view for all actions: it reads the parameters, finds who calls, answers and refuses in CKAN's form."""

import json
from collections.abc import Mapping
from typing import Any

import structlog
from django.conf import settings
from django.http import HttpRequest, JsonResponse
from django.utils.translation import gettext
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from liangxi.core.people import face as people
from liangxi.gateways.ckan import reading, rows, writing
from liangxi.gateways.ckan.actions import Action, Asked, MalformedError
from liangxi.kit.actor import Actor
from liangxi.kit.errors import ForbiddenError, HouseError, NotFoundError, UnauthenticatedError

log = structlog.get_logger()
ACTIONS: Mapping[str, Action] = {**reading.ACTIONS, **rows.ACTIONS, **writing.ACTIONS}
_TYPES = ((NotFoundError, 404, "Not Found Error"), (UnauthenticatedError, 403, "Authorization Error"),
          (ForbiddenError, 403, "Authorization Error"))  # fmt: skip


@csrf_exempt
@require_http_methods(["GET", "HEAD", "POST", "OPTIONS"])
def _action(request: HttpRequest, name: str) -> JsonResponse:
    wanted = ACTIONS.get(name)
    if wanted is None:
        return _answer(request, {"success": False, "error": {
            "__type": "Validation Error", "message": f"Action name not known: {name}"}}, 400)  # fmt: skip
    try:
        asked = Asked(_parameters(request))
        result = wanted.run(_caller(request, wanted), asked)
    except HouseError as refused:
        return _refusal(request, name, refused)
    help_ = f"{settings.CONFIG.public_url}/data/developers/#ckan"
    return _answer(request, {"help": help_, "success": True, "result": result}, 200)


action = _action
action.access = "public"  # type: ignore[attr-defined]  # the house law; each action says which key it needs


def _parameters(request: HttpRequest) -> dict[str, Any]:
    """Those of the address, and of a body in JSON or of a form."""
    found: dict[str, Any] = dict(request.GET.items())
    if request.method != "POST":
        return found
    if request.content_type in ("application/x-www-form-urlencoded", "multipart/form-data"):
        return found | dict(request.POST.items())
    try:
        body = json.loads(request.body or b"{}")
    except ValueError as error:
        raise MalformedError("ckan.body", "The body cannot be read as JSON.") from error
    if not isinstance(body, dict) or "\\u0000" in json.dumps(body):
        raise MalformedError("ckan.body", "The body cannot be read as JSON.")
    return found | body


def _caller(request: HttpRequest, wanted: Action) -> Actor | None:
    """Who calls by a key; None for nobody. ForbiddenError for a key that goes less far than the action."""
    sent = request.headers.get("Authorization") or request.headers.get("X-CKAN-API-Key") or ""
    secret = sent.removeprefix("Bearer ").strip()
    if not wanted.writes:
        return None
    if not secret:
        raise UnauthenticatedError("ckan.key", "This action needs the API key of an account.")
    caller = people.api_caller(secret=secret)
    if caller.scope != "write":
        raise ForbiddenError("rest.scope", "This key may read and not write.")
    return caller.actor


def _refusal(request: HttpRequest, name: str, refused: HouseError) -> JsonResponse:
    log.info("ckan.action.refused", action=name, code=refused.code)
    status, kind = next(((s, k) for error, s, k in _TYPES if isinstance(refused, error)), (409, "Validation Error"))
    said: dict[str, Any] = {"__type": kind, "message": refused.sentence(gettext)}
    if kind == "Validation Error":
        said |= {field: [gettext(message)] for field, message in refused.fields.items()}
        said.setdefault("message", refused.sentence(gettext))
    return _answer(request, {"success": False, "error": said}, status)


def _answer(request: HttpRequest, said: Mapping[str, Any], status: int) -> JsonResponse:
    answer = JsonResponse(said, status=status, json_dumps_params={"ensure_ascii": False})
    answer["Access-Control-Allow-Origin"] = "*"
    answer["Access-Control-Allow-Headers"] = "Authorization, X-CKAN-API-Key, Content-Type"
    answer["Cache-Control"] = "no-store"
    return answer
