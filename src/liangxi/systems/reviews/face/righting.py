"""Putting bad reviews right. A rectification is named by the number of its case."""

from liangxi.core.cases import events as case_events
from liangxi.core.people.shapes import Person
from liangxi.kit.actor import Actor
from liangxi.systems.reviews import shapes
from liangxi.systems.reviews.actions import righting
from liangxi.systems.reviews.events import ServiceReviewed


def open_rectification(event: ServiceReviewed) -> None:
    """Handler: a review of one or two stars opens a case, once: a call within one working day, an answer within 15."""
    righting.open_rectification(event)


def call_back(*, by: Actor, case: str, is_reached: bool, note: str) -> shapes.Rectification:
    """Record that the reviewer was called; needs `case.decide` at the department. ConflictError `reviews.done`."""
    return righting.call_back(by, case, is_reached=is_reached, note=note)


def answer(*, by: Actor, case: str, kind: str, reply: str) -> shapes.Rectification:
    """The department answers: `kind` rectified, or its appeal that the review is mistaken or malicious.

    Needs `case.decide` there; InvalidError naming kind or reply, ConflictError `reviews.done`.
    """
    return righting.answer(by, case, kind, reply)


def settle(*, by: Actor | None, review: str, is_settled: bool, note: str = "", code: str = "") -> None:
    """The reviewer (himself, or by the code of his slip) says whether the answer settles it, once for each answer."""
    righting.settle(by, code, review, is_settled=is_settled, note=note)


def verify(
    *, by: Actor, case: str, is_accepted: bool, finding: str, public_text: str = "", public_reply: str = ""
) -> None:
    """The supervisor accepts the answer, or sends it back: then a further round begins.

    An accepted appeal takes the review out of the counts. `public_text` and `public_reply` are what everybody may
    read. Needs `case.supervise`; InvalidError naming finding, ConflictError `reviews.verified`.
    """
    righting.verify(by, case, is_accepted=is_accepted, finding=finding, public=(public_text, public_reply))


def contact(*, by: Actor, case: str) -> tuple[Person | None, str]:
    """Whom to call back: a person, or a telephone number; the look is on record.

    Needs `case.decide` at the department.
    """
    return righting.contact(by, case)


def release(*, by: Actor, review: str, text: str) -> None:
    """A supervisor releases the words of a review for everybody; empty takes them back."""
    righting.release(by, review, text)


def note_decision(event: case_events.MatterDecided) -> None:
    """Handler: what a department decided on a rectification; supervision is asked and the reviewer told."""
    righting.note_decision(event)


def note_supervision(event: case_events.SupervisionAnswered) -> None:
    """Handler: what supervision found; the case ends or a further round begins."""
    righting.note_supervision(event)


def note_ready(event: case_events.CaseReadyForHandOut) -> None:
    """Handler: every part of a rectification is done."""
    righting.note_ready(event)
