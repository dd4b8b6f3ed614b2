"""Reading and counting reviews."""

from liangxi.kit.actor import Actor
from liangxi.systems.reviews import shapes
from liangxi.systems.reviews.actions import righting
from liangxi.systems.reviews.models import Review
from liangxi.systems.reviews.queries import counting, reading
from liangxi.systems.reviews.rules import levels


def review(*, by: Actor, id: str) -> shapes.Review:
    """A review, for staff with `case.read` on its department; NotFoundError."""
    row = reading.review_row(id)
    reading.require_read(by, row)
    return reading.shape(row)


def rectification(*, by: Actor, case: str) -> tuple[shapes.Review, shapes.Rectification]:
    """The review behind a rectification case, and the round; under the rule of `review`."""
    row = reading.round_row(case)
    reading.require_read(by, row.review)
    return reading.shape(row.review), reading.round_shape(row)


def own_review(*, by: Actor, case: str) -> shapes.Review | None:
    """The review of a case that `by` may read, when there is one."""
    row = Review.objects.filter(case_no=case).first()
    return reading.shape(row) if row is not None and righting.is_reviewer(by, "", row) else None


def visit_review(*, code: str) -> shapes.Review | None:
    """The review of a visit, for who holds its slip."""
    row = Review.objects.filter(visit=reading.visit_row(code)).first()
    return reading.shape(row) if row is not None else None


def reviews(*, by: Actor, wanted: shapes.Filter, after: str | None = None, limit: int = 50) -> shapes.ReviewPage:
    """Reviews in the scope of `case.read`, newest first, up to 5,000 a page.

    InvalidError naming level, channel or after.
    """
    return reading.page(by, wanted, after, max(1, min(limit, 5000)))


def tallies(*, by: Actor, wanted: shapes.Filter, dimension: str) -> tuple[shapes.Tally, ...]:
    """Counts in the scope of `case.read` by `dimension`: org, window, matter or month; InvalidError naming by."""
    return counting.tallies(by, wanted, dimension)


def published(*, org: str = "", limit: int = 50) -> tuple[shapes.PublicReview, ...]:
    """What everybody may read, newest first: good reviews, and bad ones whose answer was verified.

    Never who said it.
    """
    return reading.published(org, max(1, min(limit, 200)))


def masked(*, text: str) -> str:
    """A first proposal of words for everybody: long numbers and surnames before a form of address are hidden."""
    return levels.masked(text)
