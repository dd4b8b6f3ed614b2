"""质量: what was measured of each version, and the tickets of rules that failed."""

from liangxi.kit.actor import Actor
from liangxi.kit.errors import ForbiddenError
from liangxi.systems.data.actions import measuring
from liangxi.systems.data.queries import quality as queries
from liangxi.systems.data.shapes.quality import Finding, Measurement, QualityPage


def quality(*, by: Actor, org: str = "") -> QualityPage:
    """The newest measurement of every resource (of one department), worst first, and the open tickets; for staff."""
    _require_staff(by)
    return queries.page(by, org)


def measurements(*, by: Actor, resource: str, limit: int = 30) -> tuple[Measurement, ...]:
    """The last measurements of a resource, the newest first; for staff."""
    _require_staff(by)
    return queries.history(resource, max(1, min(limit, 200)))


def findings(*, by: Actor, resource: str) -> tuple[Finding, ...]:
    """The tickets of a resource, open ones first; for staff."""
    _require_staff(by)
    return queries.findings(by, resource)


def answer_finding(*, by: Actor, id: str, outcome: str, answer: str) -> None:
    """The provider's word on a ticket: `corrected` (the next version shows it) or `upheld` (the rows are right).

    Needs `data.correct`. An upheld one does not open again. InvalidError names outcome or answer; ConflictError
    `data.finding.answered`.
    """
    measuring.answer(by, id, outcome, answer)


def measure_due(*, limit: int = 1) -> int:
    """Measure what was delivered since it was measured last; how many. Called by workers for heavy work."""
    return measuring.measure_due(limit)


def _require_staff(by: Actor) -> None:
    if by.kind == "public":
        raise ForbiddenError("house.forbidden", "The catalogue is for staff.")
