"""Giving a review: of a case online, of a visit at a window, each once."""

import secrets
from collections.abc import Mapping, Sequence
from typing import Any

from django.db import transaction

from liangxi.core.audit import face as audit
from liangxi.core.cases import events as case_events
from liangxi.core.cases import face as cases
from liangxi.core.cases.shapes import CaseView
from liangxi.core.events import face as events
from liangxi.core.people import face as people
from liangxi.kit import actor, time
from liangxi.kit.actor import Actor
from liangxi.kit.errors import ConflictError, InvalidError
from liangxi.systems.reviews import shapes
from liangxi.systems.reviews.events import ServiceReviewed
from liangxi.systems.reviews.models import Review, Visit
from liangxi.systems.reviews.queries import reading
from liangxi.systems.reviews.rules import levels

HOUSE = actor.system("reviews")
_ALPHABET = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ"


def rate_case(by: Actor, case: str, said: tuple[int, str, Sequence[str]], org: str, *, is_named: bool) -> shapes.Review:
    """Review a case that has ended; the engine keeps that it happens once."""
    stars, text, tags = said
    _check(stars, text, tags, "online")
    with transaction.atomic():
        view = cases.case(by=by, no=case)
        if org and org not in orgs_of(view):
            raise _invalid("org", "This department had no part in the case.")
        cases.rate(by=by, case=case, stars=stars, text=text, tags=tags)
        row = _of_case(view, stars, text, tags)
        row.org = org or row.org
        row.person = (by.hand or by.person or "") if is_named else ""
        return _keep(by, row)


def record_review(event: case_events.CaseRated) -> None:
    """A case that was rated through another door than this room's; the event may come twice."""
    if Review.objects.filter(case_no=event.case_no).exists():
        return
    row = _of_case(cases.case(by=HOUSE, no=event.case_no), event.stars, event.text, event.tags)
    row.person = event.applicant_person
    _keep(HOUSE, row)


def orgs_of(view: CaseView) -> tuple[str, ...]:
    """The departments of a case, the window first."""
    return tuple(dict.fromkeys((view.org, *(item.org for item in view.items))))


def _of_case(view: CaseView, stars: int, text: str, tags: Sequence[str]) -> Review:
    """A review of a case; unless somebody says which department, the one that decided alone, or else the window."""
    deciding = {item.org for item in view.items}
    return Review(
        case_no=view.no,
        org=deciding.pop() if len(deciding) == 1 else view.org,
        matter=view.plan.id if view.plan else "",
        title=dict(view.title),
        stars=stars,
        text=text.strip(),
        tags=[tag for tag in tags if tag in levels.TAGS["online"]],
    )


def open_visit(by: Actor, case: str, window: str) -> shapes.Visit:
    """The code of today's visit for a case, the same again when it was asked for before."""
    view = cases.case(by=by, no=case)
    if by.org is None or not (by.may("case.accept", by.org_path) or by.may("case.handout", by.org_path)):
        by.require("case.accept", by.org_path or "/")
    said = {"window": window.strip()[:60], "clerk": by.account, "org_path": by.org_path or "/",
            "matter": view.plan.id if view.plan else "", "title": dict(view.title)}  # fmt: skip
    with transaction.atomic():
        row, is_new = Visit.objects.get_or_create(
            case_no=view.parent_no or view.no,
            org=by.org or "",
            on=time.today(),
            defaults={"code": "".join(secrets.choice(_ALPHABET) for _ in range(10)), **said},
        )
        if is_new:
            audit.record(
                by=by, action="reviews.visit.opened", object=f"case:{view.no}", detail={"window": said["window"]}
            )
    return reading.visit_shape(row)


def review_visit(
    by: Actor | None, code: str, said: tuple[int, str, Sequence[str]], phone: str, *, is_named: bool
) -> None:
    """Review a visit by the code of its slip; whoever holds the slip may."""
    stars, text, tags = said
    _check(stars, text, tags, "window")
    called = people.check_phone(phone, field="phone") if phone.strip() else ""
    with transaction.atomic():
        visit = reading.visit_row(code, lock=True)
        known = reading.visit_shape(visit)
        if known.is_reviewed:
            raise ConflictError("reviews.once", "This visit has been reviewed already.")
        if known.is_over:
            raise ConflictError("reviews.over", "The 30 days for this review have passed.")
        person = by.hand or by.person or "" if by is not None and is_named else ""
        row = Review(visit=visit, org=visit.org, org_path=visit.org_path, window=visit.window, matter=visit.matter,
                     title=visit.title, stars=stars, text=text.strip(), tags=list(tags), person=person,
                     phone=called)  # fmt: skip
        _keep(by or HOUSE, row)


def _keep(by: Actor, row: Review) -> shapes.Review:
    row.org_path = row.org_path or people.organisation(code=row.org).path
    row.at = time.now()
    row.save(force_insert=True)
    channel = "window" if row.visit_id else "online"
    audit.record(
        by=by, action="reviews.given", object=f"review:{row.pk}", detail={"stars": row.stars, "channel": channel}
    )
    told = ServiceReviewed(review=str(row.pk), channel=channel, org=row.org, stars=row.stars, at=row.at)
    events.announce(told, subject=f"review:{row.pk}")
    return reading.shape(row)


def _check(stars: int, text: str, tags: Sequence[str], channel: str) -> None:
    if stars not in range(1, 6):
        raise _invalid("stars", "Choose one of the five levels.")
    if len(text) > levels.LONGEST:
        raise _invalid("text", "This is too long.")
    if set(tags) - set(levels.TAGS[channel]):
        raise _invalid("tags", "Choose from the list.")


def _invalid(field: str, message: str, params: Mapping[str, Any] | None = None) -> InvalidError:
    return InvalidError(f"reviews.{field}", message, params, fields={field: message})
