"""The card of this node, messages of neighbours, the catalogue that neighbours may ask from."""

from collections.abc import Callable
from functools import wraps

import msgspec
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST, require_safe

from liangxi.kit.errors import HouseError
from liangxi.systems.federation import face as federation

LARGEST = 256 * 1024  # bytes of a message
View = Callable[[HttpRequest], HttpResponse]


def between_nodes(view: View) -> View:
    """A view for nodes: the header `Liangxi-Node` says who asks, and the face believes it or not."""

    @csrf_exempt
    @wraps(view)
    def door(request: HttpRequest) -> HttpResponse:
        try:
            answer = view(request)
        except HouseError as error:
            said = error.problem(gettext) | ({"heard": error.params["heard"]} if "heard" in error.params else {})
            answer = _json(said, error.status, "application/problem+json")
        answer["Cache-Control"] = "no-store"
        return answer

    door.access = "key of a node"  # type: ignore[attr-defined]  # the house law: every route says who may come
    return door


@between_nodes
@require_safe
def node(request: HttpRequest) -> HttpResponse:
    """Who this node is; its key is to be compared with what its administrator says elsewhere."""
    return _json(msgspec.to_builtins(federation.own_node()))


@between_nodes
@require_POST
def messages(request: HttpRequest) -> HttpResponse:
    """Take the next message of a neighbour."""
    body = request.read(LARGEST + 1)
    return _json({"heard": federation.hear(token=_token(request), body=body[:LARGEST])})


@between_nodes
@require_safe
def catalogue(request: HttpRequest) -> HttpResponse:
    """The shared resources with an API, for a neighbour's departments to ask for."""
    return _json({"resources": msgspec.to_builtins(federation.catalogue_for(token=_token(request)))})


def _token(request: HttpRequest) -> str:
    return request.headers.get("Liangxi-Node", "")


def _json(said: object, status: int = 200, kind: str = "application/json") -> HttpResponse:
    return HttpResponse(msgspec.json.encode(said), content_type=kind, status=status)
