"""Putting a bad review right: a case of the one engine, from the call-back to the supervisor's word."""

from django.db import transaction

from liangxi.core.audit import face as audit
from liangxi.core.cases import events as case_events
from liangxi.core.cases import face as cases
from liangxi.core.cases.shapes import Applicant, CaseView
from liangxi.core.messages import face as messages
from liangxi.core.people import face as people
from liangxi.core.people.shapes import Person
from liangxi.kit import actor, time
from liangxi.kit.actor import Actor
from liangxi.kit.errors import ConflictError, ForbiddenError, InvalidError, NotFoundError
from liangxi.systems.reviews import shapes
from liangxi.systems.reviews.events import ServiceReviewed
from liangxi.systems.reviews.models import Rectification, Review
from liangxi.systems.reviews.queries import reading
from liangxi.systems.reviews.rules import levels

HOUSE = actor.system("reviews")
_PURPOSE = "review-call-back"


def open_rectification(event: ServiceReviewed) -> None:
    """A bad review opens a case at the department that handled the matter; the event may come twice."""
    if levels.is_bad(event.stars):
        _open(reading.review_row(event.review, lock=True), 1)


def _open(review: Review, round: int) -> None:
    is_named = bool(review.person or review.phone)
    government = review.org_path.strip("/").split("/")[0]
    definition = levels.plan(review.org, government, is_named=is_named)
    plan = cases.register_plan(by=HOUSE, definition=definition)
    opened = cases.open_case(
        by=HOUSE,
        plan=plan,
        applicant=Applicant(person="", name="好差评"),
        subject=str(review.title["zh"]),
        items=[item["key"] for item in definition["items"]],
        form={"review": str(review.pk), "stars": review.stars, "round": round},
        key=f"review:{review.pk}:{round}",
    )
    cases.command(by=HOUSE, case=opened.no, action="accept", key=f"review-accept:{opened.no}")
    begun = {item.item: item for item in cases.case(by=HOUSE, no=opened.no).items}
    row, is_new = Rectification.objects.get_or_create(
        case_no=opened.no,
        defaults={
            "review": review,
            "round": round,
            "opened_at": time.now(),
            "due": begun["rectify"].due,
            "call_due": begun["call-back"].due if is_named else None,
        },
    )
    if is_new:
        audit.record(by=HOUSE, action="reviews.rectification.opened", object=f"case:{row.case_no}",
                     detail={"review": str(review.pk), "round": round})  # fmt: skip


def call_back(by: Actor, case: str, *, is_reached: bool, note: str) -> shapes.Rectification:
    """Record the call to the reviewer."""
    if not note.strip():
        raise _missing("note")
    with transaction.atomic():
        row, item = _at(by, case, "call-back")
        row.called_at, row.is_reached, row.call_note = time.now(), is_reached, note.strip()[:2000]
        row.save()
        _decide(by, item, row.call_note)
    return reading.round_shape(row)


def answer(by: Actor, case: str, kind: str, reply: str) -> shapes.Rectification:
    """The department's word: what was put right, or why the review is mistaken or malicious."""
    if kind not in levels.KINDS:
        raise InvalidError("reviews.kind", "Choose what came of it.", fields={"kind": "Choose what came of it."})
    if not reply.strip():
        raise _missing("reply")
    with transaction.atomic():
        row, item = _at(by, case, "rectify")
        row.answered_at, row.kind, row.reply = time.now(), kind, reply.strip()[:2000]
        row.save()
        _decide(by, item, row.reply)
    return reading.round_shape(row)


def _at(by: Actor, case: str, key: str) -> tuple[Rectification, CaseView]:
    row = reading.round_row(case, lock=True)
    view = cases.case(by=by, no=case)
    item = next((one for one in view.items if one.item == key), None)
    if item is None:
        raise ConflictError("reviews.anonymous", "Nobody is named who could be called.")
    if "decide" not in item.actions:
        if item.closed_at is None:
            raise ForbiddenError("reviews.department", "The department that handled the matter does this.")
        raise ConflictError("reviews.done", "This has been done already.")
    return row, item


def _decide(by: Actor, item: CaseView, reason: str) -> None:
    body = {"outcome": "approve", "reason": reason}
    cases.command(by=by, case=item.no, action="decide", key=f"review-decide:{item.no}", body=body)


def note_decision(event: case_events.MatterDecided) -> None:
    """What a department decided, on these pages or elsewhere; its answer goes on to the reviewer and to supervision."""
    if event.plan_id != shapes.PLAN:
        return
    row = reading.round_row(event.parent_no, lock=True)
    if event.item == "call-back":
        if row.called_at is None:
            row.called_at, row.is_reached, row.call_note = event.at, event.outcome == "approve", event.reason
            row.save()
        return
    if row.answered_at is None:
        row.kind = "rectified" if event.outcome == "approve" else "mistaken"
        row.answered_at, row.reply = event.at, event.reason
        row.save()
    cases.command(by=HOUSE, case=event.case_no, action="flag", key=f"review-verify:{event.case_no}",
                  body={"trigger": "review", "detail": ""})  # fmt: skip
    _tell(row, "review.answered", row.reply)


