"""What the worker does, and how often."""

from liangxi.core.events import face as events
from liangxi.site import marks
from liangxi.site.worker import Job

BEAT = 5.0  # seconds between the worker's signs of life


def deliver() -> int:
    """Hand due events to their handlers."""
    return events.deliver_due(limit=100)


def beat() -> int:
    """Leave a sign of life, which `/health` looks for."""
    marks.put("worker")
    return 0


JOBS = (
    Job("events", 1.0, deliver),
    Job("beat", BEAT, beat),
)
