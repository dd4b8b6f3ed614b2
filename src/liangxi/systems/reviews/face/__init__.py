"""The door of reviews: give one, put a bad one right, read and count them."""

from liangxi.systems.reviews.face.giving import (
    departments_of,
    open_visit,
    rate_case,
    record_review,
    review_visit,
    visit,
)
from liangxi.systems.reviews.face.reading import (
    masked,
    own_review,
    published,
    rectification,
    review,
    reviews,
    tallies,
    visit_review,
)
from liangxi.systems.reviews.face.righting import (
    answer,
    call_back,
    contact,
    note_decision,
    note_ready,
    note_supervision,
    open_rectification,
    release,
    settle,
    verify,
)

__all__ = [
    "answer",
    "call_back",
    "contact",
    "departments_of",
    "masked",
    "note_decision",
    "note_ready",
    "note_supervision",
    "open_rectification",
    "open_visit",
    "own_review",
    "published",
    "rate_case",
    "record_review",
    "rectification",
    "release",
    "review",
    "review_visit",
    "reviews",
    "settle",
    "tallies",
    "verify",
    "visit",
    "visit_review",
]