def settle(by: Actor | None, code: str, review: str, *, is_settled: bool, note: str) -> None:
    """The reviewer's word on the answer, by the code of his slip or as himself."""
    with transaction.atomic():
        row = reading.review_row(review, lock=True)
        if not is_reviewer(by, code, row):
            raise NotFoundError("reviews.unknown", "There is no such review.")
        last = row.rounds.order_by("-round").first()
        if last is None or last.answered_at is None or last.settled is not None:
            raise ConflictError("reviews.settled", "There is no answer here that waits for your word.")
        last.settled, last.settled_note, last.settled_at = is_settled, note.strip()[:500], time.now()
        last.save()
        audit.record(
            by=by or HOUSE, action="reviews.settled", object=f"review:{row.pk}", detail={"settled": is_settled}
        )


def is_reviewer(by: Actor | None, code: str, row: Review) -> bool:
    """True for who gave the review: the one who named himself, who speaks for the case, or who holds the slip."""
    if row.visit_id and code.replace("-", "").replace(" ", "").upper() == row.visit_id:
        return True
    if by is None or by.kind != "public":
        return False
    if row.person and row.person in (by.person, by.hand):
        return True
    if row.case_no is None:
        return False
    try:
        return cases.case(by=by, no=row.case_no).no == row.case_no
    except NotFoundError:
        return False


def verify(by: Actor, case: str, *, is_accepted: bool, finding: str, public: tuple[str, str]) -> None:
    """The supervisor's word; what may be published of the review and the reply is released with it."""
    if not finding.strip():
        raise _missing("finding")
    with transaction.atomic():
        row = reading.round_row(case, lock=True)
        reading.require_supervision(by, row.review)
        item = next(one for one in cases.case(by=by, no=case).items if one.item == "rectify")
        flag = next((one for one in item.flags if one.trigger == "review" and not one.finding), None)
        if flag is None or row.verified_at is not None:
            raise ConflictError("reviews.verified", "There is no answer here that waits for supervision.")
        cases.command(
            by=by,
            case=item.no,
            action="answer_supervision",
            key=f"review-verified:{item.no}",
            body={"flag": flag.n, "finding": "in-order" if is_accepted else "violation", "text": finding.strip()},
        )
        text, reply = public
        row.review.public_text, row.review.public_reply = text.strip()[:500], reply.strip()[:2000]
        row.review.save(update_fields=["public_text", "public_reply"])
        _conclude(row, finding, is_accepted=is_accepted)


def note_supervision(event: case_events.SupervisionAnswered) -> None:
    """What supervision said, on these pages or elsewhere; then the case ends, or a further round begins."""
    row = (
        Rectification.objects.select_related("review")
        .select_for_update(of=("self",))
        .filter(pk=event.parent_no)
        .first()
    )
    if row is None or event.trigger != "review":
        return
    if row.verified_at is None:
        _conclude(row, event.text, is_accepted=event.finding != "violation")
    _close(row)


def note_ready(event: case_events.CaseReadyForHandOut) -> None:
    """Both parts are done; when supervision has spoken, the case ends."""
    if event.plan_id == shapes.PLAN:
        _close(reading.round_row(event.case_no, lock=True))


def _conclude(row: Rectification, finding: str, *, is_accepted: bool) -> None:
    row.verified_at, row.is_accepted, row.finding = time.now(), is_accepted, finding.strip()[:2000]
    row.save()
    if is_accepted and row.kind != "rectified":
        row.review.excluded_at = row.verified_at
        row.review.save(update_fields=["excluded_at"])
    if not is_accepted:
        _open(row.review, row.round + 1)
    _tell(row, "review.verified" if is_accepted else "review.again", row.finding)


def _close(row: Rectification) -> None:
    """End the case once supervision has spoken and nothing is open."""
    view = cases.case(by=HOUSE, no=row.case_no)
    if row.verified_at is not None and "hand_out" in view.actions:
        cases.command(by=HOUSE, case=row.case_no, action="hand_out", key=f"review-close:{row.case_no}",
                      body={"how": "online"})  # fmt: skip


def _tell(row: Rectification, template: str, note: str) -> None:
    review = row.review
    if review.person:
        messages.send(
            by=HOUSE,
            to_person=review.person,
            template=template,
            params={"title": review.title, "note": note},
            key=f"{template}:{row.case_no}",
            link=f"/cases/{review.case_no}/rate/" if review.case_no else f"/review/{review.visit_id}/",
        )


def contact(by: Actor, case: str) -> tuple[Person | None, str]:
    """Whom to call: the person who named himself, or the number that he left; the look is on record."""
    row = reading.round_row(case)
    reading.require_read(by, row.review)
    if not by.may("case.decide", row.review.org_path):
        raise ForbiddenError("reviews.department", "The department that handled the matter does this.")
    if row.review.person:
        with transaction.atomic():
            audit.record(by=by, action="reviews.contact.view", object=f"person:{row.review.person}", purpose=_PURPOSE,
                         detail={"case": case})  # fmt: skip
        return people.person(by=HOUSE.with_purpose(_PURPOSE), id=row.review.person), ""
    return None, row.review.phone


def release(by: Actor, review: str, text: str) -> None:
    """A supervisor releases the words of a review for publication, without names (empty: takes them back)."""
    with transaction.atomic():
        row = reading.review_row(review, lock=True)
        reading.require_read(by, row)
        reading.require_supervision(by, row)
        row.public_text = text.strip()[: levels.LONGEST]
        row.save(update_fields=["public_text"])
        audit.record(
            by=by, action="reviews.released", object=f"review:{row.pk}", detail={"is_shown": bool(row.public_text)}
        )


def _missing(field: str) -> InvalidError:
    why = "This must be filled in."
    return InvalidError(f"reviews.{field}", why, fields={field: why})
