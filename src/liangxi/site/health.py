"""`/health`: does the house work? For load balancers and operators; tells no secrets."""

from datetime import timedelta

import psycopg
from django.db import Error
from django.http import HttpRequest, JsonResponse

from liangxi.kit import time
from liangxi.portals.access import everybody
from liangxi.site import marks

FRESH = timedelta(seconds=30)  # the worker leaves a sign of life every 5 s


@everybody
def health(request: HttpRequest) -> JsonResponse:
    """200 when the database answers and a worker lives, else 503; either way which part does what."""
    parts = {"database": "ok", "worker": "ok"}
    try:
        seen = marks.get("worker")
        if seen is None or time.now() - seen[1] > FRESH:
            parts["worker"] = "silent"
    except (Error, psycopg.Error):
        parts = {"database": "unreachable", "worker": "unknown"}
    is_well = set(parts.values()) == {"ok"}
    answer = JsonResponse({"status": "ok" if is_well else "failing", **parts}, status=200 if is_well else 503)
    answer["Cache-Control"] = "no-store"
    answer._has_been_logged = True  # type: ignore[attr-defined]  # who asks is told; the log need not be
    return answer
