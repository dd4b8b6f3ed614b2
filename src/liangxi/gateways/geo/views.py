"""The outlines of the city, open to everybody."""

import hashlib
import json
from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseNotModified
from django.http.response import HttpResponseBase
from django.utils.cache import patch_cache_control
from django.views.decorators.gzip import gzip_page
from django.views.decorators.http import require_safe

from liangxi.core.places import face as places

LEVELS = ("county", "town")
_MAX_AGE = 300  # seconds; a base map that is swapped in shows after that


@require_safe
def _outlines(request: HttpRequest) -> HttpResponseBase:
    collections = [places.outlines(level=level) for level in LEVELS]
    city: dict[str, Any] = {
        "type": "FeatureCollection",
        "synthetic": any(c["synthetic"] for c in collections),
        "features": [feature for c in collections for feature in c["features"]],
    }
    body = json.dumps(city, ensure_ascii=False, separators=(",", ":")).encode()
    tag = f'W/"{hashlib.sha256(body).hexdigest()[:32]}"'  # weak: the compressed answer is the same map
    response: HttpResponse = HttpResponseNotModified()
    if request.headers.get("If-None-Match") != tag:
        response = HttpResponse(body, content_type="application/geo+json")
    response["ETag"] = tag
    patch_cache_control(response, public=True, max_age=_MAX_AGE)
    return response


outlines = gzip_page(_outlines)
outlines.access = "public"  # type: ignore[attr-defined]  # the house law: every route says who may come
