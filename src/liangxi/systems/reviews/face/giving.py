"""Giving a review."""

from collections.abc import Sequence

from liangxi.core.cases import events as case_events
from liangxi.core.cases.shapes import CaseView
from liangxi.kit.actor import Actor
from liangxi.systems.reviews import shapes
from liangxi.systems.reviews.actions import giving
from liangxi.systems.reviews.queries import reading


def rate_case(
    *, by: Actor, case: str, stars: int, text: str = "", tags: Sequence[str] = (), org: str = "", is_named: bool = True
) -> shapes.Review:
    """Review an ended case of one's own, once (一事一评); `org` says which department is meant, `is_named` that it may
    call back.

    InvalidError naming stars, text, tags or org; ConflictError `cases.rate.open`, `cases.rate.once`. Announces
    ServiceReviewed.
    """
    return giving.rate_case(by, case, (stars, text, tags), org, is_named=is_named)


def departments_of(*, case: CaseView) -> tuple[str, ...]:
    """The organisations among which a reviewer may say whom he means, the window first."""
    return giving.orgs_of(case)


def open_visit(*, by: Actor, case: str, window: str = "") -> shapes.Visit:
    """The code with which today's visit for a case can be reviewed; the same visit has one code.

    Needs `case.accept` or `case.handout` at one's own post.
    """
    return giving.open_visit(by, case, window)


def visit(*, code: str) -> shapes.Visit:
    """What a code opens; NotFoundError `reviews.visit`."""
    return reading.visit_shape(reading.visit_row(code))


def review_visit(
    *,
    by: Actor | None,
    code: str,
    stars: int,
    text: str = "",
    tags: Sequence[str] = (),
    is_named: bool = False,
    phone: str = "",
) -> None:
    """Review a visit at a window, once (一次一评), within 30 days; a signed-in reviewer may name himself, anybody may
    leave a telephone.

    InvalidError naming stars, text, tags or phone; ConflictError `reviews.once`, `reviews.over`. Announces
    ServiceReviewed.
    """
    giving.review_visit(by, code, (stars, text, tags), phone, is_named=is_named)


def record_review(event: case_events.CaseRated) -> None:
    """Handler: a case that was rated elsewhere is reviewed here, once."""
    giving.record_review(event)
