"""The sample things speak: through the door that devices use, with their own keys, once a minute.

What they said since this home last ran, two days at most, is told first, every ten minutes of it, so that charts have a
past. `LIANGXI_SIMULATION=off` keeps them silent; where there is no sample nobody speaks.
"""

import http.client
import json
from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta

import structlog
from django.conf import settings

from liangxi.kit import time
from liangxi.site import marks
from liangxi.site.sample import things

MARK = "simulation"
PAST = timedelta(days=2)
STEP = timedelta(minutes=10)
LATE = timedelta(minutes=3)  # a longer silence is caught up with
_log = structlog.get_logger()


def speak() -> int:
    """Let every sample thing say what it observes now; how many readings were acknowledged."""
    keys = things.keys() if settings.CONFIG.simulates else {}
    if not keys:
        return 0
    now = time.now()
    said = marks.get(MARK)
    times = [*_missed(said[1] if said else now - PAST, now), now]
    try:
        done = sum(_send(code, secret, times) for code, secret in keys.items())
    except (OSError, http.client.HTTPException) as error:  # the web is not up: they are heard the next time
        _log.info("simulation.unheard", error=str(error))
        return 0
    marks.put(MARK)
    return done


def _missed(since: datetime, now: datetime) -> Iterator[datetime]:
    at = max(since, now - PAST)
    while now - at > LATE:
        yield at
        at += STEP


def _send(code: str, secret: str, times: Sequence[datetime]) -> int:
    readings = [
        (name, int(at.timestamp() * 1000), result) for at in times for name, result in things.says(code, at).items()
    ]
    link = http.client.HTTPConnection("127.0.0.1", settings.CONFIG.port, timeout=30)
    try:
        body = json.dumps({"readings": readings})
        link.request("POST", "/iot/v1/observations", body, {"Authorization": f"Bearer {secret}"})
        answer = link.getresponse()
        said = answer.read()
    finally:
        link.close()
    if answer.status != 201:
        _log.warning("simulation.refused", thing=code, status=answer.status, said=said[:300].decode(errors="replace"))
        return 0
    return len(readings)
